"""Opening the screen on a folder, and doing what is chosen there. Nothing heavy is imported before it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.folders import is_workspace
from engine.loading import loading
from engine.names import INTENT, REPLAY
from engine.resources import ResourceError, examples_home

DEMO_FOLDER = "demo"
DEMO_SPEED = "30"
"""At which somebody can follow a recording on the screen."""
FOLLOWED = ("--speed", DEMO_SPEED)


def show(workspace: Path | None, arguments: Sequence[str], *, watch_only: bool = False) -> None:
    """Open the screen and do what is chosen there; `arguments` go to the engine that it starts.

    A recording plays so that it can be followed, unless they say otherwise. With `watch_only` no engine is started.
    """
    with loading():
        from tui.app import run_app

    while launch := run_app(workspace, engine_arguments=[*FOLLOWED, *arguments], watch_only=watch_only):
        workspace = launch.folder or Path(DEMO_FOLDER)
        arguments = []
        if launch.kind == "example":
            arguments = ["--runtime", REPLAY]
        if not is_workspace(workspace):
            create(workspace, example() if launch.kind == "example" else None)


def create(folder: Path, example: Path | None) -> None:
    """A workspace in `folder`, for the example or for the intent that lies there."""
    from engine.lifecycle.create import create

    create(folder, example / INTENT if example else None, "python")


def example() -> Path:
    """The first bundled example that has a recording. Raises ResourceError."""
    for head in sorted(examples_home().glob("*/tape/tape.json")):
        return head.parent.parent
    raise ResourceError(f"{examples_home()} holds no recorded example: install the package again")
