"""`ctrl+s` ends what is typed, wherever it is typed, and a dialog's keys are the only ones on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, TextArea

from tests.tui import fixture_views as views
from tests.tui.journeys import decisions, press, press_when_calm, said, screen, text_of
from tui.keys import named_bindings
from tui.person.settings import Read, Settings
from tui.screens.answers import AnswersScreen
from tui.screens.approval import ApprovalScreen
from tui.screens.ask_text import AskComment
from tui.screens.intent import IntentScreen


def footer(pilot: Pilot[Any]) -> str:
    """The last line of the screen."""
    return text_of(pilot).splitlines()[-1]


@pytest.mark.parametrize("id_", ["text.send", "answers.send", "editor.save", "intent.save", "unsaved.save"])
def test_what_ends_the_typing_has_the_same_key_everywhere(id_: str) -> None:
    assert "ctrl+s" in named_bindings()[id_].key.split(",")


@pytest.mark.parametrize("key", ["ctrl+s", "ctrl+r"])
async def test_a_comment_is_kept_and_a_revision_is_sent(key: str, tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press_when_calm(pilot, "a", "2", "c", *"why", key)
        gate = pilot.app.screen
        assert isinstance(gate, ApprovalScreen) and [one.text for one in gate.draft.comments] == ["why"]
        await press_when_calm(pilot, "r", *"again", key)
        assert [one["decision"] for one in decisions(tmp_path).values()] == ["revise"]


async def test_the_intent_of_a_new_app_is_kept_and_one_goes_on_writing(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        await press(pilot, "n")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "app")
        await press(pilot, "enter", "ctrl+s")
        assert not (tmp_path / "app").exists() and "Nothing is written" in said(pilot)
        await press(pilot, *"Log", "ctrl+s")
        assert isinstance(pilot.app.screen, IntentScreen) and "Kept in" in said(pilot)
        text = pilot.app.screen.query_one(TextArea).text
        assert (tmp_path / "app" / "app_intent.md").read_text() == text and text.startswith("# Log")


async def test_a_dialog_names_its_keys_as_the_footer_does_and_the_gates_keys_are_gone_below_it(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press_when_calm(pilot, "a")
        assert "a Approve" in footer(pilot)
        await press_when_calm(pilot, "r")
        assert isinstance(pilot.app.screen, AskComment)
        assert "^s" in str(pilot.app.screen.query_one("#send", Button).label)
        assert "Approve" not in footer(pilot) and "ctrl+" not in text_of(pilot)
        await press(pilot, "escape")
        assert "a Approve" in footer(pilot)


async def test_a_key_of_ones_own_stands_on_the_button(tmp_path: Path) -> None:
    own = Read(Settings(), {"text.send": "ctrl+e,f5"})
    async with screen(views.waiting(tmp_path), preferences=own) as pilot:
        await press_when_calm(pilot, "a", "r")
        assert "^e" in str(pilot.app.screen.query_one("#send", Button).label)


async def test_answers_are_sent_with_it_as_well(tmp_path: Path) -> None:
    async with screen(views.asking(tmp_path)) as pilot:
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, AnswersScreen)
        assert "^s Send answers" in footer(pilot) and "ctrl+" not in text_of(pilot)
