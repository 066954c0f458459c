"""Runs sessions: the four calls every pool has, the pool of local processes, and following a session to its end."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Literal, Protocol, Self

from engine.sessions.adoption import Alive, Ended, SessionState, settle, state_of
from engine.sessions.cancel import GRACE_SECONDS, cancel
from engine.sessions.folder import SessionFolder
from engine.sessions.host import reap, spawn
from engine.sessions.outcome import SessionEnd, classify
from engine.sessions.processes import kill_survivors
from engine.sessions.usage import Caps
from engine.state.clock import utc_now
from runtime_adapters.prices import Price

__all__ = ["LocalPool", "Pool", "SessionEnd", "follow"]

FIRST_POLL_SECONDS = 0.002
POLL_SECONDS = 0.1


class Pool(Protocol):
    """Where sessions run. A pool keeps nothing in memory that a new one could not find again."""

    def submit(self, folder: SessionFolder, *, resume: bool = False) -> None:
        """Start the session, or go on with an interrupted one. Raises SessionError."""

    def poll(self, folder: SessionFolder) -> SessionState:
        """Where it stands. Cheap while it runs."""

    async def cancel(
        self, folder: SessionFolder, why: str, *, outcome: Literal["cancelled", "failed"] = "cancelled"
    ) -> None:
        """End it; returns when it is gone."""

    def collect(self, folder: SessionFolder) -> SessionEnd:
        """Take what an ended (or interrupted) session leaves, and end what is left of it."""


class LocalPool:
    """Sessions as detached processes of this machine. `environment`: variables for them, beside the allowed ones."""

    def __init__(self, environment: Mapping[str, str] | None = None, grace: float = GRACE_SECONDS) -> None:
        self.environment = dict(environment or {})
        self.grace = grace

    def submit(self, folder: SessionFolder, *, resume: bool = False) -> None:
        """Start the host."""
        spawn(folder, self.environment, resume=resume)

    def poll(self, folder: SessionFolder) -> SessionState:
        """Where it stands."""
        reap()
        return state_of(folder)

    async def cancel(
        self, folder: SessionFolder, why: str, *, outcome: Literal["cancelled", "failed"] = "cancelled"
    ) -> None:
        """The cancel ladder."""
        await cancel(folder, why, outcome=outcome, grace=self.grace)

    def collect(self, folder: SessionFolder) -> SessionEnd:
        """The session's end; a process it left behind is killed."""
        if isinstance(settle(folder), Ended):
            kill_survivors(folder)
        return classify(folder)


async def follow(
    folder: SessionFolder,
    pool: Pool | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    poll_seconds: float = POLL_SECONDS,
    prices: Mapping[str, Price] | None = None,
) -> SessionEnd:
    """Wait for the end of a session, whoever started it, and say what came of it.

    Its deadline and idle time are kept here: one that exceeds them is cancelled and has failed. So are its caps on
    tokens and cost: one that passes them is cancelled, and a person has to look. `prices` are for tokens that come
    without their cost.
    """
    pool = pool or LocalPool()
    if not folder.exists():
        return SessionEnd("interrupted", reason="it was never started")
    if (begun := folder.cancelled()) and isinstance(pool.poll(folder), Alive):
        await pool.cancel(folder, begun.why, outcome=begun.outcome)
    limits, caps = Limits(folder, clock), Caps(folder, prices)
    wait = FIRST_POLL_SECONDS
    with HostEnd(folder) as host:
        while isinstance(pool.poll(folder), Alive):
            if why := limits.exceeded():
                await pool.cancel(folder, why, outcome="failed")
            elif why := caps.exceeded():
                await pool.cancel(folder, why)
            else:
                await host.wait(min(wait, poll_seconds))
                wait *= 2
    return await asyncio.to_thread(pool.collect, folder)


class Limits:
    """The deadline and the idle timer of a session; time before this engine's start counts for the deadline."""

    def __init__(self, folder: SessionFolder, clock: Callable[[], float]) -> None:
        self.folder, self.clock = folder, clock
        spec = folder.spec()
        self.deadline, self.idle = spec.deadline_seconds, spec.idle_seconds
        began = folder.started_at()
        elapsed = max(0.0, (utc_now() - began).total_seconds()) if began else 0.0
        now = clock()
        self.began, self.grew = now - elapsed, now
        self.size = folder.output_size()

    def exceeded(self) -> str:
        """Why the session must be ended; empty while it may go on."""
        now = self.clock()
        if self.deadline and now - self.began >= self.deadline:
            return f"it did not end within its deadline of {_span(self.deadline)}"
        if not self.idle:
            return ""
        size = self.folder.output_size()
        if size != self.size:
            self.size, self.grew = size, now
        return f"it gave no sign of life for {_span(self.idle)}" if now - self.grew >= self.idle else ""


def _span(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 120 else f"{seconds:g} seconds"


class HostEnd:
    """Wakes at the host's end where the system can tell (a pidfd); the polling finds out anyway, a little later."""

    def __init__(self, folder: SessionFolder) -> None:
        self.folder = folder
        self.ended = asyncio.Event()
        self.descriptor: int | None = None
        self.tried = not hasattr(os, "pidfd_open")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until the host ends."""
        if not self.tried:
            self._attach()
        self.ended.clear()
        try:
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        except TimeoutError:
            return

    def _attach(self) -> None:
        pid = self.folder.host_pid()
        if pid is None:
            return
        self.tried = True
        try:
            self.descriptor = os.pidfd_open(pid)
        except OSError:
            return
        asyncio.get_running_loop().add_reader(self.descriptor, self._on_end)

    def _on_end(self) -> None:
        self._close()
        self.ended.set()

    def _close(self) -> None:
        if self.descriptor is not None:
            asyncio.get_running_loop().remove_reader(self.descriptor)
            os.close(self.descriptor)
            self.descriptor = None
