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
)
from engine.assessment import Status
from engine.assessor import sum_up
from engine.state.events import LandingStarted, PhaseStarted, Reopened, StepStopped, ValveTripped
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
    assert due(mapped, StartSession)[0] == StartSession("sowing", "peas", "review")
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


def test_an_interruption_counts_as_no_failure_and_starts_the_same_again(mapped: Garden) -> None:
    for _ in range(5):
        mapped.begin("sowing", "peas")
        mapped.end("sowing", "peas", "interrupted")
    assert mapped.instance("sowing_peas").failure_count == 0
    assert due(mapped, StartSession)[0] == StartSession("sowing", "peas", "gen")


@pytest.mark.parametrize("outcome", ["cancelled", "runtime"])
def test_what_was_cancelled_or_has_no_runtime_stops_with_its_reason_and_siblings_go_on(
    mapped: Garden, outcome: Any
) -> None:
    mapped.begin("sowing", "peas")
    mapped.end("sowing", "peas", outcome)
    assert (mapped.instance("sowing_peas").status, mapped.instance("sowing_peas").why) == ("stopped", f"it {outcome}")
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


# Questions


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
    mapped.ids["map.md"] = "edited"
    assert (mapped.words["map"], mapped.instance("map").edited) == ("done", ("map.md",))


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
