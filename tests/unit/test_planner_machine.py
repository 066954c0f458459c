"""Random histories of planner and facts: sessions end in every way, engines are killed, people edit and decide.

A runner in memory carries out what is due by the events of the real one, and keeps by itself what lies where. More
histories: `META_HISTORIES=20000`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

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
    Withdraw,
)
from engine.assessment import Instance
from engine.assessor import Assessor, is_blocked, needs_approval
from engine.document.model import Step
from engine.instances import Instances, Key
from engine.legos.plan import Plan
from engine.legos.roles import outputs
from engine.names import instance_name
from engine.planner import plan
from engine.runner.checks import blames_in_a_row
from engine.runner.decisions import resume_stage
from engine.runtimes import Trouble, after_success, after_trouble, next_try
from engine.state import events as ev
from engine.state.models import CheckFact, CriterionFact, Decision, GateFact, SessionFact, Stage, State, Waiting
from engine.state.replay import replay
from tests.planning import GARDEN, Garden, beds, document, moment, toolchain

HISTORIES = int(os.environ.get("META_HISTORIES", "400"))
"""For each of the two kinds of run."""

MOST_ROUNDS = 150
"""Far more than the end of any history needs: reaching it means that the planner goes round in circles."""

TEXT = GARDEN.partition("## Phase 2")[0]
RUNTIMES = ["r", "q"]

ENDS = ["done", "done", "done", "done", "failed", "same failure", "needs_input", "interrupted", "ours", "cancelled"]
ENDS += ["rests", "told when", "lasting", "overflow"]
CHECKS = ["green", "green", "green", "red", "same red", "blame", "moved"]
LANDINGS = ["landed", "landed", "landed", "dirty", "moved"]


@cache
def two_beds() -> Plan:
    """Peas stand alone, corn needs them."""
    legos = [
        lego.model_copy(update={"dependencies": [name for name in lego.dependencies if name == "peas"]})
        for lego in beds().legos
        if lego.name != "beans"
    ]
    return Plan(app="garden", legos=legos)


@cache
def instances(planned: bool) -> Instances:
    """The instances before and after the plan was made."""
    return Instances(document(TEXT), two_beds() if planned else None)


@dataclass
class Journaled(Garden):
    """A garden that keeps its journal."""

    journal: list[ev.Event] = field(default_factory=list)

    def happen(self, *events: ev.Event) -> None:
        """Apply events as the store does, and write them down."""
        for event in events:
            numbered = event.model_copy(update={"seq": self.state.seq + 1, "at": self.now})
            self.journal.append(numbered)
            super().happen(event)


@dataclass
class Fate:
    """How work comes out: an end of sessions, of checks, of landings; how many of its last events a kill loses."""

    end: str = "done"
    check: str = "green"
    landing: str = "landed"
    lost: int = 0


@dataclass
class World:
    """Carries out one action at a time; remembers by itself what the planner must not get wrong."""

    garden: Journaled
    written: dict[Key, dict[str, str]] = field(default_factory=dict)
    """What each instance's sessions or action left: path → identity."""
    landing: dict[Key, dict[str, str]] = field(default_factory=dict)
    """What a landing that was cut off was to bring."""
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    """LEGO → what it wrote that is not merged."""
    approved: dict[Key, dict[str, str]] = field(default_factory=dict)
    """What was approved last of each instance."""
    edited: set[str] = field(default_factory=set)
    """Whatever a person ever edited."""
    versions: int = 0

    # What lies where

    def step(self, key: Key) -> Step:
        """The step of an instance."""
        return document(TEXT).step(key[0])

    def instances(self) -> Instances:
        """The instances of the plan of now."""
        return instances(self.garden.plan is not None)

    def all_keys(self) -> list[Key]:
        """Every instance."""
        return [(step.name, lego) for step, lego in self.instances().all()]

    def now(self, key: Key) -> dict[str, str]:
        """What an instance made, as it lies now: on its LEGO's line if that is not merged, else on the branch."""
        made = self.garden.record(*key).outputs
        held = self.held.get(key[1] or "", {}) if self.step(key).lands == "at merge" else {}
        return {path: held.get(path) or self.garden.ids[path] for path in made}

    def version(self, path: str) -> str:
        """A new identity."""
        self.versions += 1
        return f"{path}@{self.versions}"

    # What the planner must not do

    def check_due(self, due: list[Action], words: dict[Key, Instance]) -> None:
        """Nothing starts twice, no gate is skipped, and nothing done is done again without a cause that is told."""
        keys = [action.key for action in due]
        assert len(keys) == len(set(keys))
        for action in due:
            if isinstance(action, StartSession | RunCheck | RunAction | Land):
                key = (action.step, action.lego)
                record = self.garden.record(*key)
                assert record.open_session is None, key
                assert record.stage not in ("done", "stopped", "gate"), key
                self.check_makers(key, action, words)
            elif isinstance(action, Reopen):
                self.check_cause(action, words[action.step, action.lego])
        for key, instance in words.items():
            if instance.status in ("done", "stale") and needs_approval(
                self.garden.snapshot, self.step(key), self.garden.record(*key)
            ):
                assert self.approved.get(key) == self.now(key), key

    def check_makers(self, key: Key, action: Action, words: dict[Key, Instance]) -> None:
        if isinstance(action, Land) and self.garden.record(*key).landing:
            return  # the checkout may be half way to it: that is finished first
        for maker in self.instances().read_by(self.step(key), key[1]):
            assert words[maker].status in ("done", "stale", "skipped"), (key, maker)

    def check_cause(self, action: Reopen, instance: Instance) -> None:
        assert instance.status in ("stale", "ready")
        record = self.garden.record(action.step, action.lego)
        assert record.stage == "done"
        now = self.garden.inputs(action.step, action.lego)
        assert action.changed
        for path in action.changed:
            assert path in instance.why
            assert record.inputs[path] != now[path]

    # Carrying out

    def carry_out(self, action: Action, fate: Fate) -> None:
        """Do it as fate will; a kill loses the last events of it."""
        events = self.events_of(action, fate)
        kept = events[: max(0, len(events) - fate.lost)]
        self.garden.happen(*kept)
        if len(kept) == len(events):
            self.after(action, events)

    def after(self, action: Action, events: list[ev.Event]) -> None:
        """What changes outside the facts once an action came to its end."""
        last = events[-1] if events else None
        if isinstance(last, ev.Landed):
            key = (last.step, last.lego)
            self.landing.pop(key, None)
            if last.tip == last.commit:
                self.held.setdefault(last.lego or "", {}).update(last.outputs)
            elif last.tip is None:
                self.held.pop(last.lego or "", None)
            if "lego_plan.json" in last.outputs:
                self.garden.plan = two_beds()
        if isinstance(last, ev.GateDecided):
            self.approved.pop((last.step, last.lego), None)
            if last.next == "done":
                self.approved[last.step, last.lego] = dict(last.outputs)

    def events_of(self, action: Action, fate: Fate) -> list[ev.Event]:
        """The events of an action, as the runner of the engine writes them."""
        match action:
            case StartSession():
                return [self.started(action)]
            case FollowSession(step=step, lego=lego):
                return self.ended((step, lego), fate.end)
            case RunCheck():
                return self.checked(action, fate.check)
            case RunAction():
                return self.acted(action)
            case Land():
                return self.landed(action, fate)
            case Reopen(step=step, lego=lego, why=why, stage=stage):
                return [ev.Reopened(step=step, lego=lego, why=why, stage=stage, forgive=True)]
            case Ask(waiting=waiting):
                return [ev.GateAsked(step=waiting.step, lego=waiting.lego, waiting=waiting)]
            case Withdraw(waiting=waiting):
                return [ev.GateWithdrawn(step=waiting.step, lego=waiting.lego, gate=waiting.gate)]
            case TakeDecision():
                return [self.decided(action)]
            case _:
                return [self.marked(action)]

    def marked(self, action: Action) -> ev.Event:
        """What needs no work."""
        match action:
            case BeginPhase(phase=phase, title=title):
                return ev.PhaseStarted(phase=phase, title=title)
            case EndPhase(phase=phase):
                return ev.PhaseEnded(phase=phase)
            case TripValve(instance=instance, message=message):
                return ev.ValveTripped(instance=instance, message=message)
            case ResetValve(instance=instance):
                return ev.ValveReset(instance=instance)
            case _:
                raise AssertionError(f"nobody gave a reason for {action}")

    def started(self, action: StartSession) -> ev.SessionStarted:
        attempt = self.garden.record(action.step, action.lego).attempts(action.substep) + 1
        fact = SessionFact(
            id=f"{action.key}-{action.substep}-{attempt}",
            substep=action.substep,
            attempt=attempt,
            runtime=action.runtimes[0],
            base="b",
            inputs=self.garden.inputs(action.step, action.lego),
            started_at=self.garden.now,
        )
        return ev.SessionStarted(step=action.step, lego=action.lego, session=fact)

    def ended(self, key: Key, end: str) -> list[ev.Event]:
        """A session ends, and shows how its runtime is doing."""
        record = self.garden.record(*key)
        session = record.open_session
        assert session is not None
        again = end == "overflow" and record.overflows
        outcome = {"ours": "interrupted", "same failure": "failed"}.get(end, "failed" if again else end)
        trouble = outcome in ("rests", "told when", "lasting")
        if outcome == "done":
            before = record.outputs if self.versions % 3 == 0 else {}
            paths = outputs(self.step(key), self.plan_to_be(key), toolchain(), key[1])
            self.written[key] = {path: before.get(path) or self.version(path) for path in paths}
        told = {
            "step": key[0], "lego": key[1], "session": session.id, "substep": session.substep,
            "outcome": "runtime" if trouble else outcome, "commit": "c", "ours": end == "ours",
            "charge": outcome == "failed", "reason": "the same" if end == "same failure" else self.version("it"),
            "questions": ["How deep?", "How far?"] if outcome == "needs_input" else [],
        }  # fmt: skip
        return [ev.SessionEnded.model_validate(told), *self.health(session, end if trouble else outcome)]

    def health(self, session: SessionFact, end: str) -> list[ev.Event]:
        before = self.garden.state.orchestrator.runtimes.get(session.runtime)
        if end in ("rests", "told when", "lasting"):
            later = moment(self.garden.state.seq + self.garden.shift + 500) if end == "told when" else None
            trouble = Trouble("busy", session.started_at, self.garden.now, later, end == "lasting", end == "told when")
            return [ev.RuntimeSet(runtime=session.runtime, fact=after_trouble(before, trouble, 8, 0))]
        if before is None or end in ("interrupted", "cancelled", "ours"):
            return []
        return [ev.RuntimeSet(runtime=session.runtime, fact=after_success(before, 8, 0))]

    def plan_to_be(self, key: Key) -> Plan | None:
        return two_beds() if key[1] else self.garden.plan

    def checked(self, action: RunCheck, how: str) -> list[ev.Event]:
        key = (action.step, action.lego)
        step, past = self.step(key), self.garden.record(*key)
        again: Stage = "action" if step.action else "gen" if action.after == "gen_check" else "review"
        where = {"step": action.step, "lego": action.lego}
        found = [CriterionFact(sentence=one.text, passed=how == "green") for one in step.criteria]
        tree = "t" if how == "same red" else self.version("tree")
        check = CheckFact(
            after=action.after,
            commit="c",
            tree=tree,
            passed=how in ("green", "moved"),
            criteria=found,
            at=self.garden.now,
        )
        if check.passed:
            return [ev.CheckEnded(**where, check=check, next=action.passed)]
        makers = [maker for maker in self.instances().read_by(step, action.lego) if not self.step(maker).action]
        believed = blames_in_a_row(past) < document(TEXT).valves.failure_count
        if makers and believed and (how == "blame" or step.action):
            stay: Stage = "action" if step.action else action.after
            red = ev.CheckEnded(**where, check=check, next=stay, charge=False)
            if self.garden.record(*makers[0]).stage != "done":
                return [red]
            why = f"{action.key} failed with it"
            return [red, ev.Reopened(step=makers[0][0], lego=makers[0][1], why=why, evidence=why, charge=True)]
        return [ev.CheckEnded(**where, check=check, next=again, evidence=f"red on {tree}")]

    def acted(self, action: RunAction) -> list[ev.Event]:
        key = (action.step, action.lego)
        step = self.step(key)
        paths = outputs(step, self.garden.plan, toolchain(), action.lego)
        held = self.held.get(action.lego or "", {})
        self.written[key] = {path: held.get(path) or self.garden.ids[path] for path in paths}
        assert dict(action.inputs) == self.garden.inputs(action.step, action.lego)
        then: Stage = "gen_check" if step.criteria else "done"
        return [
            ev.ActionStarted(step=action.step, lego=action.lego),
            ev.ActionEnded(step=action.step, lego=action.lego, commit="c", inputs=dict(action.inputs), next=then),
        ]

    def landed(self, action: Land, fate: Fate) -> list[ev.Event]:
        key = (action.step, action.lego)
        step, record = self.step(key), self.garden.record(*key)
        where = {"step": action.step, "lego": action.lego}
        commit = f"c{len(self.garden.journal)}"
        if step.lands == "at merge":
            return [ev.Landed(**where, commit=commit, tip=commit, outputs=self.written[key], next=action.next)]
        if record.landing is None and fate.landing == "dirty":
            return [ev.StepStopped(**where, why="your uncommitted edits are in the way")]
        if record.landing is None and fate.landing == "moved":
            return [ev.CheckEnded(**where, check=record.checks[-1], next=record.checks[-1].after)]
        begun = [] if record.landing else [ev.LandingStarted(**where, old="a", new=commit)]
        ids = self.landing.setdefault(key, dict(self.written[key]))
        if fate.lost < 2:
            self.garden.ids |= ids  # the checkout moved, whatever is written about it
        lego = self.garden.state.legos.get(action.lego or "")
        tip = None if step.action or lego is None else lego.tip
        return [*begun, ev.Landed(**where, commit=commit, tip=tip, outputs=ids, next=action.next)]

    def decided(self, action: TakeDecision) -> ev.GateDecided:
        waiting, decision = action.waiting, action.decision
        assert waiting.round == len(self.garden.record(waiting.step, waiting.lego).gates) + 1
        if decision.decision == "approve":
            assert waiting.kind == "approval"
            assert waiting.about == self.now((waiting.step, waiting.lego))
            self.check_approver(waiting, decision)
        fact = GateFact(
            gate=waiting.gate, round=waiting.round, decision=decision.decision, about=waiting.about,
            at=decision.at or self.garden.now,
        )  # fmt: skip
        return ev.GateDecided(
            step=waiting.step, lego=waiting.lego, fact=fact, answers=decision.answers, outputs=waiting.about,
            next=action.next,
        )  # fmt: skip

    def check_approver(self, waiting: Waiting, decision: Decision) -> None:
        """A person approved just this, now or before; or the run was told to approve whatever is asked."""
        if decision.by == "--yes":
            assert self.garden.options.yes
        elif decision == self.garden.decisions.get(waiting.gate):
            assert decision.about in (None, waiting.about)
            assert decision.round in (None, waiting.round)
        else:
            assert self.approved[waiting.step, waiting.lego] == waiting.about

    # People

    def decide(self, which: int, verdict: str, bound: bool) -> None:
        """A person writes a decision on an open question, or half of one."""
        waiting = self.garden.state.orchestrator.waiting
        if not waiting:
            return
        asked = waiting[which % len(waiting)]
        questions = asked.questions[: 1 if verdict == "half" else None]
        if asked.kind == "answers":
            verdict = "stop" if verdict == "stop" else "answer"
        elif verdict == "half":
            verdict = "approve"
        self.garden.decisions[asked.gate] = Decision.model_validate(
            {
                "decision": verdict,
                "round": asked.round if bound else None,
                "about": asked.about if bound else None,
                "answers": dict.fromkeys(questions, "yes"),
                "at": self.garden.now,
            }
        )

    def retry(self) -> None:
        """Everything that is blocked."""
        for key in self.all_keys():
            record = self.garden.record(*key)
            if is_blocked(record, document(TEXT).valves):
                stage = resume_stage(record, "action" if self.step(key).action else "gen")
                self.garden.happen(
                    ev.Reopened(step=key[0], lego=key[1], why="retried by a person", forgive=True, stage=stage)
                )

    def edit(self, which: int, path: str) -> None:
        """A person edits an artifact, or takes the edit back."""
        paths = sorted(self.garden.ids) if path == "any" else [path] if path in self.garden.ids else []
        if not paths:
            return
        chosen = paths[which % len(paths)]
        self.edited.add(chosen)
        made = [id_ for record in self.garden.state.records() for p, id_ in record.outputs.items() if p == chosen]
        if which % 3 == 0 and made and chosen != "lego_plan.json":
            self.garden.ids[chosen] = made[-1]
        else:
            self.garden.ids[chosen] = self.version(chosen)

    def start_runtimes_anew(self) -> None:
        """A person starts the engine again."""
        for runtime in self.garden.state.orchestrator.runtimes:
            self.garden.happen(ev.RuntimeSet(runtime=runtime, fact=None))


class Histories(RuleBasedStateMachine):
    """Whatever happens in whatever order."""

    sensitive = False

    @initialize(
        lane=st.sampled_from(["full", "tiny"]),
        yes=st.booleans(),
        start=st.sampled_from(["empty", "mapped", "finished", "finished"]),
        ending=st.sampled_from(["well", "well", *sorted({*ENDS, *CHECKS} - {"done", "green", "moved", "ours"})]),
        patient=st.booleans(),
        edits=st.lists(st.integers(1, 7), max_size=2),
    )
    def begin(self, lane: str, yes: bool, start: str, ending: str, patient: bool, edits: list[int]) -> None:
        """A new garden; many histories begin where the map has been made, or everything."""
        self.ending, self.patient, self.edits = "well", False, edits
        garden = Journaled(text=TEXT)
        self.world = World(garden)
        run = garden.state.orchestrator.run
        update = {"runtimes": RUNTIMES, "lane": lane, "sensitive": self.sensitive}
        garden.happen(ev.RunSet(run=run.model_copy(update=update)))
        garden.options_are(yes=True, until={"empty": -1, "mapped": 0, "finished": None}[start])
        self.settle()
        garden.options_are(yes=yes, until=None)
        self.ending, self.patient = ending, patient

    def look(self) -> list[Action]:
        """What is due now; every promise is looked at."""
        assessor = Assessor(self.world.garden.snapshot)
        assessment = assessor.assessment()
        due = plan(self.world.garden.snapshot, assessment)
        self.world.check_due(due, {(i.step, i.lego): i for i in assessment.instances()})
        return due

    def one(self, pick: int, fate: Fate) -> None:
        """One of the actions that are due, or nothing if none is."""
        if due := self.look():
            self.world.carry_out(due[pick % len(due)], fate)

    @rule(pick=st.integers(0, 9), end=st.sampled_from(ENDS), check=st.sampled_from(CHECKS))
    def work(self, pick: int, end: str, check: str) -> None:
        """The engine goes on."""
        self.one(pick, Fate(end, check))

    @rule(pick=st.integers(0, 9), pieces=st.integers(1, 12))
    def work_well(self, pick: int, pieces: int) -> None:
        """The engine goes on, and all is well."""
        for number in range(pieces):
            self.one(pick + number, Fate())

    @rule(pick=st.integers(0, 9), landing=st.sampled_from(LANDINGS), lost=st.integers(0, 2))
    def killed(self, pick: int, landing: str, lost: int) -> None:
        """An engine is killed before the last events of what it does are written."""
        self.one(pick, Fate(landing=landing, lost=lost))

    @rule(which=st.integers(0, 3), verdict=st.sampled_from(["approve", "revise", "stop", "half", "answer"]))
    def person_decides(self, which: int, verdict: str) -> None:
        """By the screen, bound to what was shown, or by hand."""
        self.world.decide(which, "approve" if verdict == "answer" else verdict, bound=which % 2 == 0)

    @rule(which=st.integers(0, 11), path=st.sampled_from(["any", "any", "map.md", "app_intent.md"]))
    def person_edits(self, which: int, path: str) -> None:
        """Any file at any time."""
        self.world.edit(which, path)

    @rule(again=st.booleans(), refresh=st.booleans())
    def person_acts(self, again: bool, refresh: bool) -> None:
        """Tries again what is blocked; consents, or not, to do again what is stale."""
        if again:
            self.world.retry()
        self.world.garden.options_are(refresh=refresh)

    @rule(seconds=st.sampled_from([-5000.0, -40.0, 31.0, 600.0, 90_000.0]))
    def clock_jumps(self, seconds: float) -> None:
        """Forward and back."""
        self.world.garden.shift += seconds

    def teardown(self) -> None:
        """Nobody makes trouble any more, but for one kind of it perhaps: it ends, and the journal tells all."""
        if not hasattr(self, "world"):
            return
        for which in self.edits:
            self.world.edit(which, "any")
            self.world.garden.options_are(refresh=True)
        self.settle()
        self.check_end()
        check_cuts(self.world.garden.journal, self.world.garden.state)

    def settle(self) -> None:
        """As the engine does it: all that is due at once, then again, until nothing is due."""
        garden = self.world.garden
        fate = Fate(self.ending if self.ending in ENDS else "done", self.ending if self.ending in CHECKS else "green")
        for _ in range(MOST_ROUNDS):
            due = self.look()
            self.carry_out_all(due, fate)
            if due:
                continue
            health = garden.state.orchestrator.runtimes
            if "paused" in garden.words.values() and (later := next_try(RUNTIMES, health, garden.now)):
                while garden.now < later:
                    garden.shift += 900
            elif self.patient and garden.state.orchestrator.waiting and self.answer_all():
                continue
            else:
                return
        raise AssertionError(f"it goes round in circles: {[action.key for action in due]}")

    def carry_out_all(self, due: list[Action], fate: Fate) -> None:
        """All at once, but what an action before it has changed; trouble meets the app and the peas, not the corn."""
        world = self.world
        before = {key: world.garden.record(*key) for key in world.all_keys()}
        for action in due:
            key = (getattr(action, "step", ""), getattr(action, "lego", None))
            if key not in before or world.garden.record(*key) == before[key]:
                world.carry_out(action, Fate() if key[1] == "corn" else fate)

    def answer_all(self) -> bool:
        """A patient person answers whatever is asked; whether that is anything new."""
        before = dict(self.world.garden.decisions)
        for number in range(len(self.world.garden.state.orchestrator.waiting)):
            self.world.decide(number, "approve", bound=True)
        verdicts = {gate: (one.round, one.about) for gate, one in self.world.garden.decisions.items()}
        return verdicts != {gate: (one.round, one.about) for gate, one in before.items()}

    def check_end(self) -> None:
        """All is settled, blocked, or waits for somebody; what is done has not lost a piece of work."""
        world, words = self.world, self.world.garden.words
        found = set(words.values())
        settled = {"done", "stale", "skipped"}
        held_up = {"waiting_approval", "waiting_answer", "failed", "stopped", "paused"}
        assert found <= settled | held_up | {"pending"}, words
        assert "pending" not in found or found & held_up, words
        if self.patient and self.ending == "well":
            assert "waiting_answer" not in found
        for lego in ("peas", "corn"):
            if words.get(instance_name("planting", lego)) == words.get(instance_name("watering", lego)) == "done":
                merged = world.garden.record("planting", lego).outputs
                made = world.garden.record("watering", lego).outputs
                assert all(merged[path] == id_ or path in world.edited for path, id_ in made.items())


def check_cuts(events: list[ev.Event], state: State) -> None:
    """Replaying the journal gives the state, wherever each state file was last written."""
    older = replay(State(), events[: len(events) // 3])
    newer = replay(older, events[: len(events) * 2 // 3])
    for orchestrator, legos in ((State(), State()), (older, newer), (newer, older)):
        cut = State(orchestrator=orchestrator.orchestrator, legos=legos.legos)
        assert replay(cut, events) == state


class SensitiveHistories(Histories):
    """The same for an app where people approve the work of each LEGO too."""

    sensitive = True


PROFILE = settings(
    max_examples=HISTORIES,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
TestHistories = Histories.TestCase
TestHistories.settings = PROFILE
TestSensitiveHistories = SensitiveHistories.TestCase
TestSensitiveHistories.settings = PROFILE
