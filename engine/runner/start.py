"""Starts one engine process on a workspace: lock, documents, sandbox, loop."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.configuration import ConfigurationError
from engine.document.model import Orchestration
from engine.document.parser import load
from engine.errors import RuntimeUnavailable
from engine.gates.machine import machine
from engine.gates.sandbox import Sandbox, choose
from engine.git import check_git
from engine.legos.toolchain import Toolchain
from engine.lifecycle.intent import read_intent
from engine.linting import vocabulary
from engine.resources import document, examples_home
from engine.runner import undoing
from engine.runner.context import Context, Say, Settings
from engine.runner.family import Family
from engine.runner.loop import RunEnd, Runner
from engine.sessions.adapters import resolve
from engine.sessions.tape import Tape, TapeError, start_tape
from engine.state.clock import iso, utc_now
from engine.state.lock import EngineLock
from engine.state.store import Store
from engine.workspace import INTENT, Workspace
from runtime_adapters.prices import Price, PriceError
from runtime_adapters.prices import load as load_prices

DOCUMENT = "AGENTS.md"


def run_engine(
    workspace: Workspace, settings: Settings, say: Say, unsandboxed: bool = False, family: Family | None = None
) -> RunEnd:
    """Run until nothing is left to do without a person. Raises MetaError, EngineRunning among others.

    `family` is given to the engine of a sub-app by the one that runs it.
    """
    began = iso(utc_now())
    ready = _prepare(workspace, settings, unsandboxed, family)
    with EngineLock(workspace.root), Store.open(workspace.root) as store:
        for notice in store.notices:
            say(notice)
        if undoing.finish(workspace, store, say) and settings.change:
            raise undoing.UndoneFirst("an undo that had been cut off was finished first: look again with `meta plan`")
        if settings.record:
            start_tape(settings.record, intent_sha256(workspace), store.time())
        say(f"checks run in: {ready.sandbox.name}")
        context = Context(
            workspace=workspace,
            store=store,
            orchestration=ready.orchestration,
            toolchain=ready.toolchain,
            settings=settings,
            sandbox=ready.sandbox,
            interpreter=Path(sys.executable),
            say=say,
            began=began,
            prices=ready.prices,
            family=family or Family(run_engine, ready.sandbox),
        )
        return asyncio.run(Runner(context).run())


@dataclass(frozen=True)
class _Ready:
    orchestration: Orchestration
    toolchain: Toolchain
    sandbox: Sandbox
    prices: Mapping[str, Price]


def _prepare(workspace: Workspace, settings: Settings, unsandboxed: bool, family: Family | None) -> _Ready:
    """Everything that can be wrong before the work begins is found here, before any file is changed."""
    check_git()
    run = Store.open(workspace.root, read_only=True).state.orchestrator.run
    toolchain = workspace.toolchain(run.toolchain)
    machine(toolchain, Path(sys.executable))
    orchestration = load(document(DOCUMENT, workspace.overlay), vocabulary(toolchain, workspace.overlay))
    orchestration = replace(orchestration, valves=settings.configuration.valves(orchestration.valves))
    if any(reference.path == INTENT for step in orchestration.steps() for reference in step.inputs):
        read_intent(workspace.root / INTENT)
    workspace.plan()
    for runtime in settings.runtimes:
        resolve(runtime, settings.adapter_paths)
    if settings.tape:
        Tape(settings.tape).head()
    try:
        prices = load_prices(settings.configuration.prices_file())
    except PriceError as error:
        raise ConfigurationError(str(error)) from error
    known = family.sandbox if family else None
    sandbox = known or choose(consented=unsandboxed or _own_files_only(settings))
    return _Ready(orchestration, toolchain, sandbox, prices)


def intent_sha256(workspace: Workspace) -> str:
    """What a recording is found by; "" where there is no intent."""
    intent = workspace.root / INTENT
    return hashlib.sha256(intent.read_bytes()).hexdigest() if intent.is_file() else ""


def bundled_tape(workspace: Workspace) -> Path:
    """The bundled recording that was made from this very intent.

    Raises IntentError for an intent that nobody could work with, RuntimeUnavailable if there is no recording.
    """
    read_intent(workspace.root / INTENT)
    sha256 = intent_sha256(workspace)
    for folder in sorted([*examples_home().glob("*/tape"), *examples_home().glob("*/change/tape")]):
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
    for head in settings.tape.rglob("tape.json"):  # those of sub-apps lie below that of the whole
        Tape(head.parent).verify()
    return True
