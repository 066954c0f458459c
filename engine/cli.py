"""The `meta` command. Commands that only print never import the screen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from engine import __version__
from engine.commands.building import check_speed, finish, new, run, run_and_tell
from engine.commands.common import told
from engine.commands.deciding import answer, approve, retry, revise, stop
from engine.commands.looking import doctor, log, status
from engine.commands.tools import handoff, lint, prove
from engine.errors import UsageError
from engine.lifecycle.create import create
from engine.resources import examples_home
from engine.runner.context import Settings
from engine.snapshot import Options
from engine.workspace import INTENT, Workspace


class Commands(click.Group):
    """A group in which anything that is no command is a folder to open: `meta DIR` is `meta open DIR`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert `open` before a folder, or where nothing is said."""
        if not args or (not args[0].startswith("-") and args[0] not in self.commands):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="meta")
def cli() -> None:
    """Builds an app from app_intent.md with a team of coding agents.

    `meta DIR` opens the screen on a workspace; without DIR on the current folder.
    """


@cli.command(name="open", hidden=True)
@click.argument("place", metavar="DIR", required=False, type=click.Path(path_type=Path))
@told
def open_(place: Path | None) -> None:
    """Open the screen."""
    folder = place or Path()
    if place and not place.is_dir():
        raise UsageError(f"{place}: no command and no folder has that name. `meta --help` lists the commands.")
    show(folder if (folder / ".orchestrator").is_dir() else None, [])


@cli.command()
@click.option("--headless", is_flag=True, help="Without the screen.")
@click.option("--yes", is_flag=True, help="Approve every gate (headless).")
@click.option("--speed", default="30", show_default=True, help="How fast the recording plays: a factor, or max.")
@click.option("--dir", "place", type=click.Path(path_type=Path), default=Path("demo"), show_default=True)
@told
def demo(headless: bool, yes: bool, speed: str, place: Path) -> None:
    """Build the bundled example from its recording, for real: git, tests, gates."""
    example = next(path.parent.parent for path in sorted(examples_home().glob("*/tape/tape.json")))
    check_speed(speed)
    if not (place / ".orchestrator").is_dir():
        create(place, example / INTENT, "python")
    if not headless:
        show(place, ["--runtime", "replay", "--speed", speed])
        return
    settings = Settings(runtimes=("replay",), tape=(example / "tape").resolve(), speed=speed, options=Options(yes=yes))
    finish(run_and_tell(Workspace.at(place), settings))


def show(workspace: Path | None, arguments: list[str]) -> None:
    """Open the screen; `arguments` go to the engine that it starts."""
    from tui.app import run_app

    sys.exit(run_app(workspace, arguments))


for command in (new, run, status, log, approve, revise, answer, retry, stop, lint, prove, handoff, doctor):
    cli.add_command(command)


def main() -> Any:
    """The entry point of the installed command."""
    return cli()


if __name__ == "__main__":
    main()
