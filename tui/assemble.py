"""Builds the view from the engine's facts. The one module of the screen that knows the engine's state models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assessment import Instance, PhaseStatus, Status
from engine.document.model import Orchestration, Reference
from engine.legos.model import Plan
from engine.legos.placeholders import references_of, with_names
from engine.lifecycle.news import news
from engine.state.counting import answers
from engine.state.lock import holder
from engine.state.models import CheckFact, Decision, RuntimeFact, SessionFact, State, StepRecord, Waiting
from tui.decide import DONE
from tui.journal import last_event
from tui.lines.format import timestamp
from tui.read_model import (
    LIVE_STATUS,
    WAITING_STATUS,
    ApprovedView,
    BudgetView,
    CheckView,
    CommentView,
    CriterionView,
    EngineView,
    LegoView,
    PhaseView,
    RestView,
    SessionView,
    StepView,
    WaitingView,
    WorkspaceView,
)
from tui.tree.model import by_lego
from tui.tree.roll_up import roll_up
from tui.words.step_titles import step_title

if TYPE_CHECKING:
    from engine.facts import WorkspaceFacts
    from engine.snapshot import Snapshot

_Known = tuple[Orchestration, Plan | None, Instance, StepRecord, StepView]


class Assembler:
    """Makes one view after the other of one workspace; what did not change is the same object again."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self._steps: dict[str, _Known] = {}
        self._phases: dict[int, PhaseView] = {}

    def view(self, facts: WorkspaceFacts) -> WorkspaceView:
        """The view of the workspace that follows from its facts."""
        state, run = facts.state, facts.state.orchestrator.run
        asked = _queue(facts.orchestration, state, facts.snapshot.decisions)
        decided = {one.gate: one.decided for one in asked if one.decided}
        held_by = holder(self.workspace)
        held = held_by is not None
        phases = tuple(self._phase(phase, facts.snapshot, decided, held) for phase in facts.assessment.phases)
        return WorkspaceView(
            folder=self.workspace,
            app=run.app or self.workspace.resolve().name,
            mode=run.mode,
            lane=run.lane,
            sensitive=run.sensitive,
            toolchain=run.toolchain,
            runtime=", ".join(run.runtimes),
            engine=EngineView(held, held_by.pid if held_by else None),
            phases=phases,
            legos=_legos(phases, state),
            sessions=_in_order(phases),
            waiting=tuple(one for one in asked if not one.decided),
            decided=tuple(one for one in asked if one.decided),
            resting=_resting(run.runtimes, state.orchestrator.runtimes),
            budget=BudgetView(*(getattr(state.orchestrator.budget, name) for name in ("sessions", "tokens", "cost"))),
            problems=(*facts.problems, *(f"{name}: {text}" for name, text in state.orchestrator.valves.items())),
            paused=run.paused,
            finished=run.finished_at is not None,
            change=run.change.stage if run.change else "",
            news=news(facts) if run.finished_at else (),
            last_event=last_event(self.workspace, partial(step_title, phases)),
        )

    def _phase(self, phase: PhaseStatus, snapshot: Snapshot, decided: Mapping[str, str], held: bool) -> PhaseView:
        fact = snapshot.state.orchestrator.phases.get(str(phase.number))
        steps = [self._step(instance, snapshot) for instance in phase.instances]
        steps = [_as_decided(step, decided[step.name]) if step.name in decided else step for step in steps]
        made = PhaseView(
            number=phase.number,
            title=phase.title,
            status=_word_of(phase, steps, held),
            steps=tuple(steps),
            started_at=timestamp(fact.started_at) if fact else None,
            ended_at=timestamp(fact.ended_at) if fact else None,
        )
        known = self._phases.get(phase.number)
        if known is None or known != made:
            known = self._phases[phase.number] = made
        return known

    def _step(self, instance: Instance, snapshot: Snapshot) -> StepView:
        document, plan = snapshot.orchestration, snapshot.plan
        record = snapshot.state.record(instance.step, instance.lego) or _NONE
        known = self._steps.get(instance.name)
        if known and known[0] is document and known[1] is plan and known[3] is record and known[2] == instance:
            return known[4]
        made = _step(self.workspace, instance, document, plan, record)
        self._steps[instance.name] = (document, plan, instance, record, made)
        return made


_NONE = StepRecord()


def _word_of(phase: PhaseStatus, steps: list[StepView], held: bool) -> Status:
    """The engine's word for a phase, but for what it cannot know: what a person just decided, and that it is gone."""
    nothing_runs = not held and not any(step.status in LIVE_STATUS for step in steps)
    if any(step.decided for step in steps) or (phase.status == "running" and nothing_runs):
        return roll_up(step.status for step in steps)
    return phase.status


def _step(
    workspace: Path, instance: Instance, document: Orchestration, plan: Plan | None, record: StepRecord
) -> StepView:
    step, mine = document.step(instance.step), record.in_hands
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
        older_text=instance.older_text,
        started_at=timestamp(instance.started_at),
        ended_at=timestamp(instance.ended_at),
        inputs=_texts(step.inputs, plan, instance.lego),
        outputs=tuple(record.outputs) or _texts(step.outputs, plan, instance.lego),
        sessions=tuple(_session(workspace, fact, instance, fact is mine) for fact in record.sessions),
        checks=tuple(_check(fact, plan, instance.lego) for fact in record.checks),
        evidence=tuple(record.evidence),
        approved=approval(record),
        comments=asked_for(record),
        unanswered=left_open(record),
        conflicts=tuple(record.conflicts.items()),
        made_in=tuple(made_in(record)),
    )


def _as_decided(step: StepView, decided: str) -> StepView:
    """A step that waited for a decision which is written now: it waits for an engine."""
    if step.status not in WAITING_STATUS:
        return step
    return step._replace(status="ready", why=f"{DONE[decided]}; the engine takes it up", decided=decided)


def made_in(record: StepRecord) -> Iterator[tuple[str, str]]:
    """Each file with the commit that has it as it was generated, without a person's change."""
    for path in sorted({*record.outputs, *record.edited}):
        commit = record.generated if path in record.edited else record.commit
        if commit:
            yield path, commit


def asked_for(record: StepRecord) -> tuple[CommentView, ...]:
    """What the last `revise` asked for."""
    return tuple(CommentView(c.id, c.text, c.file, c.line, c.quote) for c in record.comments)


def left_open(record: StepRecord) -> tuple[str, ...]:
    """The questions a person answered with nothing."""
    return tuple(question for question, answer in record.answers.items() if not answer.strip())


def approval(record: StepRecord) -> ApprovedView | None:
    """The last approval of this step's work, if there is one."""
    fact = next((gate for gate in reversed(record.gates) if gate.decision == "approve"), None)
    if fact is None:
        return None
    return ApprovedView(tuple(fact.about.items()), fact.round, timestamp(fact.at), fact.by)


def _texts(references: Iterable[Reference], plan: Plan | None, lego: str | None) -> tuple[str, ...]:
    return references_of((reference.text for reference in references), plan, lego)


def _session(workspace: Path, fact: SessionFact, instance: Instance, in_hands: bool) -> SessionView:
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
        in_hands=in_hands,
    )


def _check(fact: CheckFact, plan: Plan | None, lego: str | None) -> CheckView:
    criteria = tuple(
        CriterionView(with_names(c.sentence, plan, lego), c.passed, c.detail, c.receipt) for c in fact.criteria
    )
    return CheckView(fact.after, fact.passed, fact.commit, timestamp(fact.at), criteria)


def _queue(document: Orchestration, state: State, decisions: Mapping[str, Decision]) -> tuple[WaitingView, ...]:
    """The oldest question first, those that are decided among them."""
    asked = [_waiting(fact, document, state, decisions.get(fact.gate)) for fact in state.orchestrator.waiting]
    return tuple(sorted(asked, key=lambda waiting: waiting.since or 0))


def _waiting(fact: Waiting, document: Orchestration, state: State, decision: Decision | None) -> WaitingView:
    asks, record = fact.kind == "answers", state.record(fact.step, fact.lego)
    return WaitingView(
        gate=fact.gate,
        round=fact.round,
        kind=fact.kind,
        step=fact.step,
        lego=fact.lego,
        about=tuple(fact.about.items()),
        questions=tuple(fact.questions),
        since=timestamp(fact.at),
        interview=(record.rounds if record else 0) + 1 if asks else 0,
        interviews=document.valves.interview_rounds if asks else 0,
        decided=decision.decision if decision and answers(decision, fact, record or _NONE) else "",
    )


def _resting(names: Iterable[str], facts: dict[str, RuntimeFact]) -> tuple[RestView, ...]:
    """Those of the run's runtimes that are in trouble, in the run's order."""
    troubled = [(name, facts[name]) for name in names if name in facts and facts[name].failures]
    return tuple(RestView(name, fact.reason, timestamp(fact.until)) for name, fact in troubled)


def _legos(phases: tuple[PhaseView, ...], state: State) -> tuple[LegoView, ...]:
    by_lego: dict[str, list[StepView]] = {}
    for step in (step for phase in phases for step in phase.steps if step.lego):
        by_lego.setdefault(step.lego or "", []).append(step)
    tips = {name: lego.tip or "" for name, lego in state.legos.items()}
    return tuple(
        LegoView(name, roll_up(step.status for step in steps), tips.get(name, "")) for name, steps in by_lego.items()
    )


def _in_order(phases: Iterable[PhaseView]) -> tuple[SessionView, ...]:
    """Those that run as the tree has them, then what ended last."""
    sessions = [one for phase in phases for steps in by_lego(phase) for step in steps for one in step.sessions]
    live = [one for one in sessions if one.live]
    ended = sorted((s for s in sessions if not s.live), key=lambda s: s.ended_at or 0, reverse=True)
    return (*live, *ended)
