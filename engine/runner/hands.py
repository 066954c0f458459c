"""Takeover: a person takes the work of a live session into their own hands, and hands it back.

The event comes first, then the agent is ended, then a session of the runtime `handoff` begins in the same worktree, as
the agent left it. An engine that is killed anywhere in between finds from the record what is left to do.
"""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from engine.document.model import Step
from engine.errors import MetaError
from engine.runner.agents import adapter_of, options_of, sandbox_of
from engine.runner.context import TAKEN_OVER, Context
from engine.runner.sessions import pool, session_id
from engine.sessions.cancel import cancel
from engine.sessions.folder import HANDOFF, SessionFolder
from engine.sessions.takeover import finish_by_hand, ways_to_go_on
from engine.state.events import SessionStarted, StepStopped, TakenOver
from engine.state.models import Command, SessionFact, StepRecord
from runtime_adapters.protocol import SessionSpec


async def take(context: Context, session: str) -> None:
    """End a live session without counting anything; its step is in the person's hands from here on."""
    folder = SessionFolder(context.workspace.session(session))
    found = next((one for one in _records(context) if _is_open(one[2], session)), None)
    if found is None or not folder.exists():
        context.say(f"take_over {session}: it is not at work, so there is nothing to take over")
        return
    step, lego, record = found
    if folder.spec().runtime == HANDOFF:
        context.say(f"take_over {session}: it waits for a person already")
        return
    if not record.taken:
        await context.commit(TakenOver(step=step.name, lego=lego, session=session))
    await cancel(folder, TAKEN_OVER)


async def give(context: Context, step: Step, lego: str | None, session: str) -> None:
    """Start the session by which the person goes on: the same brief, the same worktree as it lies."""
    record = context.record(step.name, lego)
    before = next(one for one in record.sessions if one.id == session)
    agent = SessionFolder(context.workspace.session(session))
    if not agent.exists():
        why = f"session {session} cannot be given to anybody: its folder is gone"
        await context.commit(StepStopped(step=step.name, lego=lego, why=why))
        return
    ordinal = context.next_ordinal()
    spec = await asyncio.to_thread(_prepare, context, step, record, before, agent.spec(), ordinal)
    fact = before.model_copy(
        update={
            **dict.fromkeys(_OF_THE_END, None),
            "reason": "",
            "summary": "",
            "id": spec.id,
            "attempt": spec.attempt,
            "runtime": HANDOFF,
            "started_at": context.store.time(),
        }
    )
    started = SessionStarted(step=step.name, lego=lego, session=fact, document=record.document, text=record.text)
    await context.commit(started)
    folder = SessionFolder(context.workspace.session(spec.id))
    await asyncio.to_thread(folder.create, spec, agent.brief())
    await asyncio.to_thread(pool(context, HANDOFF).submit, folder)
    context.say(f"session {spec.id} is in your hands:")
    for line in await asyncio.to_thread(ways_to_go_on, agent, spec.worktree):
        context.say(f"  {line}")
    context.say(f"  meta hand-back {spec.id}")


_OF_THE_END = ("ended_at", "outcome", "commit", "confidence", "tokens", "cost")


def _prepare(
    context: Context, step: Step, record: StepRecord, before: SessionFact, agent: SessionSpec, ordinal: int
) -> SessionSpec:
    """The agent's session.json with what is different by hand. The worktree is made anew only where it is gone."""
    repository = context.workspace.repository
    worktree = Path(context.workspace.worktree(agent.lego or step.name))
    if not repository.owns_worktree(worktree):
        repository.prepare_worktree(worktree, before.commit or agent.base, context.view(step, agent.lego))
    attempt = record.attempts(before.substep) + 1
    name = session_id(ordinal, step, agent.lego, before.substep, attempt)
    return agent.model_copy(
        update={
            "id": name,
            "attempt": attempt,
            "runtime": HANDOFF,
            "adapter": str(adapter_of(context, HANDOFF)),
            "model": None,
            "worktree": str(worktree),
            "deadline_seconds": 0,
            "idle_seconds": 0,
            "marker": f"{name}:{secrets.token_hex(8)}",
            "sandbox": sandbox_of(context, HANDOFF),
            "hidden": "",
            "options": options_of(context, HANDOFF, int(agent.options["take"])),
        }
    )


async def hand_back(context: Context, command: Command) -> None:
    """The person is done: what lies in the worktree is taken over as any session's work is."""
    held = (r.in_hands for _, _, r in _records(context) if r.in_hands)
    if all(live.id != command.session for live in held):
        context.say(f"hand_back {command.session}: it is not in anybody's hands")
        return
    folder = SessionFolder(context.workspace.session(command.session))
    try:
        await asyncio.to_thread(finish_by_hand, folder, command.values.get("failed", ""))
    except MetaError as error:
        context.say(f"hand_back {command.session}: {error}")


def _records(context: Context) -> list[tuple[Step, str | None, StepRecord]]:
    return [(step, lego, context.record(step.name, lego)) for step, lego in context.instances.all()]


def _is_open(record: StepRecord, session: str) -> bool:
    return record.open_session is not None and record.open_session.id == session
