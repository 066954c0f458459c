"""The options of every command that runs the engine, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from engine.commands.common import (
    adapter_path,
    check_speed,
    fetch_option,
    read_state,
    unsandboxed_option,
    with_packages,
)
from engine.configuration import Configuration, ConfigurationError, load
from engine.configuration.load import unknown_models
from engine.names import REPLAY
from engine.runner.context import Say, Settings
from engine.runner.loop import RunEnd
from engine.runner.start import bundled_tape, run_engine
from engine.sessions.adapters import known
from engine.snapshot import Options
from engine.workspace import Workspace

JOBS = Settings.jobs


@dataclass(frozen=True)
class EngineOptions:
    """How a person wants the engine to run; without arguments, as it runs where nothing is said."""

    yes: bool = False
    runtime: str = ""
    jobs: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    record: Path | None = None
    tape: Path | None = None
    speed: str = "max"
    unsandboxed: bool = False
    fetch: bool = False
    adapter_paths: tuple[Path, ...] = ()

    def settings(self, workspace: Workspace) -> Settings:
        """As the engine takes them. Raises MetaError for what cannot be."""
        configuration = configured(workspace, self.adapter_paths)
        before = read_state(workspace).orchestrator.run.runtimes
        named = tuple(name.strip() for name in self.runtime.split(",") if name.strip())
        runtimes = named or tuple(configuration.runtimes or before) or (REPLAY,)
        tape = self.tape or (bundled_tape(workspace) if runtimes == (REPLAY,) else None)
        return Settings(
            runtimes=runtimes,
            jobs=self.jobs or configuration.jobs or JOBS,
            configuration=configuration,
            tape=tape.resolve() if tape else None,
            record=self.record.resolve() if self.record else None,
            speed=check_speed(self.speed),
            adapter_paths=self.adapter_paths,
            max_tokens=self.max_tokens,
            max_cost=self.max_cost,
            options=Options(yes=self.yes),
        )

    def start(self, workspace: Workspace, settings: Settings, say: Say) -> RunEnd:
        """Run the engine, and fetch the packages that its checks lack if that was agreed to. Raises MetaError."""
        return with_packages(lambda: run_engine(workspace, settings, say, self.unsandboxed), self.fetch, say)


NOTHING_SAID = EngineOptions()


def configured(workspace: Workspace, adapter_paths: tuple[Path, ...]) -> Configuration:
    """What meta.toml says, for this document and the runtimes there are. Raises ConfigurationError."""
    configuration = load(workspace.root)
    if configuration.models:
        steps = [step.name for step in workspace.orchestration().steps()]
        if unknown := unknown_models(configuration, steps, known(adapter_paths)):
            raise ConfigurationError("\n".join(unknown))
    return configuration


_OPTIONS = (
    click.option("--yes", is_flag=True, help="Approve every gate."),
    click.option("--runtime", default="", metavar="R[,R2]", help="Which runtimes do the sessions, in order."),
    click.option("--jobs", type=click.IntRange(1, 64), help=f"Sessions at once; {JOBS} if meta.toml says nothing."),
    click.option(
        "--max-tokens", type=click.IntRange(min=1), metavar="N", help="What this run may use at most, in tokens."
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        help="What this run may use at most, in US dollars.",
    ),
    click.option("--record", type=click.Path(path_type=Path), metavar="TAPE", help="Record the sessions there."),
    click.option("--tape", type=click.Path(path_type=Path), metavar="TAPE", help="The recording that replay plays."),
    click.option("--speed", default="max", show_default=True, help="How fast replay plays: a factor, or max."),
    unsandboxed_option,
    fetch_option,
    adapter_path(hidden=True),
)


def engine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the engine, as one value named `options`."""

    @wraps(function)
    def wrapper(**given: Any) -> Any:
        own = {field.name: given.pop(field.name) for field in fields(EngineOptions)}
        return function(options=EngineOptions(**own), **given)

    for option in reversed(_OPTIONS):
        wrapper = option(wrapper)
    return wrapper
