"""Builds the view from the engine's facts. The one module of the screen that knows the engine's state models."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.assessment import Instance, PhaseStatus
from engine.document.model import Orchestration, Reference
from engine.facts import WorkspaceFacts
from engine.state.lock import holder
from engine.state.models import CheckFact, SessionFact, State, StepRecord, Waiting
from tui.format import timestamp
from tui.journal import last_event
from tui.read_model import (
    BudgetView,
    CheckView,
    CriterionView,
    EngineView,
    LegoView,
    PhaseView,
    SessionView,
    StepView,
    WaitingView,
    WorkspaceView,
)
from tui.roll_up import roll_up


def assemble(workspace: Path, facts: WorkspaceFacts) -> WorkspaceView:
    """The view of `workspace` that follows from its facts."""
    state, run = facts.state, facts.state.orchestrator.run
    phases = tuple(_phase(workspace, phase, facts.orchestration, state) for phase in facts.assessment.phases)
    held_by = holder(workspace)
    return WorkspaceView(
        folder=workspace,
        app=run.app or workspace.resolve().name,
        mode=run.mode,
        lane=run.lane,
        toolchain=run.toolchain,
        runtime=", ".join(run.runtimes),
        engine=EngineView(held_by is not None, held_by.pid if held_by else None),
        phases=phases,
        legos=_legos(phases, state),
        sessions=_in_order([session for phase in phases for step in phase.steps for session in step.sessions]),
        waiting=tuple(sorted(map(_waiting, state.orchestrator.waiting), key=lambda waiting: waiting.since or 0)),
        budget=BudgetView(*(getattr(state.orchestrator.budget, name) for name in ("sessions", "tokens", "cost"))),
        problems=(*facts.problems, *(f"{name}: {text}" for name, text in state.orchestrator.valves.items())),
        paused=run.paused,
        finished=run.finished_at is not None,
        last_event=last_event(workspace),
    )


def _phase(workspace: Path, phase: PhaseStatus, document: Orchestration, state: State) -> PhaseView:
    fact = state.orchestrator.phases.get(str(phase.number))
    return PhaseView(
        number=phase.number,
        title=phase.title,
        status=phase.status,
        steps=tuple(_step(workspace, instance, document, state) for instance in phase.instances),
        started_at=timestamp(fact.started_at) if fact else None,
        ended_at=timestamp(fact.ended_at) if fact else None,
    )


def _step(workspace: Path, instance: Instance, document: Orchestration, state: State) -> StepView:
    record = state.record(instance.step, instance.lego) or StepRecord()
    step = document.step(instance.step)
    return StepView(
        name=instance.name,
        step=instance.step,
        lego=instance.lego,
        phase=instance.phase,
        status=instance.status,
        why=instance.why,
        substep=instance.substep,
        attempt=instance.attempt,
        failure_count=instance.failure_count,
        session=instance.session,
        edited=instance.edited,
        started_at=timestamp(instance.started_at),
        ended_at=timestamp(instance.ended_at),
        inputs=_texts(step.inputs, instance.lego),
        outputs=tuple(record.outputs) or _texts(step.outputs, instance.lego),
        sessions=tuple(_session(workspace, fact, instance) for fact in record.sessions),
        checks=tuple(map(_check, record.checks)),
        evidence=tuple(record.evidence),
    )


def _texts(references: Iterable[Reference], lego: str | None) -> tuple[str, ...]:
    return tuple(reference.text.replace("{lego}", lego or "{lego}") for reference in references)


def _session(workspace: Path, fact: SessionFact, instance: Instance) -> SessionView:
    return SessionView(
        id=fact.id,
        step=instance.step,
        lego=instance.lego,
        substep=fact.substep,
        attempt=fact.attempt,
        folder=workspace / ".orchestrator" / "sessions" / fact.id,
        runtime=fact.runtime,
        started_at=timestamp(fact.started_at),
        ended_at=timestamp(fact.ended_at),
        outcome=fact.outcome,
        tokens=fact.tokens,
        confidence=fact.confidence,
        summary=fact.summary,
        reason=fact.reason,
        base=fact.base,
        commit=fact.commit or "",
    )


def _check(fact: CheckFact) -> CheckView:
    criteria = tuple(CriterionView(c.sentence, c.passed, c.detail, c.receipt) for c in fact.criteria)
    return CheckView(fact.after, fact.passed, fact.commit, timestamp(fact.at), criteria)


def _waiting(fact: Waiting) -> WaitingView:
    return WaitingView(
        gate=fact.gate,
        round=fact.round,
        kind=fact.kind,
        step=fact.step,
        lego=fact.lego,
        about=tuple(fact.about.items()),
        questions=tuple(fact.questions),
        since=timestamp(fact.at),
    )


def _legos(phases: tuple[PhaseView, ...], state: State) -> tuple[LegoView, ...]:
    steps = [step for phase in phases for step in phase.steps]
    names = dict.fromkeys(step.lego for step in steps if step.lego)
    tips = {name: lego.tip or "" for name, lego in state.legos.items()}
    return tuple(
        LegoView(name, roll_up(step.status for step in steps if step.lego == name), tips.get(name, ""))
        for name in names
    )


def _in_order(sessions: list[SessionView]) -> tuple[SessionView, ...]:
    live = sorted((s for s in sessions if s.live), key=lambda s: s.started_at or 0)
    ended = sorted((s for s in sessions if not s.live), key=lambda s: s.ended_at or 0, reverse=True)
    return (*live, *ended)
