"""The planner: pure functions from facts to words and to what is due.

`assess` says what every step is; `plan` lists the actions due. Same facts, same answer: nothing here reads a file, a
clock or a random number.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.actions import (
    Action,
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
from engine.assessment import BLOCKED, SETTLED, Assessment, Instance, PhaseStatus, Status, Work
from engine.document.model import Phase, Step
from engine.instances import Instances, Key
from engine.legos.roles import paths
from engine.names import instance_name
from engine.snapshot import Snapshot
from engine.state.counting import counts
from engine.state.models import Decision, Stage, StepRecord, Waiting

_EMPTY = StepRecord()


def assess(snapshot: Snapshot) -> Assessment:
    """The status of every step and why."""
    return _Assessor(snapshot).assessment()


def plan(snapshot: Snapshot, assessment: Assessment | None = None) -> list[Action]:
    """The actions due, most urgent first. Actions that are under way already are listed too: the runner knows them."""
    assessor = _Assessor(snapshot)
    assessment = assessment or assessor.assessment()
    instances = {(i.step, i.lego): i for i in assessment.instances()}
    done = set(snapshot.state.orchestrator.commands)
    actions: list[Action] = [CarryOut(command) for command in snapshot.commands if command.id not in done]
    if snapshot.state.orchestrator.run.paused:
        return actions + [a for a in _follow_only(snapshot, assessor)]
    actions += _valves(snapshot, assessment)
    for phase in assessment.phases:
        actions += _phase_marks(snapshot, phase)
    for step, lego in assessor.instances.all():
        actions += _due(snapshot, assessor, step, lego, instances[step.name, lego])
    return actions


class _Assessor:
    """One pass over the document, in order: what a step waits for is always known before the step."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.instances = Instances(snapshot.orchestration, snapshot.plan)
        self._status: dict[Key, Status] = {}

    def assessment(self) -> Assessment:
        return Assessment(tuple(self._phase(phase) for phase in self.snapshot.orchestration.phases))

    def record(self, step: str, lego: str | None) -> StepRecord:
        return self.snapshot.state.record(step, lego) or _EMPTY

    def _phase(self, phase: Phase) -> PhaseStatus:
        found = tuple(self._instance(step, lego) for step in phase.steps for _, lego in self.instances.of(step))
        expanded = all(not step.per_lego or self.snapshot.plan for step in phase.steps)
        return PhaseStatus(phase.number, phase.title, sum_up([i.status for i in found], expanded), found)

    def _instance(self, step: Step, lego: str | None) -> Instance:
        record = self.record(step.name, lego)
        status, why = self._word(step, lego, record)
        self._status[step.name, lego] = status
        session = record.sessions[-1] if record.sessions else None
        return Instance(
            step=step.name,
            lego=lego,
            phase=step.phase,
            status=status,
            why=why,
            substep=_WORK.get(record.stage, "") if status not in ("done", "skipped", "stale") else "",
            attempt=session.attempt if session else 0,
            failure_count=record.failure_count,
            session=session.id if session else None,
            gate=instance_name(step.name, lego) if status in ("waiting_approval", "waiting_answer") else None,
            edited=self._edited(record),
            started_at=record.started_at,
            ended_at=record.ended_at,
        )

    def _word(self, step: Step, lego: str | None, record: StepRecord) -> tuple[Status, str]:
        skipped = self._skipped(step, lego)
        if skipped:
            return "skipped", skipped
        if record.open_session:
            return "running", f"{record.open_session.substep} session {record.open_session.id} is at work"
        match record.stage:
            case "done":
                changed = self.changed_inputs(step, lego, record)
                if not changed:
                    return "done", ""
                if step.action:
                    return "ready", f"runs again: {', '.join(changed)} changed"
                return "stale", f"{', '.join(changed)} changed since it ran"
            case "stopped":
                return "stopped", record.stopped_why
            case "gate":
                return self._at_gate(step, lego)
        if record.failure_count >= self.snapshot.orchestration.valves.failure_count:
            return "failed", f"failed {record.failure_count} times: {_first_line(record.evidence)}"
        missing = self.missing(step, lego)
        if missing:
            return "pending", f"waits for {', '.join(missing)}"
        if self.snapshot.options.until is not None and step.phase > self.snapshot.options.until:
            return "pending", f"the run was asked to end after phase {self.snapshot.options.until}"
        if self.snapshot.state.orchestrator.run.paused:
            return "paused", "the run is paused; `p` or `meta run` goes on"
        if record.stage in ("gen_check", "review_check"):
            return "checking", "the engine runs the exit criteria"
        return "ready", _again(record)

    def _at_gate(self, step: Step, lego: str | None) -> tuple[Status, str]:
        gate = instance_name(step.name, lego)
        if self.record(step.name, lego).questions:
            return "waiting_answer", f"`meta answer FILE --gate {gate}` answers its questions"
        return "waiting_approval", f"`meta approve {gate}` approves it"

    def _skipped(self, step: Step, lego: str | None) -> str:
        run = self.snapshot.state.orchestrator.run
        if run.mode not in step.modes:
            return f"not part of mode {run.mode}"
        if run.lane not in step.lanes:
            return f"the {run.lane} lane skips it"
        if step.when == "sensitive" and not run.sensitive:
            return "only for sensitive apps"
        if not self.instances.applies(step, lego):
            return "the plan keeps this LEGO as it is"
        return ""

    def missing(self, step: Step, lego: str | None) -> list[str]:
        """What this instance still waits for: makers of its inputs; for a meta step also everything above it."""
        wanted = list(self.instances.read_by(step, lego))
        if not step.per_lego:
            wanted += self._above(step)
        elif self.snapshot.plan is None:
            return ["the LEGO plan"]
        unsettled = [key for key in dict.fromkeys(wanted) if self._status.get(key, "pending") not in SETTLED]
        names = [instance_name(*key) for key in unsettled]
        return names if len(names) <= 3 else [*names[:3], f"{len(names) - 3} more"]

    def _above(self, step: Step) -> Iterator[Key]:
        for earlier in self.snapshot.orchestration.steps():
            if earlier.name == step.name:
                return
            if earlier.per_lego and self.snapshot.plan is None:
                yield earlier.name, None
            yield from self.instances.of(earlier)

    def changed_inputs(self, step: Step, lego: str | None, record: StepRecord) -> list[str]:
        """Input paths whose identity differs from the one this step worked with."""
        now = self.current_inputs(step, lego)
        return [path for path, id_ in record.inputs.items() if path in now and now[path] != id_]

    def current_inputs(self, step: Step, lego: str | None) -> dict[str, str]:
        """Path → identity now, of everything this instance reads: held work as its maker left it, else as it lies."""
        found: dict[str, str] = {}
        for reference in step.inputs:
            held: dict[str, str] = {}
            for maker, name in self.instances.makers(reference, lego):
                if self.snapshot.orchestration.step(maker).lands == "at merge":
                    held |= self.record(maker, name).outputs
            for path in paths(reference, self.snapshot.plan, self.snapshot.toolchain, lego):
                id_ = held.get(path) or self.snapshot.ids.get(path)
                if id_:
                    found[path] = id_
        return found

    def _edited(self, record: StepRecord) -> tuple[str, ...]:
        if record.stage != "done":
            return ()
        ids = self.snapshot.ids
        return tuple(path for path, id_ in record.outputs.items() if path in ids and ids[path] != id_)


def _due(snapshot: Snapshot, assessor: _Assessor, step: Step, lego: str | None, instance: Instance) -> Iterator[Action]:
    record = assessor.record(step.name, lego)
    match instance.status:
        case "running" if record.open_session:
            yield FollowSession(step.name, lego, record.open_session.id)
        case "ready" | "checking":
            yield _next_work(snapshot, assessor, step, lego, record)
        case "waiting_approval" | "waiting_answer":
            yield from _gate(snapshot, step, lego, record)
        case "stale" if snapshot.options.refresh:
            yield Reopen(step.name, lego, instance.why, "gen")


def _next_work(snapshot: Snapshot, assessor: _Assessor, step: Step, lego: str | None, record: StepRecord) -> Action:
    reviewed = step.reviewed_in(snapshot.state.orchestrator.run.lane)
    match record.stage:
        case "done":
            changed = assessor.changed_inputs(step, lego, record)
            return Reopen(step.name, lego, f"{', '.join(changed)} changed", "action")
        case "gen_check":
            return RunCheck(step.name, lego, "gen_check", "review" if reviewed else "land")
        case "review_check":
            return RunCheck(step.name, lego, "review_check", "land")
        case "land":
            return Land(step.name, lego, "gate" if _needs_approval(snapshot, step) else "done")
        case _ if step.action:
            return RunAction(step.name, lego, step.action)
        case "review":
            return StartSession(step.name, lego, "review")
        case _:
            return StartSession(step.name, lego, "gen")


def _needs_approval(snapshot: Snapshot, step: Step) -> bool:
    sensitive = snapshot.state.orchestrator.run.sensitive
    return step.approval == "required" or (step.approval == "when sensitive" and sensitive)


def _gate(snapshot: Snapshot, step: Step, lego: str | None, record: StepRecord) -> Iterator[Action]:
    gate = instance_name(step.name, lego)
    wanted = _question(snapshot, step, lego, record)
    asked = next((w for w in snapshot.state.orchestrator.waiting if w.gate == gate), None)
    if asked is None or (asked.round, asked.about, asked.questions) != (wanted.round, wanted.about, wanted.questions):
        yield Ask(wanted)
        return
    decision = snapshot.decisions.get(gate)
    if decision is None and snapshot.options.yes and asked.kind == "approval":
        decision = Decision(decision="approve", by="--yes")
    if decision and counts(decision, asked, record.gates):
        yield TakeDecision(asked, decision, _after(decision))


def _question(snapshot: Snapshot, step: Step, lego: str | None, record: StepRecord) -> Waiting:
    return Waiting(
        gate=instance_name(step.name, lego),
        round=len(record.gates) + 1,
        kind="answers" if record.questions else "approval",
        about={} if record.questions else {p: snapshot.ids.get(p, id_) for p, id_ in record.outputs.items()},
        questions=record.questions,
        step=step.name,
        lego=lego,
    )


def _after(decision: Decision) -> Stage:
    after: dict[str, Stage] = {"approve": "done", "revise": "gen", "answer": "gen", "stop": "stopped"}
    return after[decision.decision]


def _valves(snapshot: Snapshot, assessment: Assessment) -> Iterator[Action]:
    tripped = snapshot.state.orchestrator.valves
    blocked = {i.name: i for i in assessment.instances() if i.status in BLOCKED}
    for name, instance in blocked.items():
        retry = f"`meta retry {instance.lego or instance.step}` tries again with what is known"
        message = f"{name} {instance.status}: {instance.why}. {retry}."
        if tripped.get(name) != message:
            yield TripValve(name, message)
    for name in tripped:
        if name not in blocked:
            yield ResetValve(name)


def _phase_marks(snapshot: Snapshot, phase: PhaseStatus) -> Iterator[Action]:
    fact = snapshot.state.orchestrator.phases.get(str(phase.number))
    if fact is None and any(i.status not in ("pending", "skipped", "paused") for i in phase.instances):
        yield BeginPhase(phase.number, phase.title)
    elif fact and fact.ended_at is None and phase.status in SETTLED:
        yield EndPhase(phase.number)


def _follow_only(snapshot: Snapshot, assessor: _Assessor) -> Iterator[Action]:
    for step, lego in assessor.instances.all():
        session = assessor.record(step.name, lego).open_session
        if session:
            yield FollowSession(step.name, lego, session.id)


_ORDER: tuple[Status, ...] = (
    "failed",
    "stopped",
    "waiting_answer",
    "waiting_approval",
    "running",
    "checking",
    "paused",
    "ready",
)


def sum_up(words: list[Status], complete: bool = True) -> Status:
    """One word for many: the most urgent one; pending unless everything is settled."""
    for word in _ORDER:
        if word in words:
            return word
    if not words or not complete or "pending" in words:
        started = any(word in SETTLED and word != "skipped" for word in words)
        return "running" if started and complete and words else "pending"
    return "stale" if "stale" in words else "skipped" if set(words) == {"skipped"} else "done"


_WORK: dict[Stage, Work] = {
    "gen": "gen",
    "review": "review",
    "gen_check": "check",
    "review_check": "check",
    "action": "action",
    "land": "land",
}


def _again(record: StepRecord) -> str:
    return f"attempt {record.failure_count + 1}, after: {_first_line(record.evidence)}" if record.evidence else ""


def _first_line(evidence: list[str]) -> str:
    return evidence[-1].strip().splitlines()[0] if evidence and evidence[-1].strip() else "no reason recorded"
