"""The command palette lists each thing once, only what applies now, and what decides first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen
from tests.tui.test_screen_consent import KEY, refusal, stopped
from tui.palette import EVERYWHERE


async def listed(pilot: Pilot[Any]) -> list[str]:
    """The titles as the open palette shows them."""
    await press(pilot, "ctrl+p")
    found = pilot.app.screen.query_one(OptionList)
    titles = [str(option.prompt).partition("\n")[0].strip() for option in found.options]
    await press(pilot, "escape")
    return titles


async def test_each_thing_stands_there_once_and_nothing_of_textuals_own_that_is_there_already(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        for keys in ((), ("W",), ("escape", "C"), ("escape", "T")):
            await press(pilot, *keys)
            titles = await listed(pilot)
            assert len(titles) == len(set(titles))
            assert {"Keys", "Maximize", "Minimize"} & set(titles) == set()
            assert "Theme" in titles and "Help" in titles


async def test_what_has_nothing_to_do_now_is_not_there(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        titles = await listed(pilot)
        assert "Cancel" in titles
        assert {"Decide", "Retry", "Fetch packages", "Allow a held secret"} & set(titles) == set()
        await press(pilot, "W")
        assert "Decide" not in await listed(pilot)


async def test_a_gate_without_conflict_offers_no_side_and_no_movement(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a")
        titles = await listed(pilot)
        assert titles[:2] == ["Approve", "Revise"]
        assert {"Take new", "Yours", "All new", "All yours"} & set(titles) == set()
        assert {"Up", "Down", "To the top", "To the end", "Checks"} & set(titles) == set()


async def test_what_decides_comes_first_then_the_views_then_the_rest(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        titles = await listed(pilot)
        order = [titles.index(name) for name in ("Decide", "Plan", "Note", "Quit", "Theme")]
        assert titles[0] == "Decide" and order == sorted(order)


async def test_a_consent_that_is_asked_for_is_there_once_and_among_the_first(tmp_path: Path) -> None:
    why = refusal(tmp_path, "requirements.md", f"# R\n\n{KEY}\n")
    async with screen(stopped(tmp_path, why)) as pilot:
        titles = await listed(pilot)
        assert titles.count("Allow a held secret") == 1
        assert titles.index("Allow a held secret") < titles.index("Plan")


def test_what_is_offered_everywhere_are_acts_of_the_app() -> None:
    from tui.app import MetaApp

    assert all(hasattr(MetaApp, f"action_{action}") for *_, action in EVERYWHERE)
