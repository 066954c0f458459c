"""What people decided: questions asked, answers taken, commands carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from engine.assessor import is_blocked
from engine.git import DirtyPaths
from engine.names import instance_name
from engine.runner import hands
from engine.runner.context import RUN_STOPPED, Context
from engine.runner.edits import commit_edits
from engine.runner.lane import careful, catch_up
from engine.secrets import SecretFound
from engine.sessions.cancel import cancel
from engine.sessions.folder import HANDOFF, SessionFolder
from engine.state.events import (
    CommandDone,
    Event,
    GateAsked,
    GateDecided,
    Noted,
    Reopened,
    RunSet,
    StepStopped,
    ValveReset,
)
from engine.state.models import CHOICES, Command, Comment, Decision, GateFact, SessionFact, Stage, StepRecord, Waiting


async def ask(context: Context, waiting: Waiting) -> None:
    """Put the question where people find it."""
    await context.commit(
        GateAsked(step=waiting.step, lego=waiting.lego, waiting=waiting.model_copy(update={"at": context.store.time()}))
    )
    if waiting.kind == "approval":
        context.say(f"waiting for approval of {waiting.gate}: meta approve {waiting.gate}")
    else:
        context.say(f"waiting for answers at {waiting.gate}: meta answer FILE --gate {waiting.gate}")


async def decide(context: Context, waiting: Waiting, decision: Decision, next_stage: Stage) -> None:
    """Take a decision. What a person edited before is committed as theirs: it is what was approved, or is worked on."""
    if decision.decision in ("approve", "revise"):
        try:
            await commit_edits(context, waiting.about, waiting.gate)
        except (DirtyPaths, SecretFound) as error:
            await context.commit(StepStopped(step=waiting.step, lego=waiting.lego, why=str(error)))
            return
    comments = list(decision.comments)
    if decision.comment:
        comments.insert(0, Comment(id=f"c{waiting.round}", text=decision.comment))
    fact = GateFact(
        gate=waiting.gate,
        round=waiting.round,
        decision=decision.decision,
        about=waiting.about,
        by=decision.by or "a person",
        at=decision.at or context.store.time(),
    )
    await context.commit(
        GateDecided(
            step=waiting.step,
            lego=waiting.lego,
            fact=fact,
            comments=comments,
            answers=decision.answers,
            outputs=waiting.about,
            next=next_stage,
        )
    )
    context.say(f"{waiting.gate}: {decision.decision} by {fact.by}")


async def reopen(context: Context, event: Reopened, changed: Iterable[str]) -> None:
    """Do a step again on its inputs as they lie in the workspace now, a person's edits included."""
    name = instance_name(event.step, event.lego)
    try:
        await commit_edits(context, changed, name)
    except (DirtyPaths, SecretFound) as error:
        await context.commit(StepStopped(step=event.step, lego=event.lego, why=str(error)))
        return
    await context.commit(event)
    context.say(f"again: {name}: {event.why}")


async def carry_out(context: Context, command: Command) -> bool:
    """Carry out a command file. Returns whether this engine is to end now."""
    events: list[Event] = []
    match command.command:
        case "retry":
            events += _retry(context, command)
        case "pause" | "go_on":
            run = context.state.orchestrator.run
            events.append(RunSet(run=run.model_copy(update={"paused": command.command == "pause"})))
        case "cancel":
            await _cancel(context, command.session, "cancelled by a person")
        case "take_over":
            await hands.take(context, command.session)
        case "hand_back":
            await hands.hand_back(context, command)
        case "set":
            events += _set(context, command)
        case "note":
            events += _note(context, command)
        case "stop":
            pass  # the loop ends its sessions, then itself
        case _:
            context.say(f"{command.command}: nothing to do for it in this version")
    await context.commit(*events, CommandDone(id=command.id))
    context.say(f"{command.command} {command.lego or command.step or command.session}".strip())
    return command.command == "stop"


def _set(context: Context, command: Command) -> list[Event]:
    """Change what a person may choose about the run; a value that means nothing is said and changes nothing."""
    run = context.state.orchestrator.run
    values = {name: value.strip().lower() for name, value in command.values.items()}
    wrong = [f"{name} {value}" for name, value in values.items() if value not in CHOICES.get(name, ())]
    if wrong:
        known = "; ".join(f"{name}: {', '.join(choices)}" for name, choices in CHOICES.items())
        context.say(f"set: {', '.join(wrong)} means nothing here. There are {known}")
        return []
    update: dict[str, object] = {"chosen": {**run.chosen, **values}}
    if "lane" in values:
        update["lane"] = values["lane"]
    if "sensitive" in values:
        update["sensitive"] = values["sensitive"] == "yes"
    chosen = careful(run.model_copy(update=update))
    return [RunSet(run=chosen), *catch_up(context, chosen.lane)]


def _note(context: Context, command: Command) -> list[Event]:
    """What a person adds to the next brief of a step; one for a step that is not there is said and changes nothing."""
    text = command.values.get("text", "").strip()
    known = {(step.name, lego) for step, lego in context.instances.all() if not step.action}
    key = command.step, command.lego or None
    if key not in known or not text:
        context.say(f"note {instance_name(*key)}: {'there is no such step' if text else 'it says nothing'}")
        return []
    number = len(context.record(*key).comments) + 1
    return [Noted(step=key[0], lego=key[1], comment=Comment(id=f"n{number}", text=text))]


def _retry(context: Context, command: Command) -> list[Event]:
    """Forgive the failures of what is blocked: of that LEGO or step, or of everything when none is named."""
    events: list[Event] = []
    for step, lego in context.instances.all():
        record = context.record(step.name, lego)
        named = command.lego in ("", lego or "") and command.step in ("", step.name)
        if not named or not is_blocked(record, context.orchestration.valves):
            continue
        stage = resume_stage(record, "action" if step.action else "gen")
        events.append(Reopened(step=step.name, lego=lego, why="retried by a person", forgive=True, stage=stage))
        events.append(ValveReset(instance=instance_name(step.name, lego)))
    return events


def resume_stage(record: StepRecord, first: Stage) -> Stage:
    """Where a blocked step goes on: at the session that was cut off, at the landing of green work, else anew."""
    last = record.sessions[-1] if record.sessions else None
    if last and record.stage == "gate":
        return last.substep
    if record.stage != "stopped":
        return first
    if last and last.outcome in ("cancelled", "needs_input"):
        return last.substep
    check = record.checks[-1] if record.checks else None
    return "land" if check and check.passed and check.at >= _work_began(record, last) else first


def _work_began(record: StepRecord, last: SessionFact | None) -> str:
    return (last.started_at if last else record.started_at) or ""


async def _cancel(context: Context, session: str, why: str) -> None:
    folder = SessionFolder(context.workspace.session(session))
    if folder.exists():
        await cancel(folder, why)


async def cancel_all(context: Context) -> None:
    """End every live session; what they did stays reachable and is done again later.

    What waits for a person's hand goes on waiting: a half-written answer is never wiped.
    """
    records = [context.record(step.name, lego) for step, lego in context.instances.all()]
    live = [r.open_session.id for r in records if r.open_session and r.open_session.runtime != HANDOFF]
    await asyncio.gather(*(_cancel(context, session, RUN_STOPPED) for session in live))
