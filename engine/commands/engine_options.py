"""The options of every command that runs the engine, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from engine.commands.building import JOBS, check_speed, configured
from engine.names import REPLAY
from engine.runner.context import Settings
from engine.runner.start import bundled_tape
from engine.snapshot import Options
from engine.state.store import Store
from engine.workspace import Workspace


@dataclass(frozen=True)
class EngineOptions:
    """How a person wants the engine to run."""

    yes: bool
    runtime: str
    jobs: int | None
    max_tokens: int | None
    max_cost: float | None
    record: Path | None
    tape: Path | None
    speed: str
    unsandboxed: bool
    adapter_paths: tuple[Path, ...]

    def settings(self, workspace: Workspace) -> Settings:
        """As the engine takes them. Raises MetaError for what cannot be."""
        configuration = configured(workspace, self.adapter_paths)
        before = Store.open(workspace.root, read_only=True).state.orchestrator.run.runtimes
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
    click.option("--unsandboxed", is_flag=True, help="Allow checks where this machine has no sandbox."),
    click.option(
        "--adapter-path",
        "adapter_paths",
        multiple=True,
        hidden=True,
        envvar="META_ADAPTER_PATH",
        type=click.Path(path_type=Path),
    ),
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
