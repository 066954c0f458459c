"""The `meta` command. Commands that only print never import the screen."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from engine import __version__
from engine.commands.common import check_speed, told
from engine.commands.table import COMMANDS, ELSEWHERE, NAMES
from engine.errors import UsageError
from engine.folders import is_workspace
from engine.loading import loading
from engine.names import REPLAY
from engine.opening import DEMO_FOLDER, DEMO_SPEED, create, example, show


class Commands(click.Group):
    """A group in which anything that is no command is a folder to open: `meta DIR` is `meta open DIR`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command by name."""
        return sorted([*self.commands, *(name for names in ELSEWHERE.values() for name in names)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module imported now."""
        for module, names in ELSEWHERE.items():
            if cmd_name in names:
                with loading():
                    found = import_module(f"engine.commands.{module}")
                command = getattr(found, NAMES.get(cmd_name, cmd_name))
                assert isinstance(command, click.Command)
                return command
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert `open` before a folder, or where nothing is said."""
        if not args or (not args[0].startswith("-") and args[0] not in COMMANDS):
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
    if place and not place.is_dir():
        raise UsageError(f"{place}: no command and no folder has that name. `meta --help` lists the commands.")
    show(place or Path(), [])


@cli.command()
@click.option("--headless", is_flag=True, help="Without the screen.")
@click.option("--yes", is_flag=True, help="Approve every gate (headless).")
@click.option("--speed", default=DEMO_SPEED, show_default=True, help="How fast the recording plays: a factor, or max.")
@click.option("--dir", "place", type=click.Path(path_type=Path), default=DEMO_FOLDER, show_default=True)
@told
def demo(headless: bool, yes: bool, speed: str, place: Path) -> None:
    """Build the bundled example from its recording, for real: git, tests, gates."""
    check_speed(speed)
    if not is_workspace(place):
        create(place, example())
    if not headless:
        show(place, ["--runtime", REPLAY, "--speed", speed])
        return
    from engine.commands.building import finish, run_and_tell
    from engine.runner.context import Settings
    from engine.snapshot import Options
    from engine.workspace import Workspace

    settings = Settings(runtimes=(REPLAY,), tape=(example() / "tape").resolve(), speed=speed, options=Options(yes=yes))
    finish(run_and_tell(Workspace.at(place), settings))


def main() -> None:
    """Carries out the command that the process was given."""
    cli()


if __name__ == "__main__":
    main()
