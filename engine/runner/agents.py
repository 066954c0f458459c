"""Which agent does a session, and with what: the runtime, its adapter, model, options and environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from engine.configuration import Configuration
from engine.errors import RuntimeUnavailable
from engine.names import REPLAY
from engine.runner.context import Context, Probe
from engine.sessions.adapters import Resolved, detect, detect_environment, resolve
from engine.sessions.folder import HANDOFF
from engine.sessions.seclusion import in_words
from engine.sessions.tape import Tape
from engine.state.events import RuntimeSet
from engine.state.models import RuntimeFact

NO_SANDBOX = "none: this runtime brings no sandbox"


def choose_runtime(context: Context, runtimes: Sequence[str], key: str, brief_sha256: str) -> str:
    """The first runtime that can take this session; a recording only where it holds the answer to this brief."""
    for runtime in runtimes:
        if runtime != REPLAY or runtime == runtimes[-1]:
            return runtime
        if context.settings.tape and Tape(context.settings.tape).answers(key, brief_sha256):
            return runtime
    raise RuntimeUnavailable("no runtime is configured; `meta run --runtime handoff` lets you answer by files")


def adapter_of(context: Context, runtime: str) -> Path:
    """The executable that runs sessions of a runtime. Raises RuntimeUnavailable."""
    return _resolved(context, runtime).path


def options_of(context: Context, runtime: str, take: int) -> dict[str, str]:
    """What session.json tells the adapter."""
    options = {"take": str(take), "speed": context.settings.speed}
    if context.settings.tape:
        options["tape"] = str(context.settings.tape)
    return options | _own_options(context, runtime)


def _own_options(context: Context, runtime: str) -> dict[str, str]:
    """What comes with the runtime's name (an agent of `acp`), and what the user set over it."""
    return _resolved(context, runtime).options | context.settings.configuration.options_for(runtime)


def _resolved(context: Context, runtime: str) -> Resolved:
    """Looked for once by an engine."""
    if runtime not in context.adapters:
        context.adapters[runtime] = resolve(runtime, context.settings.adapter_paths)
    return context.adapters[runtime]


def environment_of(configuration: Configuration, runtime: str) -> dict[str, str]:
    """The variables of ours that sessions of a runtime may see beside the few that all get."""
    return configuration.environment_for(runtime, os.environ)


def is_agent(runtime: str) -> bool:
    """Whether somebody with a will of their own works there: from a recording and from a person nothing is hidden."""
    return runtime not in (REPLAY, HANDOFF)


def sandbox_of(context: Context, runtime: str) -> str:
    """What confines the sessions of a runtime, in words."""
    own = probe(context, runtime).sandbox
    return in_words(own) if is_agent(runtime) else own


def probe(context: Context, runtime: str) -> Probe:
    """What its adapter says of a runtime; asked once by an engine. Raises RuntimeUnavailable if there is no adapter."""
    if runtime not in context.probes:
        adapter = adapter_of(context, runtime)
        extras = environment_of(context.settings.configuration, runtime)
        told = detect(adapter, extras=extras | detect_environment(adapter, _own_options(context, runtime)))
        sandbox = told.get("sandbox")
        missing = "" if told["installed"] else str(told.get("reason") or "it is not installed")
        context.probes[runtime] = Probe(sandbox if isinstance(sandbox, str) and sandbox else NO_SANDBOX, missing)
    return context.probes[runtime]


def missing(context: Context, runtimes: Sequence[str]) -> list[RuntimeSet]:
    """The runtimes among these that cannot work at all, as lasting trouble; a recording is not asked."""
    found = []
    for runtime in runtimes:
        reason = "" if runtime == REPLAY else probe(context, runtime).missing
        if reason:
            now = context.store.time()
            fact = RuntimeFact(reason=reason, since=now, failures=1)
            found.append(RuntimeSet(runtime=runtime, fact=fact))
    return found
