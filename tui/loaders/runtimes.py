"""The runtimes: their order, what trouble the engine saw with each, and what each says of itself when asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import MetaError
from tui.lines.format import timestamp
from tui.loaders.command import Ran, meta_command, run

ASK_SECONDS = 30.0


class NoAnswer(MetaError):
    """The runtimes could not be asked."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a runtime says of itself. `installed` and `logged_in` are None where that is not known."""

    installed: bool | None = None
    version: str = ""
    logged_in: bool | None = None
    sandbox: str = ""
    capabilities: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RuntimeView:
    """One runtime as the engine knows it. `until`: when it is tried again; None while there is trouble: by a person."""

    name: str
    reason: str = ""
    since: float | None = None
    until: float | None = None
    failures: int = 0
    limit: int | None = None
    parallel: int | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Runtimes:
    """`order` is that of this run, `next_order` that of the next one; `others` are known, but in neither."""

    order: tuple[str, ...] = ()
    next_order: tuple[str, ...] = ()
    known: tuple[RuntimeView, ...] = ()
    source: str = ""
    """The file that sets the next order; "" when none does."""
    problem: str = ""
    """What is wrong with meta.toml, if anything."""

    def runtime(self, name: str) -> RuntimeView:
        """What is known of a runtime, be it nothing."""
        return next((one for one in self.known if one.name == name), RuntimeView(name))

    def with_told(self, told: Mapping[str, Told]) -> Runtimes:
        """The same, with what the runtimes said; those that only they know are added."""
        names = dict.fromkeys([*(one.name for one in self.known), *told])
        return replace(self, known=tuple(replace(self.runtime(name), told=told.get(name)) for name in names))


def load(workspace: Path) -> Runtimes:
    """What the state and meta.toml say. Raises BrokenState."""
    from engine.configuration import Configuration, ConfigurationError
    from engine.configuration import load as load_configuration
    from engine.state.store import Store

    state = Store.open(workspace, read_only=True).state.orchestrator
    try:
        configuration, problem = load_configuration(workspace), ""
    except ConfigurationError as error:
        configuration, problem = Configuration(), str(error)
    order = tuple(state.run.runtimes)
    next_order = tuple(configuration.runtimes or order)
    names = dict.fromkeys([*next_order, *order, *state.runtimes])
    known = []
    for name in names:
        fact = state.runtimes.get(name)
        known.append(
            RuntimeView(
                name,
                reason=fact.reason if fact else "",
                since=timestamp(fact.since) if fact else None,
                until=timestamp(fact.until) if fact else None,
                failures=fact.failures if fact else 0,
                limit=fact.limit if fact else None,
                parallel=configuration.parallel_for(name),
            )
        )
    return Runtimes(order, next_order, tuple(known), _source(workspace), problem)


def _source(workspace: Path) -> str:
    """Which of the two files names the runtimes; the workspace's wins."""
    from engine.configuration.load import FILE, read, users_file

    for path in (workspace / FILE, users_file()):
        try:
            if read(path).get("runtimes"):
                return str(path)
        except MetaError:
            return str(path)
    return ""


def ask(workspace: Path, stopped: Callable[[], bool]) -> dict[str, Told]:
    """Asks every known runtime, by `meta adapters list`; no model is called. Raises NoAnswer or OSError."""
    return read_answer(run(meta_command("adapters", "list", "--json", str(workspace)), workspace, ASK_SECONDS, stopped))


def read_answer(ran: Ran) -> dict[str, Told]:
    """Name → what it says of itself. Raises NoAnswer."""
    if ran.ending == "timed out":
        raise NoAnswer(f"The runtimes gave no answer within {ASK_SECONDS:.0f} s. D asks them again.")
    if ran.ending == "stopped":
        return {}
    try:
        answer = json.loads(ran.output)
        return {str(one["name"]): _told(one) for one in answer["adapters"]}
    except (ValueError, KeyError, TypeError) as error:
        said = ran.errors.strip().removeprefix("meta: ") or f"its answer cannot be read ({error})"
        raise NoAnswer(f"`meta adapters list` failed: {said}") from error


def _told(one: Mapping[str, object]) -> Told:
    def text(name: str) -> str:
        value = one.get(name)
        return value if isinstance(value, str) else ""

    installed, logged_in, capabilities = one.get("installed"), one.get("logged_in"), one.get("capabilities")
    return Told(
        installed=installed if isinstance(installed, bool) else None,
        version=text("version"),
        logged_in=logged_in if isinstance(logged_in, bool) else None,
        sandbox=text("sandbox"),
        capabilities=tuple(map(str, capabilities)) if isinstance(capabilities, list) else (),
        trouble=text("trouble"),
    )
