"""Texts that change have the room they need, also when they change while the screen is being laid out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen, settle
from tui.read_model import WorkspaceView


def five_sessions(folder: Path) -> WorkspaceView:
    """More than a small screen has panes for."""
    return views.running(folder, lives=5)


def lay_out_with_neighbours(widget: Any) -> None:
    """What happens when a neighbour has changed, and the screen's timer comes before the widget's own turn."""
    widget.parent._clear_arrangement_cache()
    widget.screen._refresh_layout()


@pytest.mark.parametrize(
    ("text", "state", "keys"),
    [
        ("#cards", five_sessions, []),
        ("#details-text", views.running, []),
        ("#trouble", views.running, []),
    ],
)
async def test_a_text_that_changes_again_in_the_midst_of_a_layout_gets_the_room_it_needs(
    text: str, state: Callable[[Path], WorkspaceView], keys: list[str], tmp_path: Path
) -> None:
    async with screen(state(tmp_path), (100, 24)) as pilot:
        await press(pilot, *keys)
        shown: Any = pilot.app.screen.query_one(text, Static)
        shown.display = True
        shown.update("at rest")
        await settle(pilot)
        shown.update("one line")
        lay_out_with_neighbours(shown)
        shown.update("now\nthree\nlines")
        await settle(pilot)
        assert shown.size.height == 3
