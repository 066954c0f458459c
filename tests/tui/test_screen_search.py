"""`/` searches every text that a person reads before they decide: at a gate and in the tabs of a LEGO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui import fixture_files as files
from tests.tui import fixture_gate as given
from tests.tui import fixture_views as views
from tests.tui.journeys import decisions, press, said, screen, settle, text_of
from tests.tui.test_work_pictures import at_work
from tui.read_model import WorkspaceView
from tui.screens.approval import ApprovalScreen
from tui.screens.lego import LegoScreen
from tui.widgets.lines_view import LinesView
from tui.widgets.rendered import Rendered

REQUIREMENT = "R-{0:03} is as good as any other [yes], and stands in a paragraph of its own.\n\n"


def long_document(folder: Path) -> WorkspaceView:
    """A gate whose document has many more blocks than fit."""
    view = views.waiting(folder)
    body = "# Requirements\n\n" + "".join(REQUIREMENT.format(n) for n in range(1, 61))
    table = "| id | **what** |\n|---|---|\n| R-009 | in a table |\n"
    (folder / "requirements.md").write_text(f"{body}```\nR-009 in a fence\n```\n\n{table}")
    return view


def marked(pilot: Pilot[Any]) -> list[str]:
    """The blocks of the rendered text in which something is marked."""
    blocks = pilot.app.screen.query_one(Rendered).query(Static)
    return [
        str(block.content)
        for block in blocks
        if any("on-warning" in str(span.style) for span in getattr(block.content, "spans", ()))
    ]


async def test_the_rendered_text_scrolls_to_the_block_and_n_goes_round(tmp_path: Path) -> None:
    async with screen(long_document(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "a", "slash", *"r-05", "enter")
        assert "1 of 10 found" in text_of(pilot) and "R-050 is as good" in text_of(pilot)
        assert len(marked(pilot)) == 10
        await press(pilot, *"nnnnnnnnn")
        assert "10 of 10 found" in text_of(pilot) and "R-059 is as good" in text_of(pilot)
        await press(pilot, "n")
        assert "1 of 10 found" in text_of(pilot)
        await press(pilot, "N")
        assert "10 of 10 found" in text_of(pilot)
        assert isinstance(pilot.app.screen, ApprovalScreen) and decisions(tmp_path) == {}


async def test_cells_of_tables_and_code_in_fences_are_found_too(tmp_path: Path) -> None:
    async with screen(long_document(tmp_path)) as pilot:
        await press(pilot, "a", "slash", *"R-009", "enter")
        assert "1 of 3 found" in text_of(pilot)
        await press(pilot, "n")
        assert "R-009 in a fence" in text_of(pilot)
        await press(pilot, "n")
        assert "in a table" in text_of(pilot)


async def test_escape_ends_the_search_before_it_leaves_the_question(tmp_path: Path) -> None:
    async with screen(long_document(tmp_path)) as pilot:
        await press(pilot, "a")
        before = text_of(pilot)
        await press(pilot, "slash", *"R-001", "enter")
        assert marked(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert not marked(pilot) and text_of(pilot) == before
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, ApprovalScreen)


async def test_escape_while_typing_ends_it_as_well(tmp_path: Path) -> None:
    async with screen(long_document(tmp_path)) as pilot:
        await press(pilot, "a", "slash", *"other", "escape")
        assert isinstance(pilot.app.screen, ApprovalScreen) and not marked(pilot)
        assert isinstance(pilot.app.focused, Rendered)


async def test_keys_typed_into_the_search_decide_nothing(tmp_path: Path) -> None:
    async with screen(long_document(tmp_path)) as pilot:
        await press(pilot, "a", "slash", *"ars")
        assert pilot.app.screen.query_one(Input).value == "ars"
        assert isinstance(pilot.app.screen, ApprovalScreen) and decisions(tmp_path) == {}


@pytest.mark.parametrize("key", ["2", "3"])
async def test_in_raw_and_diff_it_goes_to_the_very_line(key: str, tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "a", key, "slash", *"exit code 2", "enter")
        assert "1 of 1 found" in text_of(pilot)
        text = pilot.app.screen.query_one("#text", LinesView)
        assert "exit code 2" in text._lines[text._match].text
        assert text.cursor == text._lines[text._match].key, "a comment would stand on the match"


async def test_the_search_goes_along_into_another_view(tmp_path: Path) -> None:
    async with screen(long_document(tmp_path)) as pilot:
        await press(pilot, "a", "slash", *"R-05", "enter", "2")
        assert "1 of 10 found" in text_of(pilot)
        await press(pilot, "n")
        assert "2 of 10 found" in text_of(pilot)
        await press(pilot, "3")
        assert "not found" in text_of(pilot)
        await press(pilot, "1")
        assert "of 10 found" in text_of(pilot)


async def test_review_notes_and_criteria_are_searched_when_that_side_is_in_use(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a", "tab", "slash", *"had no exit", "enter")
        assert "1 of 1 found" in text_of(pilot)
        await press(pilot, "n", "tab")
        assert "not found" in text_of(pilot), "the document has no such words"


async def test_without_a_search_n_goes_to_the_next_question_from_every_side(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a", "tab", "n")
        assert "Nothing else waits for you" in said(pilot)


async def test_brackets_turn_to_the_next_question_also_during_a_search(tmp_path: Path) -> None:
    async with screen(given.queue_of_two(tmp_path)) as pilot:
        await press(pilot, "a", "slash", *"add", "enter", "n")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        await press(pilot, "right_square_bracket")
        assert not isinstance(pilot.app.screen, ApprovalScreen)


@pytest.mark.parametrize(("tab", "words"), [("2", "task"), ("3", "store"), ("5", "index[3"), ("6", "def ")])
async def test_every_tab_of_a_lego_is_searched(tab: str, words: str, tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", tab, "slash", *words, "enter")
        assert "1 of " in text_of(pilot)


async def test_live_output_of_a_lego_is_searched(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "1", "slash", *"idempotent", "enter")
        assert "1 found" in text_of(pilot)


async def test_the_search_goes_along_into_another_tab_and_ends_with_escape(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "6", "slash", *"def ", "enter", "5")
        text = pilot.app.screen.query_one("#lego-text", LinesView)
        assert f"{len(text._found)} found" in text_of(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LegoScreen) and text.words == ""


async def test_where_there_is_no_text_the_search_says_so(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "L", "3", "slash")
        assert "no text to search" in said(pilot)


async def test_words_typed_in_one_burst_are_searched_for_and_do_nothing_else(tmp_path: Path) -> None:
    async with screen(long_document(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "a")
        pilot.app.post_message(Key("slash", "/"))
        for letter in "asser":  # each of these is a key of the gate too
            pilot.app.post_message(Key(letter, letter))
        await settle(pilot)
        assert sorted(pilot.app.screen.query_one(Input).value) == sorted("asser")
        assert isinstance(pilot.app.screen, ApprovalScreen) and decisions(tmp_path) == {}
