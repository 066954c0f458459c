"""Waiting for a condition, without guessing how long it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

POLL_SECONDS = 0.01
PATIENCE = 60.0
"""Seconds until something counts as never coming: far more than any of it takes on a machine that is busy."""


def wait_until(condition: Callable[[], object], timeout: float = PATIENCE) -> None:
    """Return as soon as the condition holds; fail after `timeout` seconds."""
    ends = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= ends:
            raise AssertionError(f"did not come true within {timeout:g} s: {condition}")
        time.sleep(POLL_SECONDS)


async def eventually(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """As `wait_until`, while the event loop goes on."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= ends:
            raise AssertionError(f"did not come true within {seconds:g} s: {condition}")
        await asyncio.sleep(POLL_SECONDS)
