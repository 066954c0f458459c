"""At a place of a conflict one key takes the new lines and one goes back, capitals do so in the file: no editor."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.conflicts import conflicts_ref
from engine.git import Repository
from tests.tui import fixture_change as given
from tests.tui import fixture_views as views
from tests.tui.fixture_gate import queue_of_two
from tests.tui.journeys import decisions, press, press_when_calm, said, screen, text_of
from tui.palette import commands_of
from tui.read_model import WorkspaceView
from tui.screens.approval import ApprovalScreen
from tui.widgets.key_line import KeyLine

STEW, PHOTO = "dishes/[stew].md", "dishes/photo.png"
YOURS = "# Stew\n\nAdd [b]cold[/b] broth.\n\nCook.\n\n"
NEW = "# Stew\n\nAdd hot broth.\nStir; 書籍も含む.\n\nCook.\n\nServe it hot.\n"


def with_both_sides(folder: Path) -> WorkspaceView:
    """The person's lines stand, and the new ones lie in git."""
    view = given.conflicting(folder)
    both = {"yours": (YOURS.encode(), b"\0mine"), "new": (NEW.encode(), b"\0new")}
    files = {
        f"{side}/{path}": data for side, pair in both.items() for path, data in zip((STEW, PHOTO), pair, strict=True)
    }
    Repository.init(folder).commit_files(None, dict(files), "both", ref=conflicts_ref("requirements"))
    (folder / "dishes").mkdir()
    (folder / STEW).write_text(YOURS)
    (folder / PHOTO).write_bytes(b"\0mine")
    return view


FIRST, SECOND = "Add hot broth.\nStir; 書籍も含む.\n", "Serve it hot.\n"
"""The new lines of the two places."""
COLD = "Add [b]cold[/b] broth.\n"


async def test_t_takes_the_new_lines_at_one_place_and_y_goes_back_there(tmp_path: Path) -> None:
    async with screen(with_both_sides(tmp_path)) as pilot:
        await press(pilot, "a")
        assert text_of(pilot).count("your lines stand") == 4, "two files, and the places of one"
        await press(pilot, "t")
        assert (tmp_path / STEW).read_text() == YOURS.replace(COLD, FIRST)
        assert f"{STEW}, place 1: the new lines stand now" in said(pilot)
        assert "1 yours · 1 new" in text_of(pilot) and text_of(pilot).count("the new lines stand") == 1
        await press(pilot, "j", "t")
        assert (tmp_path / STEW).read_text() == NEW and "1 yours" not in text_of(pilot)
        await press(pilot, "k", "y")
        assert (tmp_path / STEW).read_text() == NEW.replace(FIRST, COLD)
        await press(pilot, "j", "y")
        assert (tmp_path / STEW).read_text() == YOURS
        assert "the new lines stand" not in text_of(pilot)


async def test_capitals_take_the_whole_file_from_any_of_its_places(tmp_path: Path) -> None:
    async with screen(with_both_sides(tmp_path)) as pilot:
        await press(pilot, "a", "j", "T")
        assert (tmp_path / STEW).read_text() == NEW and f"{STEW}: the new lines stand now" in said(pilot)
        assert text_of(pilot).count("the new lines stand") == 3
        assert (tmp_path / PHOTO).read_bytes() == b"\0mine"
        await press(pilot, "Y")
        assert (tmp_path / STEW).read_text() == YOURS


async def test_it_is_the_file_under_the_cursor_and_the_reader_stays_there(tmp_path: Path) -> None:
    async with screen(with_both_sides(tmp_path)) as pilot:
        await press(pilot, "a", "j", "j", "t")
        assert (tmp_path / PHOTO).read_bytes() == b"\0new" and (tmp_path / STEW).read_text() == YOURS
        await press(pilot, "y")
        assert (tmp_path / PHOTO).read_bytes() == b"\0mine"


async def test_other_edits_in_the_file_stay(tmp_path: Path) -> None:
    view = with_both_sides(tmp_path)
    (tmp_path / STEW).write_text(YOURS.replace("# Stew", "# My stew\n\nBy me."))
    async with screen(view) as pilot:
        await press(pilot, "a", "t")
        assert (tmp_path / STEW).read_text() == YOURS.replace("# Stew", "# My stew\n\nBy me.").replace(COLD, FIRST)
        await press(pilot, "T")
        assert (tmp_path / STEW).read_text() == NEW.replace("# Stew", "# My stew\n\nBy me.")


async def test_a_place_that_was_brought_together_by_hand_is_said_and_not_replaced(tmp_path: Path) -> None:
    view = with_both_sides(tmp_path)
    by_hand = YOURS.replace("cold", "cold, then hot")
    (tmp_path / STEW).write_text(by_hand)
    async with screen(view) as pilot:
        await press(pilot, "a")
        assert "edited by hand" in text_of(pilot) and "1 yours · 1 edited by hand" in text_of(pilot)
        await press(pilot, "t")
        assert "Nothing was written" in said(pilot) and "place 1: these lines" in said(pilot)
        assert (tmp_path / STEW).read_text() == by_hand
        await press(pilot, "j", "t")
        assert (tmp_path / STEW).read_text() == by_hand + SECOND, "the other place is taken all the same"


async def test_after_taking_lines_an_approval_waits_until_they_can_have_been_read(tmp_path: Path) -> None:
    async with screen(with_both_sides(tmp_path)) as pilot:
        await press_when_calm(pilot, "a", "t")
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, ApprovalScreen) and decisions(tmp_path) == {}
        await press_when_calm(pilot, "a")
        assert decisions(tmp_path)["requirements"]["decision"] == "approve"


async def test_versions_that_were_not_kept_are_said_and_nothing_is_written(tmp_path: Path) -> None:
    view = with_both_sides(tmp_path)
    Repository(tmp_path).delete_ref(conflicts_ref("requirements"))
    async with screen(view) as pilot:
        await press(pilot, "a", "t")
        assert "Nothing was written" in said(pilot) and "Edit the file instead" in said(pilot)
        assert (tmp_path / STEW).read_text() == YOURS


async def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    view = with_both_sides(tmp_path)
    (tmp_path / STEW).unlink()
    (tmp_path / STEW).mkdir()
    async with screen(view) as pilot:
        await press(pilot, "a", "t")
        assert "it cannot be" in said(pilot)


async def test_e_opens_the_file_under_the_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr("tui.screens.approval.edit_file", lambda app, path, left: opened.append(path))
    async with screen(with_both_sides(tmp_path)) as pilot:
        await press(pilot, "a", "j", "j", "e", "2", "e")
        assert opened == [tmp_path / PHOTO, tmp_path / "requirements.md"]


async def test_the_keys_stand_in_the_footer_only_where_the_sides_are_seen(tmp_path: Path) -> None:
    async with screen(with_both_sides(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "a")
        shown = pilot.app.screen.query_one(KeyLine).render().plain
        assert "t Take new" in shown and "y Yours" in shown and "s Stop" in shown and "? Help" in shown
        await press(pilot, "2")
        assert "Take new" not in pilot.app.screen.query_one(KeyLine).render().plain
        await press(pilot, "t", "T")
        assert (tmp_path / STEW).read_text() == YOURS


async def test_all_four_are_in_the_help_and_the_palette(tmp_path: Path) -> None:
    async with screen(with_both_sides(tmp_path), size=(120, 70)) as pilot:
        await press(pilot, "a")
        offered = {command.title: command.help for command in commands_of(pilot.app.screen)}
        assert [offered[name][-3:] for name in ("Take new", "Yours", "All new", "All yours")] == [
            "(t)",
            "(y)",
            "(T)",
            "(Y)",
        ]
        await press(pilot, "question_mark")
        assert "Take the new lines in the whole file of the conflict" in text_of(pilot)


async def test_without_a_conflict_there_are_no_such_keys(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a", "t")
        assert "Take new" not in pilot.app.screen.query_one(KeyLine).render().plain and said(pilot) == ""


async def test_at_80_columns_the_keys_that_are_needed_most_have_room(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "a")
        shown = " ".join(pilot.app.screen.query_one(KeyLine).render().plain.split())
        assert shown == "a Approve r Revise c Comment s Stop m View tab Checks esc Later ? Help"


async def test_a_next_question_and_a_next_file_are_named_where_there_is_one(tmp_path: Path) -> None:
    view = queue_of_two(tmp_path)
    (first, second), files = view.waiting, (("requirements.md", "0" * 40), ("second.md", "0" * 40))
    async with screen(view._replace(waiting=(first._replace(about=files), second)), size=(80, 24)) as pilot:
        await press(pilot, "a")
        shown = " ".join(pilot.app.screen.query_one(KeyLine).render().plain.split())
        assert shown == "a Approve r Revise c Comment s Stop m View f Next file n Next ? Help"
    async with screen(views.waiting(tmp_path), size=(160, 24)) as pilot:
        await press(pilot, "a")
        shown = " ".join(pilot.app.screen.query_one(KeyLine).render().plain.split())
        assert "Next" not in shown and shown.endswith("/ Search e Edit ? Help")
