"""The figures of a run, from its journal alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.errors import MetaError
from engine.metrics import Metrics, metrics
from engine.metrics.model import Amount, Confidence, Failures, FirstPass
from engine.metrics.reading import read_journal
from engine.metrics.words import duration, lines, money
from engine.state.events import PhaseEnded, PhaseStarted
from engine.state.journal import encode

Line = dict[str, Any]
NOON = "2026-11-22T12:{:02}:{:02}.000Z"


def at(second: float) -> str:
    return NOON.format(int(second) // 60, int(second) % 60)


def run(second: float, **run: Any) -> Line:
    return {"event": "run_set", "at": at(second), "run": {"started_at": at(0), "finished_at": None, **run}}


def started(second: float, id_: str, step: str = "code", lego: str | None = "store", **about: Any) -> Line:
    session = {"id": id_, "runtime": "codex", "started_at": at(second), **about}
    return {"event": "session_started", "at": at(second), "step": step, "lego": lego, "session": session}


def ended(second: float, id_: str, step: str = "code", lego: str | None = "store", **how: Any) -> Line:
    return {
        "event": "session_ended",
        "at": at(second),
        "step": step,
        "lego": lego,
        "session": id_,
        **{"outcome": "done", **how},
    }


def checked(second: float, next_: str, passed: bool = True, step: str = "code", **more: Any) -> Line:
    about = {"step": step, "lego": "store", "check": {"passed": passed}, "next": next_}
    return {"event": "check_ended", "at": at(second), **about, **more}


def landed(second: float, next_: str = "done", step: str = "code", lego: str | None = "store") -> Line:
    return {"event": "landed", "at": at(second), "step": step, "lego": lego, "next": next_}


def asked(second: float, gate: str = "menu", round_: int = 1) -> Line:
    waiting = {"gate": gate, "round": round_, "step": gate}
    return {"event": "gate_asked", "at": at(second), "step": gate, "lego": None, "waiting": waiting}


def decided(second: float, gate: str = "menu", next_: str = "done") -> Line:
    return {
        "event": "gate_decided",
        "at": at(second),
        "step": gate,
        "lego": None,
        "fact": {"gate": gate},
        "next": next_,
    }


def reopened(second: float, step: str = "code", lego: str | None = "store", charge: bool = False) -> Line:
    return {"event": "reopened", "at": at(second), "step": step, "lego": lego, "why": "again", "charge": charge}


GOOD = [
    started(0, "0001-7-store-code-gen-1"),
    ended(10, "0001-7-store-code-gen-1"),
    checked(12, "review"),
    started(12, "0002-7-store-code-review-1"),
    ended(20, "0002-7-store-code-review-1"),
    checked(21, "land"),
    landed(22),
]
"""A step that goes well, from its first session to its landing."""


def of(*events: Line) -> Metrics:
    return metrics(events)


# Sessions, tokens, money


def test_an_empty_journal_gives_no_figures_and_nothing_is_zero_that_is_unknown() -> None:
    found = of()
    assert found == Metrics()
    assert found.sessions.tokens.total is None
    assert found.time.elapsed_seconds is None
    assert found.first_pass.rate is None
    assert found.confidence.mean is None


def test_sessions_are_counted_by_outcome_by_runtime_and_by_the_phase_in_their_id() -> None:
    found = of(
        started(0, "0001-3-menu-gen-1", "menu", None, runtime="copilot"),
        ended(30, "0001-3-menu-gen-1", "menu", None, outcome="failed", charge=True),
        started(30, "0002-3-menu-gen-2", "menu", None),
        ended(40, "0002-3-menu-gen-2", "menu", None),
        started(40, "0003-7-store-code-gen-1"),
    )
    assert (found.sessions.count, found.sessions.open, found.sessions.seconds) == (3, 1, 40)
    assert found.sessions.outcomes == {"done": 1, "failed": 1}
    assert {name: sessions.count for name, sessions in found.runtimes.items()} == {"codex": 2, "copilot": 1}
    assert {name: phase.sessions.count for name, phase in found.phases.items()} == {"3": 2, "7": 1}
    assert found.phases["3"].sessions.seconds == 40


def test_a_session_that_tells_no_tokens_is_counted_as_silent_and_never_as_zero() -> None:
    found = of(
        started(0, "0001-3-menu-gen-1"),
        ended(1, "0001-3-menu-gen-1", tokens=1200, cost=0.5),
        started(1, "0002-3-menu-gen-2"),
        ended(2, "0002-3-menu-gen-2", tokens=None, cost=None),
        started(2, "0003-3-menu-gen-3"),
        ended(3, "0003-3-menu-gen-3", tokens=0),
        started(3, "0004-3-menu-gen-4"),
    )
    assert found.sessions.tokens == Amount(1200, 1)
    assert found.sessions.cost == Amount(0.5, 2)


def test_where_no_session_tells_its_tokens_the_sum_is_unknown() -> None:
    found = of(*GOOD)
    assert found.sessions.tokens == Amount(None, 2)
    assert "tokens: unknown (2 sessions told nothing)" in lines(found)
    assert "money: unknown (2 sessions told nothing)" in lines(found)


# First pass


def test_a_step_whose_first_gen_goes_through_is_a_first_pass() -> None:
    assert of(*GOOD).first_pass == FirstPass(1, 1, 1.0)


@pytest.mark.parametrize(
    "trouble",
    [
        [ended(10, "0001-7-store-code-gen-1", outcome="failed", charge=True)],
        [ended(10, "0001-7-store-code-gen-1"), checked(11, "gen", passed=False)],
        [ended(10, "0001-7-store-code-gen-1"), checked(11, "gen", passed=False, charge=True)],
        [reopened(10, charge=True)],
    ],
    ids=["failed session", "red check", "red check, charged", "blamed"],
)
def test_a_failure_before_the_end_spoils_the_first_pass(trouble: list[Line]) -> None:
    assert of(GOOD[0], *trouble, *GOOD).first_pass == FirstPass(0, 1, 0.0)


@pytest.mark.parametrize(
    "trouble",
    [
        [ended(10, "0001-7-store-code-gen-1", outcome="interrupted")],
        [ended(10, "0001-7-store-code-gen-1", outcome="runtime")],
        [ended(10, "0001-7-store-code-gen-1"), checked(11, "gen_check", passed=False, charge=False)],
        [{"event": "step_stopped", "at": at(10), "step": "code", "lego": "store", "why": "edits in the way"}],
    ],
    ids=["interrupted", "runtime", "another is to blame", "stopped"],
)
def test_what_is_nobodys_failure_does_not_spoil_it(trouble: list[Line]) -> None:
    assert of(GOOD[0], *trouble, *GOOD).first_pass == FirstPass(1, 1, 1.0)


def test_what_happens_after_the_first_end_does_not_count() -> None:
    again = [
        reopened(30),
        started(30, "0009-7-store-code-gen-2"),
        ended(31, "0009-7-store-code-gen-2", outcome="failed"),
    ]
    assert of(*GOOD, *again).first_pass == FirstPass(1, 1, 1.0)


def test_a_step_that_failed_for_good_ended_and_one_at_work_or_at_its_gate_did_not() -> None:
    failing = [ended(10, "0001-7-store-code-gen-1", outcome="failed", charge=True)]
    tripped = {"event": "valve_tripped", "at": at(11), "instance": "code_store", "message": "failed"}
    assert of(GOOD[0], *failing).first_pass.ended == 0
    assert of(GOOD[0], *failing, tripped).first_pass == FirstPass(0, 1, 0.0)
    assert of(GOOD[0], *failing, tripped, reopened(12)).first_pass.ended == 0
    assert of(*GOOD[:-1], landed(22, "gate")).first_pass.ended == 0


def test_steps_without_sessions_have_no_first_pass() -> None:
    action = {"event": "action_ended", "at": at(1), "step": "scaffold", "lego": None, "next": "done"}
    assert of(action).first_pass.ended == 0


# Time


def test_elapsed_time_runs_from_the_start_of_the_run_to_its_finish() -> None:
    found = of(run(0), *GOOD, run(50, finished_at=at(50)))
    assert (found.time.started_at, found.time.finished_at, found.time.elapsed_seconds) == (at(0), at(50), 50)


def test_an_unfinished_run_counts_up_to_now_or_else_to_its_last_event() -> None:
    now = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
    assert of(run(0), *GOOD).time.elapsed_seconds == 22
    assert metrics([run(0), *GOOD], now).time.elapsed_seconds == 3600


def test_work_is_sessions_checks_and_landings_and_what_overlaps_counts_once() -> None:
    other = [started(5, "0003-7-cli-code-gen-1", lego="cli"), ended(15, "0003-7-cli-code-gen-1", lego="cli")]
    quiet = [asked(22), decided(60)]
    events = sorted([*GOOD, *other, landed(15, lego="cli"), *quiet], key=lambda event: event["at"])
    found = metrics([run(0), *events])
    assert (found.time.working_seconds, found.time.elapsed_seconds) == (22, 60)
    assert found.sessions.seconds == 28


def test_work_that_is_still_open_counts_to_the_last_event_only() -> None:
    now = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
    assert metrics([run(0), GOOD[0], asked(7)], now).time.working_seconds == 7


def test_the_time_of_a_phase_runs_from_its_first_step_to_its_end() -> None:
    events = [
        {"event": "phase_started", "at": at(1), "phase": 7, "title": "Build"},
        *GOOD,
        {"event": "phase_ended", "at": at(25), "phase": 7},
        {"event": "phase_started", "at": at(25), "phase": 10, "title": "Proof"},
        asked(40),
    ]
    found = metrics(events)
    assert list(found.phases) == ["7", "10"]
    assert (found.phases["7"].title, found.phases["7"].elapsed_seconds) == ("Build", 24)
    assert (found.phases["10"].ended_at, found.phases["10"].elapsed_seconds) == (None, 15)


def test_a_clock_that_was_set_back_takes_no_time() -> None:
    found = of(run(30), started(30, "0001-7-store-code-gen-1"), ended(5, "0001-7-store-code-gen-1"), landed(6))
    assert (found.sessions.seconds, found.time.working_seconds) == (0, 0)


# Waiting for a person


def test_waiting_is_told_per_gate_as_a_sum_and_as_time_elapsed() -> None:
    found = of(asked(0), asked(10, "book"), decided(20), decided(40, "book"), asked(50, round_=2), decided(55))
    assert (found.waiting.gates["menu"].seconds, found.waiting.gates["menu"].asked) == (25, 2)
    assert found.waiting.gates["book"].seconds == 30
    assert (found.waiting.seconds, found.waiting.elapsed_seconds) == (55, 45)


def test_a_gate_that_asks_again_before_an_answer_goes_on_waiting() -> None:
    gate = of(asked(0), asked(10, round_=1), decided(30)).waiting.gates["menu"]
    assert (gate.seconds, gate.asked, gate.open_since) == (30, 1, None)


def test_an_open_gate_says_since_when_and_counts_up_to_now() -> None:
    gate = metrics([asked(5)], datetime(2026, 11, 22, 12, 1, 5, tzinfo=UTC)).waiting.gates["menu"]
    assert (gate.seconds, gate.open_since) == (60, at(5))


def test_a_question_whose_step_is_done_again_waits_no_more() -> None:
    found = of(asked(0), reopened(10, "menu", None), asked(90, "book"))
    assert (found.waiting.gates["menu"].seconds, found.waiting.gates["menu"].open_since) == (10, None)


# Confidence and failures


def test_confidence_is_told_over_all_and_per_step_with_its_lowest_session() -> None:
    found = of(
        started(0, "a"),
        ended(1, "a", confidence=0.9),
        started(1, "b", "tests"),
        ended(2, "b", "tests", confidence=0.5),
        started(2, "c", "tests"),
        ended(3, "c", "tests", confidence=None),
    )
    assert found.confidence == Confidence(2, 0.7, 0.5, "b")
    assert found.confidence_by_step == {"code": Confidence(1, 0.9, 0.9, "a"), "tests": Confidence(1, 0.5, 0.5, "b")}


def test_failures_are_charged_by_cause_and_only_where_the_journal_charges_them() -> None:
    found = of(
        ended(1, "a", outcome="failed", charge=True),
        ended(2, "b", outcome="interrupted", charge=False),
        checked(3, "gen", passed=False),
        checked(4, "gen_check", passed=False, charge=False),
        checked(5, "review"),
        reopened(6, "tests", charge=True),
        reopened(7, "tests"),
    )
    assert found.failures_by_step == {"code": Failures(2, 1, 1, 0), "tests": Failures(1, 0, 0, 1)}
    assert found.failures == Failures(3, 1, 1, 1)


# Journals of other versions


def test_events_of_a_newer_version_change_no_figure_and_are_counted() -> None:
    newer: list[Line] = [
        {"event": "rocket_launched", "at": at(3), "step": "code", "lego": "store", "next": "done", "charge": True},
        {"event": ["landed"]},
        {},
    ]
    found = of(*GOOD[:1], *newer, *GOOD[1:])
    assert found.not_understood == 3
    assert asdict(found) == {**asdict(of(*GOOD)), "not_understood": 3}
    assert lines(found)[-1].startswith("not counted: 3 lines of the journal")


@pytest.mark.parametrize("name", sorted({field for event in GOOD for field in event} - {"event"}))
def test_no_field_is_so_important_that_its_absence_breaks_anything(name: str) -> None:
    found = of(*({key: value for key, value in event.items() if key != name} for event in [*GOOD, asked(30)]))
    assert json.loads(json.dumps(asdict(found)))["schema_version"] == 1


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, True, float("nan")])
def test_no_field_of_another_type_breaks_anything(value: object) -> None:
    for name in {field for event in [*GOOD, asked(30), decided(31), run(32)] for field in event} - {"event"}:
        found = of(*({**event, name: value} for event in [*GOOD, asked(30), decided(31), run(32)]))
        assert lines(found)


def test_a_session_that_ends_without_a_beginning_is_counted_as_unknown() -> None:
    found = of(ended(9, "0007-3-menu-gen-1"))
    assert (found.sessions.outcomes, list(found.runtimes), found.sessions.seconds) == ({"done": 1}, ["unknown"], 0)


def test_typed_events_count_as_their_lines_do() -> None:
    events: list[PhaseStarted | PhaseEnded] = [
        PhaseStarted(seq=1, at=at(0), phase=3, title="Menu"),
        PhaseEnded(seq=2, at=at(4), phase=3),
    ]
    assert metrics(events) == metrics([json.loads(encode(event)) for event in events])
    assert metrics(events).phases["3"].elapsed_seconds == 4


def test_lines_of_a_journal_that_are_no_objects_are_counted_and_an_unfinished_one_is_no_event(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(
        encode(PhaseStarted(seq=1, at=at(0), phase=3, title="Menu")) + b'{"event\n[1]\n\xff\n{"event": "pha'
    )
    found = metrics(read_journal(journal))
    assert (found.not_understood, list(found.phases)) == (3, ["3"])


def test_no_journal_is_an_empty_one_and_a_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal.jsonl") == []
    with pytest.raises(MetaError, match=r"cannot be read .*Check the file's rights"):
        read_journal(tmp_path)


# Words


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "unknown"), (0, "0:00"), (843, "14:03"), (3599.9, "59:59"), (4443, "1:14:03")]
)
def test_durations_are_minutes_and_seconds_and_hours_when_there_are_any(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("amount", "words"), [(0, "$0.00"), (0.42, "$0.42"), (1234.5, "$1,234.50"), (0.00042, "$0.00042")]
)
def test_money_below_a_cent_is_not_told_as_nothing(amount: float, words: str) -> None:
    assert money(amount) == words
