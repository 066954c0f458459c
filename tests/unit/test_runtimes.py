"""Trouble with runtimes: who rests until when, who takes over, how many sessions run at once afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.actions import FollowSession, StartSession
from engine.runtimes import (
    FIRST_REST_SECONDS,
    LONGEST_REST_SECONDS,
    MOST_TROUBLES,
    Trouble,
    after_success,
    after_trouble,
    available,
    next_try,
    rested,
    why_none,
)
from engine.state.models import RuntimeFact
from tests.planning import Garden, moment

MOST = 8


def trouble(at: float = 0, began: float | None = None, **more: Any) -> Trouble:
    """A session that a runtime could not run; it began and ended in the same second if it is not told."""
    return Trouble(reason="busy", began=moment(at if began is None else began), at=moment(at), **more)


def in_a_row(number: int) -> RuntimeFact:
    """So many troubles, each after the rest that followed the one before."""
    fact = None
    for _ in range(number):
        at = seconds(fact.until) if fact and fact.until else 0
        fact = after_trouble(fact, trouble(at), MOST, 0)
    assert fact is not None
    return fact


def seconds(iso: str) -> float:
    """How long after the garden began."""
    return next(n for n in range(100_000) if moment(n) == iso)


# How long a runtime rests


def test_a_runtime_rests_until_the_moment_its_provider_named() -> None:
    fact = after_trouble(None, trouble(at=10, retry_at=moment(7200)), MOST, 0)
    assert (fact.until, fact.reason, fact.failures) == (moment(7200), "busy", 1)


def test_without_such_a_moment_the_rest_doubles_up_to_a_limit() -> None:
    rests = [seconds(in_a_row(n).until or "") - seconds(in_a_row(n).since) for n in range(1, MOST_TROUBLES + 1)]
    assert rests[:4] == [FIRST_REST_SECONDS, 60, 120, 240]
    assert rests[-3:] == [LONGEST_REST_SECONDS] * 3


def test_a_moment_that_has_passed_already_is_no_moment() -> None:
    fact = after_trouble(None, trouble(at=100, retry_at=moment(40)), MOST, 0)
    assert fact.until == moment(100 + FIRST_REST_SECONDS)


def test_sessions_that_were_under_way_together_are_one_trouble() -> None:
    first = after_trouble(None, trouble(at=10, began=0), MOST, 2)
    second = after_trouble(first, trouble(at=12, began=5), MOST, 1)
    assert (first.failures, second.failures) == (1, 1)
    assert second.until == moment(12 + FIRST_REST_SECONDS)


def test_a_later_trouble_never_shortens_the_rest() -> None:
    first = after_trouble(None, trouble(at=10, began=0, retry_at=moment(900)), MOST, 1)
    assert after_trouble(first, trouble(at=12, began=5), MOST, 0).until == moment(900)


def test_lasting_trouble_rests_until_a_person_has_acted() -> None:
    fact = after_trouble(None, trouble(lasting=True, retry_at=moment(60)), MOST, 0)
    assert fact.until is None
    assert rested(["r"], {"r": fact}, moment(10**7)) == []
    assert next_try(["r"], {"r": fact}, moment(0)) is None
    assert why_none(["r"], {"r": fact}) == "r: busy (not before you have acted, then `meta run`)"


def test_trouble_that_does_not_end_becomes_lasting() -> None:
    assert in_a_row(MOST_TROUBLES).until is not None
    last = in_a_row(MOST_TROUBLES)
    assert after_trouble(last, trouble(at=seconds(last.until or "")), MOST, 0).until is None


def test_the_next_try_is_the_first_of_those_that_rest() -> None:
    health = {
        "late": RuntimeFact(reason="x", until=moment(90), failures=1),
        "soon": RuntimeFact(reason="y", until=moment(30), failures=1),
        "over": RuntimeFact(reason="z", until=moment(5), failures=1),
        "well": RuntimeFact(limit=2),
    }
    assert next_try(list(health), health, moment(10)) == moment(30)
    assert next_try(["well"], health, moment(10)) is None


# Who takes a session


RESTING = RuntimeFact(reason="busy", since=moment(0), until=moment(60), failures=1)


@pytest.mark.parametrize(
    ("health", "live", "now", "free"),
    [
        ({}, {}, 0, ["a", "b"]),
        ({"a": RESTING}, {}, 0, ["b"]),
        ({"a": RESTING}, {}, 59, ["b"]),
        ({"a": RESTING}, {}, 60, ["a", "b"]),
        ({"a": RESTING}, {"a": 1}, 60, ["b"]),
        ({"a": RESTING, "b": RESTING}, {}, 30, []),
        ({"a": RuntimeFact(limit=2)}, {"a": 1}, 0, ["a", "b"]),
        ({"a": RuntimeFact(limit=2)}, {"a": 2}, 0, ["b"]),
        ({"a": RuntimeFact(limit=5, failures=1, until=moment(0))}, {"a": 1}, 60, ["b"]),
    ],
    ids=[
        "nothing known", "it rests", "it rests still", "its rest is over", "one session tries", "none works",
        "room is left", "no room is left", "one session tries, whatever the limit",
    ],
)  # fmt: skip
def test_runtimes_take_sessions_in_the_users_order(
    health: Mapping[str, RuntimeFact], live: Mapping[str, int], now: int, free: list[str]
) -> None:
    assert available(["a", "b"], health, live, moment(now)) == free


# How many at once


def test_a_rate_limit_halves_how_many_run_at_once_and_other_trouble_does_not() -> None:
    limited = after_trouble(None, trouble(limited=True), MOST, 6)
    assert limited.limit == MOST // 2
    assert after_trouble(None, trouble(), MOST, 6).limit is None
    again = after_trouble(RuntimeFact(limit=4), trouble(limited=True), MOST, 0)
    assert (again.limit, after_trouble(RuntimeFact(limit=1), trouble(limited=True), MOST, 0).limit) == (2, 1)


def test_one_outage_halves_once() -> None:
    fact = after_trouble(None, trouble(at=10, began=0, limited=True), MOST, 2)
    for live in (1, 0):
        fact = after_trouble(fact, trouble(at=11, began=1, limited=True), MOST, live)
    assert fact.limit == MOST // 2


def test_the_limit_recovers_one_by_one_until_nothing_is_held_against_the_runtime() -> None:
    fact: RuntimeFact | None = RuntimeFact(reason="busy", until=moment(0), failures=3, limit=2)
    limits = []
    while fact:
        fact = after_success(fact, 4, 0)
        limits.append(fact.limit if fact else None)
        assert fact is None or (fact.failures, fact.reason) == (0, "")
    assert limits == [2, 3, 3, 3, None]


def test_a_session_that_ran_ends_trouble_without_a_limit_at_once() -> None:
    assert after_success(RESTING, MOST, 0) is None
    assert after_success(None, MOST, 0) is None


# What the planner makes of it


@pytest.fixture
def garden() -> Garden:
    """Peas and beans could begin, on two runtimes."""
    garden = Garden().mapped()
    garden.run(runtimes=["a", "b"])
    return garden


def starts(garden: Garden) -> list[tuple[str, tuple[str, ...]]]:
    """Which sessions are due, and who may take them."""
    return [(action.key, action.runtimes) for action in garden.due if isinstance(action, StartSession)]


def test_the_next_runtime_takes_over_while_the_first_rests(garden: Garden) -> None:
    assert {runtimes for _, runtimes in starts(garden)} == {("a", "b")}
    garden.runtime("a", reason="busy", until=moment(900), failures=1)
    assert {runtimes for _, runtimes in starts(garden)} == {("b",)}


def test_after_the_rest_one_session_tries_and_the_others_go_elsewhere(garden: Garden) -> None:
    garden.runtime("a", reason="busy", until=moment(0), failures=1)
    assert [runtimes for _, runtimes in starts(garden)] == [("a", "b"), ("b",)]


def test_without_any_runtime_the_work_is_paused_says_why_and_goes_on_by_itself(garden: Garden) -> None:
    garden.begin("sowing", "peas", runtime="a")
    garden.runtime("a", reason="busy", until=moment(900), failures=1)
    garden.runtime("b", reason="no key", failures=1)
    beans = garden.instance("sowing_beans")
    assert beans.status == "paused"
    assert beans.why == (
        f"no runtime can work: a: busy (again at {moment(900)}); b: no key (not before you have acted, then `meta run`)"
    )
    assert [a for a in garden.due if isinstance(a, StartSession | FollowSession)] == [
        FollowSession("sowing", "peas", "sowing_peas-gen-1")
    ]
    garden.shift = 900
    assert garden.words["sowing_beans"] == "ready"


def test_a_pause_of_the_runtimes_stops_no_check(garden: Garden) -> None:
    garden.begin("sowing", "peas")
    garden.end("sowing", "peas")
    garden.run(runtimes=["a"])
    garden.runtime("a", reason="busy", until=moment(900), failures=1)
    assert (garden.words["sowing_peas"], garden.words["sowing_beans"]) == ("checking", "paused")


def test_a_full_runtime_makes_the_work_wait_for_room_not_for_a_person(garden: Garden) -> None:
    garden.run(runtimes=["a"])
    garden.runtime("a", limit=1)
    garden.begin("sowing", "peas", runtime="a")
    assert (garden.words["sowing_beans"], starts(garden)) == ("ready", [])


def test_a_clock_that_goes_back_makes_nothing_ready_too_early_and_nothing_is_lost(garden: Garden) -> None:
    garden.run(runtimes=["a"])
    garden.runtime("a", reason="busy", until=moment(60), failures=1)
    garden.shift = 100
    assert garden.words["sowing_peas"] == "ready"
    garden.shift = -1000
    assert garden.words["sowing_peas"] == "paused"
    garden.runtime("a")
    assert garden.words["sowing_peas"] == "ready"
