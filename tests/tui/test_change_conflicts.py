"""Where a session and a person changed the same lines, the dialog shows both, and says what each answer means."""

from __future__ import annotations

from pathlib import Path

from engine.conflict_places import Hunk, hunks
from engine.conflicts import Stands
from engine.git.merging import merge_texts
from tests.tui import fixture_change as given
from tests.tui.journeys import Reader, decisions, press, press_when_calm, screen, settle, text_of
from tui.app import MetaApp
from tui.editing.drafts import GateDraft
from tui.screens.approval import CONFLICTS, ApprovalScreen
from tui.words.conflicts import conflict_lines


def test_what_git_marked_is_read_as_three_versions() -> None:
    merged = merge_texts(b"a\nb\nc\n", b"a\nmine\nc\n", b"a\nnew 1\nnew 2\nc\n")
    assert hunks(merged.conflicts) == [Hunk(("mine",), ("b",), ("new 1", "new 2"))]


def test_two_places_are_two_hunks_and_lines_that_are_gone_are_none() -> None:
    middle = b"1\n2\n3\n4\n5\n6\n7\n8\n"
    merged = merge_texts(b"a\n" + middle + b"b\n", b"mine\n" + middle, b"new\n" + middle + b"new b\n")
    assert hunks(merged.conflicts) == [Hunk(("mine",), ("a",), ("new",)), Hunk((), ("b",), ("new b",))]


def test_a_ruler_in_the_new_lines_is_a_line_like_others() -> None:
    text = "<<<<<<< yours\nmine\n||||||| as it was generated\nb\n=======\nnew\n=======\n>>>>>>> new\n"
    assert hunks(text) == [Hunk(("mine",), ("b",), ("new", "======="))]


def test_what_has_no_lines_is_said_as_it_is() -> None:
    assert hunks("you deleted this file; the new work has it again, changed\n") == [
        Hunk(said="you deleted this file; the new work has it again, changed")
    ]


def test_escape_sequences_are_taken_out_and_brackets_stay() -> None:
    shown = conflict_lines(
        [("[a].md", "<<<<<<< yours\n\x1b[31mred\x1b[0m [b]\n||||||| as it was generated\n")], GateDraft()
    )
    assert all("\x1b" not in line.text for line in shown.lines)
    assert any(line.text == "[a].md" for line in shown.lines)


def test_a_heading_has_the_sum_of_its_places_and_each_place_what_stands_there() -> None:
    place = "<<<<<<< yours\nmine\n||||||| as it was generated\nb\n=======\nnew\n>>>>>>> new\n"
    standing = {"a.md": Stands("edited", ("new", "edited", "new", "unclear"))}
    shown = conflict_lines([("a.md", place * 4)], GateDraft(), standing)
    notes = {line.text: line.note for line in shown.lines if line.note}
    assert notes["a.md"] == "2 new · 1 edited by hand · 1 unclear"
    assert [notes[f"place {number}"] for number in range(1, 5)] == [
        "the new lines stand",
        "edited by hand",
        "the new lines stand",
        "looks like another place of the file",
    ]


async def test_conflicts_come_first_and_say_what_an_answer_means(tmp_path: Path) -> None:
    async with screen(given.conflicting(tmp_path)) as pilot:
        await press(pilot, "a")
        text = text_of(pilot)
        assert "0 conflicts 1 rendered 2 raw 3 diff" in text
        for words in (
            "Add [b]cold[/b] broth.",
            "Add hot broth.",
            "(no lines)",
            "dishes/[stew].md",
            "and it is no text",
        ):
            assert words in text
        assert "approve: what stands now stays" in text and "revise: it goes back with your words" in text


async def test_the_other_views_keep_their_digits_and_m_goes_round_all_four(tmp_path: Path) -> None:
    async with screen(given.conflicting(tmp_path)) as pilot:
        await press(pilot, "a")
        gate = pilot.app.screen
        assert isinstance(gate, ApprovalScreen)
        for key, expected in (("2", 1), ("0", CONFLICTS), ("m", 0), ("m", 1), ("m", 2), ("m", CONFLICTS)):
            await press(pilot, key)
            assert gate.shown_as == expected, key


async def test_approve_keeps_the_person_s_lines(tmp_path: Path) -> None:
    async with screen(given.conflicting(tmp_path)) as pilot:
        await press(pilot, "a", "a")
        assert isinstance(pilot.app.screen, ApprovalScreen), "too early"
        await press_when_calm(pilot, "a")
        assert decisions(tmp_path)["requirements"]["decision"] == "approve"


async def test_a_comment_on_one_place_goes_back_with_the_work(tmp_path: Path) -> None:
    async with screen(given.conflicting(tmp_path)) as pilot:
        await press(pilot, "a", "j")
        await press_when_calm(pilot, "c")
        await press(pilot, *"cold", "ctrl+r")
        assert "┃ cold" in text_of(pilot)
        await press_when_calm(pilot, "r")
        await press(pilot, "ctrl+r")
        (sent,) = decisions(tmp_path)["requirements"]["comments"]
        assert (sent["file"], sent["text"], sent["quote"]) == ("dishes/[stew].md", "cold", "Serve it hot.")


async def test_where_no_conflict_is_left_its_tab_is_gone(tmp_path: Path) -> None:
    view = given.conflicting(tmp_path)
    reader = Reader(view)
    async with screen(view, reader=reader) as pilot:
        await press(pilot, "a")
        step = view.step("requirements")
        assert step is not None and isinstance(pilot.app, MetaApp)
        solved = view.phases[3]._replace(steps=(step._replace(conflicts=()),))
        asked = view.waiting[0]._replace(round=2)
        reader.view = view._replace(phases=(*view.phases[:3], solved, *view.phases[4:]), waiting=(asked,))
        pilot.app.look()
        await settle(pilot)
        assert "conflicts" not in text_of(pilot) and "1 rendered 2 raw 3 diff" in text_of(pilot)
        await press(pilot, "0")
        gate = pilot.app.screen
        assert isinstance(gate, ApprovalScreen) and gate.shown_as == 0
