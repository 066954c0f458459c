"""What each event means: pure functions from state and event to state.

An event may concern the orchestrator's file, one LEGO's, or both; each file is a fold of the same journal, so
replaying it from any cut gives the same state.
"""

from __future__ import annotations

import hashlib

from engine.state.events import (
    ActionEnded,
    ActionStarted,
    CheckEnded,
    CommandDone,
    Event,
    GateAsked,
    GateDecided,
    GateWithdrawn,
    Landed,
    LandingStarted,
    Noted,
    PhaseEnded,
    PhaseStarted,
    Reopened,
    RunSet,
    RuntimeSet,
    SessionEnded,
    SessionStarted,
    StepBase,
    StepStopped,
    TakenOver,
    Undone,
    UndoStarted,
    ValveReset,
    ValveTripped,
)
from engine.state.models import (
    LegoState,
    OrchestratorState,
    PhaseFact,
    State,
    StepRecord,
    UndoneWork,
    Waiting,
)

_FORGIVEN: dict[str, object] = {
    "failure_count": 0,
    "last_failure": "",
    "repeats": 0,
    "interruptions": 0,
    "rounds": 0,
}
"""A piece of work that begins anew, or is finished: nothing is held against it any more."""


def apply(state: State, event: Event) -> State:
    """The state after the event. Pure: same state, same event, same answer."""
    orchestrator = apply_to_orchestrator(state.orchestrator, event)
    names = legos_of(event)
    if not names:
        return state.model_copy(update={"orchestrator": orchestrator})
    changed = {name: apply_to_lego(state.legos.get(name) or LegoState(name=name), event) for name in names}
    legos = {**state.legos, **changed}
    return state.model_copy(update={"orchestrator": orchestrator, "legos": legos})


def legos_of(event: Event) -> tuple[str, ...]:
    """The LEGOs whose files the event changes."""
    if isinstance(event, Undone):
        return tuple(event.legos)
    name: str | None = getattr(event, "lego", None)
    return (name,) if name is not None else ()


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
        case GateAsked() | GateWithdrawn() | GateDecided() | Reopened():
            update["waiting"] = _still_waiting(state.waiting, event)
        case RuntimeSet():
            healthy = {name: fact for name, fact in state.runtimes.items() if name != event.runtime}
            update["runtimes"] = {**healthy, event.runtime: event.fact} if event.fact else healthy
        case UndoStarted() | Undone():
            update |= _undoing(state, event)
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


def _undoing(state: OrchestratorState, event: UndoStarted | Undone) -> dict[str, object]:
    if isinstance(event, UndoStarted):
        return {"undoing": event.undoing}
    steps = {**state.steps, **_as_before(state.steps, event.steps, event.at)}
    return {"undoing": None, "run": event.run, "phases": event.phases, "waiting": event.waiting, "steps": steps}


def _still_waiting(waiting: list[Waiting], event: GateAsked | GateWithdrawn | GateDecided | Reopened) -> list[Waiting]:
    """The open questions: a gate asks one at a time, and a step that begins again none."""
    match event:
        case GateAsked():
            return [*(one for one in waiting if one.gate != event.waiting.gate), event.waiting]
        case GateWithdrawn():
            return [one for one in waiting if one.gate != event.gate]
        case GateDecided():
            return [one for one in waiting if one.gate != event.fact.gate]
        case Reopened():
            return [one for one in waiting if (one.step, one.lego) != (event.step, event.lego)]


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
    if isinstance(event, Undone):
        before = event.legos[state.name]
        steps = {**state.steps, **_as_before(state.steps, before.steps, event.at)}
        update |= {"steps": steps, "tip": before.tip, "held": before.held}
    if isinstance(event, Landed):
        update |= {"tip": event.tip, "held": _held(state, event)}
    return state.model_copy(update=update)


def _as_before(now: dict[str, StepRecord], before: dict[str, StepRecord], at: str) -> dict[str, StepRecord]:
    """The records as they were; sessions and rounds that are not in them any more stay used."""
    restored = {}
    for step, record in before.items():
        known = now.get(step) or StepRecord()
        kept = {session.id for session in record.sessions}
        undone = UndoneWork(
            sessions=[session for session in known.all_sessions if session.id not in kept],
            rounds=known.next_round - 1 - len(record.gates),
            at=at,
        )
        restored[step] = record.model_copy(update={"undone": undone})
    return restored


def _held(state: LegoState, event: Landed) -> dict[str, str]:
    """What waits on the LEGO's own line: nothing once that is merged; other work that lands leaves it as it is."""
    if event.tip is None:
        return {}
    return {**state.held, **event.outputs} if event.tip == event.commit else state.held


def apply_to_record(record: StepRecord, event: StepBase) -> StepRecord:
    """What the event means for the record of its step."""
    update = _record_update(record, event)
    if record.started_at is None:
        update["started_at"] = event.at
    if isinstance(event, TakenOver):
        update["taken"] = event.session
    if isinstance(event, Noted):
        update["comments"] = [*record.comments, event.comment]
    if update.get("stage") == "done":
        update["ended_at"] = event.at
    return record.model_copy(update=update)


def _record_update(record: StepRecord, event: StepBase) -> dict[str, object]:
    match event:
        case ActionStarted():
            return {"stage": "action", "document": event.document, "started_at": event.at, "ended_at": None}
        case ActionEnded():
            return {
                "stage": event.next,
                "commit": event.commit or record.commit,
                "inputs": event.inputs,
                "edited": event.edited,
                "generated": event.generated,
            }
        case SessionStarted():
            update: dict[str, object] = {
                "sessions": [*record.sessions, event.session],
                "document": event.document,
                "text": event.text,
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
                **({"comments": []} if event.next == "done" else {}),
                **_FORGIVEN,
                "overflows": 0,
                "evidence": [],
            }
        case GateDecided():
            return _gate_decided(record, event)
        case Reopened():
            return {
                **(_FORGIVEN if event.forgive else {"failure_count": record.failure_count + event.charge}),
                "stage": event.stage,
                "evidence": [*record.evidence, event.evidence] if event.evidence else record.evidence,
                "landing": None,
                "stopped_why": "",
                "ended_at": None,
            }
        case StepStopped():
            return {"stage": "stopped", "stopped_why": event.why, "taken": ""}
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
        update |= {
            "stage": "gen_check" if event.substep == "gen" else "review_check",
            "commit": event.commit,
            "edited": event.edited,
            "generated": event.generated,
            "conflicts": {**record.conflicts, **event.conflicts} if event.substep == "review" else event.conflicts,
        }
    elif event.outcome == "needs_input":
        update["stage"] = "gate"
        update["questions"] = event.questions
    elif event.outcome == "overflow":
        update["overflows"] = record.overflows + 1
    elif event.outcome == "cancelled":
        update["stage"] = "stopped"
        update["stopped_why"] = event.reason
    if event.outcome != "interrupted":
        update["taken"] = ""
    if not event.ours and not record.taken:
        update["interruptions"] = record.interruptions + 1 if event.outcome == "interrupted" else 0
    if event.charge:
        update |= _charged(record, event.tree, event.reason)
    return update


def _charged(record: StepRecord, tree: str, evidence: str) -> dict[str, object]:
    """One failure of the work more; the same on the same tree as before is no progress."""
    failure = hashlib.sha256(f"{tree}\n{evidence}".encode()).hexdigest()
    return {
        "failure_count": record.failure_count + 1,
        "evidence": [*record.evidence, evidence],
        "last_failure": failure,
        "repeats": record.repeats + 1 if failure == record.last_failure else 0,
    }


def _check_ended(record: StepRecord, event: CheckEnded) -> dict[str, object]:
    update: dict[str, object] = {"checks": [*record.checks, event.check], "stage": event.next, "evidence": []}
    if not event.check.passed and event.charge:
        update |= _charged(record, event.check.tree, event.evidence)
    if event.inputs:
        update["inputs"] = event.inputs
    return update


def _gate_decided(record: StepRecord, event: GateDecided) -> dict[str, object]:
    update: dict[str, object] = {"gates": [*record.gates, event.fact], "stage": event.next}
    if event.fact.decision == "answer":
        update["answers"] = {**record.answers, **event.answers}
        update["questions"] = []
        update["rounds"] = record.rounds + 1
    elif event.fact.decision == "revise":
        update["comments"] = event.comments
        update |= _FORGIVEN
    elif event.fact.decision == "approve":
        update |= {"comments": [], "conflicts": {}}
        update["outputs"] = event.outputs or record.outputs
    elif event.fact.decision == "stop":
        update["stopped_why"] = "stopped by a person at its gate"
    return update


def _sum(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else a + b
