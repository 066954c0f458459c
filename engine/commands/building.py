"""Commands that build: new and run."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from engine.commands.common import folder, told
from engine.commands.engine_options import NOTHING_SAID, EngineOptions, engine_options
from engine.commands.progress import Progress, Watch, wanted
from engine.commands.table import folder_argument
from engine.errors import EXIT_INTERRUPTED
from engine.learning.record import RecordError, note_run, record_file
from engine.lifecycle.create import create
from engine.runner.context import Say, Settings
from engine.runner.loop import RunEnd
from engine.state.models import Lane
from engine.workspace import INTENT, Workspace


@click.command()
@click.argument("place", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--intent", type=click.Path(path_type=Path), help="A file that says what the app is to do.")
@click.option("--toolchain", default="python", show_default=True, help="Which kind of app.")
@told
def new(place: Path, intent: Path | None, toolchain: str) -> None:
    """Make a workspace for a new app in DIR."""
    is_written, there = create(place, intent, toolchain), folder_argument(place)
    if is_written:
        click.echo(f"{place} is ready. `meta {there}` opens it; `meta run {there}` builds it without a screen.")
    else:
        click.echo(f"{place} is ready. Write what the app is to do into {place / INTENT}, then `meta {there}`.")


@click.command()
@click.option("--until", type=click.IntRange(0, 11), metavar="PHASE", help="End after this phase.")
@click.option("--lane", type=click.Choice(["full", "tiny"]), help="How much ceremony; else as proposed.")
@click.option("--refresh", is_flag=True, help="Do again what became stale.")
@engine_options
@folder
@told
def run(folder: Path, options: EngineOptions, until: int | None, lane: Lane | None, refresh: bool) -> None:
    """Run the engine here, one plain line per event, until it is done or needs you."""
    workspace = Workspace.at(folder)
    settings = options.settings(workspace)
    asked = replace(settings.options, until=until, refresh=refresh)
    finish(run_and_tell(workspace, replace(settings, lane=lane, options=asked), options))


def run_and_tell(
    workspace: Workspace, settings: Settings, options: EngineOptions = NOTHING_SAID, say: Say | None = None
) -> RunEnd:
    """Run the engine and print what happens, or give it to `say`; at an interrupt the sessions go on without it."""
    try:
        end = options.start(workspace, settings, say) if say else _run(workspace, settings, options)
    except KeyboardInterrupt:
        (say or click.echo)("interrupted; live sessions go on, and `meta run` takes them up again")
        sys.exit(EXIT_INTERRUPTED)
    if end.ending == "done" and settings.configuration.learning.record:
        try:
            note_run(workspace, record_file())
        except RecordError as error:  # the app is built all the same
            click.echo(f"meta: {error}", err=True)
    return end


def _run(workspace: Workspace, settings: Settings, options: EngineOptions) -> RunEnd:
    if not wanted(sys.stdout):
        return options.start(workspace, settings, click.echo)
    with Progress(sys.stdout, Watch(workspace)) as progress:
        return options.start(workspace, settings, progress.say)


def finish(end: RunEnd) -> None:
    """Say how the run ended and leave with its exit code."""
    words = {
        "done": "done: the app is built",
        "until": "done as far as asked",
        "paused": "paused; `meta run` goes on",
        "stopped": "stopped; `meta run` goes on",
    }
    if word := words.get(end.ending):
        click.echo(word)
    for line in end.told:
        click.echo(line)
    sys.exit(end.exit_code)
