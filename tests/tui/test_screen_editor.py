"""The editor built in: real files are edited, and nothing that was typed or written elsewhere is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import fixture_views as views
from tests.tui.journeys import WIDE, press, press_when_calm, said, screen, settle, text_of
from tui.person.settings import Read, Settings
from tui.read_model import WorkspaceView
from tui.screens.approval import ApprovalScreen
from tui.screens.editor import EditorScreen, open_editor
from tui.screens.main import MainScreen
from tui.screens.quit import QuitDialog
from tui.screens.unsaved import ChangedElsewhere, Unsaved
from tui.widgets.key_line import KeyLine


class Left:
    """What the one who opened the editor was told when it was left."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    def __call__(self, changed: bool) -> None:
        self.told.append(changed)


@asynccontextmanager
async def editing(
    view: WorkspaceView | None, file: Path, left: Left | None = None, size: tuple[int, int] = WIDE, **more: Any
) -> AsyncIterator[Pilot[Any]]:
    """The editor on a file."""
    preferences = more.pop("preferences", None)
    async with screen(view, size, preferences=preferences) as pilot:
        open_editor(pilot.app, file, left or Left(), **more)  # type: ignore[arg-type]
        await settle(pilot)
        yield pilot


def editor(pilot: Pilot[Any]) -> EditorScreen:
    """The editor, which is in view."""
    shown = pilot.app.screen
    assert isinstance(shown, EditorScreen)
    return shown


def head(pilot: Pilot[Any]) -> str:
    """The line at the top."""
    return text_of(pilot).splitlines()[0]


# Editing


async def test_the_document_of_a_gate_is_edited_where_no_editor_can_be_opened(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "e")
        assert "requirements.md" in head(pilot) and "1:1" in head(pilot)
        await press(pilot, *"By hand ", "ctrl+s", "escape")
        assert isinstance(pilot.app.screen, ApprovalScreen) and "By hand" in text_of(pilot)
        assert (tmp_path / "requirements.md").read_text() == "By hand " + views.REQUIREMENTS
        assert "the engine looks again" in said(pilot)


async def test_a_gate_hears_nothing_where_nothing_was_saved(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "e")
        await press(pilot, "x", "escape", "d")
        assert isinstance(pilot.app.screen, ApprovalScreen) and said(pilot) == ""
        assert (tmp_path / "requirements.md").read_text() == views.REQUIREMENTS


async def test_it_says_where_the_cursor_is_and_whether_something_changed(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_bytes(b"one\r\ntwo\r\n")
    left = Left()
    async with editing(views.running(tmp_path), file, left) as pilot:
        assert "notes.md" in head(pilot) and str(tmp_path) not in head(pilot)
        assert "CRLF  1:1" in head(pilot) and "changed" not in head(pilot)
        await press(pilot, "down", "right", "x")
        assert "● changed CRLF  2:3" in head(pilot)
        await press(pilot, "ctrl+z")
        assert "changed" not in head(pilot)
        await press(pilot, "ctrl+y", "ctrl+s")
        assert "✓ saved" in head(pilot) and file.read_bytes() == b"one\r\ntxwo\r\n"
        await press(pilot, "y")
        assert "● changed" in head(pilot)
        await press(pilot, "ctrl+s", "escape")
        assert isinstance(pilot.app.screen, MainScreen)
    assert left.told == [True] and file.read_bytes() == b"one\r\ntxywo\r\n"


async def test_a_file_that_is_not_there_is_made_when_it_is_saved(tmp_path: Path) -> None:
    file, left = tmp_path / "deep" / "change_request.md", Left()
    async with editing(views.running(tmp_path), file, left) as pilot:
        assert "deep/change_request.md" in head(pilot) and " new " in head(pilot)
        await press(pilot, "escape")
        assert left.told == [False] and not file.exists()
        open_editor(pilot.app, file, left)  # type: ignore[arg-type]
        await press(pilot, *"hot", "ctrl+s")
        assert "new" not in head(pilot)
    assert file.read_text() == "hot"


async def test_tab_indents_as_the_file_does(tmp_path: Path) -> None:
    file = tmp_path / "Makefile"
    file.write_text("all:\n\tcc\n")
    async with editing(views.running(tmp_path), file) as pilot:
        await press(pilot, "tab", "ctrl+s")
    assert file.read_text() == "\tall:\n\tcc\n"


async def test_words_are_found_one_place_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("stew\nsoup\nStew [b]\nmore stew\n")
    async with editing(views.running(tmp_path), file) as pilot:
        await press(pilot, "down", "ctrl+f", *"stew")
        assert "2 found" not in text_of(pilot) and "3 found · ^g next" in text_of(pilot)
        assert editor(pilot).text.selected_text == "Stew"
        await press(pilot, "enter", "ctrl+g")
        assert editor(pilot).text.selection.start == (3, 5)
        await press(pilot, "ctrl+g")
        assert editor(pilot).text.selection.start == (0, 0), "after the last one comes the first"
        await press(pilot, "escape")
        assert not editor(pilot).is_searching and pilot.app.focused is editor(pilot).text
        await press(pilot, "ctrl+f", *"[c]")
        assert "not found" in text_of(pilot)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, MainScreen)


# Nothing is lost


async def test_leaving_asks_where_something_is_unsaved(tmp_path: Path) -> None:
    file, left = tmp_path / "notes.md", Left()
    file.write_text("one\n")
    async with editing(views.running(tmp_path), file, left) as pilot:
        await press(pilot, "x", "escape")
        assert isinstance(pilot.app.screen, Unsaved) and "notes.md" in text_of(pilot)
        await press(pilot, "enter")
        assert editor(pilot).text.text == "xone\n", "to stay has the focus"
        await press(pilot, "escape", "escape")
        assert editor(pilot).text.text == "xone\n" and file.read_text() == "one\n"
        await press(pilot, "escape", "d")
        assert isinstance(pilot.app.screen, MainScreen)
        assert left.told == [False] and file.read_text() == "one\n"
        open_editor(pilot.app, file, left)  # type: ignore[arg-type]
        await press(pilot, "y", "escape", "s")
        assert isinstance(pilot.app.screen, MainScreen)
    assert left.told == [False, True] and file.read_text() == "yone\n"


@pytest.mark.parametrize("how", ["ctrl+q", "the palette"])
async def test_to_quit_the_app_asks_as_well(how: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("one\n")
    async with editing(views.running(tmp_path), file) as pilot:
        await press(pilot, "x")
        if how == "ctrl+q":
            await press(pilot, "ctrl+q", "ctrl+q")
        else:
            await pilot.app.run_action("quit")
            await settle(pilot)
        assert isinstance(pilot.app.screen, Unsaved) and not pilot.app._exit
        await press(pilot, "d", "ctrl+q")
        assert isinstance(pilot.app.screen, QuitDialog)


async def changed_elsewhere(pilot: Pilot[Any], file: Path, *keys: str) -> None:
    """One line typed here, another text written elsewhere; then saves, and answers."""
    await press(pilot, "down", *"mine ")
    file.write_text("theirs\nof two lines\n")
    await press(pilot, *keys)
    assert isinstance(pilot.app.screen, ChangedElsewhere)


async def test_a_file_changed_elsewhere_is_written_over_only_by_a_key_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("one\ntwo\n")
    async with editing(views.running(tmp_path), file) as pilot:
        await changed_elsewhere(pilot, file, "ctrl+s")
        await press(pilot, "enter")
        assert editor(pilot).text.text == "one\nmine two\n" and file.read_text() == "theirs\nof two lines\n"
        await press(pilot, "ctrl+s")
        file.write_text("theirs once more\n")
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, ChangedElsewhere), "that is not what the person was asked about"
        await press(pilot, "w")
        assert file.read_text() == "one\nmine two\n" and "✓ saved" in head(pilot)


async def test_theirs_can_be_taken_and_undo_brings_back_mine(tmp_path: Path) -> None:
    file, left = tmp_path / "notes.md", Left()
    file.write_text("one\ntwo\n")
    async with editing(views.running(tmp_path), file, left) as pilot:
        await changed_elsewhere(pilot, file, "ctrl+s")
        await press(pilot, "t")
        assert editor(pilot).text.text == "theirs\nof two lines\n" and "changed" not in head(pilot)
        assert editor(pilot).text.cursor_location[0] == 1
        await press(pilot, "ctrl+z")
        assert editor(pilot).text.text == "one\nmine two\n" and "● changed" in head(pilot)
        await press(pilot, "ctrl+y", "escape")
        assert isinstance(pilot.app.screen, MainScreen)
    assert left.told == [True], "what was shown before is out of date"


async def test_saving_on_the_way_out_asks_about_it_too_and_then_leaves(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("one\ntwo\n")
    async with editing(views.running(tmp_path), file) as pilot:
        await changed_elsewhere(pilot, file, "escape", "s")
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, MainScreen)
    assert file.read_text() == "one\nmine two\n"


async def test_a_file_that_is_gone_can_be_written_again(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("one\n")
    async with editing(views.running(tmp_path), file) as pilot:
        file.unlink()
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ChangedElsewhere) and "Take theirs" not in text_of(pilot)
        await press(pilot, "t", "w")
        assert file.read_text() == "one\n" and isinstance(pilot.app.screen, EditorScreen)


async def test_theirs_that_is_no_text_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("one\n")
    async with editing(views.running(tmp_path), file) as pilot:
        await press(pilot, "x")
        file.write_bytes(b"\0")
        await press(pilot, "ctrl+s", "t")
        assert "It is a binary file." in said(pilot) and editor(pilot).text.text == "xone\n"


async def test_a_file_that_cannot_be_written_is_said_and_the_text_stays(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("in the way")
    async with editing(views.running(tmp_path), tmp_path / "notes.md") as pilot:
        await press(pilot, "x")
        editor(pilot).path = tmp_path / "folder" / "notes.md"
        await press(pilot, "escape", "s")
        assert "Your text is still here." in said(pilot) and editor(pilot).text.text == "x"


async def test_text_that_looks_like_markup_is_shown_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "[b]odd[i].md"
    file.write_text("# [link=x] [/nonsense] list[int]\n")
    async with editing(views.running(tmp_path), file) as pilot:
        assert "[b]odd[i].md" in head(pilot) and "[link=x] [/nonsense] list[int]" in text_of(pilot)
        await press(pilot, "x", "escape")
        assert "[b]odd[i].md" in text_of(pilot)


@pytest.mark.parametrize("size", [(80, 24), (20, 5)])
async def test_in_a_small_terminal_the_place_stays_in_view(size: tuple[int, int], tmp_path: Path) -> None:
    file = tmp_path / "a_rather_long_folder_name" / ("long_name_" * 6 + ".md")
    file.parent.mkdir()
    file.write_text("word " * 60)
    async with editing(views.running(tmp_path), file, size=size) as pilot:
        await press(pilot, "x")
        assert "● changed" in head(pilot) or size[0] < 40
        await press(pilot, "escape", "s")
    assert file.read_text() == "x" + "word " * 60 or size[0] < 40


async def test_its_keys_can_be_given_others(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("one\n")
    keys = {"editor.save": "f2", "editor.back": "f3", "unsaved.discard": "f4"}
    async with editing(views.running(tmp_path), file, preferences=Read(Settings(), keys)) as pilot:
        assert pilot.app.screen.query_one(KeyLine).render().plain.startswith(" f2 Save")
        await press(pilot, "x", "f2", "y", "f3", "f4")
        assert isinstance(pilot.app.screen, MainScreen)
    assert file.read_text() == "xone\n"


async def test_keys_that_come_before_the_editor_is_there_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("one\n")
    async with screen(views.running(tmp_path)) as pilot:
        open_editor(pilot.app, file, Left())  # type: ignore[arg-type]
        for key in ("ctrl+f", "ctrl+g", "ctrl+s", "escape"):
            await pilot.app._check_bindings(key, priority=True)
        await settle(pilot)
        assert isinstance(pilot.app.screen, EditorScreen)
