"""Which adapter is checked, and with what: from what the command line and `meta.toml` say."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.configuration import Configuration
from engine.conformance.bench import Subject
from engine.conformance.drivers import Agent, Driver, Person, Recording
from engine.errors import UsageError
from engine.names import REPLAY
from engine.sessions.adapters import PACKAGED, Resolved, name_of, resolve
from engine.sessions.folder import HANDOFF


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says. `live` None: nothing was said."""

    target: str
    options: Mapping[str, str]
    model: str | None
    live: bool | None
    seconds: float


def find(target: str, adapter_paths: Sequence[Path]) -> tuple[str, Resolved]:
    """The runtime's name and its adapter, for a path or a name. Raises UsageError, RuntimeUnavailable."""
    path = Path(target)
    if os.sep not in target and not path.is_file():
        return target, resolve(target, adapter_paths)
    if not path.is_file():
        raise UsageError(f"{target}: there is no such file. Name an adapter's executable, or a runtime.")
    if not os.access(path, os.X_OK):
        raise UsageError(f"{target} is not executable: `chmod +x {target}`")
    return name_of(path) or path.name, Resolved(path.resolve())


def parse_options(pairs: Sequence[str]) -> dict[str, str]:
    """Options from KEY=VALUE. Raises UsageError."""
    options = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise UsageError(f"--option {pair}: KEY=VALUE is expected")
        options[key] = value
    return options


def subject_of(
    asked: Asked, name: str, resolved: Resolved, configuration: Configuration, environ: Mapping[str, str], root: Path
) -> Subject:
    """The adapter with the options, model and variables its sessions get; the command line wins over `meta.toml`."""
    options = {**resolved.options, **configuration.options_for(name), **asked.options}
    return Subject(
        runtime=name,
        adapter=resolved.path,
        options=options,
        environment=configuration.environment_for(name, environ),
        model=asked.model or configuration.model_for(name, 0, "", "gen"),
        driver=_driver(name, root),
        seconds=asked.seconds,
    )


def is_live(asked: Asked, subject: Subject) -> bool:
    """Whether the agent may be asked to work. What the check plays itself costs nothing; of the shipped adapters all
    others call a model.
    """
    if is_free(subject):
        return True
    return subject.adapter.parent != PACKAGED if asked.live is None else asked.live


def is_free(subject: Subject) -> bool:
    """Whether no agent works at all: the check itself does."""
    return not isinstance(subject.driver, Agent)


def _driver(name: str, root: Path) -> Driver:
    if name == HANDOFF:
        return Person()
    return Recording(root / "tape") if name == REPLAY else Agent()
