"""Ends a session: signal to its process groups, a grace period, KILL, then whatever escaped."""

from __future__ import annotations

import asyncio
import signal
from typing import Literal

from engine.sessions.adoption import Alive, state_of
from engine.sessions.folder import Cancelled, SessionFolder
from engine.sessions.processes import kill_survivors, processes_of, signal_groups, wait_gone

GRACE_SECONDS = 5.0
EXIT_TERMINATED = 128 + signal.SIGTERM


async def cancel(
    folder: SessionFolder,
    why: str,
    *,
    outcome: Literal["cancelled", "failed"] = "cancelled",
    grace: float = GRACE_SECONDS,
) -> None:
    """End the session and wait until it is gone; one that has ended is left as it is.

    That it was us is written first: what the agent then leaves behind proves nothing about it.
    """
    await asyncio.to_thread(_cancel, folder, Cancelled(why, outcome), grace)


def _cancel(folder: SessionFolder, cancelled: Cancelled, grace: float) -> None:
    if folder.exit():
        return
    if folder.cancelled() is None:
        folder.write_cancelled(cancelled)
    signal_groups(processes_of(folder), signal.SIGTERM)
    if wait_gone(folder, grace):
        kill_survivors(folder)
    if folder.exit() is None and not isinstance(state_of(folder), Alive):
        folder.write_exit(EXIT_TERMINATED)
