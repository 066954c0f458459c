"""A diff side by side: what stands beside what, that nothing is lost, and that it is the same diff to work with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.tui import fixture_gate as gates
from tests.tui.journeys import press, said, screen, settle, text_of
from tests.tui.test_screen_hostile import HOSTILE, harmless
from tests.tui.test_work_pictures import at_work
from tui.app import MetaApp
from tui.editing.drafts import GateDraft
from tui.lego_data import DIFF as TAB
from tui.lego_data import TABS
from tui.lines.document import diff_lines, drawn, one_diff
from tui.lines.laid import lay_out
from tui.lines.sanitize import clean
from tui.lines.side_by_side import EMPTY, WIDE, half_of, one_sided, pairs, wrap_pairs
from tui.lines.text import TextLine
from tui.loaders import changes
from tui.loaders.diff import AttemptDiff
from tui.person.settings import Read, Settings, load, settings_file
from tui.screens.lego import LegoScreen
from tui.screens.own_edits import OwnEditsScreen
from tui.widgets.colours import PLAIN
from tui.widgets.lines_view import LinesView

HEAD = ["diff --git a/a.py b/a.py", "@@ -1,9 +1,9 @@"]
ROOMY = (WIDE, 40)


def beside(*diff: str, head: list[str] = HEAD) -> list[tuple[str, str]]:
    """What stands on the left and on the right; a line across on both."""
    lines = one_diff([*head, *diff])
    return [
        ("" if old is None else lines[old].text, "" if new is None else lines[new].text)
        for old, new in list(pairs(lines))[3:]
    ]


def test_the_nth_line_taken_away_stands_beside_the_nth_that_was_added() -> None:
    assert beside(" a", "-b", "-c", "-d", "+e", "+f", " g") == [
        ("a", "a"),
        ("b", "e"),
        ("c", "f"),
        ("d", ""),
        ("g", "g"),
    ]
    assert beside("-a", "+b", "+c", " d") == [("a", "b"), ("", "c"), ("d", "d")]


def test_what_is_only_on_one_side_stands_beside_nothing() -> None:
    assert beside("+a", " b", "-c") == [("", "a"), ("b", "b"), ("c", "")]


def test_lines_of_two_files_or_places_never_stand_beside_each_other() -> None:
    assert beside("-a", *HEAD, "+b", "@@ -20 +20 @@", "-c") == [
        ("a", ""),
        ("", ""),
        ("a.py", "a.py"),
        ("", ""),
        ("", "b"),
        ("", ""),
        ("c", ""),
    ]


def test_that_a_file_ends_without_a_newline_stands_on_the_side_it_is_said_of() -> None:
    no = "\\ No newline at end of file"
    assert beside("-a", no, "+b", "+c") == [("a", "b"), (no[2:], "c")]
    assert beside("-a", "+b", no) == [("a", "b"), ("", no[2:])]
    assert beside(" a", no) == [("a", "a"), (no[2:], no[2:])]


def test_a_comment_follows_the_pair_it_is_in_and_parts_nothing() -> None:
    lines = one_diff([*HEAD, "-a", "-b", "+c", "+d"])
    said_of_a = [TextLine("why?", under=True), TextLine("really?", under=True)]
    lines[4:4] = said_of_a
    shown = [tuple(None if n is None else lines[n].text for n in pair) for pair in pairs(lines)][3:]
    assert shown == [("a", "c"), ("why?", "why?"), ("really?", "really?"), ("b", "d")]


TEXTS = ["", "a", "ab ab", "a" * 60, "書" * 40, "ab 📚 [b] " * 9, "    indented " * 6]
SIGNED = st.lists(
    st.sampled_from(
        [
            *[sign + text for sign in " -+" for text in TEXTS],
            "\\ No newline at end of file",
            "@@ -40,9 +50,9 @@ def f():",
            *HEAD,
        ]
    ),
    max_size=40,
)


@given(SIGNED)
def test_every_line_stands_once_on_each_of_its_sides_in_its_order(diff: list[str]) -> None:
    lines = one_diff([*HEAD, *diff])
    found = list(pairs(lines))
    old, new = ([one for one in side if one is not None] for side in zip(*found, strict=True))
    sides = {n: line.code.side for n, line in enumerate(lines) if line.code}
    assert [n for n in old if n in sides] == [n for n, side in sides.items() if side != "+"]
    assert [n for n in new if n in sides] == [n for n, side in sides.items() if side != "-"]
    assert old == sorted(set(old)) and new == sorted(set(new)) and set(old) | set(new) == set(range(len(lines)))
    other_sides = {(sides.get(pair.old or 0), sides.get(pair.new or 0)) for pair in found if pair.old != pair.new}
    assert not any(" " in both for both in other_sides), "what stays the same has nothing else beside it"


@given(SIGNED, st.integers(min_value=24, max_value=200))
def test_no_text_is_lost_and_no_half_is_wider_than_its_room(diff: list[str], width: int) -> None:
    lines = one_diff([*HEAD, *diff])
    halves = wrap_pairs(lines, width)
    assert len(halves.old) == len(halves.new)
    for column, other in ((halves.old, "+"), (halves.new, "-")):
        shown: dict[int, str] = {}
        for row in column:
            if row != EMPTY:
                shown[row.line] = shown.get(row.line, "") + row.text
                room = width if row.line in halves.across else half_of(width)
                assert lines[row.line].code is None or 8 + cell_len(row.text) <= room
        for number, line in enumerate(lines):
            if line.code and line.code.side != other:
                assert shown[number].replace(" ", "") == line.text.replace(" ", "")


def test_a_place_that_only_one_side_has_goes_across() -> None:
    no = "\\ No newline at end of file"
    lines = one_diff([*HEAD, "+a", "+b", no, HEAD[1], "-c", "-d", HEAD[1], "-e", "+f", HEAD[1], " g", "+h"])
    assert [lines[number].text for number in sorted(one_sided(lines))] == ["a", "b", no[2:], "c", "d"]
    halves = wrap_pairs(one_diff([*HEAD, "+" + "long words " * 12]), 160)
    assert halves.old == halves.new and len(halves.old) == 4, "in its half it would take two rows"


def test_both_of_a_pair_have_as_many_rows_and_begin_in_the_same_one() -> None:
    lines = one_diff([*HEAD, "-" + "long words " * 30, "+short", " next"])
    laid = lay_out(lines, 100, beside=True)
    old, new, after = 3, 4, 5
    assert laid.first[old] == laid.first[new] and laid.partner == {old: new}
    of_new = [row for row in laid.columns[1] if row.line == new]
    assert len(of_new) == laid.first[after] - laid.first[new] > 5
    assert [row.text for row in of_new] == ["short", *[""] * (len(of_new) - 1)], "its colour goes on beside the other"


def test_a_number_of_six_digits_costs_its_own_half_the_room_alone() -> None:
    lines = one_diff([HEAD[0], "@@ -9,2 +123456,2 @@", " " + "x" * 51])
    halves = wrap_pairs(lines, 120)
    assert [row.text for row in halves.old[-2:]] == ["x" * 51, ""] and halves.new[-1].text == "x"


def test_in_every_row_the_line_that_is_meant_is_the_new_one_or_else_the_old_one() -> None:
    laid = lay_out(one_diff([*HEAD, "-a", "-b", "+c"]), 100, beside=True)
    assert [laid.line_at(row) for row in range(len(laid))][3:] == [5, 4]
    far = lay_out(one_diff([*HEAD, *["-a"] * 100, *["+b"] * 100]), 100, beside=True)
    assert far.spans(range(0, 5)) == [(0, 4), (103, 104)] and far.spans(range(99, 103)) == [(99, 102), (199, 202)]


# On the screens

LONG = "def unused(): return 'never " + "called " * 12 + "書籍 📚'"
CHANGE = "\n".join(
    [*HEAD, " import os", "-old_name = [1]", "-" + LONG, "+new_name = [b]", " # end [/b]", *HEAD, "+second = 2"]
)


def text(pilot: Pilot[Any]) -> LinesView:
    return pilot.app.screen.query_one("#lego-text", LinesView)


def row_with(pilot: Pilot[Any], words: str) -> str:
    return next(line for line in text_of(pilot).split("\n") if words in line)


async def show_change(pilot: Pilot[Any], diff: str = CHANGE) -> LegoScreen:
    """The tab of the changes of the first LEGO, with this change in it."""
    await press(pilot, "g", "L", "enter")
    lego = pilot.app.screen
    assert isinstance(lego, LegoScreen)
    lego.sources.load = lambda *_: None
    await press(pilot, str(1 + TABS.index(TAB)))
    lego.loaded(f"diff of {lego.lego}", (drawn(AttemptDiff("s2", "code · gen #2", diff)),), "")
    await settle(pilot)
    return lego


async def test_a_key_lays_the_diff_of_a_lego_side_by_side_and_below_again(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        lego = await show_change(pilot)
        assert lego.tab == TAB and "new_name" not in row_with(pilot, "old_name")
        await press(pilot, "vertical_line")
        assert "− old_name = [1]" in row_with(pilot, "old_name") and "+ new_name = [b]" in row_with(pilot, "old_name")
        assert row_with(pilot, "import os").count("import os") == 2
        assert not lego.query_one("#lego-list").display, "the whole width is for the diff"
        await press(pilot, "vertical_line")
        assert "new_name" not in row_with(pilot, "old_name") and lego.query_one("#lego-list").display


async def test_the_choice_holds_for_every_diff_and_only_for_diffs(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        lego = await show_change(pilot)
        await press(pilot, "vertical_line", "8")
        assert lego.query_one("#lego-list").display and not lego.has_class("-beside")
        await press(pilot, "escape", "L")
        await show_change(pilot)
        assert "new_name" in row_with(pilot, "old_name")


async def test_the_choice_is_written_down_and_holds_the_next_time(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        await show_change(pilot)
        await press(pilot, "vertical_line")
        assert load().settings.diffs == "side by side"
        await press(pilot, "vertical_line")
        assert load().settings.diffs == "unified"
    async with screen(at_work(tmp_path / "again"), ROOMY, preferences=Read(Settings(diffs="side by side"))) as pilot:
        await show_change(pilot)
        assert "new_name" in row_with(pilot, "old_name")


async def test_where_it_cannot_be_written_it_holds_for_the_session_and_that_is_said(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        settings_file().parent.mkdir(parents=True, exist_ok=True)
        settings_file().write_text("theme = ")
        await show_change(pilot)
        await press(pilot, "vertical_line")
        assert "new_name" in row_with(pilot, "old_name")
        assert "This session only" in said(pilot) and "Mend it first" in said(pilot)


async def test_the_list_of_legos_comes_when_it_is_called_for(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        lego = await show_change(pilot)
        await press(pilot, "tab")
        assert pilot.app.focused is lego.query_one("#lego-list")
        await press(pilot, "vertical_line")
        assert pilot.app.focused is text(pilot) and "new_name" in row_with(pilot, "old_name")
        await press(pilot, "tab")
        assert pilot.app.focused is lego.query_one("#lego-list") and not text(pilot).is_on_screen
        await press(pilot, "tab")
        assert pilot.app.focused is text(pilot) and "new_name" in row_with(pilot, "old_name")


async def test_without_room_it_stays_below_and_the_key_says_so(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        await show_change(pilot)
        assert "| Side by side" in text_of(pilot)
        await press(pilot, "vertical_line")
        await pilot.resize_terminal(WIDE - 1, 40)
        await settle(pilot)
        assert "new_name" not in row_with(pilot, "old_name") and "Side by side" not in text_of(pilot)
        await press(pilot, "vertical_line")
        assert f"needs {WIDE} columns; this terminal has {WIDE - 1}" in said(pilot)
        await pilot.resize_terminal(WIDE, 40)
        await settle(pilot)
        assert "new_name" in row_with(pilot, "old_name"), "what was chosen still holds"


async def test_where_there_is_no_diff_the_key_says_so(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        await press(pilot, "g", "L", "enter", "8")
        assert "Side by side" not in text_of(pilot)
        await press(pilot, "vertical_line")
        assert "There is no diff here" in said(pilot)


async def test_wide_signs_move_no_column_and_brackets_stay_text(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        await show_change(pilot)
        await press(pilot, "vertical_line")
        ruler = {cell_len(line[: line.index("│")]) for line in text_of(pilot).split("\n") if line.count("│") == 1}
        assert len(ruler) == 1 and "書籍 📚" in text_of(pilot)
        assert row_with(pilot, "# end").count("# end [/b]") == 2


async def test_both_halves_have_their_colours_however_far_apart_they_are_in_the_diff(tmp_path: Path) -> None:
    run = 1000
    diff = "\n".join([*HEAD, *["-import os  # was"] * run, *["+import sys  # is"] * run])
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        await show_change(pilot, diff)
        await press(pilot, "vertical_line")
        looks = text(pilot)._drawing._colours
        (_, old), (_, new) = text(pilot)._seen()
        assert new - old == run and looks.of(old).colours and looks.of(new).colours
        assert looks.of(run // 2) is PLAIN, "what is far from view waits"


async def test_a_keymap_gives_it_another_key(tmp_path: Path) -> None:
    own = Read(Settings(), {"side_by_side": "ctrl+d"})
    async with screen(at_work(tmp_path), ROOMY, preferences=own) as pilot:
        await show_change(pilot)
        await press(pilot, "vertical_line")
        assert "new_name" not in row_with(pilot, "old_name") and "^d Side by side" in text_of(pilot)
        await press(pilot, "ctrl+d")
        assert "new_name" in row_with(pilot, "old_name")


async def test_hostile_text_does_no_harm_in_either_half(tmp_path: Path) -> None:
    texts = [clean(text).replace("\n", " ") for text in HOSTILE.values()]
    diff = "\n".join([*HEAD, *[f"-{text}" for text in texts], *[f"+{text}" for text in reversed(texts)]])
    async with screen(at_work(tmp_path), (WIDE, 60)) as pilot:
        await show_change(pilot, diff)
        await press(pilot, "vertical_line")
        shown = [line for line in text_of(pilot).split("\n") if "│" in line]
        assert len(shown) > len(texts) and harmless("\n".join(shown))
        assert len({cell_len(line[: line.index("│")]) for line in shown}) == 1
        assert {cell_len(line) for line in shown} == {WIDE}
        assert "\n".join(shown).count("[bold]not bold[/bold] [/]") == 2


async def test_your_own_edits_stand_beside_what_was_generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "load_edits", lambda folder, lego: AttemptDiff(lego, lego, CHANGE))
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp) and app.view is not None
        await app.push_screen(OwnEditsScreen(app.view, app.clock, "store", live=False))
        await settle(pilot)
        assert "new_name" not in row_with(pilot, "old_name") and "| Side by side" in text_of(pilot)
        await press(pilot, "vertical_line")
        assert "new_name" in row_with(pilot, "old_name")


async def test_the_matches_of_a_search_are_gone_through_in_the_order_of_the_rows(tmp_path: Path) -> None:
    diff = "\n".join([*HEAD, "-a hit", "-b", "-c hit", "+d", "+e hit"])
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        await show_change(pilot, diff)
        await press(pilot, "vertical_line", "slash", *"hit", "enter")
        view, found = text(pilot), []
        for _ in range(3):
            found.append(view._lines[view._match].text)
            await press(pilot, "n")
        assert found == ["a hit", "e hit", "c hit"] and view._lines[view._match].text == "a hit"
        await press(pilot, "vertical_line", "n")
        assert view._lines[view._match].text == "c hit", "below each other that is the next one"


async def test_what_is_read_stays_in_sight_when_the_form_changes(tmp_path: Path) -> None:
    diff = "\n".join([*HEAD, *[f"{'-' if n % 2 else '+'}line {n}" for n in range(2000)]])
    async with screen(at_work(tmp_path), ROOMY) as pilot:
        await show_change(pilot, diff)
        view = text(pilot)
        view.scroll_to(y=1200, animate=False, force=True)
        await settle(pilot)
        before = view._laid.line_at(view.scroll_offset.y)
        await press(pilot, "vertical_line")
        assert view._place(before)[0] - view.scroll_offset.y in range(3)
        await press(pilot, "vertical_line")
        assert view._laid.line_at(view.scroll_offset.y) in range(before - 2, before + 1)


@pytest.mark.parametrize("size", [(200, 60), (WIDE, 30)])
async def test_at_a_gate_both_versions_stand_beside_each_other(size: tuple[int, int], tmp_path: Path) -> None:
    async with screen(gates.gate_with_a_past(tmp_path), size) as pilot:
        await press(pilot, "a", "3", "vertical_line")
        row = row_with(pilot, "an [error]")
        assert row.index("−  | R-003") < row.index("+  | R-003")
        assert "−  - No accounts." in row_with(pilot, "- No accounts: one person")
        assert not pilot.app.screen.query_one("#evidence").display
        await press(pilot, "tab")
        assert pilot.app.screen.query_one("#evidence").display
        await press(pilot, "tab", "2")
        assert pilot.app.screen.query_one("#evidence").display, "beside the raw text there is room for the checks"


async def test_a_comment_on_a_pair_is_on_the_new_line_and_stays_there_in_both_forms(tmp_path: Path) -> None:
    async with screen(gates.gate_with_a_past(tmp_path), (200, 60)) as pilot:
        await press(pilot, "a", "3", "vertical_line", "j", "j", "j", "j")
        view = pilot.app.screen.query_one("#text", LinesView)
        assert view.cursor.endswith("9") and "-" not in view.cursor.rpartition(":")[2]
        await press(pilot, "c", *"why?", "ctrl+r")
        shown = text_of(pilot).split("\n")
        at = next(n for n, line in enumerate(shown) if "┃ why?" in line)
        assert "an [error]" in shown[at - 1] and "refused with exit code 2" in shown[at - 1]
        await press(pilot, "vertical_line")
        shown = text_of(pilot).split("\n")
        at = next(n for n, line in enumerate(shown) if "      ┃ why?" in line)
        assert "refused with exit code 2" in shown[at - 1] and "an [error]" in shown[at - 2]
        draft = getattr(pilot.app.screen, "draft", GateDraft())
        assert [(one.spot.line, one.text) for one in draft.comments] == [(9, "why?")]


async def test_the_cursor_goes_down_row_by_row_and_stands_on_what_is_only_old_too(tmp_path: Path) -> None:
    async with screen(gates.gate_with_a_past(tmp_path), (200, 60)) as pilot:
        await press(pilot, "a", "3", "vertical_line", "G")
        view = pilot.app.screen.query_one("#text", LinesView)
        assert view._lines[view._keyed[view.cursor]].text == "- No colours."
        await press(pilot, "k")
        assert view._lines[view._keyed[view.cursor]].text.startswith("- No accounts: one person")
        await press(pilot, "vertical_line", "k", "k")
        assert view._lines[view._keyed[view.cursor]].text == "- No accounts."
        await press(pilot, "vertical_line")
        assert view._lines[view._keyed[view.cursor]].text.startswith("- No accounts: one person"), "its pair"


def test_titles_of_attempts_go_across() -> None:
    lines = diff_lines([drawn(AttemptDiff("s1", "code · gen #1", CHANGE))], {"s1"})
    halves = wrap_pairs(lines, 100)
    assert halves.old[0] == halves.new[0] and halves.old[0].text == "code · gen #1"
