"""Starts one engine process on a workspace: lock, documents, sandbox, loop."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from pathlib import Path

from engine.errors import RuntimeUnavailable
from engine.gates.sandbox import choose
from engine.resources import examples_home
from engine.runner.context import Context, Say, Settings
from engine.runner.loop import RunEnd, Runner
from engine.sessions.tape import Tape, TapeError, start_tape
from engine.state.lock import EngineLock
from engine.state.store import Store
from engine.workspace import INTENT, Workspace


def run_engine(workspace: Workspace, settings: Settings, say: Say, unsandboxed: bool = False) -> RunEnd:
    """Run until nothing is left to do without a person. Raises MetaError, EngineRunning among others."""
    with EngineLock(workspace.root), Store.open(workspace.root) as store:
        for notice in store.notices:
            say(notice)
        orchestration = workspace.orchestration()
        toolchain = workspace.toolchain(store.state.orchestrator.run.toolchain)
        if settings.record:
            start_tape(settings.record, intent_sha256(workspace), store.time())
        sandbox = choose(consented=unsandboxed or _own_files_only(settings))
        say(f"checks run in: {sandbox.name}")
        context = Context(
            workspace=workspace,
            store=store,
            orchestration=orchestration,
            toolchain=toolchain,
            settings=settings,
            sandbox=sandbox,
            interpreter=Path(sys.executable),
            say=say,
        )
        return asyncio.run(Runner(context).run())


def intent_sha256(workspace: Workspace) -> str:
    """What a recording is found by; "" where there is no intent."""
    intent = workspace.root / INTENT
    return hashlib.sha256(intent.read_bytes()).hexdigest() if intent.is_file() else ""


def bundled_tape(workspace: Workspace) -> Path:
    """The bundled recording that was made from this very intent. Raises RuntimeUnavailable if there is none."""
    sha256 = intent_sha256(workspace)
    for folder in sorted(examples_home().glob("*/tape")):
        try:
            if Tape(folder).head().intent_sha256 == sha256:
                return folder
        except TapeError:
            continue
    raise RuntimeUnavailable(
        "no recording fits this intent. `--runtime handoff` lets you, or any tool that reads files, do the sessions; "
        "`--tape DIR` names a recording of your own."
    )


def _own_files_only(settings: Settings) -> bool:
    """Whether all code that checks will run comes from a bundled recording, unchanged: then it needs no sandbox."""
    if settings.runtimes != ("replay",) or settings.tape is None:
        return False
    if not settings.tape.resolve().is_relative_to(examples_home().resolve()):
        return False
    Tape(settings.tape).verify()
    return True
