"""Which sessions were told which cards, and how they fared beside those of the same step that were not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.wisdom.stats import stats
from engine.wisdom.told import Effect, Rate, Told, effects, outcomes, read_told
from tests.wisdom_cards import card_text, cards_of


def told(session: str, *cards: str, step: str = "build", substep: str = "gen") -> Told:
    return Told(session, step, None, substep, 1, "codex", tuple((card, "applies to build") for card in cards))


def ended(session: str, lego: str = "store", outcome: str = "done", charge: bool = False) -> dict[str, Any]:
    names = {"event": "session_ended", "step": "build", "lego": lego, "substep": "gen"}
    return {**names, "session": session, "outcome": outcome, "charge": charge}


def checked(passed: bool, lego: str = "store", charge: bool = True) -> dict[str, Any]:
    return {"event": "check_ended", "step": "build", "lego": lego, "check": {"passed": passed}, "charge": charge}


# How a session fared


def test_a_session_met_its_check_or_did_not() -> None:
    events = [ended("1"), checked(passed=False), ended("2"), checked(passed=True)]
    assert outcomes(events) == {"1": False, "2": True}


def test_a_failed_session_that_counts_is_no_pass_and_one_that_was_interrupted_is_not_known() -> None:
    events = [ended("1", outcome="failed", charge=True), ended("2", outcome="interrupted"), checked(passed=True)]
    assert outcomes(events) == {"1": False}


def test_a_red_check_that_another_step_is_to_blame_for_says_nothing() -> None:
    assert outcomes([ended("1"), checked(passed=False, charge=False)]) == {}


def test_sessions_of_two_legos_at_once_are_told_apart() -> None:
    events = [ended("1", "store"), ended("2", "cli"), checked(True, "cli"), checked(False, "store")]
    assert outcomes(events) == {"1": False, "2": True}


def test_a_check_that_runs_again_later_says_nothing_more_of_the_session() -> None:
    assert outcomes([ended("1"), checked(True), checked(False)]) == {"1": True}


# What a card did


def test_a_card_is_measured_beside_sessions_of_the_same_step_and_substep_alone() -> None:
    sessions = [
        told("1", "A-1", "A-2"),
        told("2", "A-1"),
        told("3"),
        told("4", step="paint"),
        told("5", substep="review"),
    ]
    passed = {"1": True, "2": False, "3": True, "4": False, "5": False}
    assert effects(sessions, passed) == [
        Effect("A-1", 2, Rate(1, 2), Rate(1, 1)),
        Effect("A-2", 1, Rate(1, 1), Rate(1, 2)),
    ]


def test_what_is_not_known_is_no_zero() -> None:
    (effect,) = effects([told("1", "A-1")], {})
    assert (effect.sessions, effect.with_it.share, effect.without.share) == (1, None, None)


# Files of sessions


def spec(folder: Path, name: str, **more: object) -> None:
    path = folder / name / "session.json"
    path.parent.mkdir(parents=True)
    base = {"lego": None, "step": "build", "substep": "gen", "attempt": 2, "runtime": "codex"}
    path.write_text(json.dumps({**base, **more}), encoding="utf-8")


def test_what_sessions_were_told_is_read_from_their_files_and_a_broken_one_is_named(tmp_path: Path) -> None:
    spec(tmp_path, "0001-build", wisdom=[{"id": "A-1", "why": "applies to build"}])
    spec(tmp_path, "0002-build", lego="store")
    spec(tmp_path, "0003-build", wisdom=7)
    found, problems = read_told(tmp_path)
    assert found == [
        Told("0001-build", "build", None, "gen", 2, "codex", (("A-1", "applies to build"),)),
        Told("0002-build", "build", "store", "gen", 2, "codex", ()),
    ]
    assert len(problems) == 1
    assert problems[0].startswith(f"{tmp_path}/0003-build/session.json: it cannot be read")


# Counts


def test_cards_are_counted_by_collection_step_tag_and_source_and_an_unused_tag_is_shown() -> None:
    found = stats(
        cards_of(
            card_text("TAL-001", applies="`build`, `paint` (review) · money", source="Bo Li and Ed Po, *A*, 1999"),
            card_text("TAL-002", applies="`build` · money, files", source="Bo Li, *B*, 2000"),
        ),
        ["money", "files", "errors"],
    )
    assert (found.cards, found.collections) == (2, {"tales": 2})
    assert list(found.steps.items()) == [("build", 2), ("paint", 1)]
    assert list(found.tags.items()) == [("money", 2), ("files", 1), ("errors", 0)]
    assert (found.works, found.persons) == ({"a": 1, "b": 1}, {"b li": 2, "e po": 1})
