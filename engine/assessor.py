"""The words: what every step is, and why. Pure functions from facts; nothing here reads a file, a clock or a dice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from engine.assessment import SETTLED, Assessment, Instance, PhaseStatus, Status, Work
from engine.caps import used_up
from engine.document.model import Phase, Step, Valves
from engine.document.texts import text_sha256
from engine.instances import Instances, Key
from engine.names import instance_name
from engine.runtimes import rested, why_none
from engine.snapshot import Snapshot
from engine.staleness import (
    changed_inputs,
    criteria_changed,
    current_inputs,
    decided,
    done_since,
    edited_outputs,
    made_without,
)
from engine.state.models import SessionFact, Stage, StepRecord

_EMPTY = StepRecord()

MOST_INTERRUPTIONS = 5
"""So often in a row a session may be killed by something else before a person has to look."""


def assess(snapshot: Snapshot) -> Assessment:
    """The status of every step and why."""
    return Assessor(snapshot).assessment()


def open_questions(record: StepRecord) -> list[str]:
    """What the last session asked; questions of an earlier one are not open any more."""
    last = record.sessions[-1] if record.sessions else None
    return record.questions if last and last.outcome == "needs_input" else []


def held_up(record: StepRecord, valves: Valves) -> tuple[Status, str] | None:
    """The valve that keeps a step from going on by itself, as its word and why; None if none does."""
    why = _first_line(record.evidence)
    if record.failure_count >= valves.failure_count:
        return "failed", f"failed {record.failure_count} times: {why}"
    if record.repeats:
        return "stopped", f"no progress: twice the same failure on the same files: {why}"
    if record.interruptions >= MOST_INTERRUPTIONS:
        return "stopped", f"its session was killed {record.interruptions} times in a row by something else"
    if record.stage == "gate" and record.rounds >= valves.interview_rounds and open_questions(record):
        asked = "; ".join(open_questions(record))
        return "stopped", f"still unclear after {record.rounds} rounds of questions. Open: {asked}"
    return None


def is_blocked(record: StepRecord, valves: Valves) -> bool:
    """Whether a step was stopped or a valve holds it: `retry` lets it go on."""
    return record.stage == "stopped" or (record.stage != "done" and held_up(record, valves) is not None)


def needs_approval(snapshot: Snapshot, step: Step, record: StepRecord) -> bool:
    """Whether a person decides on this step's work in this run; always where it and their own edits conflict."""
    sensitive = snapshot.state.orchestrator.run.sensitive
    if record.conflicts:
        return True
    return step.approval == "required" or (step.approval == "when sensitive" and sensitive)


class Assessor:
    """One pass over the document, in order: what a step waits for is always known before the step."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.instances = Instances(snapshot.orchestration, snapshot.plan)
        self._texts = {step.name: text_sha256(snapshot.orchestration, step) for step in snapshot.orchestration.steps()}
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
            edited=edited_outputs(self.snapshot, step, lego, record),
            older_text=record.text not in ("", self._texts[step.name]),
            started_at=record.started_at,
            ended_at=record.ended_at,
        )

    def _word(self, step: Step, lego: str | None, record: StepRecord) -> tuple[Status, str]:
        known = self._word_in_upgrade(step, lego, record) if self._upgrading else None
        skipped = "" if self._upgrading else self._skipped(step, lego)
        if known or skipped:
            return known or ("skipped", skipped)
        if record.open_session:
            return "running", _at_work(record, record.open_session)
        if record.taken:
            return "running", "in your hands in a moment"
        match record.stage:
            case "done":
                return self._finished(step, lego, record)
            case "stopped":
                return "stopped", record.stopped_why
            case "gate":
                return self._at_gate(step, lego, record)
            case "land" if record.landing:
                return "ready", "its landing was cut off and is finished first"
        return self._word_of_work(step, lego, record)

    @property
    def _upgrading(self) -> bool:
        run = self.snapshot.state.orchestrator.run
        return run.mode == "upgrade" and run.change is not None

    def _word_in_upgrade(self, step: Step, lego: str | None, record: StepRecord) -> tuple[Status, str] | None:
        """The word of a step that an upgrade does not touch: whatever else has changed, it is not its business.

        None: it was begun again by the upgrade, or reads what one that was has made.
        """
        run = self.snapshot.state.orchestrator.run
        assert run.change is not None, "asked only while an upgrade is under way"
        if record.started_at is None:
            return "skipped", "the upgrade leaves it out"
        if record.stage != "done" or record.open_session or record.taken:
            return None
        makers = self.instances.read_by(step, lego)
        if step.action:
            concerned = any(done_since(self.record(*key), run.change.began_at) for key in makers)
        else:
            concerned = any(self._is_new_work(key, run.change.began_at) for key in makers)
        return None if concerned else ("done", "")

    def _is_new_work(self, key: Key, since: str) -> bool:
        """Whether a session has made this anew since then, or an action from what a session has.

        Files that an action wrote anew from the documents alone make nobody's work stale: it is checked with them.
        """
        record = self.record(*key)
        if not done_since(record, since):
            return False
        step = self.snapshot.orchestration.step(key[0])
        return not step.action or any(self._is_new_work(one, since) for one in self.instances.read_by(step, key[1]))

    def _finished(self, step: Step, lego: str | None, record: StepRecord) -> tuple[Status, str]:
        """The word of a step that was done once: done, unless something it stands on has changed."""
        edited = edited_outputs(self.snapshot, step, lego, record)
        if edited and needs_approval(self.snapshot, step, record):
            gate = instance_name(step.name, lego)
            return "waiting_approval", f"{', '.join(edited)} changed after approval; `meta approve {gate}` approves it"
        if why := decided(self.snapshot, self.instances, step, lego, record):
            return "stale", why
        changed = self.changed_inputs(step, lego, record)
        if changed and step.action:
            return self._unless_held(step, "ready", f"runs again: {', '.join(changed)} changed")
        if changed:
            return "stale", f"{', '.join(changed)} changed since it ran"
        redone = [key for key in self._stood_on(step, lego, record) if self._is_old(key)]
        if redone:
            names = ", ".join(instance_name(*key) for key in redone[:3])
            return "stale", f"it follows from {names}, which {'is' if len(redone) == 1 else 'are'} stale"
        if criteria_changed(step, record):
            return self._unless_held(step, "ready", "its criteria have changed in the document: they are checked again")
        return "done", ""

    def _stood_on(self, step: Step, lego: str | None, record: StepRecord) -> list[Key]:
        """The makers of what this step read; a change asks all of them, also those of whom nothing was there then."""
        makers = list(self.instances.read_by(step, lego))
        if self.snapshot.state.orchestrator.run.change is not None or "" not in record.inputs.values():
            return makers
        missed = made_without(self.snapshot, self.instances, step, lego, record)
        return [key for key in makers if key not in missed]

    def _is_old(self, key: Key) -> bool:
        """Whether what this one made may be made anew: it is stale, or was reopened."""
        status = self._status.get(key, "done")
        return status == "stale" or (status not in SETTLED and self.record(*key).ended_at is None)

    def _unless_held(self, step: Step, status: Status, why: str) -> tuple[Status, str]:
        """That word, unless the run is paused or ends before this step: then the old result stands."""
        held = bool(self.beyond(step)) or self.snapshot.state.orchestrator.run.paused
        return ("done", why) if held else (status, why)

    def _word_of_work(self, step: Step, lego: str | None, record: StepRecord) -> tuple[Status, str]:
        """The word of a step with something left to do by the engine or a session."""
        if held := held_up(record, self.snapshot.orchestration.valves):
            return held
        missing = self.missing(step, lego)
        if missing:
            return "pending", f"waits for {', '.join(missing)}"
        if why := self.beyond(step):
            return "pending", why
        if self.snapshot.state.orchestrator.run.paused:
            return "paused", "the run is paused; `p` or `meta run` goes on"
        if record.stage in ("gen_check", "review_check"):
            return "checking", "the engine runs the exit criteria"
        if record.stage in ("gen", "review") and not step.action:
            return self._word_of_session(lego, record)
        return "ready", _again(record)

    def _word_of_session(self, lego: str | None, record: StepRecord) -> tuple[Status, str]:
        """The word of a step whose next session could start, were it not for caps and runtimes."""
        if cap := used_up(self.snapshot, lego):
            return "stopped", cap
        run, health = self.snapshot.state.orchestrator.run, self.snapshot.state.orchestrator.runtimes
        if run.runtimes and not rested(run.runtimes, health, self.snapshot.now):
            return "paused", f"no runtime can work: {why_none(run.runtimes, health)}"
        return "ready", _again(record)

    def _at_gate(self, step: Step, lego: str | None, record: StepRecord) -> tuple[Status, str]:
        gate = instance_name(step.name, lego)
        questions = open_questions(record)
        if held := held_up(record, self.snapshot.orchestration.valves):
            return held
        if questions:
            return "waiting_answer", f"`meta answer FILE --gate {gate}` answers its questions"
        if record.conflicts:
            files = ", ".join(sorted(record.conflicts))
            return "waiting_approval", f"your edits conflict with the new {files}; `meta approve {gate}` keeps yours"
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

    def beyond(self, step: Step) -> str:
        """Why this run does not come to this step: it was asked to end before, or a change is only planned so far."""
        until, change = self.snapshot.options.until, self.snapshot.state.orchestrator.run.change
        if until is not None and step.phase > until:
            return f"the run was asked to end after phase {until}"
        if change and change.stage == "planning" and step.name in self._after_plan:
            return "the change is being planned; `meta apply` carries it out"
        return ""

    def consented(self, step: Step) -> bool:
        """Whether a person wants this step done again if it is stale."""
        if self.beyond(step):
            return False
        return self.snapshot.options.refresh or self.snapshot.state.orchestrator.run.change is not None

    @cached_property
    def _after_plan(self) -> frozenset[str]:
        """The steps that come after the one that makes the plan."""
        names = [step.name for step in self.snapshot.orchestration.steps()]
        last = max((names.index(name) for name, _ in self.instances.makers_of_plan()), default=len(names))
        return frozenset(names[last + 1 :])

    def changed_inputs(self, step: Step, lego: str | None, record: StepRecord) -> list[str]:
        """Inputs whose identity differs from the one this step worked with."""
        return changed_inputs(self.snapshot, self.instances, step, lego, record)

    def current_inputs(self, step: Step, lego: str | None) -> dict[str, str]:
        """Input → identity now, of everything this instance reads."""
        return current_inputs(self.snapshot, self.instances, step, lego)


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


def _at_work(record: StepRecord, live: SessionFact) -> str:
    if record.in_hands:
        return f"in your hands: `meta hand-back {live.id}` hands it back"
    if record.taken:
        return f"in your hands as soon as session {live.id} has been ended"
    return f"{live.substep} session {live.id} is at work"


def _again(record: StepRecord) -> str:
    return f"attempt {record.failure_count + 1}, after: {_first_line(record.evidence)}" if record.evidence else ""


def _first_line(evidence: list[str]) -> str:
    return evidence[-1].strip().splitlines()[0] if evidence and evidence[-1].strip() else "no reason recorded"
