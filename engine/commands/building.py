"""Commands that build: new and run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.commands.common import folder, told, with_packages
from engine.commands.progress import Progress, Watch, wanted
from engine.configuration import Configuration, ConfigurationError, load
from engine.configuration.load import unknown_models
from engine.errors import EXIT_INTERRUPTED, UsageError
from engine.learning.record import RecordError, note_run, record_file
from engine.lifecycle.create import create
from engine.names import REPLAY
from engine.runner.context import Settings
from engine.runner.loop import RunEnd
from engine.runner.start import bundled_tape, run_engine
from engine.sessions.adapters import known
from engine.snapshot import Options
from engine.state.models import Lane
from engine.state.store import Store
from engine.workspace import INTENT, Workspace

JOBS = 4


@click.command()
@click.argument("place", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--intent", type=click.Path(path_type=Path), help="A file that says what the app is to do.")
@click.option("--toolchain", default="python", show_default=True, help="Which kind of app.")
@told
def new(place: Path, intent: Path | None, toolchain: str) -> None:
    """Make a workspace for a new app in DIR."""
    if create(place, intent, toolchain):
        click.echo(f"{place} is ready. `meta {place}` opens it; `meta run {place}` builds it without a screen.")
    else:
        click.echo(f"{place} is ready. Write what the app is to do into {place / INTENT}, then `meta {place}`.")


@click.command()
@click.option("--yes", is_flag=True, help="Approve every gate.")
@click.option("--runtime", default="", metavar="R[,R2]", help="Which runtimes do the sessions, in order.")
@click.option("--jobs", type=click.IntRange(1, 64), help=f"Sessions at once; {JOBS} if meta.toml says nothing.")
@click.option("--until", type=click.IntRange(0, 11), metavar="PHASE", help="End after this phase.")
@click.option("--lane", type=click.Choice(["full", "tiny"]), help="How much ceremony; else as proposed.")
@click.option("--max-tokens", type=click.IntRange(min=1), metavar="N", help="What this run may use at most, in tokens.")
@click.option(
    "--max-cost",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="What this run may use at most, in US dollars.",
)
@click.option("--record", type=click.Path(path_type=Path), metavar="TAPE", help="Record the sessions there.")
@click.option("--tape", type=click.Path(path_type=Path), metavar="TAPE", help="The recording that replay plays.")
@click.option("--speed", default="max", show_default=True, help="How fast replay plays: a factor, or max.")
@click.option("--refresh", is_flag=True, help="Do again what became stale.")
@click.option("--unsandboxed", is_flag=True, help="Allow checks where this machine has no sandbox.")
@click.option("--fetch", is_flag=True, help="Fetch the packages that the checks need, with network.")
@click.option(
    "--adapter-path",
    "adapter_paths",
    multiple=True,
    hidden=True,
    envvar="META_ADAPTER_PATH",
    type=click.Path(path_type=Path),
    help="A folder with adapters of your own; they come before the packaged ones.",
)
@folder
@told
def run(
    folder: Path,
    yes: bool,
    runtime: str,
    jobs: int | None,
    until: int | None,
    lane: Lane | None,
    max_tokens: int | None,
    max_cost: float | None,
    record: Path | None,
    tape: Path | None,
    speed: str,
    refresh: bool,
    unsandboxed: bool,
    fetch: bool,
    adapter_paths: tuple[Path, ...],
) -> None:
    """Run the engine here, one plain line per event, until it is done or needs you."""
    workspace = Workspace.at(folder)
    configuration = configured(workspace, adapter_paths)
    runtimes = tuple(name.strip() for name in runtime.split(",") if name.strip()) or _wanted(workspace, configuration)
    if REPLAY in runtimes and tape is None:
        tape = bundled_tape(workspace) if runtimes == (REPLAY,) else None
    settings = Settings(
        runtimes=runtimes,
        jobs=jobs or configuration.jobs or JOBS,
        configuration=configuration,
        tape=tape.resolve() if tape else None,
        record=record.resolve() if record else None,
        speed=check_speed(speed),
        adapter_paths=adapter_paths,
        max_tokens=max_tokens,
        max_cost=max_cost,
        lane=lane,
        options=Options(yes=yes, until=until, refresh=refresh),
    )
    finish(with_packages(lambda: run_and_tell(workspace, settings, unsandboxed), fetch))


def _wanted(workspace: Workspace, configuration: Configuration) -> tuple[str, ...]:
    """The runtimes of meta.toml, else those of the last run here, else the recording."""
    before = Store.open(workspace.root, read_only=True).state.orchestrator.run.runtimes
    return tuple(configuration.runtimes or before) or (REPLAY,)


def configured(workspace: Workspace, adapter_paths: tuple[Path, ...]) -> Configuration:
    """What meta.toml says, for this document and the runtimes there are. Raises ConfigurationError."""
    configuration = load(workspace.root)
    if configuration.models:
        steps = [step.name for step in workspace.orchestration().steps()]
        if unknown := unknown_models(configuration, steps, known(adapter_paths)):
            raise ConfigurationError("\n".join(unknown))
    return configuration


def check_speed(speed: str) -> str:
    """The speed as given, if it is one. Raises UsageError."""
    try:
        if speed == "max" or float(speed) > 0:
            return speed
    except ValueError:
        pass
    raise UsageError(f'--speed {speed}: a number above 0, or "max", is expected')


def run_and_tell(workspace: Workspace, settings: Settings, unsandboxed: bool = False) -> RunEnd:
    """Run the engine and print what happens; at an interrupt the sessions go on without it."""
    try:
        end = _run(workspace, settings, unsandboxed)
    except KeyboardInterrupt:
        click.echo("interrupted; live sessions go on, and `meta run` takes them up again")
        sys.exit(EXIT_INTERRUPTED)
    if end.ending == "done" and settings.configuration.learning.record:
        try:
            note_run(workspace, record_file())
        except RecordError as error:  # the app is built all the same
            click.echo(f"meta: {error}", err=True)
    return end


def _run(workspace: Workspace, settings: Settings, unsandboxed: bool) -> RunEnd:
    if not wanted(sys.stdout):
        return run_engine(workspace, settings, click.echo, unsandboxed)
    with Progress(sys.stdout, Watch(workspace)) as progress:
        return run_engine(workspace, settings, progress.say, unsandboxed)


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
