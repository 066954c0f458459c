"""Whether a decision answers the question that is open: same round, same ids, a fitting verdict."""

from __future__ import annotations

from typing import Any

import pytest

from engine.state.counting import counts
from engine.state.models import Decision, GateFact, Waiting

APPROVAL = Waiting(gate="map", round=2, kind="approval", about={"map.md": "1"}, step="map")
ANSWERS = Waiting(gate="map", round=2, kind="answers", questions=["How deep?", "How far?"], step="map")


@pytest.mark.parametrize(
    ("fields", "answers_it"),
    [
        ({}, True),
        ({"round": 2}, True),
        ({"round": 1}, False),
        ({"about": {"map.md": "1"}}, True),
        ({"about": {"map.md": "2"}}, False),
        ({"about": {}}, False),
        ({"round": 2, "about": {"map.md": "1"}}, True),
    ],
)
@pytest.mark.parametrize("verdict", ["approve", "revise", "stop"])
def test_a_verdict_counts_for_the_round_and_the_ids_it_names_or_for_whatever_is_open(
    verdict: Any, fields: dict[str, Any], answers_it: bool
) -> None:
    assert counts(Decision(decision=verdict, **fields), APPROVAL) is answers_it


def test_answers_are_no_verdict_and_a_verdict_no_answer() -> None:
    given = {"How deep?": "deep", "How far?": "far"}
    assert not counts(Decision(decision="answer", answers=given), APPROVAL)
    assert not counts(Decision(decision="approve"), ANSWERS)
    assert counts(Decision(decision="stop"), ANSWERS)


@pytest.mark.parametrize(
    ("answers", "enough"),
    [
        ({}, False),
        ({"How deep?": "deep"}, False),
        ({"How deep?": "deep", "How far?": "far"}, True),
        ({"How deep?": "deep", "How far?": ""}, True),
        ({"How deep?": "", "How far?": ""}, True),
        ({"How deep?": "deep", "How far?": "far", "How wide?": "wide"}, True),
    ],
)
def test_every_question_must_be_there_and_may_be_answered_with_nothing(answers: dict[str, str], enough: bool) -> None:
    assert counts(Decision(decision="answer", answers=answers), ANSWERS) is enough


@pytest.mark.parametrize(
    ("fields", "answers_it"),
    [({"at": "noon"}, False), ({"at": "one"}, True), ({"at": "noon", "round": 2}, True), ({}, True)],
    ids=["taken before", "written later", "it names this round", "no time is known"],
)
def test_a_decision_by_hand_answers_one_round_only(fields: dict[str, Any], answers_it: bool) -> None:
    taken = [GateFact(gate="map", round=1, decision="revise", at="noon")]
    assert counts(Decision(decision="revise", **fields), APPROVAL, taken) is answers_it
