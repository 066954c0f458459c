"""When the loop looks again: at the end of a task, after a rest in which others may end too."""

from __future__ import annotations

import asyncio

import pytest

from engine.runner import rounds
from engine.runner.rounds import next_round


def test_what_ends_during_the_rest_is_seen_in_the_same_round() -> None:
    async def one_round() -> list[bool]:
        first_ended = asyncio.Event()

        async def first() -> None:
            first_ended.set()

        async def second() -> None:
            await first_ended.wait()
            for _ in range(9):
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(second()), asyncio.create_task(first())]
        await next_round(tasks, 0.01)
        return [task.done() for task in tasks]

    assert asyncio.run(one_round()) == [True, True]


def test_the_rest_is_as_long_as_the_look_took_and_never_longer_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        await real(0)

    async def ended() -> None:
        return

    async def two_rounds() -> None:
        for look in (0.02, 7.0):
            await next_round([asyncio.create_task(ended())], look)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(two_rounds())
    assert rests == [0.02, rounds.REST_SECONDS]
