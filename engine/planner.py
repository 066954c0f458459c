"""The planner: a pure function from facts to what is due.

`plan` lists the actions due; `assess` (of `engine.assessor`) says what every step is. Same facts, same answer: nothing
here reads a file, a clock or a random number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.actions import (
    Action,
    Ask,
    BeginPhase,
    CarryOut,
    EndPhase,
    FollowSession,
    GiveToPerson,
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
from engine.assessment import BLOCKED, SETTLED, Assessment, Instance, PhaseStatus
from engine.assessor import Assessor, assess, is_blocked, needs_approval, open_questions, sum_up
from engine.document.model import Step
from engine.names import instance_name
from engine.runtimes import available
from engine.scheduling import durations, order, urgency
from engine.snapshot import Snapshot
from engine.staleness import approved_as, decided, outputs_now
from engine.state.counting import answers
from engine.state.models import Decision, Stage, State, StepRecord, Waiting

__all__ = ["assess", "plan", "sum_up"]


def plan(snapshot: Snapshot, assessment: Assessment | None = None) -> list[Action]:
    """The actions due, most urgent first. Actions that are under way already are listed too: the runner knows them."""
    assessor = Assessor(snapshot)
    assessment = assessment or assessor.assessment()
    instances = {(i.step, i.lego): i for i in assessment.instances()}
    done = set(snapshot.state.orchestrator.commands)
    actions: list[Action] = [CarryOut(command) for command in snapshot.commands if command.id not in done]
    if snapshot.state.orchestrator.run.paused:
        return actions + list(_follow_only(assessor))
    actions += _valves(snapshot, assessment)
    actions += _pointless(snapshot, assessment)
    for phase in assessment.phases:
        actions += _phase_marks(snapshot, phase)
    due = [a for step, lego in assessor.instances.all() for a in _due(assessor, step, lego, instances[step.name, lego])]
    due.sort(key=lambda action: not _has_begun_to_land(assessor, action))
    return actions + list(_with_room(snapshot, _by_urgency(assessor, assessment, due)))


def _by_urgency(assessor: Assessor, assessment: Assessment, due: list[Action]) -> list[Action]:
    """Sessions in the order of the critical path, everything else before them."""
    if sum(isinstance(action, StartSession) for action in due) < 2:
        return due
    snapshot = assessor.snapshot
    run = snapshot.state.orchestrator.run
    known = State() if snapshot.options.in_turn else snapshot.state
    expected = durations(known, snapshot.plan)
    return order(due, urgency(snapshot.orchestration, assessor.instances, assessment, expected, run.lane))


def _with_room(snapshot: Snapshot, due: Iterable[Action]) -> Iterator[Action]:
    """The actions, sessions only where a runtime has room for them, each with the runtimes that have."""
    state = snapshot.state
    run, health = state.orchestrator.run, state.orchestrator.runtimes
    live = Counter(one.open_session.runtime for one in state.records() if one.open_session)
    for action in due:
        if not isinstance(action, StartSession) or not run.runtimes:
            yield action
            continue
        free = available(run.runtimes, health, live, snapshot.now, snapshot.options.parallel)
        if free:
            live[free[0]] += 1
            yield replace(action, runtimes=tuple(free))


def _has_begun_to_land(assessor: Assessor, action: Action) -> bool:
    """Whether the checkout may be half way to this landing: nothing else may move it before that is finished."""
    return isinstance(action, Land) and assessor.record(action.step, action.lego).landing is not None


def _due(assessor: Assessor, step: Step, lego: str | None, instance: Instance) -> Iterator[Action]:
    record = assessor.record(step.name, lego)
    match instance.status:
        case "running":
            yield from _under_way(step, lego, record)
        case "ready" | "checking":
            yield _next_work(assessor, step, lego, record)
        case "waiting_approval" | "waiting_answer":
            yield from _gate(assessor.snapshot, step, lego, record)
        case "stale" if assessor.consented(step):
            changed = tuple(assessor.changed_inputs(step, lego, record))
            # What only follows from others is done again when they have really become different.
            if changed or decided(assessor.snapshot, assessor.instances, step, lego, record):
                yield Reopen(step.name, lego, instance.why, "gen", changed)


def _under_way(step: Step, lego: str | None, record: StepRecord) -> Iterator[Action]:
    if record.open_session:
        yield FollowSession(step.name, lego, record.open_session.id)
    elif record.taken:
        yield GiveToPerson(step.name, lego, record.taken)


def _next_work(assessor: Assessor, step: Step, lego: str | None, record: StepRecord) -> Action:
    snapshot = assessor.snapshot
    reviewed = step.reviewed_in(snapshot.state.orchestrator.run.lane)
    match record.stage:
        case "gen_check" | "land" if step.action and not record.landing and assessor.changed_inputs(step, lego, record):
            # What it was made from is another by now: what it made is not worth checking, and may hide newer work.
            return RunAction(step.name, lego, step.action, assessor.current_inputs(step, lego))
        case "done":
            changed = tuple(assessor.changed_inputs(step, lego, record))
            if changed:
                return Reopen(step.name, lego, f"{', '.join(changed)} changed", "action", changed)
            # Its criteria have changed in the document. Nothing new is landed: what people edited since stays theirs.
            return RunCheck(step.name, lego, "review_check" if reviewed else "gen_check", "done")
        case "gen_check":
            return RunCheck(step.name, lego, "gen_check", "review" if reviewed else "land")
        case "review_check":
            return RunCheck(step.name, lego, "review_check", "land")
        case "land":
            return Land(step.name, lego, "gate" if needs_approval(snapshot, step, record) else "done")
        case _ if step.action:
            return RunAction(step.name, lego, step.action, assessor.current_inputs(step, lego))
        case "review":
            return StartSession(step.name, lego, "review")
        case _:
            return StartSession(step.name, lego, "gen")


def _gate(snapshot: Snapshot, step: Step, lego: str | None, record: StepRecord) -> Iterator[Action]:
    gate = instance_name(step.name, lego)
    wanted = _question(snapshot, step, lego, record)
    if wanted.kind == "approval" and approved_as(record, wanted.about) and not record.conflicts:
        # The very same was approved before: done anew, it came out as it was.
        again = Decision(decision="approve", by="an earlier approval of the same")
        yield TakeDecision(wanted, again, "done")
        return
    if wanted.kind == "approval" and not needs_approval(snapshot, step, record):
        yield TakeDecision(wanted, Decision(decision="approve", by="the document, which asks for no approval"), "done")
        return
    asked = next((w for w in snapshot.state.orchestrator.waiting if w.gate == gate), None)
    if asked is None or (asked.round, asked.about, asked.questions) != (wanted.round, wanted.about, wanted.questions):
        yield Ask(wanted)
        return
    decision = _answer(snapshot, asked, record)
    if decision:
        yield TakeDecision(asked, decision, _after(decision, record))


def _answer(snapshot: Snapshot, asked: Waiting, record: StepRecord) -> Decision | None:
    """What a person decided on the open question; with `--yes` an approval where nobody decided."""
    decision = snapshot.decisions.get(asked.gate)
    if answers(decision, asked, record):
        return decision
    agreed = snapshot.options.yes and asked.kind == "approval" and not record.conflicts
    return Decision(decision="approve", by="--yes") if agreed else None


def _question(snapshot: Snapshot, step: Step, lego: str | None, record: StepRecord) -> Waiting:
    questions = open_questions(record)
    return Waiting(
        gate=instance_name(step.name, lego),
        round=record.next_round,
        kind="answers" if questions else "approval",
        about={} if questions else outputs_now(snapshot, step, lego, record),
        questions=questions,
        step=step.name,
        lego=lego,
    )


def _after(decision: Decision, record: StepRecord) -> Stage:
    """The stage that follows a decision: who asked goes on with the answers, a revision begins with Gen."""
    match decision.decision:
        case "approve":
            return "done"
        case "answer":
            return record.sessions[-1].substep
        case "revise":
            return "gen"
        case "stop":
            return "stopped"


def _valves(snapshot: Snapshot, assessment: Assessment) -> Iterator[Action]:
    tripped = snapshot.state.orchestrator.valves
    blocked = {i.name: i for i in assessment.instances() if i.status in BLOCKED}
    for name, instance in blocked.items():
        record = snapshot.state.record(instance.step, instance.lego)
        message = f"{name} {instance.status}: {instance.why}."
        if record and is_blocked(record, snapshot.orchestration.valves):  # a cap is not mended by trying again
            message += f" `meta retry {instance.lego or instance.step}` tries again with what is known."
        if tripped.get(name) != message:
            yield TripValve(name, message)
    for name in tripped:
        if name not in blocked:
            yield ResetValve(name)


def _pointless(snapshot: Snapshot, assessment: Assessment) -> Iterator[Action]:
    """Questions on finished work that is as it was again: they are taken back."""
    settled = {instance.name for instance in assessment.instances() if instance.status in SETTLED}
    yield from (Withdraw(asked) for asked in snapshot.state.orchestrator.waiting if asked.gate in settled)


def _phase_marks(snapshot: Snapshot, phase: PhaseStatus) -> Iterator[Action]:
    fact = snapshot.state.orchestrator.phases.get(str(phase.number))
    if fact is None and any(i.status not in ("pending", "skipped", "paused") for i in phase.instances):
        yield BeginPhase(phase.number, phase.title)
    elif fact and fact.ended_at is None and phase.status in SETTLED:
        yield EndPhase(phase.number)


def _follow_only(assessor: Assessor) -> Iterator[Action]:
    for step, lego in assessor.instances.all():
        yield from _under_way(step, lego, assessor.record(step.name, lego))
