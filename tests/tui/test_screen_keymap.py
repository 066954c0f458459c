"""The keymap reaches every key of every screen and of its parts."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import Binding

from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen
from tui.keys import PLACES, unknown_ids
from tui.screens.confirm import Confirm
from tui.screens.main import MainScreen
from tui.screens.session import SessionScreen
from tui.settings import Read, Settings


@pytest.mark.parametrize("place", PLACES)
def test_every_key_has_an_id_of_its_own(place: str) -> None:
    module, _, name = place.partition(":")
    bindings = getattr(import_module(f"tui.{module}"), name).BINDINGS
    assert all(isinstance(one, Binding) and one.id for one in bindings)
    ids = [one.id for one in bindings]
    assert len(ids) == len(set(ids))
    assert unknown_ids(dict.fromkeys(ids, "f9")) == []


async def test_keys_of_the_session_screen_of_dialogs_and_of_the_tree_can_be_given_others(tmp_path: Path) -> None:
    keys = {"back": "b", "confirm.answer_no": "z", "tree.down": "f6", "take_over": "f7"}
    async with screen(views.running(tmp_path), preferences=Read(Settings(), keys)) as pilot:
        await press(pilot, "f6", "enter")
        shown = pilot.app.screen
        assert isinstance(shown, SessionScreen) and shown.session.lego == "parser"
        await press(pilot, "f7")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "z", "b")
        assert isinstance(pilot.app.screen, MainScreen)
