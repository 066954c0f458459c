"""What is typed and not saved is there when the file is opened again, whatever became of the app; and no longer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import TextArea

from tests.tui import fixture_views as views
from tests.tui.journeys import press, said, screen, settle, text_of
from tui.editing.keeping_text import Keeper
from tui.editing.unsaved_text import Draft, digest
from tui.launch import Launch
from tui.loaders.unsaved_text import draft_place, drafts_folder, load, save
from tui.person.settings import Read, Settings
from tui.screens.editor import EditorScreen, open_editor
from tui.screens.intent import IntentScreen
from tui.screens.unsaved import ChangedElsewhere
from tui.screens.welcome import WelcomeScreen
from tui.widgets.draft_note import DraftNote
from tui.widgets.key_line import KeyLine

INTENT = "# Log\n\n## What it is for\n\nFor my books.\n\n## What it must do\n\nKeep them.\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of one line."""
    found = tmp_path / "notes.md"
    found.write_text("one\n")
    return found


def typed(file: Path, text: str, begun_from: bytes | None = b"one\n") -> None:
    """What an app that was killed left."""
    save(Draft(file, text, digest(begun_from), views.NOW - 60))


def drafts() -> list[str]:
    """The texts of all that is kept."""
    return [one.read_text().partition("\n")[2] for one in drafts_folder().glob("*")]


@asynccontextmanager
async def editing(file: Path, *keys: str, **more: Any) -> AsyncIterator[Pilot[Any]]:
    """The file in the editor, and keys."""
    left = more.pop("left", None) or (lambda _: None)
    look_only = more.pop("look_only", False)
    async with screen(None, **more) as pilot:
        open_editor(pilot.app, file, left, look_only=look_only)  # type: ignore[arg-type]
        await settle(pilot)
        await press(pilot, *keys)
        yield pilot


@asynccontextmanager
async def writing(folder: Path, *keys: str) -> AsyncIterator[Pilot[Any]]:
    """The intent of that folder, and keys."""
    async with screen(None) as pilot:
        pilot.app.push_screen(IntentScreen(folder))
        await settle(pilot)
        await press(pilot, *keys)
        yield pilot


def text_in(pilot: Pilot[Any]) -> str:
    """What stands in the text area."""
    return pilot.app.screen.query_one(TextArea).text


def note(pilot: Pilot[Any]) -> str:
    """The line above the text; "" where there is none."""
    shown = pilot.app.screen.query_one(DraftNote)
    return str(shown.render()) if shown.display else ""


def shows(pilot: Pilot[Any], kind: type[Screen[Any]]) -> bool:
    """Whether such a screen is in view."""
    return isinstance(pilot.app.screen, kind)


# The editor


async def test_what_was_typed_is_there_again_and_saving_ends_it(file: Path) -> None:
    async with editing(file, *"my ") as pilot:
        assert drafts() == ["my one\n"] and file.read_text() == "one\n" and note(pilot) == ""
    assert drafts() == ["my one\n"], "an app that ends without a word, as one whose terminal is lost, keeps it"
    async with editing(file) as pilot:
        assert text_in(pilot) == "my one\n" and "● changed" in text_of(pilot)
        assert re.match(r"Typed \d{4}-\d\d-\d\d \d\d:\d\d and not saved\. \^l takes the file as it is\.", note(pilot))
        await press(pilot, "ctrl+s")
        assert file.read_text() == "my one\n" and note(pilot) == "" and drafts() == []
    async with editing(file) as pilot:
        assert text_in(pilot) == "my one\n" and note(pilot) == ""


async def test_the_file_can_be_taken_instead_and_undo_brings_back_what_was_typed(file: Path) -> None:
    typed(file, "mine\n")
    left: list[bool] = []
    async with editing(file, "ctrl+l", left=left.append) as pilot:
        assert text_in(pilot) == "one\n" and note(pilot) == "" and drafts() == []
        await press(pilot, "ctrl+z")
        assert text_in(pilot) == "mine\n" and drafts() == ["mine\n"]
        await press(pilot, "ctrl+y", "ctrl+l", "escape")
        assert isinstance(pilot.app.screen, WelcomeScreen) and left == [False]
    assert drafts() == [] and file.read_text() == "one\n"


async def test_to_leave_without_saving_gives_it_up(file: Path) -> None:
    typed(file, "mine\n")
    async with editing(file, *"x", "escape") as pilot:
        assert drafts() == ["xmine\n"], "nothing is given up while it is asked about"
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, WelcomeScreen)
    assert drafts() == [] and file.read_text() == "one\n"


async def test_what_is_taken_back_by_hand_is_kept_no_longer(file: Path) -> None:
    async with editing(file, "x", "backspace"):
        assert drafts() == []


async def test_a_file_that_changed_since_is_never_written_over_without_a_word(file: Path) -> None:
    typed(file, "mine\n")
    file.write_text("theirs\n")
    async with editing(file) as pilot:
        assert text_in(pilot) == "mine\n" and "since then the file was changed" in note(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ChangedElsewhere) and file.read_text() == "theirs\n"
        await press(pilot, "escape", *"x")
    async with editing(file) as pilot:
        assert text_in(pilot) == "xmine\n" and "since then the file was changed" in note(pilot), "it is still so"
        await press(pilot, "ctrl+s", "t")
        assert text_in(pilot) == "theirs\n" and note(pilot) == "" and drafts() == []
        await press(pilot, "ctrl+z", "ctrl+s")
    assert file.read_text() == "xmine\n" and drafts() == []


@pytest.mark.parametrize("now", [None, "theirs\n"])
async def test_a_file_that_came_or_went_since_is_told_apart(now: str | None, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    typed(file, "mine\n", b"one\n" if now is None else None)
    if now is not None:
        file.write_text(now)
    async with editing(file) as pilot:
        assert f"the file is {'gone' if now is None else 'there now'}" in note(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ChangedElsewhere)
        await press(pilot, "escape", "ctrl+l")
        assert text_in(pilot) == (now or "") and drafts() == []
        assert ("new" in text_of(pilot).splitlines()[0]) == (now is None)


async def test_a_file_that_was_never_saved_is_there_again(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "change_request.md"
    async with editing(file, *"hot"):
        assert not file.parent.exists()
    async with editing(file) as pilot:
        assert text_in(pilot) == "hot" and "since" not in note(pilot)
        await press(pilot, "ctrl+s")
    assert file.read_text() == "hot" and drafts() == []


async def test_a_draft_that_was_saved_by_then_goes_without_a_word(file: Path) -> None:
    typed(file, "mine\n")
    file.write_text("mine\n")
    async with editing(file) as pilot:
        assert note(pilot) == "" and "changed" not in text_of(pilot) and drafts() == []


async def test_lines_keep_their_ends(file: Path) -> None:
    file.write_bytes(b"one\r\ntwo\r\n")
    async with editing(file, "x"):
        pass
    async with editing(file, "ctrl+s"):
        assert file.read_bytes() == b"xone\r\ntwo\r\n"


async def test_what_is_only_read_has_no_draft(file: Path) -> None:
    typed(file, "mine\n")
    async with editing(file, "x", look_only=True) as pilot:
        assert text_in(pilot) == "one\n" and note(pilot) == ""
    assert drafts() == ["mine\n"]


async def test_a_file_that_is_no_draft_is_put_aside_and_said(file: Path) -> None:
    place = draft_place(file)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"\xff\xfe half")
    async with editing(file, "x") as pilot:
        assert text_in(pilot) == "xone\n" and note(pilot) == ""
        assert "its first line is not that of a draft" in said(pilot)
    assert place.with_suffix(".unread").read_bytes() == b"\xff\xfe half" and load(file) is not None


async def test_where_nothing_can_be_kept_that_is_said_once(file: Path, own_folders: Path) -> None:
    async with editing(file) as pilot:
        (own_folders / "state").mkdir(exist_ok=True)
        (own_folders / "state" / "meta-orchestrator").write_text("in the way")
        await press(pilot, *"abc")
        assert said(pilot).count("nowhere but on the screen") == 1 and text_in(pilot) == "abcone\n"
        await press(pilot, "ctrl+s")
    assert file.read_text() == "abcone\n"


async def test_a_file_that_cannot_be_read_is_not_taken(file: Path) -> None:
    typed(file, "mine\n")
    async with editing(file) as pilot:
        file.unlink()
        file.mkdir()
        await press(pilot, "ctrl+l")
        assert "Not read" in said(pilot) and text_in(pilot) == "mine\n"


async def test_the_key_is_named_as_the_person_gave_it_and_is_there_only_for_a_draft(file: Path) -> None:
    typed(file, "mine\n")
    async with editing(file, preferences=Read(Settings(), {"editor.take_file": "f5"})) as pilot:
        assert "f5 takes the file" in note(pilot)
        assert "f5 Take the file" in pilot.app.screen.query_one(KeyLine).render().plain
        await press(pilot, "f5")
        assert text_in(pilot) == "one\n"
        assert "Take the file" not in pilot.app.screen.query_one(KeyLine).render().plain


# The intent


async def test_an_intent_is_there_again_and_keeping_it_ends_the_draft(tmp_path: Path) -> None:
    async with writing(tmp_path / "app", *"Log"):
        pass
    assert len(drafts()) == 1 and not (tmp_path / "app").exists()
    async with writing(tmp_path / "app") as pilot:
        assert text_in(pilot).startswith("# Log\n") and "^l takes the file" in note(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WelcomeScreen)
    assert (tmp_path / "app" / "app_intent.md").read_text().startswith("# Log\n") and drafts() == []


async def test_an_intent_can_be_taken_as_it_is_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "app_intent.md").write_text(INTENT)
    async with writing(tmp_path, *" of books"):
        pass
    async with writing(tmp_path) as pilot:
        assert text_in(pilot).startswith("# Log of books\n")
        await press(pilot, "ctrl+l")
        assert text_in(pilot) == INTENT and note(pilot) == "" and drafts() == []
        await press(pilot, "ctrl+z")
        assert text_in(pilot).startswith("# Log of books\n") and len(drafts()) == 1


@pytest.mark.parametrize("key", ["w", "t", "escape"])
async def test_an_intent_that_changed_since_is_asked_about(key: str, tmp_path: Path) -> None:
    intent = tmp_path / "app_intent.md"
    intent.write_text(INTENT)
    async with writing(tmp_path, *" of books"):
        pass
    intent.write_text("# Theirs\n\nA text.\n")
    async with writing(tmp_path) as pilot:
        assert "since then the file was changed" in note(pilot)
        await press(pilot, "escape")
        assert shows(pilot, ChangedElsewhere) and intent.read_text().startswith("# Theirs")
        await press(pilot, key)
        assert shows(pilot, WelcomeScreen if key == "w" else IntentScreen)
        if key != "w":
            assert text_in(pilot).startswith("# Theirs" if key == "t" else "# Log of books")
    assert intent.read_text().startswith("# Log of books" if key == "w" else "# Theirs")
    assert len(drafts()) == (key == "escape")


async def test_an_intent_that_is_changed_while_it_is_written_is_asked_about_before_the_work_begins(
    tmp_path: Path,
) -> None:
    intent = tmp_path / "app_intent.md"
    intent.write_text(INTENT + "word " * 60)
    async with writing(tmp_path, "x") as pilot:
        intent.write_text("# Theirs\n")
        await press(pilot, "ctrl+r")
        assert isinstance(pilot.app.screen, ChangedElsewhere) and intent.read_text() == "# Theirs\n"
        await press(pilot, "w")
        assert pilot.app.return_value == Launch("new", tmp_path)
    assert intent.read_text().startswith("# Logx\n") and drafts() == []


async def test_going_on_in_an_editor_hands_the_draft_over(tmp_path: Path) -> None:
    async with writing(tmp_path, *"Log", "ctrl+o") as pilot:
        assert isinstance(pilot.app.screen, EditorScreen) and note(pilot) == "" and drafts() == []
        await press(pilot, "end", "x")
    async with writing(tmp_path) as pilot:
        assert text_in(pilot).startswith("# Logx\n") and "not saved" in note(pilot)


async def test_two_screens_on_one_file_do_not_remove_each_others_draft(file: Path) -> None:
    async with editing(file, "x") as pilot:
        other = Keeper(pilot.app, file)  # type: ignore[arg-type]
        other.keep("of another page", digest(b"one\n"))
        await settle(pilot)
        await press(pilot, "ctrl+s")
        assert drafts() == ["of another page"]
