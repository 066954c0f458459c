"""What a session used, read from its events as they grow, and the caps on it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from engine.sessions import usage
from engine.sessions.folder import SessionFolder
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.processes import processes_of
from engine.sessions.usage import MOST_COST, MOST_TOKENS, Caps
from runtime_adapters.prices import Price
from tests.helpers import eventually
from tests.session_helpers import in_time, make_session

RAISE = 'make its step smaller, or raise "{} per session" under "Safety valves"'


def used(folder: SessionFolder, **fields: object) -> None:
    with folder.events_path.open("a") as file:
        file.write(json.dumps({"t": 1.0, "kind": "usage", **fields}) + "\n")


def started(folder: SessionFolder, model: str) -> None:
    with folder.events_path.open("a") as file:
        file.write(json.dumps({"t": 0.0, "kind": "started", "model": model}) + "\n")


def capped(tmp_path: Path, **budget: float) -> SessionFolder:
    return make_session(tmp_path, budget={"brief_tokens": 10, **budget})


def test_a_session_may_use_as_much_as_its_cap_and_not_more(tmp_path: Path) -> None:
    folder = capped(tmp_path, **{MOST_TOKENS: 1_500})
    caps = Caps(folder)
    assert caps.exceeded() == ""
    used(folder, input_tokens=1_000, output_tokens=500)
    assert caps.exceeded() == ""
    used(folder, output_tokens=1)
    assert caps.exceeded() == f"tokens of this session: 1,501 used of at most 1,500; {RAISE.format('tokens')}"


def test_dollars_have_a_cap_of_their_own(tmp_path: Path) -> None:
    folder = capped(tmp_path, **{MOST_COST: 0.5})
    caps = Caps(folder)
    used(folder, input_tokens=10**9, cost=0.25)
    assert caps.exceeded() == ""
    used(folder, cost=1)
    assert caps.exceeded() == f"cost of this session: $1.25 used of at most $0.5; {RAISE.format('cost')}"


def test_tokens_that_come_without_their_cost_are_priced_where_the_model_has_a_price(tmp_path: Path) -> None:
    prices = {"chef": Price(input=1_000.0, output=2_000.0)}
    folder = make_session(tmp_path, budget={MOST_COST: 0.5}, model="chef")
    caps, without = Caps(folder, prices), Caps(folder)
    used(folder, input_tokens=100, output_tokens=200)
    assert caps.exceeded() == ""
    used(folder, input_tokens=100, output_tokens=0)
    assert caps.exceeded().startswith("cost of this session: $0.6 used of at most $0.5")
    assert without.exceeded() == ""


def test_a_price_that_is_not_known_makes_the_whole_unknown(tmp_path: Path) -> None:
    folder = make_session(tmp_path, budget={MOST_COST: 0.5}, model="chef")
    caps = Caps(folder, {"chef": Price(input=1e6, output=1e6)})
    started(folder, "waiter")
    used(folder, input_tokens=10, output_tokens=0)
    started(folder, "chef")
    used(folder, input_tokens=10, output_tokens=0)
    assert caps.exceeded() == ""


@pytest.mark.parametrize(
    "unknown",
    [
        {},
        {"input_tokens": None, "cost": None},
        {"input_tokens": "many", "cost": "much"},
        {"input_tokens": True, "cost": True},
        {"cost": float("nan")},
        {"cost": float("inf")},
    ],
)
def test_what_is_not_known_trips_nothing(tmp_path: Path, unknown: dict[str, object]) -> None:
    folder = capped(tmp_path, **{MOST_TOKENS: 0, MOST_COST: 0})
    caps = Caps(folder)
    used(folder, **unknown)
    assert caps.exceeded() == ""
    assert (caps.usage.tokens, caps.usage.cost) == (None, None)


def test_other_events_that_speak_of_usage_are_not_counted(tmp_path: Path) -> None:
    folder = capped(tmp_path, **{MOST_TOKENS: 0})
    text = {"t": 1, "kind": "text", "text": '"usage"', "usage": {"input_tokens": 9}, "input_tokens": 9}
    folder.events_path.write_text(json.dumps(text) + '\n"usage"\n')
    assert Caps(folder).exceeded() == ""


def test_a_session_without_caps_is_not_read_at_all(tmp_path: Path) -> None:
    folder = capped(tmp_path)
    used(folder, input_tokens=10**9)
    caps = Caps(folder)
    assert caps.exceeded() == ""
    assert caps.usage.tokens is None


def test_a_line_that_is_still_being_written_counts_once_it_is_whole(tmp_path: Path) -> None:
    folder = capped(tmp_path, **{MOST_TOKENS: 10})
    caps = Caps(folder)
    line = '{"t": 1.0, "kind": "usage", "input_tokens": 11}\n'
    for character in line[:-1]:
        with folder.events_path.open("a") as file:
            file.write(character)
        assert caps.exceeded() == ""
    with folder.events_path.open("a") as file:
        file.write(line[-1])
    assert caps.exceeded().startswith("tokens of this session: 11 used")


def test_only_what_is_new_is_read_and_a_large_file_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "CHUNK_BYTES", 100)
    folder = capped(tmp_path, **{MOST_TOKENS: 99})
    for _ in range(100):
        used(folder, input_tokens=1)
    caps = Caps(folder)
    assert caps.exceeded() == ""
    assert (caps.usage.tokens or 0) <= 3
    calls = 1
    while not caps.exceeded():
        calls += 1
        assert calls < 1_000
    assert caps.usage.tokens == 100
    size = folder.events_path.stat().st_size
    folder.events_path.write_bytes(b"x" * size)
    assert caps.exceeded().startswith("tokens of this session: 100 used")


def test_a_live_session_is_ended_when_it_passes_its_cap_and_that_is_no_failure_of_its_work(tmp_path: Path) -> None:
    folder = make_session(tmp_path, script="until_file never", budget={MOST_TOKENS: 100})

    async def scenario() -> SessionEnd:
        pool = LocalPool(grace=0.1)
        pool.submit(folder)
        following = asyncio.create_task(follow(folder, pool, poll_seconds=0.02))
        await eventually(lambda: processes_of(folder))
        used(folder, input_tokens=90, output_tokens=20, cost=0.5)
        return await following

    end = in_time(scenario())
    assert (end.outcome, end.tokens, end.cost) == ("cancelled", 110, 0.5)
    assert end.reason.startswith("tokens of this session: 110 used of at most 100")
    assert processes_of(folder) == set()


def test_an_engine_that_takes_a_session_over_counts_what_it_used_before(tmp_path: Path) -> None:
    folder = make_session(tmp_path, script="until_file never", budget={MOST_COST: 1.0})

    async def scenario() -> SessionEnd:
        pool = LocalPool(grace=0.1)
        used(folder, cost=1.5)
        pool.submit(folder)
        return await follow(folder, pool, poll_seconds=0.02)

    assert in_time(scenario()).outcome == "cancelled"


def test_a_session_that_ended_by_itself_keeps_its_work_whatever_it_used(tmp_path: Path) -> None:
    folder = make_session(tmp_path, script="answer done", budget={MOST_TOKENS: 1})
    pool = LocalPool()
    pool.submit(folder)
    in_time(_gone(folder))
    used(folder, input_tokens=50)
    end = in_time(follow(folder, pool))
    assert (end.outcome, end.tokens) == ("done", 50)


async def _gone(folder: SessionFolder) -> None:
    await eventually(lambda: folder.exit() is not None)
