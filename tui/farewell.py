"""The terminal goes away, or the process is told to end: the screen closes as if one had left; the engine goes on."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from textual.app import App

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
