"""A made-up document and its facts in memory: what the planner sees, without a file or a process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType

from engine.actions import Action
from engine.assessment import Assessment, Instance
from engine.assessor import Assessor
from engine.document.model import Orchestration
from engine.document.parser import parse
from engine.document.texts import text_sha256
from engine.legos.plan import Plan, parse_plan
from engine.legos.toolchain import Toolchain, find_toolchain
from engine.names import instance_name
from engine.planner import assess, plan
from engine.snapshot import Options, Snapshot
from engine.state.apply import apply
from engine.state.clock import iso
from engine.state.events import (
    ActionEnded,
    ActionStarted,
    CheckEnded,
    Event,
    GateAsked,
    GateDecided,
    Landed,
    RuntimeSet,
    SessionEnded,
    SessionStarted,
)
from engine.state.models import (
    CheckFact,
    Command,
    CriterionFact,
    Decision,
    GateFact,
    Outcome,
    RuntimeFact,
    SessionFact,
    Stage,
    State,
    StepRecord,
    Substep,
)

Files = Mapping[str, str]

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
"""When every garden begins."""


def moment(seconds: float) -> str:
    """ISO 8601: so long after a garden began."""
    return iso(MIDNIGHT + timedelta(seconds=seconds))


GARDEN = """
# How a garden is made

## Safety valves

- failure_count at most 3

## Phase 0: Ground

### Step: survey
- **Action**: read intent
- **Inputs**: `app_intent.md`

### Step: map
- **Inputs**: `app_intent.md`
- **Outputs**: `map.md`, `lego_plan.json`
- **Approval**: required

#### Gen
Draw it.

#### Review
Correct it.

#### Check
- `map.md` exists

## Phase 1: Beds

### Step: sowing
- **For each**: LEGO where decision is NEW or REFACTOR
- **Inputs**: `map.md`, contracts of {dependencies}
- **Outputs**: contract of {lego}

#### Gen
Sow it.

#### Review
Sow again.

#### Check
- `map.md` exists

### Step: watering
- **For each**: LEGO where decision is NEW or REFACTOR
- **Lanes**: full, tiny (no Review)
- **Inputs**: contracts of {lego} and {dependencies}
- **Outputs**: source of {lego}
- **Approval**: when sensitive
- **Lands**: at merge

#### Gen
Water it.

#### Review
Water again.

#### Check
- `map.md` exists

### Step: planting
- **For each**: LEGO where decision is NEW or REFACTOR
- **Action**: merge LEGO
- **Inputs**: source of {lego}, merged source of {dependencies}
- **Outputs**: merged source of {lego}

#### Check
- `map.md` exists

## Phase 2: Harvest

### Step: fence
- **When**: sensitive
- **Inputs**: `map.md`
- **Outputs**: `fence.md`

#### Gen
Build it.

#### Review
Build it again.

#### Check
- `map.md` exists

### Step: feast
- **Lanes**: full
- **Inputs**: `map.md`
- **Outputs**: `feast.md`

#### Gen
Cook.

#### Review
Taste.

#### Check
- `feast.md` exists
"""


@cache
def document(text: str = GARDEN) -> Orchestration:
    """The parsed document."""
    found = parse(text, "garden.md")
    assert found.orchestration is not None, found.problems
    return found.orchestration


@cache
def toolchain() -> Toolchain:
    """The toolchain that the roles are from."""
    return find_toolchain("python")


@cache
def beds(**decisions: str) -> Plan:
    """Peas and beans stand alone, corn needs both."""
    needs = {"peas": [], "beans": [], "corn": ["peas", "beans"]}
    legos = [
        {
            "name": name,
            "purpose": f"Grows {name}.",
            "kind": "entry" if name == "corn" else "component",
            "dependencies": dependencies,
            "decision": decisions.get(name, "NEW"),
        }
        for name, dependencies in needs.items()
    ]
    return parse_plan(json.dumps({"schema_version": 1, "app": "garden", "legos": legos}))


@dataclass
class Garden:
    """Facts, and short ways to let things happen in them."""

    text: str = GARDEN
    plan: Plan | None = None
    state: State = field(default_factory=State)
    ids: dict[str, str] = field(default_factory=lambda: {"app_intent.md": "intent-1"})
    decisions: dict[str, Decision] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    options: Options = field(default_factory=Options)
    shift: float = 0.0
    """Seconds by which the clock was put forward: each event takes one by itself."""

    @property
    def snapshot(self) -> Snapshot:
        """What the planner is given."""
        return Snapshot(
            document(self.text), toolchain(), self.state, self.plan, dict(self.ids), dict(self.decisions),
            self.commands, self.options, self.now,
        )  # fmt: skip

    @property
    def now(self) -> str:
        """What the clock shows: the time of the next event."""
        return moment(self.state.seq + 1 + self.shift)

    @property
    def due(self) -> list[Action]:
        """The actions due."""
        return plan(self.snapshot)

    @property
    def assessment(self) -> Assessment:
        """The words."""
        return assess(self.snapshot)

    @property
    def words(self) -> dict[str, str]:
        """Instance → status."""
        return {instance.name: instance.status for instance in self.assessment.instances()}

    def instance(self, name: str) -> Instance:
        """One instance as assessed."""
        return next(instance for instance in self.assessment.instances() if instance.name == name)

    def happen(self, *events: Event) -> None:
        """Apply events as the store does."""
        for event in events:
            self.state = apply(self.state, event.model_copy(update={"seq": self.state.seq + 1, "at": self.now}))

    def record(self, step: str, lego: str | None = None) -> StepRecord:
        """What is known of a step; an empty record when it never began."""
        return self.state.record(step, lego) or StepRecord()

    def inputs(self, step: str, lego: str | None = None) -> dict[str, str]:
        """What a step would read now, input → id."""
        return Assessor(self.snapshot).current_inputs(document(self.text).step(step), lego)

    def valve(self, sentence: str) -> None:
        """The document gets another valve, or another number for the one it has."""
        first = "- failure_count at most 3\n"
        self.text = self.text.replace(first, f"{first}- {sentence}\n")

    def runtime(self, name: str, **fact: object) -> None:
        """How a runtime is doing; without a fact nothing is held against it."""
        self.happen(RuntimeSet(runtime=name, fact=RuntimeFact.model_validate(fact) if fact else None))

    def run(self, **changes: object) -> None:
        """Change what is known of the run."""
        run = self.state.orchestrator.run.model_copy(update=changes)
        orchestrator = self.state.orchestrator.model_copy(update={"run": run})
        self.state = self.state.model_copy(update={"orchestrator": orchestrator})

    def begin(
        self,
        step: str,
        lego: str | None = None,
        substep: Substep = "gen",
        inputs: Files = MappingProxyType({}),
        runtime: str = "r",
    ) -> None:
        """Start a session."""
        attempt = self.record(step, lego).attempts(substep) + 1
        name = f"{instance_name(step, lego)}-{substep}-{attempt}"
        fact = SessionFact(
            id=name,
            substep=substep,
            attempt=attempt,
            runtime=runtime,
            base="b",
            started_at=self.now,
            inputs=dict(inputs),
        )
        text = text_sha256(document(self.text), document(self.text).step(step))
        self.happen(SessionStarted(step=step, lego=lego, session=fact, text=text))

    def end(self, step: str, lego: str | None = None, outcome: Outcome = "done", **told: object) -> None:
        """End the open session of a step; each leaves another tree, if it is not told."""
        session = self.record(step, lego).open_session
        assert session is not None
        fields = {"reason": f"it {outcome}", "charge": outcome == "failed", "commit": "c", "tree": self._tree, **told}
        if outcome == "needs_input":
            fields = {"questions": ["How deep?"], **fields}
        event = {"step": step, "lego": lego, "session": session.id, "outcome": outcome}
        self.happen(SessionEnded.model_validate({**event, "substep": session.substep, **fields}))

    def check(self, step: str, lego: str | None, after: Stage, passed: bool, then: Stage, tree: str = "") -> None:
        """The engine ran the criteria, on another tree each time if it is not told."""
        found = [CriterionFact(sentence=one.text, passed=passed) for one in document(self.text).step(step).criteria]
        fact = CheckFact(after=after, commit="c", tree=tree or self._tree, passed=passed, criteria=found, at=self.now)
        self.happen(CheckEnded(step=step, lego=lego, check=fact, next=then, evidence="" if passed else "red"))

    def land(
        self, step: str, lego: str | None = None, then: Stage = "done", files: Files = MappingProxyType({})
    ) -> None:
        """The work lands as these files, path → id: on the branch, or on the LEGO's own line."""
        found = document(self.text).step(step)
        commit = f"c{self.state.seq + 1}"
        before = self.state.legos.get(lego or "")
        tip = commit if found.lands == "at merge" else before.tip if before and not found.action else None
        self.happen(Landed(step=step, lego=lego, commit=commit, outputs=dict(files), tip=tip, next=then))
        if found.lands == "at once":
            self.ids |= files

    def act(self, step: str, inputs: Files) -> None:
        """An engine action ran on these and left nothing to land."""
        self.happen(ActionStarted(step=step), ActionEnded(step=step, inputs=dict(inputs), next="done"))

    def work(
        self, step: str, lego: str | None = None, files: Files = MappingProxyType({}), then: Stage = "done"
    ) -> None:
        """All of a step's sessions and checks go well; `files`: what it wrote, path → id."""
        inputs = self.inputs(step, lego)
        self.begin(step, lego, "gen", inputs)
        self.end(step, lego)
        self.check(step, lego, "gen_check", True, "review")
        self.begin(step, lego, "review", inputs)
        self.end(step, lego)
        self.check(step, lego, "review_check", True, "land")
        self.land(step, lego, then, files)

    def ask(self, gate: str) -> None:
        """The engine puts what is due at that gate to a person."""
        action = next(a for a in self.due if a.key == f"ask {gate}")
        waiting = action.waiting  # type: ignore[union-attr]
        self.happen(GateAsked(step=waiting.step, lego=waiting.lego, waiting=waiting))

    def approve(self, step: str, lego: str | None = None) -> None:
        """A person approved, and the engine took it."""
        gate, record = instance_name(step, lego), self.record(step, lego)
        about = {path: self.ids.get(path, id_) for path, id_ in record.outputs.items()}
        fact = GateFact(gate=gate, round=len(record.gates) + 1, decision="approve", about=about, at=self.now)
        self.happen(GateDecided(step=step, lego=lego, fact=fact, outputs=about, next="done"))

    def mapped(self) -> Garden:
        """Phase 0 is done and approved."""
        self.act("survey", {"app_intent.md": self.ids["app_intent.md"]})
        self.work("map", files={"map.md": "map-1", "lego_plan.json": "plan-1"}, then="gate")
        self.plan = self.plan or beds()
        self.approve("map")
        return self

    @property
    def _tree(self) -> str:
        return f"tree {self.state.seq + 1}"

    def options_are(self, **options: object) -> None:
        """How this engine was asked to work."""
        self.options = replace(self.options, **options)  # type: ignore[arg-type]
