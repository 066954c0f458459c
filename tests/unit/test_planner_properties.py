"""Random histories: whatever sessions, checks and people do, the planner starts nothing twice, skips no gate, and ends.

A runner in memory carries out what is due, one action at a time in any order, by the events of the real one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from engine.actions import (
    Action,
    Ask,
    BeginPhase,
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
from engine.assessor import Assessor
from engine.instances import Instances, Key
from engine.legos.roles import paths
from engine.planner import plan
from engine.runner.checks import blames_in_a_row
from engine.state.events import (
    ActionEnded,
    ActionStarted,
    CheckEnded,
    GateAsked,
    GateDecided,
    Landed,
    LandingStarted,
    PhaseEnded,
    PhaseStarted,
    Reopened,
    ValveReset,
    ValveTripped,
)
from engine.state.models import CheckFact, Decision, GateFact, Stage, StepRecord
from tests.planning import Garden, beds, document, toolchain

MOST_ACTIONS = 1000
"""Far more than any history needs: reaching it means that the planner goes round in circles."""


@dataclass
class Fate:
    """Decides what happens; the patience of people and the number of kills are limited."""

    random: Random
    trouble: float
    """How often work goes wrong."""
    patience: int
    always: dict[str, str]
    """What always happens in this history, such as every check of one step being red."""

    def choose(self, *options: str) -> str:
        """One of them."""
        return self.random.choice(options)

    def work(self, well: str, *badly: str) -> str:
        """How a piece of work comes out."""
        return self.random.choice(badly) if self.random.random() < self.trouble else well

    def spend(self, *options: str) -> str:
        """The first is what happens when patience is at its end."""
        if self.patience <= 0:
            return options[0]
        chosen = options[0] if self.random.random() < 0.7 else self.choose(*options)
        self.patience -= chosen != options[0]
        return chosen


@dataclass
class Runner:
    """Carries out one action at a time; remembers by itself what the planner must not do."""

    garden: Garden
    fate: Fate
    approved: set[Key] = field(default_factory=set)
    versions: int = 0

    def record(self, step: str, lego: str | None) -> StepRecord:
        """What is known of a step."""
        return self.garden.state.record(step, lego) or StepRecord()

    def version(self, path: str) -> str:
        """A new identity, or now and then the one that was there."""
        self.versions += self.fate.choose("new", "new", "same") == "new"
        return f"{path}@{self.versions}"

    def carry_out(self, action: Action) -> None:
        """Do it, with an outcome chosen by fate."""
        match action:
            case StartSession(step=step, lego=lego, substep=substep):
                self.check_may_begin(step, lego)
                inputs = Assessor(self.garden.snapshot).current_inputs(document().step(step), lego)
                self.garden.begin(step, lego, substep, inputs)
            case FollowSession(step=step, lego=lego):
                self.end_session(step, lego)
            case RunCheck():
                self.run_check(action)
            case RunAction():
                self.run_action(action)
            case Land():
                self.land(action)
            case Reopen(step=step, lego=lego, why=why, stage=stage):
                self.garden.happen(Reopened(step=step, lego=lego, why=why, stage=stage, forgive=True))
            case Ask(waiting=waiting):
                self.garden.happen(GateAsked(step=waiting.step, lego=waiting.lego, waiting=waiting))
            case TakeDecision():
                self.take(action)
            case _:
                self.mark(action)

    def mark(self, action: Action) -> None:
        """Write down what needs no work."""
        match action:
            case BeginPhase(phase=phase, title=title):
                self.garden.happen(PhaseStarted(phase=phase, title=title))
            case EndPhase(phase=phase):
                self.garden.happen(PhaseEnded(phase=phase))
            case TripValve(instance=instance, message=message):
                self.garden.happen(ValveTripped(instance=instance, message=message))
            case ResetValve(instance=instance):
                self.garden.happen(ValveReset(instance=instance))
            case _:
                raise AssertionError(f"nobody gave a reason for {action}")

    def check_may_begin(self, step: str, lego: str | None) -> None:
        """No session of it runs, all that it builds on is done, and a person approved what needs that."""
        assert self.record(step, lego).open_session is None
        instances = Instances(document(), self.garden.plan)
        for maker in instances.read_by(document().step(step), lego):
            assert self.record(*maker).stage == "done", (step, lego, maker)
            if document().step(maker[0]).approval == "required":
                assert maker in self.approved, (step, lego, maker)

    def end_session(self, step: str, lego: str | None) -> None:
        outcome = self.fate.always.get(step) or self.fate.work("done", "failed")
        outcome = self.fate.spend(outcome, "interrupted", "needs_input", "runtime", "cancelled")
        self.garden.end(step, lego, outcome)  # type: ignore[arg-type]

    def run_check(self, action: RunCheck) -> None:
        step, lego = document().step(action.step), action.lego
        past = self.record(action.step, lego)
        passed = self.fate.always.get(f"check of {action.step}") or self.fate.work("green", "red", "blame")
        if passed == "green":
            self.garden.check(action.step, lego, action.after, True, action.passed)
            return
        blamed = self.whom_to_blame(action) if passed == "blame" or step.action else None
        if blamed and blames_in_a_row(past) < document().valves.failure_count:
            stay: Stage = "action" if step.action else action.after
            fact = CheckFact(after=action.after, commit="c", passed=False)
            self.garden.happen(CheckEnded(step=step.name, lego=lego, check=fact, next=stay, charge=False))
            if self.record(*blamed).stage == "done":
                self.garden.happen(Reopened(step=blamed[0], lego=blamed[1], why="blamed", evidence="red", charge=True))
            return
        again: Stage = "action" if step.action else "gen" if action.after == "gen_check" else "review"
        self.garden.check(action.step, lego, action.after, False, again)

    def whom_to_blame(self, action: RunCheck) -> Key | None:
        makers = Instances(document(), self.garden.plan).read_by(document().step(action.step), action.lego)
        found = [key for key in makers if not document().step(key[0]).action]
        return found[0] if found else None

    def run_action(self, action: RunAction) -> None:
        step = document().step(action.step)
        self.garden.happen(ActionStarted(step=action.step, lego=action.lego))
        if self.fate.spend("lives", "killed") == "killed":
            return
        self.garden.happen(
            ActionEnded(
                step=action.step,
                lego=action.lego,
                commit="c",
                inputs=dict(action.inputs),
                next="gen_check" if step.criteria else "land",
            )
        )

    def land(self, action: Land) -> None:
        step = document().step(action.step)
        self.approved.discard((action.step, action.lego))
        if step.lands == "at once":
            self.garden.happen(LandingStarted(step=action.step, lego=action.lego, old="a", new="b"))
            if self.fate.spend("lives", "killed") == "killed":
                return
        ids = {
            path: self.version(path)
            for reference in step.outputs
            for path in paths(reference, beds(), toolchain(), action.lego)
        }
        self.garden.happen(Landed(step=action.step, lego=action.lego, commit="c", outputs=ids, next=action.next))
        if step.lands == "at once":
            self.garden.ids |= ids
        if "lego_plan.json" in ids:
            self.garden.plan = beds()

    def take(self, action: TakeDecision) -> None:
        waiting, decision = action.waiting, action.decision
        record = self.record(waiting.step, waiting.lego)
        assert waiting.round == len(record.gates) + 1
        fact = GateFact(
            gate=waiting.gate, round=waiting.round, decision=decision.decision, about=waiting.about, at=decision.at
        )
        if decision.decision == "approve":
            assert waiting.kind == "approval"
            self.approved.add((waiting.step, waiting.lego))
        self.garden.happen(
            GateDecided(
                step=waiting.step,
                lego=waiting.lego,
                fact=fact,
                answers=decision.answers,
                outputs=waiting.about,
                next=action.next,
            )
        )

    def people(self) -> bool:
        """Somebody may decide on an open question, edit a file or try again; whether they did."""
        waiting = self.garden.state.orchestrator.waiting
        blocked = [i for i in self.garden.assessment.instances() if i.status in ("failed", "stopped")]
        acts = ["nothing"]
        acts += ["decide"] if waiting else []
        acts += ["retry"] if blocked else []
        acts += ["edit"] if "map.md" in self.garden.ids else []
        match self.fate.spend(*acts):
            case "decide":
                asked = waiting[0]
                verdicts = ("answer", "stop") if asked.kind == "answers" else ("approve", "approve", "revise", "stop")
                self.garden.decisions[asked.gate] = Decision(
                    decision=self.fate.choose(*verdicts),
                    round=asked.round if self.fate.choose("bound", "by hand") == "bound" else None,
                    answers=dict.fromkeys(asked.questions, "yes"),
                    at=f"t{self.garden.state.seq:06d}",
                )
            case "retry":
                one = blocked[0]
                first = "action" if document().step(one.step).action else "gen"
                self.garden.happen(Reopened(step=one.step, lego=one.lego, why="retried", forgive=True, stage=first))
            case "edit":
                self.garden.ids["map.md"] = self.version("by hand")
            case _:
                return False
        return True


ALWAYS = st.one_of(
    st.just({}),
    st.sampled_from([{"sowing": "failed"}, {"watering": "failed"}]),
    st.builds(
        lambda step, red: {f"check of {step}": red},
        st.sampled_from(["sowing", "watering", "planting"]),
        st.sampled_from(["red", "blame"]),
    ),
)


@settings(max_examples=400, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    random=st.randoms(use_true_random=True),
    always=ALWAYS,
    trouble=st.sampled_from([0.0, 0.05, 0.2, 0.6]),
    patience=st.integers(0, 40),
    sensitive=st.booleans(),
    lane=st.sampled_from(["full", "tiny"]),
    yes=st.sampled_from([True, True, False]),
    refresh=st.booleans(),
    until=st.sampled_from([None, None, 0, 1]),
)
def test_whatever_happens_nothing_starts_twice_no_gate_is_skipped_and_it_ends(
    random: Random,
    always: dict[str, str],
    trouble: float,
    patience: int,
    sensitive: bool,
    lane: str,
    yes: bool,
    refresh: bool,
    until: int | None,
) -> None:
    garden = Garden()
    garden.run(sensitive=sensitive, lane=lane)
    garden.options_are(yes=yes, refresh=refresh, until=until)
    runner = Runner(garden, Fate(random, trouble, patience, always))
    for _ in range(MOST_ACTIONS):
        due = garden.due
        assert due == plan(garden.snapshot)
        check_one_thing_at_a_time(runner, due)
        if not due and not runner.people():
            break
        if due:
            runner.carry_out(random.choice(due))
            runner.people()
    else:
        raise AssertionError("it goes round in circles")
    check_the_end(runner)


def check_one_thing_at_a_time(runner: Runner, due: list[Action]) -> None:
    keys = [action.key for action in due]
    assert len(keys) == len(set(keys))
    for action in due:
        if isinstance(action, StartSession | RunCheck | RunAction | Land):
            assert runner.record(action.step, action.lego).open_session is None
    cut_off = [key for key in all_keys(runner) if runner.record(*key).landing]
    landings = [(action.step, action.lego) for action in due if isinstance(action, Land)]
    assert set(landings[: len(cut_off)]) == set(cut_off)


def all_keys(runner: Runner) -> list[Key]:
    return [(step.name, lego) for step, lego in Instances(document(), runner.garden.plan).all()]


def check_the_end(runner: Runner) -> None:
    """Nothing is due: then it is done, or somebody is asked, or something is blocked, or it was to end earlier."""
    words = set(runner.garden.words.values())
    event(", ".join(sorted(words)))
    assert words <= {"done", "stale", "skipped", "pending", "waiting_approval", "waiting_answer", "failed", "stopped"}
    held_up = words & {"waiting_approval", "waiting_answer", "failed", "stopped"}
    if "pending" in words:
        assert held_up or runner.garden.options.until is not None
    for key in all_keys(runner):
        record = runner.record(*key)
        assert record.open_session is None
        if record.stage == "done" and document().step(key[0]).approval == "required":
            assert key in runner.approved
