"""The words: what every step is, and why. Pure functions from facts; nothing here reads a file, a clock or a dice."""

from __future__ import annotations

from collections.abc import Iterator

from engine.assessment import SETTLED, Assessment, Instance, PhaseStatus, Status, Work
from engine.document.model import Phase, Step
from engine.instances import Instances, Key
from engine.legos.roles import paths
from engine.names import instance_name
from engine.snapshot import Snapshot
from engine.state.models import Stage, StepRecord

_EMPTY = StepRecord()


def assess(snapshot: Snapshot) -> Assessment:
    """The status of every step and why."""
    return Assessor(snapshot).assessment()


def open_questions(record: StepRecord) -> list[str]:
    """What the last session asked; questions of an earlier one are not open any more."""
    last = record.sessions[-1] if record.sessions else None
    return record.questions if last and last.outcome == "needs_input" else []


class Assessor:
    """One pass over the document, in order: what a step waits for is always known before the step."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.instances = Instances(snapshot.orchestration, snapshot.plan)
        self._status: dict[Key, Status] = {}

    def assessment(self) -> Assessment:
        """Every step's word."""
        return Assessment(tuple(self._phase(phase) for phase in self.snapshot.orchestration.phases))

    def record(self, step: str, lego: str | None) -> StepRecord:
        """What is known of a step; an empty record when it never began."""
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
            case "land" if record.landing:
                return "ready", "its landing was cut off and is finished first"
        return self._word_of_work(step, lego, record)

    def _word_of_work(self, step: Step, lego: str | None, record: StepRecord) -> tuple[Status, str]:
        """The word of a step with something left to do by the engine or a session."""
        if record.failure_count >= self.snapshot.orchestration.valves.failure_count:
            return "failed", f"failed {record.failure_count} times: {_first_line(record.evidence)}"
        missing = self.missing(step, lego)
        if missing:
            return "pending", f"waits for {', '.join(missing)}"
        if self.beyond(step):
            return "pending", f"the run was asked to end after phase {self.snapshot.options.until}"
        if self.snapshot.state.orchestrator.run.paused:
            return "paused", "the run is paused; `p` or `meta run` goes on"
        if record.stage in ("gen_check", "review_check"):
            return "checking", "the engine runs the exit criteria"
        return "ready", _again(record)

    def _at_gate(self, step: Step, lego: str | None) -> tuple[Status, str]:
        gate = instance_name(step.name, lego)
        if open_questions(self.record(step.name, lego)):
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
        else:
            wanted += self.instances.makers_of_plan()
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

    def beyond(self, step: Step) -> bool:
        """Whether the run was asked to end before this step's phase."""
        until = self.snapshot.options.until
        return until is not None and step.phase > until

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
