"""The keymap reaches every key of every screen and of its parts."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import Binding

from tests.tui import fixture_views as views
from tests.tui.fixture_gate import gate_with_a_past
from tests.tui.journeys import press, screen
from tui.keys import PLACES, unknown_ids
from tui.person.settings import Read, Settings
from tui.screens.approval import ApprovalScreen
from tui.screens.confirm import Confirm
from tui.screens.main import MainScreen
from tui.screens.session import SessionScreen
from tui.widgets.lines_view import LinesView


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


async def test_keys_of_a_gate_its_texts_and_its_search_line_can_be_given_others(tmp_path: Path) -> None:
    keys = {"approval.later": "f5", "approval.diff": "f6", "search": "f7", "search.close": "f8", "lines.last": "f9"}
    async with screen(gate_with_a_past(tmp_path), preferences=Read(Settings(), keys)) as pilot:
        await press(pilot, "a", "f6", "f7", *"exit", "f8")
        gate = pilot.app.screen
        assert isinstance(gate, ApprovalScreen) and gate.shown_as == 2 and not gate.is_searching
        lines = gate.query_one("#text", LinesView)
        before = lines.cursor
        await press(pilot, "f9")
        assert lines.cursor != before
        await press(pilot, "escape")
        assert pilot.app.screen is gate
        await press(pilot, "f5")
        assert isinstance(pilot.app.screen, MainScreen)
