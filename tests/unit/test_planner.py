"""What is due, and what every step is: the planner alone, on facts in memory."""

from __future__ import annotations

from typing import Any

import pytest

from engine.actions import (
    Ask,
    BeginPhase,
    CarryOut,
    EndPhase,
    FollowSession,
    Land,
    Reopen,
    ResetValve,
    RunAction,
    RunCheck,
    StartSession,
    TakeDecision,
    TripValve,
    Withdraw,
)
from engine.assessment import Status
from engine.assessor import sum_up
from engine.state.events import (
    ActionEnded,
    ActionStarted,
    GateAsked,
    GateDecided,
    GateWithdrawn,
    LandingStarted,
    PhaseStarted,
    Reopened,
    StepStopped,
    ValveTripped,
)
from engine.state.models import Command, Decision, GateFact
from tests.planning import GARDEN, Garden, beds

CONTRACT = {name: f"src/garden/contracts/{name}.py" for name in ("peas", "beans", "corn")}
SOURCE = {name: f"src/garden/{name}/" for name in ("peas", "beans", "corn")}


@pytest.fixture
def garden() -> Garden:
    """Nothing has happened yet."""
    return Garden()


@pytest.fixture
def mapped() -> Garden:
    """Phase 0 is done and approved: peas and beans stand alone, corn needs both."""
    return Garden().mapped()


def due(garden: Garden, kind: type[Any]) -> list[Any]:
    return [action for action in garden.due if isinstance(action, kind)]


def keys(garden: Garden, kind: type[Any]) -> list[str]:
    return [action.key for action in due(garden, kind)]


def ready(garden: Garden) -> list[str]:
    return [name for name, word in garden.words.items() if word == "ready"]


def planted(garden: Garden, lego: str) -> None:
    """What waited on the LEGO's own line is merged."""
    inputs = garden.inputs("planting", lego)
    garden.happen(ActionStarted(step="planting", lego=lego))
    garden.happen(ActionEnded(step="planting", lego=lego, commit="m", inputs=inputs, next="gen_check"))
    garden.check("planting", lego, "gen_check", True, "land")
    garden.land("planting", lego, files={SOURCE[lego]: inputs[SOURCE[lego]]})


# What is ready


def test_the_first_step_is_ready_and_a_step_of_the_app_waits_for_everything_above_it(garden: Garden) -> None:
    assert ready(garden) == ["survey"]
    assert garden.instance("map").why == "waits for survey"
    assert garden.instance("feast").why == "waits for map, survey, sowing, 2 more"
    garden.act("survey", {"app_intent.md": "intent-1"})
    assert ready(garden) == ["map"]


def test_a_step_per_lego_waits_only_for_the_makers_of_what_it_reads(mapped: Garden) -> None:
    assert ready(mapped) == ["sowing_peas", "sowing_beans"]
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    assert ready(mapped) == ["sowing_beans", "watering_peas"]
    assert mapped.instance("sowing_corn").why == "waits for sowing_beans"


def test_legos_that_do_not_need_each_other_are_worked_on_side_by_side(mapped: Garden) -> None:
    assert keys(mapped, StartSession) == ["sowing_peas", "sowing_beans"]
    mapped.begin("sowing", "peas")
    assert keys(mapped, StartSession) == ["sowing_beans"]
    assert keys(mapped, FollowSession) == ["sowing_peas"]


def test_without_a_plan_no_lego_is_begun_and_the_app_waits_for_what_is_made_per_lego(garden: Garden) -> None:
    garden.act("survey", {"app_intent.md": "intent-1"})
    garden.work("map", files={"map.md": "1"})
    assert garden.words == {"survey": "done", "map": "done", "fence": "skipped", "feast": "pending"}
    assert "sowing" in garden.instance("feast").why


def test_no_lego_is_begun_before_the_plan_is_approved_even_by_a_step_that_reads_nothing() -> None:
    free = GARDEN.replace("- **Inputs**: `map.md`, contracts of {dependencies}\n", "")
    garden = Garden(text=free)
    garden.act("survey", {"app_intent.md": "intent-1"})
    garden.work("map", files={"map.md": "map-1", "lego_plan.json": "plan-1"}, then="gate")
    garden.plan = beds()
    assert garden.instance("sowing_peas").why == "waits for map"
    garden.approve("map")
    assert garden.words["sowing_peas"] == "ready"


def test_a_lego_that_the_plan_keeps_is_skipped_and_holds_nobody_up() -> None:
    garden = Garden(plan=beds(peas="KEEP")).mapped()
    assert garden.words["sowing_peas"] == "skipped"
    garden.work("sowing", "beans", {CONTRACT["beans"]: "b1"})
    assert garden.words["sowing_corn"] == "ready"


@pytest.mark.parametrize(
    ("changes", "name", "word"),
    [
        ({"lane": "tiny"}, "feast", "skipped"),
        ({"lane": "full"}, "feast", "pending"),
        ({"sensitive": True}, "fence", "pending"),
        ({"sensitive": False}, "fence", "skipped"),
        ({"mode": "upgrade"}, "map", "skipped"),
    ],
)
def test_lane_mode_and_sensitivity_choose_the_steps(garden: Garden, changes: Any, name: str, word: Status) -> None:
    garden.run(**changes)
    assert garden.words[name] == word


# From Gen to done


def test_a_step_goes_from_gen_by_its_check_to_review_and_by_its_check_to_the_landing(mapped: Garden) -> None:
    assert due(mapped, StartSession)[0] == StartSession("sowing", "peas", "gen")
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas")
    assert mapped.words["sowing_peas"] == "checking"
    assert due(mapped, RunCheck) == [RunCheck("sowing", "peas", "gen_check", "review")]
    mapped.check("sowing", "peas", "gen_check", True, "review")
    assert StartSession("sowing", "peas", "review") in mapped.due
    mapped.begin("sowing", "peas", "review")
    mapped.end("sowing", "peas")
    assert due(mapped, RunCheck) == [RunCheck("sowing", "peas", "review_check", "land")]
    mapped.check("sowing", "peas", "review_check", True, "land")
    assert due(mapped, Land) == [Land("sowing", "peas", "done")]
    mapped.land("sowing", "peas")
    assert mapped.words["sowing_peas"] == "done"


def test_a_lane_without_review_lands_after_the_first_check(mapped: Garden) -> None:
    mapped.run(lane="tiny")
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.begin("watering", "peas")
    mapped.end("watering", "peas")
    assert RunCheck("watering", "peas", "gen_check", "land") in mapped.due


def test_a_red_check_begins_again_and_the_third_failure_is_the_last(mapped: Garden) -> None:
    for attempt in (1, 2):
        mapped.begin("sowing", "peas")
        mapped.end("sowing", "peas")
        mapped.check("sowing", "peas", "gen_check", False, "gen")
        assert mapped.words["sowing_peas"] == "ready"
        assert mapped.instance("sowing_peas").why == f"attempt {attempt + 1}, after: red"
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", "failed")
    failed = mapped.instance("sowing_peas")
    assert (failed.status, failed.why) == ("failed", "failed 3 times: it failed")
    assert mapped.words["sowing_beans"] == "ready"
    assert due(mapped, TripValve)[0].instance == "sowing_peas"
    assert "`meta retry peas`" in due(mapped, TripValve)[0].message


def test_the_valve_is_the_documents(mapped: Garden) -> None:
    strict = Garden(text=GARDEN.replace("at most 3", "at most 1")).mapped()
    for garden in (mapped, strict):
        garden.begin("sowing", "peas")
        garden.end("sowing", "peas", "failed")
    assert (mapped.words["sowing_peas"], strict.words["sowing_peas"]) == ("ready", "failed")


@pytest.mark.parametrize("outcome", ["interrupted", "runtime", "overflow"])
@pytest.mark.parametrize("substep", ["gen", "review"])
def test_what_is_not_the_works_fault_counts_as_no_failure_and_starts_the_same_again(
    mapped: Garden, outcome: Any, substep: Any
) -> None:
    mapped.begin("sowing", "peas")
    if substep == "review":
        mapped.end("sowing", "peas")
        mapped.check("sowing", "peas", "gen_check", True, "review")
        mapped.begin("sowing", "peas", "review")
    for _ in range(4):
        mapped.end("sowing", "peas", outcome)
        assert (mapped.words["sowing_peas"], mapped.instance("sowing_peas").failure_count) == ("ready", 0)
        assert StartSession("sowing", "peas", substep) in mapped.due
        mapped.begin("sowing", "peas", substep)


def test_what_was_cancelled_stops_with_its_reason_and_siblings_go_on(mapped: Garden) -> None:
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", "cancelled")
    assert (mapped.instance("sowing_peas").status, mapped.instance("sowing_peas").why) == ("stopped", "it cancelled")
    assert keys(mapped, StartSession) == ["sowing_beans"]


def test_a_valve_is_told_once_and_reset_when_its_cause_is_gone(mapped: Garden) -> None:
    mapped.happen(StepStopped(step="sowing", lego="peas", why="it no longer merges"))
    trip = due(mapped, TripValve)[0]
    mapped.happen(ValveTripped(instance=trip.instance, message=trip.message))
    assert due(mapped, TripValve) == []
    mapped.happen(Reopened(step="sowing", lego="peas", why="retried"))
    assert due(mapped, ResetValve) == [ResetValve("sowing_peas")]


def test_a_landing_that_was_cut_off_is_finished_before_any_other(mapped: Garden) -> None:
    for name in ("peas", "beans"):
        mapped.begin("sowing", name)
        mapped.end("sowing", name)
        mapped.check("sowing", name, "gen_check", True, "land")
    assert [a.key for a in mapped.due if isinstance(a, Land)] == ["sowing_peas", "sowing_beans"]
    mapped.happen(LandingStarted(step="sowing", lego="beans", old="a", new="b"))
    assert [a.key for a in mapped.due if isinstance(a, Land)] == ["sowing_beans", "sowing_peas"]


def test_a_landing_that_was_cut_off_is_finished_even_when_what_it_was_made_from_is_being_made_again(
    mapped: Garden,
) -> None:
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas")
    mapped.check("sowing", "peas", "gen_check", True, "land")
    mapped.happen(LandingStarted(step="sowing", lego="peas", old="a", new="b"))
    mapped.happen(Reopened(step="map", why="again"))
    mapped.options_are(until=0)
    assert mapped.words["sowing_beans"] == "pending"
    assert due(mapped, Land) == [Land("sowing", "peas", "done")]


# Gates


@pytest.fixture
def gated(garden: Garden) -> Garden:
    """The map has landed and waits at its gate; the question was put."""
    garden.act("survey", {"app_intent.md": "intent-1"})
    garden.work("map", files={"map.md": "map-1", "lego_plan.json": "plan-1"}, then="gate")
    garden.plan = beds()
    garden.ask("map")
    return garden


def test_a_gate_holds_everything_that_builds_on_it(gated: Garden) -> None:
    assert gated.words["map"] == "waiting_approval"
    assert gated.instance("map").why == "`meta approve map` approves it"
    assert ready(gated) == []
    assert gated.due == [BeginPhase(0, "Ground")]


def test_the_question_names_what_is_approved_and_is_put_again_when_that_changes(gated: Garden) -> None:
    assert gated.state.orchestrator.waiting[0].about == {"map.md": "map-1", "lego_plan.json": "plan-1"}
    gated.ids["map.md"] = "edited"
    assert due(gated, Ask)[0].waiting.about["map.md"] == "edited"


@pytest.mark.parametrize(
    ("verdict", "then"), [("approve", "done"), ("revise", "gen"), ("stop", "stopped")], ids=lambda word: str(word)
)
def test_a_decision_on_the_open_question_is_taken(gated: Garden, verdict: Any, then: str) -> None:
    gated.decisions["map"] = Decision(decision=verdict)
    assert [action.next for action in due(gated, TakeDecision)] == [then]


@pytest.mark.parametrize(
    "stray",
    [
        Decision(decision="approve", round=2),
        Decision(decision="approve", about={"map.md": "an older one", "lego_plan.json": "plan-1"}),
        Decision(decision="approve", about={}),
        Decision(decision="answer", answers={"How deep?": "deep"}),
    ],
)
def test_a_decision_on_something_else_counts_for_nothing(gated: Garden, stray: Decision) -> None:
    gated.decisions["map"] = stray
    assert due(gated, TakeDecision) == []


def test_a_revision_by_hand_answers_one_round_only(gated: Garden) -> None:
    gated.decisions["map"] = Decision(decision="revise", at="noon")
    taken = due(gated, TakeDecision)[0]
    record = gated.state.record("map")
    assert record is not None
    gated.state = gated.state.model_copy(
        update={
            "orchestrator": gated.state.orchestrator.model_copy(
                update={
                    "steps": {
                        **gated.state.orchestrator.steps,
                        "map": record.model_copy(
                            update={"gates": [GateFact(gate="map", round=1, decision="revise", at="noon")]}
                        ),
                    }
                }
            )
        }
    )
    gated.ask("map")
    assert taken.next == "gen"
    assert due(gated, TakeDecision) == []


def test_yes_approves_also_where_an_old_decision_lies_but_never_against_a_person(gated: Garden) -> None:
    gated.options_are(yes=True)
    gated.decisions["map"] = Decision(decision="revise", round=7)
    assert due(gated, TakeDecision)[0].decision == Decision(decision="approve", by="--yes")
    gated.decisions["map"] = Decision(decision="stop")
    assert due(gated, TakeDecision)[0].decision.decision == "stop"


def test_an_approval_when_sensitive_is_asked_for_a_sensitive_app_only(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.begin("watering", "peas")
    mapped.end("watering", "peas")
    mapped.check("watering", "peas", "gen_check", True, "land")
    assert due(mapped, Land) == [Land("watering", "peas", "done")]
    mapped.run(sensitive=True)
    assert due(mapped, Land) == [Land("watering", "peas", "gate")]


def test_a_gate_of_one_lego_holds_that_lego_only(mapped: Garden) -> None:
    mapped.run(sensitive=True)
    for name in ("peas", "beans"):
        mapped.work("sowing", name, {CONTRACT[name]: "1"})
    mapped.work("watering", "peas", files={SOURCE["peas"]: "s"}, then="gate")
    assert mapped.words["watering_peas"] == "waiting_approval"
    assert mapped.words["planting_peas"] == "pending"
    assert mapped.words["watering_beans"] == "ready"


def test_an_approved_artifact_that_was_edited_is_asked_about_again_and_holds_what_builds_on_it(mapped: Garden) -> None:
    mapped.ids["map.md"] = "edited"
    asked = mapped.instance("map")
    assert (asked.status, asked.gate, asked.edited) == ("waiting_approval", "map", ("map.md",))
    assert asked.why == "map.md changed after approval; `meta approve map` approves it"
    assert mapped.words["sowing_peas"] == "pending"
    mapped.ask("map")
    mapped.decisions["map"] = Decision(decision="approve", about={"map.md": "map-1", "lego_plan.json": "plan-1"})
    assert due(mapped, TakeDecision) == []
    mapped.decisions["map"] = Decision(decision="approve", about={"map.md": "edited", "lego_plan.json": "plan-1"})
    assert [action.next for action in due(mapped, TakeDecision)] == ["done"]
    mapped.approve("map")
    assert (mapped.words["map"], mapped.words["sowing_peas"]) == ("done", "ready")


def test_an_edit_that_is_taken_back_needs_no_approval(mapped: Garden) -> None:
    mapped.ids["map.md"] = "edited"
    mapped.ids["map.md"] = "map-1"
    assert mapped.words["map"] == "done"


@pytest.mark.parametrize(("files", "asked"), [({}, False), ({"map.md": "map-2"}, True)], ids=["same", "another"])
def test_what_was_done_again_is_asked_about_again_only_if_it_came_out_different(
    mapped: Garden, files: dict[str, str], asked: bool
) -> None:
    mapped.happen(Reopened(step="map", why="again"))
    mapped.work("map", files={"map.md": "map-1", "lego_plan.json": "plan-1", **files}, then="gate")
    assert (keys(mapped, Ask) == ["ask map"]) is asked
    taken = due(mapped, TakeDecision)
    assert [(t.decision.decision, t.decision.by, t.next) for t in taken] == (
        [] if asked else [("approve", "an earlier approval of the same", "done")]
    )


def test_what_was_sent_back_is_asked_about_even_if_it_comes_out_the_same(mapped: Garden) -> None:
    fact = GateFact(gate="map", round=2, decision="revise", about={"map.md": "map-1", "lego_plan.json": "plan-1"})
    mapped.happen(GateDecided(step="map", fact=fact, next="gen"))
    mapped.work("map", files={"map.md": "map-1", "lego_plan.json": "plan-1"}, then="gate")
    assert keys(mapped, Ask) == ["ask map"]


# Valves: each stops one branch of the work, says why and what to do, and lets the siblings go on


def blocked(garden: Garden) -> tuple[str, str]:
    """The word and the message of sowing_peas, after making sure that its sibling goes on."""
    assert garden.words["sowing_beans"] == "ready"
    assert keys(garden, StartSession) == ["sowing_beans"]
    trip = due(garden, TripValve)
    assert [one.instance for one in trip] == ["sowing_peas"]
    return garden.words["sowing_peas"], trip[0].message


RETRY = " `meta retry peas` tries again with what is known."


def test_the_last_failure_that_is_allowed_fails_the_step(mapped: Garden) -> None:
    for _ in range(3):
        mapped.begin("sowing", "peas")
        mapped.end("sowing", "peas", "failed")
    assert blocked(mapped) == ("failed", "sowing_peas failed: failed 3 times: it failed." + RETRY)


@pytest.mark.parametrize("how", ["session", "check"])
def test_the_same_failure_on_the_same_files_twice_is_no_progress(mapped: Garden, how: str) -> None:
    for _ in range(2):
        assert mapped.words["sowing_peas"] == "ready"
        mapped.begin("sowing", "peas")
        if how == "session":
            mapped.end("sowing", "peas", "failed", reason="red", tree="t")
        else:
            mapped.end("sowing", "peas")
            mapped.check("sowing", "peas", "gen_check", False, "gen", tree="t")
    why = "no progress: twice the same failure on the same files: red"
    assert blocked(mapped) == ("stopped", f"sowing_peas stopped: {why}." + RETRY)


@pytest.mark.parametrize("second", [{"tree": "other"}, {"reason": "another"}], ids=["other files", "another failure"])
def test_another_failure_or_other_files_are_progress(mapped: Garden, second: dict[str, str]) -> None:
    for told in ({}, second):
        mapped.begin("sowing", "peas")
        mapped.end("sowing", "peas", "failed", **{"reason": "red", "tree": "t", **told})
    assert mapped.words["sowing_peas"] == "ready"


def interrupted(garden: Garden, times: int, **told: object) -> None:
    for _ in range(times):
        garden.begin("sowing", "peas")
        garden.end("sowing", "peas", "interrupted", **told)


def test_a_session_that_is_killed_again_and_again_is_not_started_for_ever(mapped: Garden) -> None:
    interrupted(mapped, 4)
    assert mapped.words["sowing_peas"] == "ready"
    interrupted(mapped, 1)
    why = "its session was killed 5 times in a row by something else"
    assert blocked(mapped) == ("stopped", f"sowing_peas stopped: {why}." + RETRY)


def test_interruptions_of_our_own_are_not_counted_and_one_good_end_begins_the_count_anew(mapped: Garden) -> None:
    interrupted(mapped, 9, ours=True)
    interrupted(mapped, 4)
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", "failed")
    interrupted(mapped, 4)
    assert mapped.words["sowing_peas"] == "ready"


def answered(garden: Garden, question: str, answer: str) -> None:
    """A session asks that, and a person answers."""
    garden.begin("sowing", "peas")
    garden.end("sowing", "peas", "needs_input", questions=[question])
    garden.ask("sowing_peas")
    garden.decisions["sowing_peas"] = Decision(decision="answer", answers={question: answer})
    taken = due(garden, TakeDecision)[0]
    fact = GateFact(gate="sowing_peas", round=taken.waiting.round, decision="answer")
    answers = taken.decision.answers
    garden.happen(GateDecided(step="sowing", lego="peas", fact=fact, answers=answers, next=taken.next))


def test_an_interview_ends_after_three_rounds_with_the_open_questions(mapped: Garden) -> None:
    for number in (1, 2, 3):
        answered(mapped, f"How deep, {number}?", "deep")
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", "needs_input", questions=["Still?", "Really?"])
    assert keys(mapped, Ask) == []
    why = "still unclear after 3 rounds of questions. Open: Still?; Really?"
    assert blocked(mapped) == ("stopped", f"sowing_peas stopped: {why}." + RETRY)


def test_the_number_of_rounds_is_the_documents(mapped: Garden) -> None:
    mapped.valve("interview at most 1 rounds")
    answered(mapped, "How deep?", "deep")
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", "needs_input", questions=["Still?"])
    assert mapped.words["sowing_peas"] == "stopped"


def test_a_retry_forgives_whatever_a_valve_held_against_the_step(mapped: Garden) -> None:
    interrupted(mapped, 5)
    mapped.happen(Reopened(step="sowing", lego="peas", why="retried by a person", forgive=True))
    assert mapped.words["sowing_peas"] == "ready"
    interrupted(mapped, 4)
    assert mapped.words["sowing_peas"] == "ready"


# Questions


def test_an_empty_answer_counts_and_a_missing_one_does_not(mapped: Garden) -> None:
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", "needs_input", questions=["How deep?", "How far?"])
    mapped.ask("sowing_peas")
    mapped.decisions["sowing_peas"] = Decision(decision="answer", answers={"How deep?": "deep"})
    assert due(mapped, TakeDecision) == []
    mapped.decisions["sowing_peas"] = Decision(decision="answer", answers={"How deep?": "deep", "How far?": ""})
    assert [action.next for action in due(mapped, TakeDecision)] == ["gen"]


@pytest.mark.parametrize("substep", ["gen", "review"])
def test_who_asked_goes_on_with_the_answers(mapped: Garden, substep: Any) -> None:
    mapped.begin("sowing", "peas", substep)
    mapped.end("sowing", "peas", "needs_input")
    assert mapped.words["sowing_peas"] == "waiting_answer"
    mapped.options_are(yes=True)
    mapped.ask("sowing_peas")
    assert due(mapped, TakeDecision) == []
    mapped.decisions["sowing_peas"] = Decision(decision="answer", answers={"How deep?": "deep"})
    assert [action.next for action in due(mapped, TakeDecision)] == [substep]


@pytest.mark.parametrize("verdict", ["approve", "revise"])
def test_a_question_is_not_settled_by_a_verdict_on_work_that_is_not_there(mapped: Garden, verdict: Any) -> None:
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", "needs_input")
    mapped.ask("sowing_peas")
    mapped.decisions["sowing_peas"] = Decision(decision=verdict, answers={"How deep?": "deep"})
    assert due(mapped, TakeDecision) == []


def test_questions_of_an_earlier_session_are_not_asked_at_a_later_gate(garden: Garden) -> None:
    garden.act("survey", {"app_intent.md": "intent-1"})
    garden.begin("map")
    garden.end("map", outcome="needs_input")
    garden.happen(Reopened(step="map", why="retried by a person"))
    garden.work("map", files={"map.md": "map-1"}, then="gate")
    assert garden.words["map"] == "waiting_approval"


# Stale, edited, done again


def test_a_changed_input_makes_the_steps_that_read_it_stale_and_later_work_still_goes_on(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.ids["map.md"] = "edited"
    mapped.approve("map")
    assert mapped.words["sowing_peas"] == "stale"
    assert mapped.instance("sowing_peas").why == "map.md changed since it ran"
    assert mapped.words["watering_peas"] == "ready"
    assert keys(mapped, Reopen) == []


def test_stale_sessions_run_again_only_when_asked_for(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.ids["map.md"] = "edited"
    mapped.options_are(refresh=True)
    assert due(mapped, Reopen) == [Reopen("sowing", "peas", "map.md changed since it ran", "gen", ("map.md",))]
    mapped.options_are(refresh=True, until=0)
    assert keys(mapped, Reopen) == []


def test_an_edited_output_keeps_its_step_done_and_says_so(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.ids[CONTRACT["peas"]] = "edited"
    assert (mapped.words["sowing_peas"], mapped.instance("sowing_peas").edited) == ("done", (CONTRACT["peas"],))


def test_what_follows_from_a_stale_step_is_stale_with_it_and_says_so(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.work("watering", "peas", {SOURCE["peas"]: "s1"})
    mapped.ids["map.md"] = "edited"
    mapped.approve("map")
    follows = mapped.instance("watering_peas")
    assert (follows.status, follows.why) == ("stale", "it follows from sowing_peas, which is stale")


def test_only_what_really_read_something_else_is_refreshed_and_what_follows_waits_whether_it_changes(
    mapped: Garden,
) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.work("watering", "peas", {SOURCE["peas"]: "s1"})
    mapped.ids["map.md"] = "edited"
    mapped.approve("map")
    mapped.options_are(refresh=True)
    assert keys(mapped, Reopen) == ["sowing_peas"]
    mapped.happen(Reopened(step="sowing", lego="peas", why="map.md changed since it ran"))
    assert mapped.words["watering_peas"] == "stale"
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p2"})
    assert due(mapped, Reopen) == [
        Reopen("watering", "peas", f"{CONTRACT['peas']} changed since it ran", "gen", (CONTRACT["peas"],))
    ]


def test_an_edit_of_merged_work_makes_stale_what_reads_it(mapped: Garden) -> None:
    for name in ("peas", "beans"):
        mapped.work("sowing", name, {CONTRACT[name]: "1"})
    mapped.work("watering", "peas", {SOURCE["peas"]: "s1"})
    planted(mapped, "peas")
    mapped.ids[SOURCE["peas"]] = "edited"
    assert mapped.instance("planting_peas").why == f"runs again: {SOURCE['peas']} changed"
    assert mapped.instance("watering_peas").edited == (SOURCE["peas"],)


def test_work_done_again_waits_for_its_merge_and_what_lies_there_meanwhile_is_no_edit_of_it(mapped: Garden) -> None:
    mapped.run(sensitive=True)
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.work("watering", "peas", {SOURCE["peas"]: "s1"}, then="gate")
    mapped.approve("watering", "peas")
    planted(mapped, "peas")
    mapped.happen(Reopened(step="watering", lego="peas", why="again"))
    mapped.work("watering", "peas", {SOURCE["peas"]: "s2"}, then="gate")
    asked = due(mapped, Ask)[0].waiting
    assert asked.about == {SOURCE["peas"]: "s2"}
    fact = GateFact(gate="watering_peas", round=2, decision="approve", about=asked.about)
    mapped.happen(GateDecided(step="watering", lego="peas", fact=fact, outputs=asked.about, next="done"))
    assert (mapped.words["watering_peas"], mapped.instance("watering_peas").edited) == ("done", ())
    assert mapped.instance("planting_peas").why == f"runs again: {SOURCE['peas']} changed"


@pytest.mark.parametrize("stage", ["gen_check", "land"])
def test_an_action_whose_inputs_changed_before_its_work_landed_begins_anew(mapped: Garden, stage: Any) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.work("watering", "peas", {SOURCE["peas"]: "s1"})
    mapped.happen(ActionStarted(step="planting", lego="peas"))
    mapped.happen(
        ActionEnded(step="planting", lego="peas", commit="m", inputs=mapped.inputs("planting", "peas"), next=stage)
    )
    mapped.land("watering", "peas", files={SOURCE["peas"]: "s2"})
    assert due(mapped, RunAction) == [RunAction("planting", "peas", "merge LEGO", {SOURCE["peas"]: "s2"})]


def test_changed_criteria_are_evaluated_again_and_nothing_else_is_done(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.text = GARDEN.replace("- `map.md` exists\n\n### Step: watering", "- `more.md` exists\n\n### Step: watering")
    again = mapped.instance("sowing_peas")
    assert (again.status, again.why) == ("ready", "its criteria have changed in the document: they are checked again")
    assert due(mapped, RunCheck) == [RunCheck("sowing", "peas", "review_check", "done")], "nothing new is to land"
    mapped.check("sowing", "peas", "review_check", True, "done")
    assert mapped.words["sowing_peas"] == "done"
    assert due(mapped, RunCheck) == []


@pytest.mark.parametrize("held", [{"until": 0}, {}], ids=["until", "paused"])
def test_changed_criteria_wait_while_the_run_does_not_go_so_far(mapped: Garden, held: Any) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.text = GARDEN.replace("- `map.md` exists\n\n### Step: watering", "- `more.md` exists\n\n### Step: watering")
    mapped.options_are(**held)
    mapped.run(paused=not held)
    assert mapped.words["sowing_peas"] == "done"


def test_an_action_that_has_no_criteria_any_more_stays_done(mapped: Garden) -> None:
    mapped.text = GARDEN.replace(
        "`app_intent.md`\n\n### Step: map", "`app_intent.md`\n\n#### Check\n- `a` exists\n\n### Step: map"
    )
    mapped.check("survey", None, "gen_check", True, "done")
    mapped.text = GARDEN
    assert mapped.words["survey"] == "done"


def test_a_step_says_when_the_document_tells_it_something_else_now_and_stays_done(mapped: Garden) -> None:
    mapped.begin("sowing", "peas")
    record = mapped.record("sowing", "peas")
    mapped.end("sowing", "peas")
    assert (record.text, mapped.instance("sowing_peas").older_text) != ("", True)
    mapped.check("sowing", "peas", "gen_check", True, "land")
    mapped.land("sowing", "peas", files={CONTRACT["peas"]: "p1"})
    mapped.text = GARDEN.replace("Sow it.", "Sow it deep.")
    assert (mapped.words["sowing_peas"], mapped.instance("sowing_peas").older_text) == ("done", True)
    assert not mapped.instance("sowing_beans").older_text


def test_an_action_runs_again_unasked_when_what_it_read_has_changed(mapped: Garden) -> None:
    mapped.ids["app_intent.md"] = "intent-2"
    assert due(mapped, Reopen) == [Reopen("survey", None, "app_intent.md changed", "action", ("app_intent.md",))]
    mapped.happen(Reopened(step="survey", why="app_intent.md changed", stage="action"))
    assert RunAction("survey", None, "read intent", {"app_intent.md": "intent-2"}) in mapped.due
    mapped.act("survey", {"app_intent.md": "intent-2"})
    assert mapped.words["survey"] == "done"


def test_work_done_again_with_the_same_result_leaves_what_follows_done(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.begin("watering", "peas", "gen", {CONTRACT["peas"]: "p1"})
    mapped.end("watering", "peas")
    mapped.check("watering", "peas", "gen_check", True, "land")
    mapped.land("watering", "peas")
    mapped.happen(Reopened(step="sowing", lego="peas", why="again"))
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    assert mapped.words["watering_peas"] == "done"
    mapped.happen(Reopened(step="sowing", lego="peas", why="again"))
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p2"})
    assert mapped.words["watering_peas"] == "stale"


def test_held_work_is_known_by_its_makers_ids_until_it_is_merged(mapped: Garden) -> None:
    mapped.work("sowing", "peas", {CONTRACT["peas"]: "p1"})
    mapped.work("watering", "peas", {SOURCE["peas"]: "held"})
    mapped.ids[SOURCE["peas"]] = "an older tree on the branch"
    assert due(mapped, RunAction) == [RunAction("planting", "peas", "merge LEGO", {SOURCE["peas"]: "held"})]


# How the run was asked to work


def test_until_holds_later_phases(mapped: Garden) -> None:
    mapped.options_are(until=0)
    assert mapped.instance("sowing_peas").why == "the run was asked to end after phase 0"
    assert keys(mapped, StartSession) == []


def test_a_pause_starts_nothing_follows_what_runs_and_takes_commands(mapped: Garden) -> None:
    mapped.begin("sowing", "peas")
    mapped.run(paused=True)
    go_on = Command(id="1", command="go_on")
    mapped.commands = (go_on,)
    assert mapped.due == [CarryOut(go_on), FollowSession("sowing", "peas", "sowing_peas-gen-1")]
    assert mapped.words["sowing_beans"] == "paused"


def test_a_command_is_carried_out_once(mapped: Garden) -> None:
    mapped.commands = (Command(id="1", command="retry"),)
    assert due(mapped, CarryOut) == [CarryOut(mapped.commands[0])]
    orchestrator = mapped.state.orchestrator.model_copy(update={"commands": ["1"]})
    mapped.state = mapped.state.model_copy(update={"orchestrator": orchestrator})
    assert due(mapped, CarryOut) == []


# Phases


def test_a_phase_begins_with_its_first_step_and_ends_with_its_last(garden: Garden) -> None:
    assert due(garden, BeginPhase) == [BeginPhase(0, "Ground")]
    garden.happen(PhaseStarted(phase=0, title="Ground"))
    assert due(garden, BeginPhase) == []
    garden.mapped()
    assert due(garden, EndPhase) == [EndPhase(0)]
    assert due(garden, BeginPhase) == [BeginPhase(1, "Beds")]


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["done", "failed", "running"], "failed"),
        (["done", "stopped", "waiting_approval"], "stopped"),
        (["running", "waiting_answer", "waiting_approval"], "waiting_answer"),
        (["done", "pending"], "running"),
        (["skipped", "pending"], "pending"),
        (["done", "stale", "skipped"], "stale"),
        (["done", "skipped"], "done"),
        (["skipped", "skipped"], "skipped"),
        ([], "pending"),
    ],
)
def test_a_phase_is_summed_up_by_its_most_urgent_word(words: list[Status], word: Status) -> None:
    assert sum_up(words) == word


def test_a_phase_whose_legos_are_not_planned_yet_is_pending() -> None:
    assert sum_up(["done"], complete=False) == "pending"


def test_the_same_facts_give_the_same_answer(mapped: Garden) -> None:
    assert mapped.due == mapped.due
    assert mapped.assessment == mapped.assessment


def test_a_question_on_an_edit_that_was_taken_back_is_withdrawn(mapped: Garden) -> None:
    approved = mapped.ids["map.md"]
    mapped.ids["map.md"] = "edited"
    (asked,) = due(mapped, Ask)
    mapped.happen(GateAsked(step="map", waiting=asked.waiting))
    assert due(mapped, Withdraw) == []
    mapped.ids["map.md"] = approved
    (taken_back,) = due(mapped, Withdraw)
    mapped.happen(GateWithdrawn(step="map", gate=taken_back.waiting.gate))
    assert mapped.state.orchestrator.waiting == []
    assert due(mapped, Withdraw) == []
