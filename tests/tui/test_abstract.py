"""What a screen must say of itself: forgotten, it is an error when it is built and not when a person comes by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.fixture_views import running
from tui.acting import ActingApp
from tui.screens.browse import BrowseScreen
from tui.screens.view_screen import ViewScreen


class Forgetful(BrowseScreen[str]):
    """Says only what it reads."""

    def load(self) -> str:
        return ""


def test_a_list_that_does_not_say_how_it_is_drawn_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"abstract.*describe.*empty.*items.*title_text"):
        Forgetful(running(tmp_path), lambda: 0.0, live=False)  # type: ignore[abstract]


def test_a_screen_that_does_not_take_what_was_loaded_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"abstract.*loaded"):
        ViewScreen(running(tmp_path), lambda: 0.0)  # type: ignore[abstract]


def test_an_app_that_does_not_draw_what_it_reads_cannot_be_started() -> None:
    with pytest.raises(TypeError, match=r"abstract.*act.*draw_trouble.*draw_view.*first_view"):
        ActingApp()  # type: ignore[abstract]
