"""Caps on tokens, money and minutes: which one stops what, and that the siblings go on."""

from __future__ import annotations

import pytest

from engine.actions import RunCheck, StartSession, TripValve
from tests.planning import Garden, moment

DAY = 24 * 3600


@pytest.fixture
def garden() -> Garden:
    """The map cost 10 tokens, half a dollar and 4 minutes; then peas have used 100, 2 dollars and 7."""
    garden = Garden()
    garden.act("survey", {"app_intent.md": "intent-1"})
    spend(garden, "map", None, minutes=4, tokens=10, cost=0.5)
    garden.mapped()
    spend(garden, "sowing", "peas", minutes=7, tokens=100, cost=2.0)
    return garden


def spend(garden: Garden, step: str, lego: str | None, minutes: float, **used: float) -> None:
    """A session that came to nothing, at that price."""
    garden.begin(step, lego)
    garden.shift += 60 * minutes - 1
    garden.end(step, lego, "interrupted", **used)


def stopped(garden: Garden) -> dict[str, str]:
    """What is stopped, and why; and nothing else is."""
    found = {i.name: i.why for i in garden.assessment.instances() if i.status == "stopped"}
    starting = {action.key for action in garden.due if isinstance(action, StartSession)}
    assert starting == {"sowing_peas", "sowing_beans"} - found.keys()
    return found


RAISE = 'raise it under "Safety valves", then `meta run`'
LATER = RAISE + ", or go on after midnight (UTC)"


@pytest.mark.parametrize(
    ("valve", "why"),
    [
        ("tokens per LEGO at most 100", f"tokens of peas: 100 used of at most 100; {RAISE}"),
        ("cost per LEGO at most 1.5", f"dollars of peas: 2 used of at most 1.5; {RAISE}"),
        ("minutes per LEGO at most 7", f"minutes of peas: 7 used of at most 7; {RAISE}"),
    ],
)
def test_a_cap_of_a_lego_stops_that_lego_and_its_siblings_go_on(garden: Garden, valve: str, why: str) -> None:
    garden.valve(valve)
    assert stopped(garden) == {"sowing_peas": why}


@pytest.mark.parametrize(
    ("valve", "why"),
    [
        ("tokens per day at most 110", f"tokens of this day: 110 used of at most 110; {LATER}"),
        ("cost per day at most 2.5", f"dollars of this day: 2.5 used of at most 2.5; {LATER}"),
        ("minutes per day at most 11", f"minutes of this day: 11.033 used of at most 11; {LATER}"),
    ],
)
def test_a_cap_of_the_day_stops_every_session_until_the_next_day(garden: Garden, valve: str, why: str) -> None:
    garden.valve(valve)
    assert stopped(garden) == {"sowing_peas": why, "sowing_beans": why}
    garden.shift = DAY
    assert stopped(garden) == {}


@pytest.mark.parametrize(
    "valve",
    [
        "tokens per LEGO at most 101", "cost per LEGO at most 2.01", "minutes per LEGO at most 8",
        "tokens per day at most 111", "cost per day at most 2.51", "minutes per day at most 12",
    ],
)  # fmt: skip
def test_below_its_cap_everything_goes_on(garden: Garden, valve: str) -> None:
    garden.valve(valve)
    assert stopped(garden) == {}


def test_a_cap_of_this_run_stops_every_session_and_asks_for_another_run(garden: Garden) -> None:
    garden.options_are(most_tokens=110)
    why = "tokens of this run: 110 used of at most 110; `meta run` goes on with a new cap"
    assert stopped(garden) == {"sowing_peas": why, "sowing_beans": why}
    garden.options_are(most_tokens=None, most_cost=2.5)
    why = "dollars of this run: 2.5 used of at most 2.5; `meta run` goes on with a new cap"
    assert stopped(garden) == {"sowing_peas": why, "sowing_beans": why}


def test_what_nobody_told_counts_as_nothing() -> None:
    garden = Garden().mapped()
    for lego in ("peas", "beans"):
        spend(garden, "sowing", lego, minutes=1)
    garden.valve("tokens per LEGO at most 1")
    garden.valve("cost per day at most 0.01")
    assert stopped(garden) == {}


def test_the_minutes_of_a_session_under_way_are_not_known_yet(garden: Garden) -> None:
    garden.valve("minutes per LEGO at most 8")
    garden.begin("sowing", "peas")
    garden.shift += 3600
    assert garden.words["sowing_peas"] == "running"


def test_a_cap_stops_no_check_of_work_that_is_done(garden: Garden) -> None:
    garden.begin("sowing", "peas")
    garden.end("sowing", "peas")
    garden.valve("tokens per LEGO at most 1")
    assert RunCheck("sowing", "peas", "gen_check", "review") in garden.due


def test_the_message_names_the_cap_and_offers_no_retry_that_could_not_help(garden: Garden) -> None:
    garden.valve("tokens per LEGO at most 100")
    told = [action.message for action in garden.due if isinstance(action, TripValve)]
    assert told == [f"sowing_peas stopped: tokens of peas: 100 used of at most 100; {RAISE}."]


def test_a_clock_that_went_back_takes_no_minutes_away() -> None:
    garden = Garden().mapped()
    garden.begin("sowing", "peas")
    garden.shift -= 3600
    garden.end("sowing", "peas", "interrupted")
    spend(garden, "sowing", "peas", minutes=5)
    garden.valve("minutes per LEGO at most 5")
    assert list(stopped(garden)) == ["sowing_peas"]
    assert garden.now < moment(0)
