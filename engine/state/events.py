"""Typed events, and the pure functions that apply them to the state.

An event is written to the journal before it takes effect. It may concern the orchestrator's file, one LEGO's, or both;
each file is a fold of the same journal, so replaying it from any cut gives the same state.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from engine.state.models import (
    CheckFact,
    Comment,
    Fact,
    GateFact,
    LegoState,
    OrchestratorState,
    Outcome,
    PhaseFact,
    Run,
    SessionFact,
    Stage,
    State,
    StepRecord,
    Substep,
    Waiting,
)


class Base(Fact):
    """What every event has: its number in the journal and the time (ISO 8601, UTC) it was written."""

    seq: int = 0
    at: str = ""


class StepBase(Base):
    """An event of one step, or of one step of one LEGO."""

    step: str
    lego: str | None = None


class RunSet(Base):
    """The run began, or something about it became known; the whole new value."""

    event: Literal["run_set"] = "run_set"
    run: Run


class PhaseStarted(Base):
    """The first step of a phase began."""

    event: Literal["phase_started"] = "phase_started"
    phase: int
    title: str


class PhaseEnded(Base):
    """Every step of a phase is done."""

    event: Literal["phase_ended"] = "phase_ended"
    phase: int


class ActionStarted(StepBase):
    """An engine action began."""

    event: Literal["action_started"] = "action_started"
    document: str = ""


class ActionEnded(StepBase):
    """An engine action ended well; `commit` is what it made, if anything is to land."""

    event: Literal["action_ended"] = "action_ended"
    commit: str | None = None
    inputs: dict[str, str] = {}
    next: Stage


class SessionStarted(StepBase):
    """A session is about to be started: journaled before its process exists."""

    event: Literal["session_started"] = "session_started"
    session: SessionFact
    document: str = ""


class SessionEnded(StepBase):
    """A session ended, and its work was taken over as `commit` (or not, and why).

    `charge` says whether this counts as a work failure.
    """

    event: Literal["session_ended"] = "session_ended"
    session: str
    substep: Substep
    outcome: Outcome
    commit: str | None = None
    reason: str = ""
    summary: str = ""
    confidence: float | None = None
    tokens: int | None = None
    cost: float | None = None
    questions: list[str] = []
    charge: bool = False


class CheckEnded(StepBase):
    """The engine ran the exit criteria. `next` is the stage that follows."""

    event: Literal["check_ended"] = "check_ended"
    check: CheckFact
    next: Stage
    evidence: str = ""
    charge: bool = True
    """Whether a red check counts against this step; False when another step is to blame."""


class LandingStarted(StepBase):
    """The checkout is about to be moved from `old` to `new`."""

    event: Literal["landing_started"] = "landing_started"
    old: str
    new: str


class Landed(StepBase):
    """The step's work is where it belongs: on the branch, or (held) on the LEGO's own line as `tip`."""

    event: Literal["landed"] = "landed"
    commit: str
    outputs: dict[str, str] = {}
    tip: str | None = None
    next: Stage


class GateAsked(StepBase):
    """A person is needed. Replaces an earlier question of the same gate."""

    event: Literal["gate_asked"] = "gate_asked"
    waiting: Waiting


class GateDecided(StepBase):
    """A person (or `--yes`) decided."""

    event: Literal["gate_decided"] = "gate_decided"
    fact: GateFact
    comments: list[Comment] = []
    answers: dict[str, str] = {}
    outputs: dict[str, str] = {}
    next: Stage


class Reopened(StepBase):
    """A step's work is to be done again: blamed, stale and consented, retried, or revised."""

    event: Literal["reopened"] = "reopened"
    why: str
    evidence: str = ""
    charge: bool = False
    forgive: bool = False
    stage: Stage = "gen"


class StepStopped(StepBase):
    """The step cannot go on without a person; siblings do."""

    event: Literal["step_stopped"] = "step_stopped"
    why: str


class ValveTripped(Base):
    """A safety valve stopped a branch of the work."""

    event: Literal["valve_tripped"] = "valve_tripped"
    instance: str
    message: str


class ValveReset(Base):
    """What had tripped the valve is gone."""

    event: Literal["valve_reset"] = "valve_reset"
    instance: str


class CommandDone(Base):
    """A `command-<id>.json` was carried out."""

    event: Literal["command_done"] = "command_done"
    id: str


Event = Annotated[
    RunSet
    | PhaseStarted
    | PhaseEnded
    | ActionStarted
    | ActionEnded
    | SessionStarted
    | SessionEnded
    | CheckEnded
    | LandingStarted
    | Landed
    | GateAsked
    | GateDecided
    | Reopened
    | StepStopped
    | ValveTripped
    | ValveReset
    | CommandDone,
    Field(discriminator="event"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def apply(state: State, event: Event) -> State:
    """The state after the event. Pure: same state, same event, same answer."""
    orchestrator = apply_to_orchestrator(state.orchestrator, event)
    lego = getattr(event, "lego", None)
    if lego is None:
        return state.model_copy(update={"orchestrator": orchestrator})
    before = state.legos.get(lego) or LegoState(name=lego)
    legos = {**state.legos, lego: apply_to_lego(before, event)}
    return state.model_copy(update={"orchestrator": orchestrator, "legos": legos})


def apply_to_orchestrator(state: OrchestratorState, event: Event) -> OrchestratorState:
    """What the event means for `orchestrator_state.json`."""
    update: dict[str, object] = {"seq": event.seq}
    match event:
        case RunSet():
            update["run"] = event.run
        case PhaseStarted():
            fact = PhaseFact(title=event.title, started_at=event.at)
            update["phases"] = {**state.phases, str(event.phase): fact}
        case PhaseEnded():
            update["phases"] = {**state.phases, str(event.phase): _ended_phase(state, event)}
        case ValveTripped():
            update["valves"] = {**state.valves, event.instance: event.message}
        case ValveReset():
            update["valves"] = {k: v for k, v in state.valves.items() if k != event.instance}
        case CommandDone():
            update["commands"] = [*state.commands, event.id]
        case GateAsked():
            others = [w for w in state.waiting if w.gate != event.waiting.gate]
            update["waiting"] = [*others, event.waiting]
        case GateDecided():
            update["waiting"] = [w for w in state.waiting if w.gate != event.fact.gate]
        case Reopened():
            update["waiting"] = [w for w in state.waiting if (w.step, w.lego) != (event.step, event.lego)]
        case SessionEnded():
            update["budget"] = state.budget.model_copy(
                update={
                    "sessions": state.budget.sessions + 1,
                    "tokens": _sum(state.budget.tokens, event.tokens),
                    "cost": _sum(state.budget.cost, event.cost),
                }
            )
        case _:
            pass
    if isinstance(event, StepBase) and event.lego is None:
        record = apply_to_record(state.steps.get(event.step) or StepRecord(), event)
        update["steps"] = {**state.steps, event.step: record}
    return state.model_copy(update=update)


def _ended_phase(state: OrchestratorState, event: PhaseEnded) -> PhaseFact:
    begun = state.phases.get(str(event.phase))
    if begun is None:
        raise ValueError(f"phase {event.phase} ended but never began")
    return begun.model_copy(update={"ended_at": event.at})


def apply_to_lego(state: LegoState, event: Event) -> LegoState:
    """What the event means for one `lego_state_<name>.json`."""
    update: dict[str, object] = {"seq": event.seq}
    if isinstance(event, StepBase):
        record = apply_to_record(state.steps.get(event.step) or StepRecord(), event)
        update["steps"] = {**state.steps, event.step: record}
    if isinstance(event, Landed):
        update["tip"] = event.tip
    return state.model_copy(update=update)


def apply_to_record(record: StepRecord, event: StepBase) -> StepRecord:
    """What the event means for the record of its step."""
    update = _record_update(record, event)
    if record.started_at is None:
        update["started_at"] = event.at
    if update.get("stage") == "done":
        update["ended_at"] = event.at
    return record.model_copy(update=update)


def _record_update(record: StepRecord, event: StepBase) -> dict[str, object]:
    match event:
        case ActionStarted():
            return {"stage": "action", "document": event.document, "started_at": event.at, "ended_at": None}
        case ActionEnded():
            return {"stage": event.next, "commit": event.commit or record.commit, "inputs": event.inputs}
        case SessionStarted():
            update: dict[str, object] = {
                "sessions": [*record.sessions, event.session],
                "document": event.document,
                "ended_at": None,
            }
            if event.session.substep == "gen":
                update["inputs"] = event.session.inputs
            return update
        case SessionEnded():
            return _session_ended(record, event)
        case CheckEnded():
            return _check_ended(record, event)
        case LandingStarted():
            return {"landing": (event.old, event.new)}
        case Landed():
            return {
                "landing": None,
                "commit": event.commit,
                "outputs": event.outputs,
                "stage": event.next,
                "failure_count": 0,
                "evidence": [],
            }
        case GateDecided():
            return _gate_decided(record, event)
        case Reopened():
            return {
                "stage": event.stage,
                "evidence": [*record.evidence, event.evidence] if event.evidence else record.evidence,
                "failure_count": 0 if event.forgive else record.failure_count + event.charge,
                "landing": None,
                "stopped_why": "",
                "ended_at": None,
            }
        case StepStopped():
            return {"stage": "stopped", "stopped_why": event.why}
        case _:
            return {}


def _session_ended(record: StepRecord, event: SessionEnded) -> dict[str, object]:
    ended = {
        "ended_at": event.at,
        "outcome": event.outcome,
        "commit": event.commit,
        "reason": event.reason,
        "summary": event.summary,
        "confidence": event.confidence,
        "tokens": event.tokens,
        "cost": event.cost,
    }
    sessions = [s.model_copy(update=ended) if s.id == event.session else s for s in record.sessions]
    update: dict[str, object] = {"sessions": sessions}
    if event.outcome == "done":
        update["stage"] = "gen_check" if event.substep == "gen" else "review_check"
        update["commit"] = event.commit
    elif event.outcome == "needs_input":
        update["stage"] = "gate"
        update["questions"] = event.questions
    elif event.outcome in ("runtime", "cancelled"):
        update["stage"] = "stopped"
        update["stopped_why"] = event.reason
    if event.charge:
        update["failure_count"] = record.failure_count + 1
        update["evidence"] = [*record.evidence, event.reason]
    return update


def _check_ended(record: StepRecord, event: CheckEnded) -> dict[str, object]:
    update: dict[str, object] = {"checks": [*record.checks, event.check], "stage": event.next, "evidence": []}
    if not event.check.passed and event.charge:
        update["failure_count"] = record.failure_count + 1
        update["evidence"] = [*record.evidence, event.evidence]
    return update


def _gate_decided(record: StepRecord, event: GateDecided) -> dict[str, object]:
    update: dict[str, object] = {"gates": [*record.gates, event.fact], "stage": event.next}
    if event.fact.decision == "answer":
        update["answers"] = {**record.answers, **event.answers}
        update["questions"] = []
    elif event.fact.decision == "revise":
        update["comments"] = event.comments
        update["failure_count"] = 0
    elif event.fact.decision == "approve":
        update["comments"] = []
        update["outputs"] = event.outputs or record.outputs
    elif event.fact.decision == "stop":
        update["stopped_why"] = "stopped by a person at its gate"
    return update


def _sum(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else a + b
