"""What each event means for the facts."""

from __future__ import annotations

from typing import Any

import pytest

from engine.state import events as ev
from engine.state.apply import apply
from engine.state.models import (
    CheckFact,
    Comment,
    GateFact,
    OrchestratorState,
    Run,
    RuntimeFact,
    SessionFact,
    State,
    StepRecord,
    Waiting,
)

T0, T1 = "2026-01-01T00:00:00.000Z", "2026-01-01T00:01:00.000Z"


def after(*events: ev.Event) -> State:
    """The facts after these events, numbered from 1, one minute apart."""
    state = State()
    for number, event in enumerate(events):
        state = apply(state, event.model_copy(update={"seq": number + 1, "at": f"2026-01-01T00:{number:02}:00.000Z"}))
    return state


def record_after(*events: ev.Event) -> StepRecord:
    """The record of the step `design` after these events."""
    record = after(*events).record("design")
    assert record is not None
    return record


def session(substep: str = "gen", id_: str = "s1", **more: Any) -> SessionFact:
    fields = {"id": id_, "substep": substep, "attempt": 1, "runtime": "replay", "base": "b0", "started_at": T0}
    return SessionFact.model_validate({**fields, **more})


def started(substep: str = "gen", **more: Any) -> ev.SessionStarted:
    return ev.SessionStarted(step="design", session=session(substep, **more), document="d1")


def ended(outcome: str = "done", substep: str = "gen", **more: Any) -> ev.SessionEnded:
    fields = {"step": "design", "session": "s1", "substep": substep, "outcome": outcome}
    return ev.SessionEnded.model_validate({**fields, **more})


def red(evidence: str = "two tests fail", **more: Any) -> ev.CheckEnded:
    check = CheckFact(after="gen", commit="c1", passed=False)
    return ev.CheckEnded.model_validate({"step": "design", "check": check, "next": "gen", "evidence": evidence, **more})


def green() -> ev.CheckEnded:
    return ev.CheckEnded(step="design", check=CheckFact(after="gen", commit="c1", passed=True), next="review")


def waiting(gate: str = "design", lego: str | None = None) -> Waiting:
    return Waiting(gate=gate, round=1, kind="approval", about={"d.md": "1"}, step="design", lego=lego)


def decided(verdict: str, **more: Any) -> ev.GateDecided:
    fact = GateFact.model_validate({"gate": "design", "round": 1, "decision": verdict})
    return ev.GateDecided.model_validate({"step": "design", "fact": fact, "next": "done", **more})


def test_run_set_replaces_what_is_known_of_the_run() -> None:
    state = after(ev.RunSet(run=Run(app="one")), ev.RunSet(run=Run(app="two", lane="tiny")))
    assert state.orchestrator.run == Run(app="two", lane="tiny")


def test_a_phase_has_the_time_it_began_and_the_time_it_ended() -> None:
    phase = after(ev.PhaseStarted(phase=3, title="Requirements"), ev.PhaseEnded(phase=3)).orchestrator.phases["3"]
    assert (phase.title, phase.started_at, phase.ended_at) == ("Requirements", T0, T1)


def test_a_phase_that_never_began_cannot_end() -> None:
    with pytest.raises(ValueError, match="phase 3 ended but never began"):
        after(ev.PhaseEnded(phase=3))


def test_an_action_runs_under_a_document_and_hands_on_its_commit_and_inputs() -> None:
    begun = record_after(ev.ActionStarted(step="design", document="d1"))
    assert (begun.stage, begun.document, begun.started_at, begun.ended_at) == ("action", "d1", T0, None)
    over = record_after(
        ev.ActionStarted(step="design"), ev.ActionEnded(step="design", commit="c1", inputs={"a.md": "1"}, next="done")
    )
    assert (over.stage, over.commit, over.inputs, over.ended_at) == ("done", "c1", {"a.md": "1"}, T1)


def test_a_started_session_is_open_until_it_ends() -> None:
    assert record_after(started()).open_session == session()
    assert record_after(started(), ended()).open_session is None


def test_a_step_ran_with_the_inputs_of_its_gen_session_not_of_its_review() -> None:
    record = record_after(started(inputs={"a.md": "1"}), ended(), started("review", id_="s2", inputs={"a.md": "2"}))
    assert record.inputs == {"a.md": "1"}


@pytest.mark.parametrize(("substep", "stage"), [("gen", "gen_check"), ("review", "review_check")])
def test_a_session_that_is_done_is_checked_next(substep: str, stage: str) -> None:
    record = record_after(started(substep), ended(substep=substep, commit="c1", confidence=0.8))
    assert (record.stage, record.commit, record.sessions[0].confidence) == (stage, "c1", 0.8)


def test_a_session_with_questions_leads_to_the_gate() -> None:
    record = record_after(started(), ended("needs_input", questions=["Which units?"]))
    assert (record.stage, record.questions) == ("gate", ["Which units?"])


def test_only_a_charged_session_counts_as_a_failure_and_leaves_evidence() -> None:
    charged = record_after(started(), ended("failed", reason="no result", charge=True))
    assert (charged.failure_count, charged.evidence) == (1, ["no result"])
    free = record_after(started(), ended("interrupted", reason="killed"))
    assert (free.failure_count, free.evidence, free.stage) == (0, [], "gen")


def test_a_step_stops_without_a_failure_when_a_person_cancelled() -> None:
    record = record_after(started(), ended("cancelled", reason="cancelled by a person"))
    assert (record.stage, record.stopped_why, record.failure_count) == ("stopped", "cancelled by a person", 0)


@pytest.mark.parametrize("substep", ["gen", "review"])
def test_trouble_with_the_runtime_leaves_the_step_where_it_was(substep: str) -> None:
    begun: list[ev.Event] = [started(), ended(), green()] if substep == "review" else []
    record = record_after(*begun, started(substep, id_="s2"), ended("runtime", substep, session="s2", reason="busy"))
    assert (record.stage, record.stopped_why, record.failure_count) == (substep, "", 0)


def test_what_is_known_of_a_runtime_is_replaced_and_taken_back() -> None:
    rests = ev.RuntimeSet(runtime="a", fact=RuntimeFact(reason="busy", until=T1, failures=1))
    other = ev.RuntimeSet(runtime="b", fact=RuntimeFact(limit=2))
    known = after(rests, other, ev.RuntimeSet(runtime="a", fact=RuntimeFact(limit=3))).orchestrator.runtimes
    assert known == {"a": RuntimeFact(limit=3), "b": RuntimeFact(limit=2)}
    assert after(rests, other, ev.RuntimeSet(runtime="a", fact=None)).orchestrator.runtimes.keys() == {"b"}


def test_interruptions_in_a_row_are_counted_unless_they_were_ours() -> None:
    killed: list[ev.Event] = [started(), ended("interrupted")]
    assert record_after(*killed, *killed).interruptions == 2
    assert record_after(*killed, started(), ended("interrupted", ours=True)).interruptions == 1
    assert record_after(*killed, started(), ended("failed")).interruptions == 0


@pytest.mark.parametrize(
    ("trees", "reasons", "repeats"),
    [("aa", "xx", 1), ("aaa", "xxx", 2), ("ab", "xx", 0), ("aa", "xy", 0), ("aba", "xxx", 0), ("abb", "xxx", 1)],
)
def test_only_the_same_failure_on_the_same_tree_in_a_row_is_a_repeat(trees: str, reasons: str, repeats: int) -> None:
    failures: list[ev.Event] = [
        ended("failed", charge=True, tree=t, reason=r) for t, r in zip(trees, reasons, strict=True)
    ]
    assert record_after(started(), *failures).repeats == repeats


def test_a_red_check_and_a_failed_session_are_the_same_failure_if_they_say_the_same() -> None:
    check = CheckFact(after="gen", commit="c1", tree="t", passed=False)
    again = ev.CheckEnded(step="design", check=check, next="gen", evidence="red")
    assert record_after(again, ended("failed", charge=True, tree="t", reason="red")).repeats == 1


def test_each_answer_is_a_round_and_overflows_are_counted_until_the_work_has_landed() -> None:
    asked: list[ev.Event] = [
        ended("needs_input", questions=["Units?"]),
        decided("answer", answers={"Units?": "km"}, next="gen"),
    ]
    assert record_after(*asked, *asked).rounds == 2
    landed = ev.Landed(step="design", commit="c1", next="done")
    assert record_after(started(), ended("overflow")).overflows == 1
    assert record_after(started(), ended("overflow"), *asked, landed).overflows == 0


@pytest.mark.parametrize(
    "event",
    [
        ev.Landed(step="design", commit="c1", next="done"),
        ev.Reopened(step="design", why="retry", forgive=True),
        ev.GateDecided(step="design", fact=GateFact(gate="design", round=1, decision="revise"), next="gen"),
    ],
    ids=["it landed", "a person tries again", "a person wants it otherwise"],
)
def test_work_that_begins_anew_has_nothing_held_against_it(event: ev.Event) -> None:
    failure = ended("failed", charge=True, tree="t", reason="red")
    bad: list[ev.Event] = [failure, failure, ended("interrupted"), decided("answer", next="gen")]
    before, record = record_after(*bad), record_after(*bad, event)
    assert (before.failure_count, before.repeats, before.interruptions, before.rounds) == (2, 1, 1, 1)
    assert (record.failure_count, record.repeats, record.interruptions, record.rounds) == (0, 0, 0, 0)
    assert record.last_failure == ""


def test_the_budget_adds_up_what_is_known_and_never_takes_unknown_for_zero() -> None:
    unknown = after(started(), ended()).orchestrator.budget
    assert (unknown.sessions, unknown.tokens, unknown.cost) == (1, None, None)
    known = after(started(), ended(tokens=10), started(id_="s2"), ended(tokens=5, cost=0.5)).orchestrator.budget
    assert (known.sessions, known.tokens, known.cost) == (2, 15, 0.5)


def test_a_red_check_counts_and_leaves_evidence_a_green_one_clears_it() -> None:
    failed = record_after(red("one"), red("two"))
    assert (failed.failure_count, failed.evidence, failed.stage) == (2, ["one", "two"], "gen")
    passed = record_after(red("one"), green())
    assert (passed.evidence, passed.stage, len(passed.checks)) == ([], "review", 2)


def test_a_red_check_that_is_another_steps_fault_counts_nothing_here() -> None:
    assert record_after(red(charge=False)).failure_count == 0


def test_a_landing_is_open_until_it_landed_and_then_failures_are_forgotten() -> None:
    begun: list[ev.Event] = [red(), ev.LandingStarted(step="design", old="c0", new="c1")]
    assert record_after(*begun).landing == ("c0", "c1")
    over = record_after(*begun, ev.Landed(step="design", commit="c1", outputs={"d.md": "1"}, next="done"))
    assert (over.landing, over.commit, over.outputs, over.stage) == (None, "c1", {"d.md": "1"}, "done")
    assert (over.failure_count, over.evidence, over.ended_at) == (0, [], "2026-01-01T00:02:00.000Z")


def test_held_work_is_the_tip_of_its_lego_until_it_lands() -> None:
    held = ev.Landed(step="design", lego="store", commit="c1", tip="c1", next="done")
    assert after(held).legos["store"].tip == "c1"
    assert after(held, ev.Landed(step="design", lego="store", commit="c2", next="done")).legos["store"].tip is None


def test_what_is_held_is_known_by_its_ids_until_it_is_merged() -> None:
    tests = ev.Landed(step="tests", lego="store", commit="c1", tip="c1", outputs={"t/": "1"}, next="done")
    code = ev.Landed(step="code", lego="store", commit="c2", tip="c2", outputs={"s/": "1"}, next="done")
    design = ev.Landed(step="design", lego="store", commit="c3", tip="c2", outputs={"d.md": "1"}, next="done")
    merged = ev.Landed(step="merge", lego="store", commit="c4", outputs={"s/": "1"}, next="done")
    assert after(tests, code, design).legos["store"].held == {"t/": "1", "s/": "1"}
    assert after(tests, code, design, merged).legos["store"].held == {}
    assert after(tests, code, merged, tests).legos["store"].held == {"t/": "1"}


def test_a_gate_asks_one_question_at_a_time_and_a_decision_answers_it() -> None:
    asked: list[ev.Event] = [
        ev.GateAsked(step="design", waiting=waiting(about)) for about in ("design", "other", "design")
    ]
    assert [w.gate for w in after(*asked).orchestrator.waiting] == ["other", "design"]
    assert [w.gate for w in after(*asked, decided("approve")).orchestrator.waiting] == ["other"]


def test_an_answer_is_added_to_the_answers_and_closes_the_questions() -> None:
    record = record_after(ended("needs_input", questions=["Units?"]), decided("answer", answers={"Units?": "km"}))
    assert (record.answers, record.questions) == ({"Units?": "km"}, [])


def test_a_revise_hands_its_comments_on_and_is_no_failure() -> None:
    remark = Comment(id="c1", text="shorter")
    record = record_after(red(), decided("revise", comments=[remark], next="gen"))
    assert (record.comments, record.failure_count, record.stage) == ([remark], 0, "gen")


def test_an_approval_clears_the_comments_and_fixes_the_outputs() -> None:
    remark = Comment(id="c1", text="shorter")
    record = record_after(decided("revise", comments=[remark]), decided("approve", outputs={"d.md": "2"}))
    assert (record.comments, record.outputs, record.stage) == ([], {"d.md": "2"}, "done")


def test_a_stop_at_the_gate_says_why_the_step_stopped() -> None:
    assert "stopped by a person" in record_after(decided("stop", next="stopped")).stopped_why


def test_reopened_work_starts_again_with_evidence_and_without_its_question() -> None:
    asked = ev.GateAsked(step="design", waiting=waiting())
    events: list[ev.Event] = [
        red(),
        asked,
        ev.Reopened(step="design", why="blamed", evidence="wrong test", charge=True),
    ]
    record = record_after(*events)
    assert (record.stage, record.failure_count, record.evidence[-1]) == ("gen", 2, "wrong test")
    assert after(*events).orchestrator.waiting == []


def test_a_retry_forgives_the_failures_before_it() -> None:
    stopped = ev.StepStopped(step="design", why="failed three times")
    assert record_after(red(), stopped).stopped_why == "failed three times"
    retried = record_after(red(), stopped, ev.Reopened(step="design", why="retry", forgive=True))
    assert (retried.failure_count, retried.stopped_why, retried.stage) == (0, "", "gen")


def test_a_valve_is_tripped_until_it_is_reset() -> None:
    tripped = ev.ValveTripped(instance="design", message="failed 3 times")
    assert after(tripped).orchestrator.valves == {"design": "failed 3 times"}
    assert after(tripped, ev.ValveReset(instance="design")).orchestrator.valves == {}


def test_a_command_is_known_as_done() -> None:
    assert after(ev.CommandDone(id="x")).orchestrator.commands == ["x"]


def test_an_event_of_a_lego_changes_the_file_of_that_lego_only() -> None:
    state = after(ev.StepStopped(step="tests", lego="store", why="no"))
    assert (state.record("tests", "store") or StepRecord()).stage == "stopped"
    assert state.orchestrator == OrchestratorState(seq=1)
    assert list(state.legos) == ["store"]
