"""What a screen must say of itself: forgotten, it is an error when it is built and not when a person comes by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tui
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
    with pytest.raises(TypeError, match=r"abstract.*act.*draw_trouble.*draw_view"):
        ActingApp()  # type: ignore[abstract]


def test_no_handler_calls_the_one_of_its_base_which_is_called_anyway() -> None:
    """Textual dispatches a message to the handler of every class: with `super()` the base's would run twice."""
    twice = [
        f"{path.name}: {line.strip()}"
        for path in Path(tui.__file__).parent.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"super\(\)\._?on_", line)
    ]
    assert twice == []
