"""What is typed at a gate and not sent outlives the app: comments, the words that send back, answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from tests.tui import fixture_gate as given
from tests.tui.journeys import decisions, press, press_when_calm, said, screen, text_of
from tui.editing.drafts import GateDraft, LineComment, Spot
from tui.editing.gate_drafts import dump, parse
from tui.loaders.unsaved_text import draft_place, drafts_folder

DRAFT = GateDraft(
    [LineComment(Spot("a\0" + "1", "a", 1, "one"), "why?")],
    {"a\0@2": LineComment(Spot("a\0@2", "a", None), "hm")},
    "not yet",
    {"who?": "me"},
)


def test_words_at_a_gate_are_read_as_they_were_written() -> None:
    text = dump(DRAFT)
    assert text is not None and parse(text) == DRAFT


def test_where_nothing_is_typed_nothing_is_kept() -> None:
    assert dump(GateDraft(message=" ", answers={"who?": ""})) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"answers": 3}', "[" * 100_000, '{"answers": {}, "comments": [{}]}'])
def test_what_was_not_written_so_is_no_draft(text: str) -> None:
    assert parse(text) is None


async def test_comments_and_words_are_there_after_the_app_is_gone_and_sending_ends_them(tmp_path: Path) -> None:
    view = given.gate_with_a_past(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "a", "2", "c", *"kept", "ctrl+r", "j", "j", "c", *"half", "escape")
        await press_when_calm(pilot, "r", *"so")
        assert said(pilot) == "" and decisions(tmp_path) == {}
    async with screen(view) as pilot:
        await press(pilot, "a", "2")
        assert "What you had typed here and not sent is here again." in said(pilot)
        assert "kept" in text_of(pilot) and "half" in text_of(pilot)
        await press_when_calm(pilot, "r")
        assert pilot.app.screen.query_one(TextArea).text == "so"
        await press(pilot, "ctrl+r")
        [decision] = decisions(tmp_path).values()
        assert decision["comment"] == "so" and [one["text"] for one in decision["comments"]] == ["kept"]
    assert not list(drafts_folder().glob("*"))


async def test_answers_are_there_after_the_app_is_gone(tmp_path: Path) -> None:
    view = given.queue_of_two(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "a", "n", *"me")
    anew = view._replace(waiting=tuple(one._replace(round=one.round + 1) for one in view.waiting))
    async with screen(anew) as pilot:
        await press(pilot, "a", "n")
        assert pilot.app.screen.query_one("#answer-0", Input).value == "me"
        assert "not sent is here again; it was asked anew since." in said(pilot)
        await press(pilot, "backspace", "backspace")
        assert not list(drafts_folder().glob("*"))


async def test_a_draft_of_something_else_does_no_harm(tmp_path: Path) -> None:
    view = given.gate_with_a_past(tmp_path)
    place = draft_place(tmp_path / ".orchestrator" / "decisions" / "requirements.json")
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps({"message": "hm"}))
    async with screen(view) as pilot:
        await press(pilot, "a")
        assert "its first line is not that of a draft" in said(pilot)
        await press_when_calm(pilot, "r")
        assert pilot.app.screen.query_one(TextArea).text == ""
