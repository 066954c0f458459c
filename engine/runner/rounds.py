"""The pace of the loop: when it looks at everything again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

POLL_SECONDS = 0.5
"""How often the decisions are looked at while nothing else wakes the loop."""

REST_SECONDS = 0.1
"""The longest rest after a look."""


async def next_round(tasks: Collection[asyncio.Task[None]], look: float) -> None:
    """Wait until a task ends or it is time to poll. `look`: how many seconds the last look took.

    The loop rests as long as that: what ends meanwhile is one look, so that looking takes half of the time at most.
    """
    if not tasks:
        await asyncio.sleep(POLL_SECONDS)
        return
    await asyncio.wait(tasks, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(min(look, REST_SECONDS))
