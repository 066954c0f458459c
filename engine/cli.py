"""The `meta` command. Commands that only print never import the screen."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from engine import __version__
from engine.commands.common import told
from engine.errors import UsageError
from engine.names import INTENT
from engine.resources import ResourceError, examples_home

DEMO_FOLDER = "demo"
DEMO_SPEED = "30"

ELSEWHERE = {
    "building": ("new", "run"),
    "adopting": ("adopt",),
    "briefing": ("brief",),
    "looking": ("status", "log", "doctor"),
    "deciding": ("approve", "revise", "answer"),
    "acting": ("retry", "refresh", "note", "set", "cancel", "pause", "go-on", "stop"),
    "taking_over": ("take-over", "hand-back"),
    "tools": ("lint", "prove", "handoff"),
    "drifting": ("drift",),
    "maintaining": ("plan", "apply"),
    "upgrading": ("upgrade",),
    "undoing": ("undo",),
    "adapters": ("adapters",),
    "wisdom": ("wisdom",),
    "serve": ("serve",),
    "allowing": ("allow-secret",),
}
"""Module of `engine.commands` → its commands: imported when called, so that none waits for what others need."""


NAMES = {
    "set": "set_",
    "go-on": "go_on_",
    "allow-secret": "allow_secret",
    "take-over": "take_over",
    "hand-back": "hand_back",
}
"""Commands whose name is no name for a function, or one that is taken."""


class Commands(click.Group):
    """A group in which anything that is no command is a folder to open: `meta DIR` is `meta open DIR`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command by name."""
        return sorted([*self.commands, *(name for names in ELSEWHERE.values() for name in names)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module imported now."""
        for module, names in ELSEWHERE.items():
            if cmd_name in names:
                found = import_module(f"engine.commands.{module}")
                command = getattr(found, NAMES.get(cmd_name, cmd_name))
                assert isinstance(command, click.Command)
                return command
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert `open` before a folder, or where nothing is said."""
        if not args or (not args[0].startswith("-") and args[0] not in self.list_commands(ctx)):
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
@click.option("--speed", default=DEMO_SPEED, show_default=True, help="How fast the recording plays: a factor, or max.")
@click.option("--dir", "place", type=click.Path(path_type=Path), default=DEMO_FOLDER, show_default=True)
@told
def demo(headless: bool, yes: bool, speed: str, place: Path) -> None:
    """Build the bundled example from its recording, for real: git, tests, gates."""
    from engine.commands.building import finish, run_and_tell
    from engine.commands.engine_options import check_speed
    from engine.names import REPLAY
    from engine.runner.context import Settings
    from engine.snapshot import Options
    from engine.workspace import Workspace

    check_speed(speed)
    if not (place / ".orchestrator").is_dir():
        _create(place, _example())
    if not headless:
        show(place, ["--runtime", REPLAY, "--speed", speed])
        return
    settings = Settings(runtimes=(REPLAY,), tape=(_example() / "tape").resolve(), speed=speed, options=Options(yes=yes))
    finish(run_and_tell(Workspace.at(place), settings))


def show(workspace: Path | None, arguments: Sequence[str]) -> None:
    """Open the screen and do what is chosen there; `arguments` go to the engine that it starts."""
    from tui.app import run_app

    while launch := run_app(workspace, engine_arguments=arguments):
        workspace = launch.folder or Path(DEMO_FOLDER)
        arguments = []
        if launch.kind == "example":
            arguments = ["--runtime", "replay", "--speed", DEMO_SPEED]
        if not (workspace / ".orchestrator").is_dir():
            _create(workspace, _example() if launch.kind == "example" else None)


def _create(folder: Path, example: Path | None) -> None:
    """A workspace in `folder`, for the example or for the intent that lies there."""
    from engine.lifecycle.create import create

    create(folder, example / INTENT if example else None, "python")


def _example() -> Path:
    """The first bundled example that has a recording. Raises ResourceError."""
    for head in sorted(examples_home().glob("*/tape/tape.json")):
        return head.parent.parent
    raise ResourceError(f"{examples_home()} holds no recorded example: install the package again")


def main() -> None:
    """The entry point of the installed command."""
    cli()


if __name__ == "__main__":
    main()
