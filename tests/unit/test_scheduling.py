"""Who starts first and how many at once: expected durations, the critical path, the order, the limit, no starvation."""

from __future__ import annotations

import heapq
import time
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.lego_graphs import Graph, Work, lego_steps, random_plan
from engine.actions import EndPhase, Land, RunCheck, StartSession
from engine.assessment import SETTLED, Assessment
from engine.assessor import Assessor
from engine.document.model import Orchestration, Step
from engine.instances import Instances, Key
from engine.legos.model import Plan, Size
from engine.names import instance_name
from engine.scheduling import Durations, Limit, durations, limit_after, order, urgency
from engine.scheduling.estimates import PRIOR
from engine.scheduling.priority import ENGINE_SECONDS
from engine.state.events import Reopened
from engine.state.models import LegoState, OrchestratorState, SessionFact, State, StepRecord, Substep
from tests.planning import Garden, beds, document

CEILING = 8


def session(seconds: float, substep: Substep = "gen", outcome: str = "done") -> SessionFact:
    """One that began at midnight."""
    ended = f"2026-01-02T{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{seconds % 60:06.3f}Z"
    fields = {"id": "s", "substep": substep, "attempt": 1, "runtime": "r", "base": "b", "outcome": outcome}
    return SessionFact.model_validate({**fields, "started_at": "2026-01-02T00:00:00.000Z", "ended_at": ended})


def seen(step: str, lego: str | None, *sessions: SessionFact) -> State:
    """Facts of these sessions only."""
    record = {step: StepRecord(sessions=list(sessions))}
    if lego is None:
        return State(orchestrator=OrchestratorState(steps=record))
    return State(legos={lego: LegoState(name=lego, steps=record)})


def sized(**sizes: Size) -> Plan:
    """The beds, some of another size."""
    plan = beds()
    legos = [lego.model_copy(update={"size": sizes.get(lego.name, "M")}) for lego in plan.legos]
    return plan.model_copy(update={"legos": legos})


# Expected durations


def test_nothing_recorded_means_the_prior_of_the_substep_and_the_size() -> None:
    found = durations(State(), sized(peas="S", corn="L"))
    assert found.of("sowing", "gen", "peas") == PRIOR["gen", "S"]
    assert found.of("sowing", "review", "corn") == PRIOR["review", "L"]
    assert found.of("map", "gen", None) == PRIOR["gen", "M"]


def test_larger_legos_are_expected_to_take_longer() -> None:
    for substep in ("gen", "review"):
        assert PRIOR[substep, "S"] < PRIOR[substep, "M"] < PRIOR[substep, "L"]


def test_without_a_plan_every_lego_is_of_middle_size() -> None:
    assert durations(State(), None).of("sowing", "gen", "peas") == PRIOR["gen", "M"]


def test_few_sessions_move_the_expectation_a_little_and_many_move_it_to_their_median() -> None:
    def expected(count: int) -> float:
        return durations(seen("sowing", "peas", *[session(960)] * count), beds()).of("sowing", "gen", "peas")

    assert PRIOR["gen", "M"] == 240
    assert 240 < expected(1) < expected(3) < expected(30) < 960.001
    assert expected(30) > 950


def test_one_session_that_hung_does_not_spoil_the_median() -> None:
    usual = [session(240)] * 20
    found = durations(seen("sowing", "peas", *usual, session(36_000)), beds())
    assert found.of("sowing", "gen", "peas") == pytest.approx(240)


def test_a_slow_step_is_expected_to_be_slow_for_every_size_and_more_than_other_steps() -> None:
    slow = durations(seen("sowing", "peas", *[session(960)] * 10), sized(corn="L"))
    assert slow.of("sowing", "gen", "corn") > slow.of("watering", "gen", "corn") > PRIOR["gen", "L"]


def test_a_fast_runtime_makes_every_session_expected_shorter_and_keeps_the_proportions() -> None:
    fast = durations(seen("map", None, *[session(24)] * 10), beds())
    assert fast.of("watering", "gen", "peas") < PRIOR["gen", "M"] / 4
    ratio = fast.of("watering", "review", "peas") / fast.of("watering", "gen", "peas")
    assert ratio == pytest.approx(PRIOR["review", "M"] / PRIOR["gen", "M"])


@pytest.mark.parametrize("outcome", ["failed", "interrupted", "runtime", "cancelled", "needs_input"])
def test_sessions_that_did_not_do_their_work_say_nothing(outcome: str) -> None:
    told = durations(seen("sowing", "peas", session(5, outcome=outcome)), beds())
    assert told == durations(State(), beds())


@pytest.mark.parametrize("ended", [None, "t000012", "2026-01-01T00:00:00.000Z", "2026-01-03T00:00:00"])
def test_stamps_that_tell_no_duration_are_passed_over(ended: str | None) -> None:
    odd = session(5).model_copy(update={"ended_at": ended})
    assert durations(seen("sowing", "peas", odd), beds()) == durations(State(), beds())


# Urgency


FLAT = durations(State(), beds())
GEN, REVIEW = PRIOR["gen", "M"] + ENGINE_SECONDS, PRIOR["review", "M"] + ENGINE_SECONDS


def urgent(garden: Garden, lane: str = "full") -> dict[str, float]:
    """The urgency of everything in the garden."""
    snapshot = garden.snapshot
    instances = Instances(snapshot.orchestration, snapshot.plan)
    return urgency(snapshot.orchestration, instances, garden.assessment, FLAT, lane)


def test_the_last_step_counts_its_own_sessions_with_their_checks() -> None:
    assert urgent(Garden().mapped())["feast"] == GEN + REVIEW


def test_what_is_settled_has_no_urgency_and_all_else_has() -> None:
    garden = Garden().mapped()
    garden.work("sowing", "peas", {"src/garden/contracts/peas.py": "c1"})
    unsettled = {name for name, word in garden.words.items() if word not in SETTLED}
    assert set(urgent(garden)) == unsettled
    assert "sowing_peas" not in unsettled


def test_a_meta_step_waits_for_everything_above_it() -> None:
    found = urgent(Garden().mapped())
    assert found["planting_corn"] == ENGINE_SECONDS + found["feast"]
    assert found["watering_peas"] == GEN + REVIEW + found["planting_peas"]


def test_who_is_needed_by_others_is_more_urgent_than_who_is_not() -> None:
    found = urgent(Garden().mapped())
    assert found["sowing_peas"] == GEN + REVIEW + found["sowing_corn"]
    assert found["planting_peas"] == ENGINE_SECONDS + found["planting_corn"]


def test_a_review_due_counts_without_the_gen_before_it() -> None:
    garden = Garden().mapped()
    before = urgent(garden)["sowing_peas"]
    garden.begin("sowing", "peas")
    assert urgent(garden)["sowing_peas"] == before
    garden.end("sowing", "peas")
    garden.check("sowing", "peas", "gen_check", True, "review")
    assert urgent(garden)["sowing_peas"] == before - GEN


def test_a_lane_without_reviews_is_shorter() -> None:
    garden = Garden().mapped()
    garden.run(lane="tiny")
    found = urgent(garden, "tiny")
    assert found["watering_corn"] == GEN + found["planting_corn"]


def test_a_person_at_a_gate_counts_nothing_but_what_follows_the_gate_does() -> None:
    garden = Garden()
    garden.act("survey", {"app_intent.md": "intent-1"})
    garden.work("map", files={"map.md": "map-1", "lego_plan.json": "plan-1"}, then="gate")
    garden.plan = beds()
    found = urgent(garden)
    assert found["map"] == found["sowing_peas"]


def test_what_runs_per_lego_waits_for_a_plan_that_is_made_again_even_if_it_does_not_read_it() -> None:
    garden = Garden().mapped()
    for lego in ("peas", "beans", "corn"):
        garden.work("sowing", lego, {f"src/garden/contracts/{lego}.py": "c1"})
    garden.happen(Reopened(step="map", why="revised", stage="gen", forgive=True))
    found = urgent(garden)
    assert found["map"] == GEN + REVIEW + found["watering_peas"]


def longest(
    garden_document: Orchestration, instances: Instances, assessment: Assessment, known: Durations
) -> dict[str, float]:
    """The same by the plain definition: follow every path."""
    words = {(i.step, i.lego): i for i in assessment.instances() if i.status not in SETTLED}
    readers: dict[Key, list[Key]] = {key: [] for key in words}
    steps = list(garden_document.steps())
    for number, step in enumerate(steps):
        for key in instances.of(step):
            waits = set(instances.read_by(step, key[1]))
            above = [k for s in steps[:number] for k in instances.of(s)]
            waits |= set(instances.makers_of_plan() if step.per_lego else above)
            for maker in waits & set(words) if key in words else ():
                readers[maker].append(key)

    def own(step: Step, lego: str | None) -> float:
        if step.action:
            return ENGINE_SECONDS
        return sum(known.of(step.name, substep, lego) + ENGINE_SECONDS for substep in ("gen", "review"))

    cache: dict[Key, float] = {}

    def path(key: Key) -> float:
        if key not in cache:
            cache[key] = own(garden_document.step(key[0]), key[1]) + max(map(path, readers[key]), default=0.0)
        return cache[key]

    return {instance_name(*key): path(key) for key in words}


@settings(max_examples=60, deadline=None)
@given(random=st.randoms(), count=st.integers(1, 12))
def test_urgency_is_the_longest_path_for_any_plan(random: Random, count: int) -> None:
    plan = random_plan(random, count)
    garden = Garden(plan=plan)
    garden.run(sensitive=random.random() < 0.5)
    instances = Instances(document(), plan)
    known = durations(State(), plan)
    found = urgency(document(), instances, garden.assessment, known)
    assert found == pytest.approx(longest(document(), instances, garden.assessment, known))


def test_before_there_is_a_plan_the_steps_of_the_app_follow_each_other() -> None:
    found = urgent(Garden())
    assert found["survey"] == ENGINE_SECONDS + found["map"]
    assert found["map"] == GEN + REVIEW + found["feast"]


# The order


def test_sessions_come_last_and_the_most_urgent_of_them_first_all_else_as_it_stood() -> None:
    a, b, c = (StartSession("sowing", name, "gen") for name in ("peas", "beans", "corn"))
    check, land, end = RunCheck("map", None, "gen_check", "land"), Land("fence", None, "done"), EndPhase(0)
    found = order([a, land, b, check, c, end], {"sowing_beans": 3.0, "sowing_corn": 9.0, "sowing_peas": 1.0})
    assert found == [land, check, end, c, b, a]


def test_equally_urgent_sessions_keep_the_order_of_the_document() -> None:
    starts = [StartSession("sowing", name, "gen") for name in ("peas", "beans", "corn")]
    assert order(starts, dict.fromkeys(("sowing_peas", "sowing_beans", "sowing_corn"), 2.0)) == starts


def test_a_session_of_unknown_urgency_is_last_but_never_left_out() -> None:
    known, unknown = StartSession("sowing", "peas", "gen"), StartSession("sowing", "beans", "gen")
    assert order([unknown, known], {"sowing_peas": 1.0}) == [known, unknown]


# The cost


def twelve_steps() -> Orchestration:
    """A document of twelve steps per LEGO, each reading the one before and its neighbours' work."""
    steps = ["# Twelve", "", "## Phase 0: Plan", "", "- **Outputs**: `lego_plan.json`", "", "### Gen", "Plan."]
    steps += ["", "### Exit criteria", "- `lego_plan.json` exists", "", "## Phase 1: Work"]
    for number in range(12):
        inputs = f"`out{number - 1}_{{lego}}.md`, " if number else ""
        steps += ["", f"### Step: step{number}", "- **For each**: LEGO"]
        steps += [f"- **Inputs**: {inputs}`lego_plan.json`, contracts of {{dependencies}}"]
        steps += [f"- **Outputs**: `out{number}_{{lego}}.md`" + (", contract of {lego}" if not number else "")]
        steps += ["", "#### Gen", "Write it.", "", "#### Review", "Correct it."]
        steps += ["", "#### Check", f"- `out{number}_{{lego}}.md` exists"]
    return document("\n".join(steps) + "\n")


def test_fifty_legos_of_twelve_steps_cost_less_than_five_milliseconds() -> None:
    twelve, plan = twelve_steps(), random_plan(Random(1), 50)
    snapshot = replace(Garden(plan=plan).snapshot, orchestration=twelve)
    assessor = Assessor(snapshot)
    assessment, known = assessor.assessment(), durations(State(), plan)
    assert len(assessment.instances()) == 601

    def cost() -> float:
        began = time.process_time()
        urgency(twelve, assessor.instances, assessment, known)
        return time.process_time() - began

    assert any(cost() < 0.005 for _ in range(200)), "not once, however quiet the machine was"


class Counting(Instances):
    """Instances that count how often they are asked."""

    asked = 0

    def read_by(self, step: Step, lego: str | None) -> tuple[Key, ...]:
        """As ever."""
        self.asked += 1
        return super().read_by(step, lego)


def test_every_unsettled_instance_is_looked_at_once() -> None:
    garden = Garden().mapped()
    instances = Counting(document(), garden.plan)
    found = urgency(document(), instances, garden.assessment, FLAT)
    assert instances.asked == len(found)


# The limit


def after(limit: Limit, *outcomes: str, live: int = 0) -> Limit:
    """The limit after sessions that ended so."""
    for outcome in outcomes:
        limit = limit_after(limit, outcome, live, CEILING)  # type: ignore[arg-type]
    return limit


def test_a_rate_limit_halves_and_never_below_one() -> None:
    assert [after(Limit(n), "rate_limited").sessions for n in (8, 5, 2, 1)] == [4, 2, 1, 1]


def test_as_many_served_in_a_row_as_the_limit_give_one_more() -> None:
    assert after(Limit(3), "done", "failed").sessions == 3
    assert after(Limit(3), "done", "failed", "needs_input") == Limit(4)


def test_the_ceiling_is_never_passed_and_a_lowered_one_counts_at_once() -> None:
    assert after(Limit(CEILING), *["done"] * 50).sessions == CEILING
    assert limit_after(Limit(8), "done", 0, 3).sessions == 3


def test_trouble_of_the_runtime_breaks_the_row_and_what_was_ended_from_outside_does_not() -> None:
    assert after(Limit(2), "done", "runtime", "done").sessions == 2
    assert after(Limit(2), "done", "interrupted", "cancelled", "done").sessions == 3


def test_sessions_that_run_into_the_same_rate_limit_halve_it_once() -> None:
    limit = Limit(8)
    for live in range(7, -1, -1):
        limit = limit_after(limit, "rate_limited", live, CEILING)
    assert limit.sessions == 4
    assert after(limit, "rate_limited").sessions == 2


def test_a_rate_limit_of_sessions_that_started_after_the_halving_halves_again() -> None:
    limit = after(Limit(8), "rate_limited", live=2)
    old = after(limit, "done", "rate_limited", live=4)
    assert old.sessions == 4
    assert after(old, "rate_limited", live=3).sessions == 2


@given(
    start=st.integers(1, CEILING),
    ends=st.lists(st.tuples(st.sampled_from(["done", "rate_limited", "runtime", "cancelled"]), st.integers(0, 20))),
    ceiling=st.integers(1, CEILING),
)
def test_the_limit_stays_between_one_and_the_ceiling_and_comes_back(
    start: int, ends: list[tuple[str, int]], ceiling: int
) -> None:
    limit = Limit(start)
    for outcome, live in ends:
        limit = limit_after(limit, outcome, live, ceiling)  # type: ignore[arg-type]
        assert 1 <= limit.sessions <= ceiling
    for _ in range(ceiling * ceiling + 20):
        limit = limit_after(limit, "done", 0, ceiling)
    assert limit.sessions == ceiling


# No starvation


@settings(max_examples=60, deadline=None)
@given(
    random=st.randoms(),
    count=st.integers(1, 9),
    ceiling=st.integers(1, CEILING),
    trouble=st.sampled_from([0.0, 0.1, 0.5]),
)
def test_every_session_starts_at_last_and_no_worker_idles_while_one_is_ready(
    random: Random, count: int, ceiling: int, trouble: float
) -> None:
    graph = Graph(random_plan(random, count)).misjudged(random)
    work, limit, now = Work(graph), Limit(ceiling), 0.0
    live: list[tuple[float, Key]] = []
    begun: set[tuple[Key, Substep]] = set()
    failures = dict.fromkeys(graph.seconds, 0)
    while True:
        found = urgency(lego_steps(), graph.instances, work.assessment, graph.expected)
        for action in order(work.ready, found)[: max(0, limit.sessions - len(live))]:
            assert isinstance(action, StartSession)
            key = (action.step, action.lego)
            begun.add((key, action.substep))
            heapq.heappush(live, (now + graph.seconds[key, action.substep] * random.uniform(0.1, 1), key))
            work.start(key)
        assert not work.ready or len(live) >= limit.sessions
        if not live:
            break
        now, key = heapq.heappop(live)
        piece = (key, work.left[key][0])
        outcome = "done"
        if random.random() < trouble and failures[piece] < 4:
            outcome = random.choice(["failed", "rate_limited", "runtime", "interrupted"])
            failures[piece] += 1
        work.end(key, outcome == "done")
        limit = limit_after(limit, outcome, len(live), ceiling)  # type: ignore[arg-type]
    assert begun == set(graph.seconds)
    assert not work.assessment.instances()
