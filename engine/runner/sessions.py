"""Sessions: prepare the worktree, write the brief, start the host; follow to the end and take the work over."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.briefs.assemble import Brief, BriefError, Request, assemble
from engine.briefs.base import base_commit
from engine.document.model import Step, Valves
from engine.document.texts import text_sha256
from engine.git import DirtyPaths
from engine.legos.slices import inputs_of
from engine.names import instance_name
from engine.runner.agents import (
    adapter_of,
    choose_runtime,
    environment_of,
    is_agent,
    missing,
    options_of,
    sandbox_of,
)
from engine.runner.context import TAKEN_OVER, Context
from engine.runner.edits import commit_edits
from engine.runner.harvest import harvest, never_started
from engine.runner.health import runtime_health
from engine.runner.material import input_ids, outputs, own_files
from engine.runner.recording import MOST_NAMED, ON_TAPE, differences
from engine.runner.supplies import supply
from engine.secrets import SecretFound
from engine.sessions.adapters import can_resume
from engine.sessions.cancel import cancel
from engine.sessions.folder import HANDOFF, SessionFolder
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.tape import entry_key
from engine.sessions.usage import MOST_COST, MOST_TOKENS
from engine.state.events import SessionStarted, StepStopped
from engine.state.models import SessionFact, Substep
from runtime_adapters.protocol import SessionSpec


@dataclass(frozen=True)
class _Prepared:
    spec: SessionSpec
    brief: Brief
    fact: SessionFact


async def start(context: Context, step: Step, lego: str | None, substep: Substep, runtimes: Sequence[str]) -> None:
    """Start a session. It is journaled before its process exists, so a kill in between loses nothing."""
    if gone := await asyncio.to_thread(missing, context, runtimes):
        await context.commit(*gone)
        for one in gone:
            context.say(f"{one.runtime} cannot work: {one.fact.reason if one.fact else ''}")
        return
    name = instance_name(step.name, lego)
    try:
        read = inputs_of(step, context.plan, context.toolchain, lego)  # what a person edited there it is to work with
        await commit_edits(context, read.values(), name, own_files(context, step, lego))
        prepared = await asyncio.to_thread(_prepare, context, step, lego, substep, runtimes, context.next_ordinal())
    except (BriefError, DirtyPaths, SecretFound) as error:
        await context.commit(StepStopped(step=step.name, lego=lego, why=str(error)))
        context.say(f"{name} stopped: {error}")
        return
    await context.commit(
        SessionStarted(
            step=step.name,
            lego=lego,
            session=prepared.fact,
            document=context.orchestration.sha256,
            text=text_sha256(context.orchestration, step),
        )
    )
    folder = SessionFolder(context.workspace.session(prepared.spec.id))
    await asyncio.to_thread(folder.create, prepared.spec, prepared.brief.text)
    await asyncio.to_thread(pool(context, prepared.spec.runtime).submit, folder)
    context.say(f"session {prepared.spec.id} started ({prepared.spec.runtime})")
    if told := await asyncio.to_thread(differences, context, prepared.spec, prepared.brief.text):
        context.other_briefs += 1
        if context.other_briefs <= MOST_NAMED:
            context.say(told)


async def take_over(context: Context, step: Step, lego: str | None, session: str) -> None:
    """Follow a session to its end, whoever started it, and journal what came of it."""
    folder = SessionFolder(context.workspace.session(session))
    if context.record(step.name, lego).taken == session and folder.exists():
        await cancel(folder, TAKEN_OVER)  # an earlier engine was killed before it had ended it
    end = await follow(folder, prices=context.prices)
    if await asyncio.to_thread(_can_go_on, context, folder, end):
        context.resumed.add(session)
        await asyncio.to_thread(pool(context, folder.spec().runtime).submit, folder, resume=True)
        context.say(f"session {session} goes on where it was")
        end = await follow(folder, prices=context.prices)
    if folder.exists():
        event = await asyncio.to_thread(harvest, context, step, lego, folder, end)
    else:
        event = never_started(context, step, lego, end)
    await context.commit(event, *runtime_health(context, event, end, folder))
    told = f": {event.reason.splitlines()[0]}" if event.reason else ""
    context.say(f"session {session} {event.outcome}{told}")


def pool(context: Context, runtime: str) -> LocalPool:
    """Where sessions of a runtime run, with the variables they may see."""
    allowed = environment_of(context.settings.configuration, runtime)
    return LocalPool({**context.settings.environment, **allowed})


def _can_go_on(context: Context, folder: SessionFolder, end: SessionEnd) -> bool:
    """Whether an interrupted session can be resumed; each is tried once by an engine, lest it dies for ever."""
    if end.outcome != "interrupted" or folder.id in context.resumed or not folder.exists() or folder.is_copy():
        return False
    return can_resume(Path(folder.spec().adapter))


def _brief(context: Context, base: str, step: Step, lego: str | None, substep: Substep, overflows: int) -> Brief:
    return assemble(
        Request(
            context.workspace.repository,
            base,
            context.orchestration,
            context.toolchain,
            context.plan,
            context.state,
            step,
            lego,
            substep,
            context.workspace.overlay,
            overflows,
        )
    )


def _prepare(
    context: Context, step: Step, lego: str | None, substep: Substep, runtimes: Sequence[str], ordinal: int
) -> _Prepared:
    past = context.record(step.name, lego)
    base = base_commit(context.workspace.repository, context.state, step.name, lego)
    take = 1 + sum(s.substep == substep and s.outcome in (None, *ON_TAPE) for s in past.sessions)
    brief = _brief(context, base, step, lego, substep, past.overflows)
    key = entry_key(step.name, lego, substep, take)
    runtime = choose_runtime(context, runtimes or context.settings.runtimes, key, brief.sha256)
    adapter = adapter_of(context, runtime)
    attempt = past.attempts(substep) + 1
    name = session_id(ordinal, step, lego, substep, attempt)
    worktree = context.workspace.worktree(lego or step.name)
    context.workspace.repository.prepare_worktree(worktree, base, context.view(step, lego))
    supply(context, worktree)
    valves = context.orchestration.valves
    waits_for_a_person = runtime == HANDOFF
    spec = SessionSpec(
        id=name,
        step=step.name,
        lego=lego,
        phase=step.phase,
        substep=substep,
        attempt=attempt,
        runtime=runtime,
        adapter=str(adapter),
        model=context.settings.configuration.model_for(runtime, step.phase, step.name, substep),
        worktree=str(worktree),
        outputs=outputs(context, step, lego),
        brief_sha256=brief.sha256,
        base=base,
        deadline_seconds=0 if waits_for_a_person else valves.session_minutes * 60,
        idle_seconds=0 if waits_for_a_person else valves.idle_minutes * 60,
        marker=f"{name}:{secrets.token_hex(8)}",
        sandbox=sandbox_of(context, runtime),
        hidden=str(context.workspace.root) if is_agent(runtime) else "",
        options=options_of(context, runtime, take),
        wisdom=brief.wisdom,
        budget=_budget(valves, brief),
    )
    fact = SessionFact(
        id=name,
        substep=substep,
        attempt=attempt,
        runtime=runtime,
        base=base,
        started_at=context.store.time(),
        inputs=input_ids(context, step, lego, base),
    )
    return _Prepared(spec, brief, fact)


def session_id(ordinal: int, step: Step, lego: str | None, substep: Substep, attempt: int) -> str:
    """The name of a session and of its folder."""
    return "-".join(filter(None, [f"{ordinal:04d}", str(step.phase), lego, step.name, substep, str(attempt)]))


def _budget(valves: Valves, brief: Brief) -> dict[str, float]:
    """What the brief costs, and what the session may use at most; a cap that is not set is not named."""
    caps = {MOST_TOKENS: valves.session_tokens, MOST_COST: valves.session_cost}
    return {"brief_tokens": brief.tokens} | {name: most for name, most in caps.items() if most is not None}
