"""Sub-apps: a LEGO of kind `app` is a workspace of its own in `apps/<name>/`, run by an engine in a thread of its own.

To the parent it is one step: its tree becomes a folder in the parent's commit. What holds it up (a gate, a failure)
stops that step with the command to give; it is looked into again when somebody decided there, and at the next run.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from engine.briefs.inputs import inputs
from engine.document.model import Step
from engine.errors import MetaError
from engine.folders import is_workspace
from engine.git.graft import graft
from engine.legos.sub_apps import folder_of, intent_of, seen_from_outside
from engine.lifecycle.create import create
from engine.names import REPLAY, instance_name
from engine.runner.context import Context, Settings
from engine.runner.ending import RunEnd
from engine.runner.family import Held, Interrupted
from engine.state.atomic import write_atomic
from engine.state.decisions import write_command
from engine.state.events import Reopened, RunSet
from engine.state.models import Command
from engine.state.store import Store
from engine.workspace import INTENT, Workspace

ACTION = "build sub-app"
GIVEN = "intent_given.md"
"""The intent as it was last written here: what differs from it is a person's."""


class SubAppHeld(MetaError):
    """A sub-app cannot go on: why, and what to do."""


async def build(context: Context, step: Step, lego: str) -> str | None:
    """Run a sub-app to its end; the commit with its tree in it. None when the whole run stops or pauses meanwhile.

    Raises SubAppHeld, with the commands to give, when it is not finished.
    """
    root = context.workspace.root / folder_of(lego)
    context.sub_apps.held[lego] = Held("blocked", _decisions(root))
    if await asyncio.to_thread(_prepare, context, step, lego):
        context.say(f"{folder_of(lego)}/{INTENT} was edited by hand and stays as it is")
    workspace = Workspace.at(root)
    context.family.stopped.discard(root)
    context.sub_apps.at_work.add(lego)
    try:
        end = None if context.stopping else await _run(context, workspace, lego)
    finally:
        context.sub_apps.at_work.discard(lego)
    if end is None or (end.ending != "done" and (context.stopping or context.state.orchestrator.run.paused)):
        del context.sub_apps.held[lego]
        return None
    if why := await asyncio.to_thread(_unfinished, context, end, workspace, lego):
        context.sub_apps.held[lego] = Held(end.ending, context.sub_apps.held[lego].decisions)
        raise SubAppHeld(why)
    del context.sub_apps.held[lego]
    used = Store.open(workspace.root, read_only=True).state.orchestrator.budget
    tokens = "an unknown number of" if used.tokens is None else f"{used.tokens:,}"
    context.say(f"{lego}: is finished; it took {used.sessions} sessions and {tokens} tokens, counted there")
    return await asyncio.to_thread(_taken_over, context, step, workspace, lego)


async def look_again(context: Context) -> None:
    """Let the sub-apps go on that were held up, once in each run and whenever somebody decided something there."""
    for step in context.orchestration.steps():
        if step.action != ACTION:
            continue
        for _, lego in context.instances.of(step):
            if lego is None or context.record(step.name, lego).stage != "stopped":
                continue
            held = context.sub_apps.held.get(lego)
            if held is None or held.decisions != _decisions(context.workspace.root / folder_of(lego)):
                why = "its sub-app is looked into again"
                await context.commit(Reopened(step=step.name, lego=lego, why=why, forgive=True, stage="action"))


def pass_on(context: Context, command: str) -> None:
    """What is asked of the whole run is asked of the sub-apps at work."""
    for lego in sorted(context.sub_apps.at_work):
        root = context.workspace.root / folder_of(lego)
        match command:
            case "stop":
                context.family.stopped.add(root)
            case "pause" | "go_on":
                write_command(root, Command(command=command))


async def _run(context: Context, workspace: Workspace, lego: str) -> RunEnd:
    """An engine in a thread of its own; when this one is cancelled, so is that."""
    loop, family = asyncio.get_running_loop(), context.family
    assert family.run is not None, "an engine that runs can run another one"

    def say(line: str) -> None:
        loop.call_soon_threadsafe(context.say, f"{lego}: {line}")

    with ThreadPoolExecutor(1) as thread:
        running = loop.run_in_executor(
            thread, family.run, workspace, _settings(context.settings, lego), say, False, family
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            family.ending = True
            await asyncio.wait([running])
            if not isinstance(running.exception(), Interrupted | None):
                context.say(f"{lego}: {running.exception()}")
            raise


def _settings(settings: Settings, lego: str) -> Settings:
    """The same runtimes, lane, approvals and caps; recordings below those of the whole."""
    tape = settings.tape / folder_of(lego) if settings.tape else None
    if tape and settings.runtimes != (REPLAY,) and not tape.is_dir():
        tape = None
    record = settings.record / folder_of(lego) if settings.record else None
    return replace(settings, tape=tape, record=record, options=replace(settings.options, until=None))


def _unfinished(context: Context, end: RunEnd, workspace: Workspace, lego: str) -> str:
    """Why a sub-app's work cannot be taken over, and what to do; "" if it can."""
    place = folder_of(lego)
    instances = end.assessment.instances()
    if end.ending == "done":
        plan = workspace.plan()
        if plan and context.plan and plan.app in (context.plan.app, *(set(context.plan.names) - {lego})):
            return f"{place} names its app {plan.app!r} as something else here is: name it {lego!r} in its plan"
        if any(one.status == "stale" for one in instances):
            return f"{place} is older than what it is to do: `meta run --refresh` does again what is stale in it"
        return ""
    whys = {
        "waiting": [one.why for one in instances if one.gate],
        "runtime": [one.why for one in instances if one.status == "paused"],
        "paused": [f"it is paused, `meta run --dir {place}` goes on"],
        "stopped": ["it was stopped"],
    }
    told = whys.get(end.ending) or list(Store.open(workspace.root, read_only=True).state.orchestrator.valves.values())
    words = {"waiting": "waits for you", "runtime": "has no runtime"}
    said = "; ".join(dict.fromkeys(seen_from_outside(why, lego) for why in told))
    return f"{place} {words.get(end.ending, 'is not finished')}: {said}. Then `meta run` goes on"


def _prepare(context: Context, step: Step, lego: str) -> bool:
    """Make the sub-app's workspace, or bring its intent up to date; whether a person edited that: then it stays."""
    root = context.workspace.root / folder_of(lego)
    text = _intent(context, step, lego)
    if not is_workspace(root):
        _make(context, root, lego, text)
        return False
    intent, given = root / INTENT, root / ".orchestrator" / GIVEN
    lies = intent.read_bytes() if intent.is_file() else None
    if lies not in (None, text, given.read_bytes() if given.is_file() else text):
        return True
    if lies != text:
        write_atomic(intent, text)
    write_atomic(given, text)
    return False


def _intent(context: Context, step: Step, lego: str) -> bytes:
    repository = context.workspace.repository
    head = repository.head()
    assert head is not None and context.plan is not None, "a LEGO comes from a plan, which was committed"
    told = inputs(repository, head, step, context.plan, context.toolchain, lego)
    return intent_of(context.plan, lego, [(one.name, one.text) for one in told]).encode()


def _make(context: Context, root: Path, lego: str, text: bytes) -> None:
    """Make the workspace beside and move it in: it is there whole, or not at all."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise SubAppHeld(f"{folder_of(lego)} holds something that is no workspace: move it away, then `meta run`")
    staging = context.workspace.private / f"new_{lego}"
    shutil.rmtree(staging, ignore_errors=True)
    beside = staging / lego
    beside.mkdir(parents=True)
    (beside / INTENT).write_bytes(text)
    run = context.state.orchestrator.run
    create(beside, None, run.toolchain)
    write_atomic(beside / ".orchestrator" / GIVEN, text)
    if run.sensitive:
        with Store.open(beside) as store:
            chosen = {"sensitive": True, "chosen": {"sensitive": "yes"}}
            store.commit(RunSet(run=store.state.orchestrator.run.model_copy(update=chosen)))
    root.parent.mkdir(exist_ok=True)
    beside.replace(root)
    shutil.rmtree(staging, ignore_errors=True)


def _taken_over(context: Context, step: Step, workspace: Workspace, lego: str) -> str:
    repository = context.workspace.repository
    head = repository.head()
    assert head is not None, "a workspace has a first commit"
    return graft(repository, head, workspace.repository, folder_of(lego), instance_name(step.name, lego))


def _decisions(root: Path) -> tuple[tuple[str, int], ...]:
    """What people have decided in a workspace: the files and when each was written."""
    folder = root / ".orchestrator" / "decisions"
    found: Sequence[Path] = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return tuple((path.name, path.stat().st_mtime_ns) for path in found)
