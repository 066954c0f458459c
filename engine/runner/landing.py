"""Landing: a step's checked work goes onto the branch and into the checkout, or waits on the LEGO's own line."""

from __future__ import annotations

import asyncio

from engine.artifacts import artifact_ids
from engine.document.model import Step
from engine.git import DirtyPaths, HeadMoved, MergeConflict
from engine.names import instance_name
from engine.runner.context import Context
from engine.runner.material import outputs
from engine.runner.state_keeper import StateKeeper
from engine.state.events import CheckEnded, Landed, LandingStarted, StepStopped
from engine.state.models import Stage, StepRecord
from engine.workspace import Workspace


async def land(context: Context, step: Step, lego: str | None, next_stage: Stage) -> None:
    """Bring the checked commit where it belongs. What lands is what was checked, or it is checked again."""
    async with context.landing_lock:
        past = context.record(step.name, lego)
        if step.lands == "at merge" and lego:
            await _hold(context, step, lego, past, next_stage)
            return
        try:
            await _fast_forward(context, step, lego, past, next_stage)
        except MergeConflict as conflict:
            await _stop(context, step, lego, f"it no longer merges with the branch: {', '.join(conflict.paths)}")
        except DirtyPaths as dirty:
            files = ", ".join(dirty.paths)
            await _stop(context, step, lego, f"your uncommitted edits are in the way: {files}. Commit or move them")
        except HeadMoved:
            context.say(f"{instance_name(step.name, lego)}: the branch moved meanwhile; it lands on the new tip")
            return
    await context.state_keeper.in_turn(lambda: save_state(context))


async def _hold(context: Context, step: Step, lego: str, past: StepRecord, next_stage: Stage) -> None:
    repository, commit = context.workspace.repository, past.commit
    assert commit is not None, "only work that was committed is landed"
    await asyncio.to_thread(repository.update_ref, f"refs/meta/legos/{lego}", commit)
    ids = await asyncio.to_thread(artifact_ids, repository, commit, outputs(context, step, lego))
    await context.commit(Landed(step=step.name, lego=lego, commit=commit, outputs=ids, tip=commit, next=next_stage))
    context.say(f"{instance_name(step.name, lego)} is ready to merge")


async def _fast_forward(context: Context, step: Step, lego: str | None, past: StepRecord, next_stage: Stage) -> None:
    repository = context.workspace.repository
    head = await asyncio.to_thread(repository.head)
    assert head is not None, "a workspace has a first commit"
    if past.landing and head in past.landing:
        old, new = past.landing
    else:
        old, new = head, await asyncio.to_thread(_checked, context, step, lego, past, head)
        if new == "":
            await _check_again(context, step, lego, past)
            return
        await context.commit(LandingStarted(step=step.name, lego=lego, old=old, new=new))
    await asyncio.to_thread(repository.fast_forward, old, new)
    ids = await asyncio.to_thread(artifact_ids, repository, new, outputs(context, step, lego))
    state = context.state.legos.get(lego) if lego else None
    tip = state.tip if state and not step.action else None
    await context.commit(Landed(step=step.name, lego=lego, commit=new, outputs=ids, tip=tip, next=next_stage))
    context.say(f"{instance_name(step.name, lego)} landed as {new[:8]}")


def _checked(context: Context, step: Step, lego: str | None, past: StepRecord, head: str) -> str:
    """The commit to land on `head`; "" if what the check looked at is different there."""
    commit = past.checks[-1].commit if step.criteria and past.checks else past.commit
    if commit is None:
        return head
    repository = context.workspace.repository
    new = repository.merge(head, commit, instance_name(step.name, lego))
    if new != commit and step.criteria:
        scope = context.view(step, lego)
        ids = repository.ids_at((one, path) for one in (new, commit) for path in scope)
        if any(ids.get((new, path)) != ids.get((commit, path)) for path in scope):
            return ""
    return new


async def _check_again(context: Context, step: Step, lego: str | None, past: StepRecord) -> None:
    """The branch has moved in what this step's check reads: the last check no longer speaks of what would land."""
    last = past.checks[-1]
    await context.commit(CheckEnded(step=step.name, lego=lego, check=last, next=last.after))


async def _stop(context: Context, step: Step, lego: str | None, why: str) -> None:
    await context.commit(StepStopped(step=step.name, lego=lego, why=why))
    context.say(f"{instance_name(step.name, lego)} stopped: {why}")


def save_state(context: Context) -> None:
    """Keep the state's JSON under a ref of its own, where `git clean` does not reach."""
    context.state_keeper.keep(context.workspace)


def keep_state(workspace: Workspace) -> None:
    """As `save_state`, where no engine runs."""
    StateKeeper().keep(workspace)
