"""Leaving: what is said then; and a terminal that goes away closes the screen as if one had left."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from engine.commands.table import folder_argument

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView

GRACE_SECONDS = 10
"""What a screen may take to close; a terminal that is gone may never take its last bytes."""


def end_when_told(app: App[Any]) -> None:
    """Has SIGHUP and SIGTERM close the app, and with it give the terminal back. Call it inside the running app."""
    if app.is_headless or app.is_web:
        return

    def end() -> None:
        # SIGALRM ends the process where closing hangs: all that matters is in files already.
        signal.alarm(GRACE_SECONDS)
        app.exit()

    for told in (signal.SIGHUP, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, end)


def parting_words(view: WorkspaceView, here: Path, *, stopping: bool = False) -> str:
    """One line for somebody in the folder `here` who has just left the screen: how it stands, and the way back.

    `stopping`: they have just told the engine to stop.
    """
    folder = view.folder.relative_to(here) if view.folder.is_relative_to(here) else view.folder
    again, stop = "meta", "meta stop"
    if folder != Path():
        again, stop = f"meta {folder_argument(folder)}", f"meta stop --dir {folder_argument(folder)}"
    if stopping:
        return f"The engine stops. `{again}` goes on where it was left."
    if view.engine.running:
        return f"The work goes on without the screen: `{again}` shows it again, `{stop}` stops it."
    if view.waiting:
        wait = "A decision waits" if len(view.waiting) == 1 else f"{len(view.waiting)} decisions wait"
        return f"{wait} for you: `{again}` shows what."
    if view.finished:
        return (
            f"{view.app} is built, in {folder}: README.md there says how to use it. `{again}` shows this screen again."
        )
    return f"`{again}` goes on where it was left."
