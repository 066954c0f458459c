"""The interview: a step that judges how clear the intent is asks until it is clear, or gives up and says why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EXIT_DONE, EXIT_VALVE, EXIT_WAITING
from tests import cookbook
from tests.scripted import Agents, Kitchen, Said, meta

DOCUMENT = """# How a menu is found

## Safety valves

- essence clarity at least 0.7
- interview at most 3 rounds
- failure_count at most 3

## Phase 0: Essence

What is wanted.

- **Inputs**: `app_intent.md`
- **Outputs**: `essence.md`
- **Lanes**: full, tiny (no Review)

### Gen

Say what is wanted.

### Review

Is that what is wanted?

### Exit criteria

- `essence.md` has a section "Purpose"
- essence clarity is at least 0.7

## Phase 1: Menu

What is cooked.

- **Inputs**: `essence.md`
- **Outputs**: `menu.md`
- **Lanes**: full, tiny (no Review)

### Gen

Write the menu.

### Review

Correct the menu.

### Exit criteria

- `menu.md` exists
"""
ESSENCE = {"essence.md": "# Essence\n\n## Purpose\n\nA good evening.\n"}
GUESTS, NUTS = "How many guests?", "Any allergies?"
ASKS = [GUESTS, NUTS]
WAITS = ["waiting for you:", "  `meta answer FILE --gate essence` answers its questions"]


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """A kitchen that asks what is wanted, in the lane without reviews."""
    agents = Agents.at(tmp_path / "agents")
    made = Kitchen(cookbook.kitchen(tmp_path / "app").root, agents)
    (made.root / ".meta" / "AGENTS.md").write_text(DOCUMENT)
    agents.will("menu-gen", {"menu.md": "Soup.\n"})
    agents.will("menu-review")
    yield made
    made.end()


def unclear(kitchen: Kitchen, clarity: float = 0.5, **result: Any) -> None:
    """The next sessions find the intent that clear, and have questions."""
    kitchen.agents.will("essence-gen", ESSENCE, **{"essence_clarity": clarity, "questions": ASKS, **result})


def clear(kitchen: Kitchen) -> None:
    kitchen.agents.will("essence-gen", ESSENCE, essence_clarity=0.9)


def run(kitchen: Kitchen) -> Said:
    return kitchen.run("--yes", "--lane", "tiny")


def answer(kitchen: Kitchen, answers: Mapping[str, str]) -> None:
    """Answer by the command."""
    file = kitchen.agents.home / "answers.json"
    file.write_text(json.dumps(answers))
    said = meta("answer", file, kitchen.root)
    assert said.code == EXIT_DONE, said.err


def by_hand(kitchen: Kitchen, decision: Mapping[str, object]) -> None:
    """Answer by an editor."""
    folder = kitchen.root / ".orchestrator" / "decisions"
    folder.mkdir(exist_ok=True)
    (folder / "essence.json").write_text(json.dumps(decision))


def brief(kitchen: Kitchen, session: str) -> str:
    return (kitchen.session(session) / "brief.md").read_text()


def asks_again(kitchen: Kitchen, said: Said, questions: list[str], sessions: int) -> None:
    assert (said.code, said.lines[-2:]) == (EXIT_WAITING, WAITS), said.out
    waiting = kitchen.state.orchestrator.waiting
    assert [(one.gate, one.kind, one.questions) for one in waiting] == [("essence", "answers", questions)]
    assert kitchen.words == {"essence": "waiting_answer", "menu": "pending"}
    assert len(kitchen.agents.starts()) == sessions
    assert kitchen.record("essence").failure_count == 0


# Questions and answers


@pytest.mark.parametrize("status", ["done", "needs_input"])
def test_what_is_not_clear_is_asked_and_yes_is_no_answer(kitchen: Kitchen, status: str) -> None:
    unclear(kitchen, status=status)
    asks_again(kitchen, run(kitchen), ASKS, 1)
    asks_again(kitchen, run(kitchen), ASKS, 1)


def test_answers_by_the_command_reach_the_next_session_and_the_work_goes_on(kitchen: Kitchen) -> None:
    unclear(kitchen)
    run(kitchen)
    answer(kitchen, {GUESTS: "twelve", NUTS: "none"})
    clear(kitchen)
    assert run(kitchen).code == EXIT_DONE
    told = brief(kitchen, "essence-gen-2")
    assert f"Question: {GUESTS}\nAnswer: twelve" in told
    assert f"Question: {NUTS}\nAnswer: none" in told


def test_answers_may_be_written_with_an_editor(kitchen: Kitchen) -> None:
    unclear(kitchen)
    run(kitchen)
    by_hand(kitchen, {"decision": "answer", "answers": {GUESTS: "twelve"}})
    asks_again(kitchen, run(kitchen), ASKS, 1)
    by_hand(kitchen, {"decision": "answer", "answers": {GUESTS: "twelve", NUTS: "none"}})
    clear(kitchen)
    assert run(kitchen).code == EXIT_DONE
    assert f"Question: {GUESTS}\nAnswer: twelve" in brief(kitchen, "essence-gen-2")


@pytest.mark.parametrize("how", ["command", "editor"])
def test_a_question_left_empty_stays_open_whatever_the_next_session_claims(kitchen: Kitchen, how: str) -> None:
    unclear(kitchen)
    run(kitchen)
    if how == "command":
        answer(kitchen, {GUESTS: "twelve"})
    else:
        by_hand(kitchen, {"decision": "answer", "answers": {GUESTS: "twelve", NUTS: " "}})
    clear(kitchen)
    asks_again(kitchen, run(kitchen), [NUTS], 2)
    assert f"Question: {NUTS}\nAnswer: (left open by the person who was asked)" in brief(kitchen, "essence-gen-2")
    answer(kitchen, {NUTS: "none"})
    assert run(kitchen).code == EXIT_DONE
    assert f"Question: {NUTS}\nAnswer: none" in brief(kitchen, "essence-gen-3")


def test_questions_of_a_session_that_finds_it_clear_enough_are_not_asked(kitchen: Kitchen) -> None:
    unclear(kitchen, 0.7)
    assert run(kitchen).code == EXIT_DONE


def test_the_questions_of_a_review_are_answered_for_a_review(kitchen: Kitchen) -> None:
    clear(kitchen)
    kitchen.agents.will("essence-review", essence_clarity=0.6, questions=[NUTS])
    waits = kitchen.run("--yes")
    assert (waits.code, waits.lines[-2:]) == (EXIT_WAITING, WAITS)
    answer(kitchen, {NUTS: "none"})
    kitchen.agents.will("essence-review", essence_clarity=0.8)
    assert kitchen.run("--yes").code == EXIT_DONE
    started = [one.split("-", 2)[2] for one in kitchen.agents.starts()]
    assert started[:3] == ["essence-gen-1", "essence-review-1", "essence-review-2"]


# The end of an interview


def interviewed(kitchen: Kitchen) -> Said:
    """The run after three rounds of answers that made nothing clearer."""
    unclear(kitchen)
    for said in range(3):
        asks_again(kitchen, run(kitchen), ASKS, said + 1)
        answer(kitchen, {GUESTS: f"many, {said}", NUTS: "some"})
    return run(kitchen)


def test_after_three_rounds_the_step_stops_and_names_what_is_open(kitchen: Kitchen) -> None:
    given_up = interviewed(kitchen)
    assert given_up.code == EXIT_VALVE
    assert given_up.lines[-1] == (
        f"  essence stopped: still unclear after 3 rounds of questions. Open: {GUESTS}; {NUTS}. "
        "`meta retry essence` tries again with what is known."
    )
    assert kitchen.words == {"essence": "stopped", "menu": "pending"}
    assert (len(kitchen.agents.starts()), kitchen.record("essence").failure_count) == (4, 0)
    assert run(kitchen).code == EXIT_VALVE
    assert len(kitchen.agents.starts()) == 4


def test_a_retry_begins_a_new_interview_that_knows_the_answers(kitchen: Kitchen) -> None:
    interviewed(kitchen)
    assert meta("retry", "essence", "--dir", kitchen.root).code == EXIT_DONE
    asks_again(kitchen, run(kitchen), ASKS, 5)
    assert f"Question: {GUESTS}\nAnswer: many, 2" in brief(kitchen, "essence-gen-5")
    for said in range(2):
        answer(kitchen, {GUESTS: "twelve", NUTS: "none"})
        asks_again(kitchen, run(kitchen), ASKS, said + 6)
    answer(kitchen, {GUESTS: "twelve", NUTS: "none"})
    clear(kitchen)
    assert run(kitchen).code == EXIT_DONE


def test_an_interview_can_be_stopped_instead_of_answered(kitchen: Kitchen) -> None:
    unclear(kitchen)
    run(kitchen)
    by_hand(kitchen, {"decision": "stop"})
    stopped = run(kitchen)
    assert stopped.code == EXIT_VALVE
    assert stopped.lines[-1].startswith("  essence stopped: stopped by a person at its gate. `meta retry essence`")
    clear(kitchen)
    meta("retry", "essence", "--dir", kitchen.root)
    assert run(kitchen).code == EXIT_DONE


def test_what_is_unclear_without_a_question_is_an_ordinary_red_check(kitchen: Kitchen) -> None:
    unclear(kitchen, questions=[])
    failed = run(kitchen)
    assert failed.code == EXIT_VALVE
    assert "check essence failed: essence clarity is at least 0.7" in failed.lines
    record = kitchen.record("essence")
    assert (record.failure_count, record.gates) == (2, [])
    assert "essence clarity is 0.5, less than 0.7" in record.evidence[-1]
    assert "essence clarity is 0.5, less than 0.7" in brief(kitchen, "essence-gen-2")
    assert "no progress: twice the same failure on the same files" in failed.lines[-1]
