"""What all commands share: how a workspace is named, how an error and how data are told, and who can be asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from engine.errors import EXIT_INTERRUPTED, MetaError, UsageError

if TYPE_CHECKING:
    from engine.state.models import State
    from engine.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")


class NotFinished(MetaError):
    """There is no finished app that could be changed."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"{root}: this app is not finished yet. `meta run` goes on with it.")


def told(function: Callable[P, R]) -> Callable[P, R]:
    """Show a MetaError as its message and exit code, Ctrl-C as an interrupt; what else is raised is a bug."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except MetaError as error:
            click.echo(f"meta: {error}", err=True)
            sys.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):  # click ends both with 1, as if something were wrong
            click.echo("interrupted", err=True)
            sys.exit(EXIT_INTERRUPTED)

    return wrapper


def check_speed(speed: str) -> str:
    """The speed as given, if it is one. Raises UsageError."""
    try:
        if speed == "max" or float(speed) > 0:
            return speed
    except ValueError:
        pass
    raise UsageError(f'--speed {speed}: a number above 0, or "max", is expected')


def folder(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command its workspace folder: DIR, or --dir, or the current folder."""

    @click.argument("place", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
    @click.option("--dir", "option", metavar="DIR", type=click.Path(path_type=Path), help="The workspace.")
    @wraps(function)
    def wrapper(*args: object, place: Path | None, option: Path | None, **kwargs: object) -> R:
        if place and option and place != option:
            raise click.UsageError(f"name the workspace once: {place} or --dir {option}")
        return function(*args, folder=place or option or Path(), **kwargs)

    return wrapper


folder_option = click.option(
    "--dir", "folder", metavar="DIR", type=click.Path(path_type=Path), default=Path(), help="The workspace."
)
"""For a command whose own words leave no place for DIR."""

unsandboxed_option = click.option("--unsandboxed", is_flag=True, help="Allow checks where this machine has no sandbox.")
fetch_option = click.option("--fetch", is_flag=True, help="Fetch the packages that the checks need, with network.")


def adapter_path(hidden: bool = False) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """The option for folders of one's own adapters."""
    return click.option(
        "--adapter-path",
        "adapter_paths",
        multiple=True,
        hidden=hidden,
        metavar="DIR",
        envvar="META_ADAPTER_PATH",
        type=click.Path(path_type=Path),
        help="A folder with adapters of your own; they come before the packaged ones.",
    )


def with_packages(work: Callable[[], R], fetch: bool, say: Callable[[str], object] = click.echo) -> R:
    """Do the work; with consent, fetch the packages that it lacks and do it again. Raises PackagesMissing."""
    from engine.gates.packages import PackagesMissing

    while True:
        try:
            return work()
        except PackagesMissing as missing:
            if not fetch or missing.needed.there:
                raise
            say(f"fetching packages: {missing.needed.command}")
            missing.needed.fetch()


def attended() -> bool:
    """Whether somebody sits at a terminal and can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def tell_json(document: Mapping[str, object]) -> None:
    """Print data for programs. A file name that is no text is escaped, as JSON does it: it cannot be printed."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def read_state(workspace: Workspace) -> State:
    """The facts as they lie on the disk. Raises BrokenState."""
    from engine.state.store import Store

    return Store.open(workspace.root, read_only=True).state


def go_on(place: Path) -> str:
    """Who takes a decision up: the engine that runs here, or the next one."""
    from engine.state.lock import holder

    if holder(place.resolve()):
        return "The engine that runs here takes it up."
    return "`meta run" + (f" {place}" if place != Path() else "") + "` goes on."
