"""In a diff a line and the one that replaces it show which words changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot

from tests.tui import fixture_gate as given
from tests.tui.journeys import press, screen, settle
from tests.tui.test_themes import contrast
from tui.lines.changed_words import changed_words
from tui.lines.code_colours import LONGEST
from tui.lines.document import one_diff
from tui.lines.laid import lay_out
from tui.person.themes import DARK, LIGHT
from tui.widgets.lines_view import LinesView

HEAD = ["diff --git a/src/a.py b/src/a.py", "@@ -1,9 +1,9 @@"]


def marked(*diff: str, head: Sequence[str] = HEAD) -> list[tuple[str, list[str]]]:
    """The changed lines of a diff, each with its marked words."""
    lines = one_diff([*head, *diff])
    found = changed_words(lines, 0, len(lines) - 1)
    return [
        (line.code.side + line.text, [line.text[a:b] for a, b, _ in found.get(n, ())])
        for n, line in enumerate(lines)
        if line.code and line.code.side != " "
    ]


def words(*diff: str) -> list[list[str]]:
    return [found for _, found in marked(*diff)]


def test_words_that_only_one_side_has_are_marked_on_it() -> None:
    assert words("-    return Store(old)", "+    return Store(new, size)") == [["old"], ["new, size"]]
    assert words("-a line of prose with nothing new", "+a line of prose with something new") == [
        ["nothing"],
        ["something"],
    ]


def test_a_word_that_was_only_added_marks_nothing_on_the_old_line() -> None:
    assert words("-def put(self):", "+def put(self) -> int:") == [[], [" -> int"]]


def test_words_beside_each_other_are_one_mark_and_indentation_counts() -> None:
    assert words("-the cat sat on the warm mat today", "+the cat lay down on the warm mat today") == [
        ["sat"],
        ["lay down"],
    ]
    assert words("-  value = 1", "+    value = 1") == [["  "], ["    "]]


def test_each_sign_of_a_language_without_spaces_is_a_word() -> None:
    assert words("-書籍も含む本", "+書籍を含む本") == [["も"], ["を"]]


def test_lines_with_little_in_common_are_not_marked() -> None:
    assert words("-totally other words", "+nothing like these") == [[], []]
    assert words("-", "+new") == words("-old", "+") == [[], []]


def test_each_line_is_compared_with_the_one_that_is_most_like_it_in_order() -> None:
    assert marked("-def f(a, b):", "-    go(a, b)", "+# a new comment", "+def f(a, c):", "+    go(a, c)") == [
        ("-def f(a, b):", ["b"]),
        ("-    go(a, b)", ["b"]),
        ("+# a new comment", []),
        ("+def f(a, c):", ["c"]),
        ("+    go(a, c)", ["c"]),
    ]


def test_only_added_lines_right_after_those_taken_away_replace_them() -> None:
    assert words("-value = one", " between", "+value = two") == [[], []]
    assert words("+value = two", "-value = one") == [[], []]
    other = ["diff --git a/src/b.py b/src/b.py", "@@ -1 +1 @@"]
    assert words("-value = one", *other, "+value = two") == [[], []], "another file"


def test_a_note_between_two_lines_of_a_diff_does_not_part_them() -> None:
    lines = one_diff([*HEAD, "-value = one", "\\ No newline at end of file", "+value = two"])
    assert len(changed_words(lines, 0, len(lines) - 1)) == 2


def test_nobody_wrote_so_long_a_line_to_be_read() -> None:
    long = "word " * (LONGEST // 5 + 1)
    assert words(f"-{long}old", f"+{long}new") == [[], []]


def test_a_large_rewrite_is_left_alone() -> None:
    assert not any(words(*(f"-value = {n}" for n in range(60)), *(f"+value = {n}0" for n in range(60))))


def test_only_lines_that_are_asked_for_are_told_and_a_run_is_never_cut() -> None:
    change = ["-value = one", "-other = one", "+value = two", "+other = two", " between"]
    lines = one_diff([*HEAD, *(change * 2_000)])
    assert lines[5_003].text == "value = one"
    assert sorted(changed_words(lines, 5_003, 5_003)) == [5_003]
    assert changed_words(lines, 5_003, 5_003)[5_003] == changed_words(lines, 5_003, 5_010)[5_003]


def beside(*diff: str) -> dict[str, list[str]]:
    """The lines with their marked words when the sides of the diff stand beside each other."""
    lines = one_diff([*HEAD, *diff])
    found = changed_words(lines, 0, len(lines) - 1, lay_out(lines, 150, beside=True).partner)
    return {lines[n].text: [lines[n].text[a:b] for a, b, _ in spans] for n, spans in found.items()}


def test_side_by_side_a_line_is_compared_with_the_one_shown_beside_it_even_where_another_is_more_like_it() -> None:
    run = ["-value = one", "+value = two", "+value = one more"]
    assert words(*run) == [[], [], [" more"]]
    assert beside(*run) == {"value = one": ["one"], "value = two": ["two"]}


def test_side_by_side_a_line_beside_one_with_little_in_common_has_no_marks() -> None:
    run = ["-def f(a, b):", "-    go(a, b)", "+# a new comment", "+def f(a, c):", "+    go(a, c)"]
    assert beside(*run) == {}


def test_side_by_side_a_long_run_is_marked_where_it_is_looked_at() -> None:
    lines = one_diff([*HEAD, *(f"-value = {n}" for n in range(2_000)), *(f"+value = {n}0" for n in range(2_000))])
    partner = lay_out(lines, 150, beside=True).partner
    (old,) = changed_words(lines, 1_000, 1_000, partner)
    assert old == 1_000 and set(changed_words(lines, partner[old], partner[old], partner)) == {partner[old]}


RUN = st.lists(st.lists(st.sampled_from(["a", "b", "cc"]), max_size=3).map(" ".join), max_size=4)


@settings(deadline=None)
@given_any(st.lists(st.tuples(RUN, RUN), max_size=3))
def test_whatever_the_runs_only_lines_with_a_partner_are_marked_and_as_if_both_were_alone(
    runs: list[tuple[list[str], list[str]]],
) -> None:
    rows = [row for old, new in runs for row in (*(f"-{x}" for x in old), *(f"+{x}" for x in new), " between")]
    lines = one_diff([*HEAD, *rows])
    laid = lay_out(lines, 150, beside=True)
    found = changed_words(lines, 0, len(lines) - 1, laid.partner)
    assert set(found) <= {number for pair in laid.partner.items() for number in pair}
    for old, new in laid.partner.items():
        alone = words(f"-{lines[old].text}", f"+{lines[new].text}")
        assert [[lines[n].text[a:b] for a, b, _ in found.get(n, ())] for n in (old, new)] == alone


async def test_the_marks_follow_the_way_a_diff_is_laid_out(tmp_path: Path) -> None:
    view = LinesView()
    lines = one_diff([*HEAD, "-value = one", "+value = two", "+value = one more"])
    old = next(n for n, line in enumerate(lines) if line.text == "value = one")

    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await pilot.app.screen.mount(view)
        view.show(lines)
        for beside, changed in ((False, ["", "", " more"]), (True, ["one", "two", ""]), (False, ["", "", " more"])):
            view.lay_beside(beside)
            await settle(pilot)
            looks = [view._drawing._colours.of(n) for n in range(old, old + 3)]
            marks = ["".join(lines[old + n].text[a:b] for a, b, _ in one.changed) for n, one in enumerate(looks)]
            assert marks == changed


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_changed_words_are_legible(theme: Any) -> None:
    removed, added = (line.code for line in one_diff([*HEAD, "-a", "+b"])[-2:])
    assert removed is not None and added is not None
    for code, colour in ((removed, theme.error), (added, theme.success)):
        per_cent = int(code.changed.rpartition(" ")[2].removesuffix("%"))
        behind = Color.parse(theme.background).blend(Color.parse(colour), per_cent / 100)
        assert contrast(theme.foreground, behind.hex) >= 7
        assert contrast(behind.hex, Color.parse(theme.background).blend(Color.parse(colour), 0.08).hex) >= 1.2


def inked(pilot: Pilot[Any], text: str) -> list[Style]:
    """The styles in which just this text stands in the diff of the gate."""
    view = pilot.app.screen.query_one("#text", LinesView)
    segments = [segment for y in range(view.size.height) for segment in view.render_line(y)]
    return [segment.style for segment in segments if segment.style and segment.text == text]


async def test_at_a_gate_words_are_marked_by_a_stronger_colour_of_their_side(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "3")
        (old,), (new,) = inked(pilot, "an [error]"), inked(pilot, "refused with exit code 2")
        assert old.bgcolor != new.bgcolor and not old.bold and not old.reverse
        (around,) = inked(pilot, "| R-003 | a missing title is ")[:1]
        assert around.bgcolor not in (old.bgcolor, new.bgcolor)


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_in_the_colours_of_the_terminal_they_stand_reversed(tmp_path: Path, theme: str) -> None:
    async with screen(given.gate_with_a_past(tmp_path), theme=theme) as pilot:
        await press(pilot, "a", "3")
        (old,), (new,) = inked(pilot, "an [error]"), inked(pilot, "refused with exit code 2")
        assert old.reverse and new.reverse and old.bold and old.color != new.color


async def test_without_colours_they_are_bold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "3")
        assert [style.bold for style in inked(pilot, "an [error]")] == [True]


async def test_words_that_are_searched_for_are_marked_over_them(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "3")
        (changed,) = inked(pilot, "an [error]")
        await press(pilot, "slash", *"[error]", "enter")
        (found,) = inked(pilot, "[error]")
        assert inked(pilot, "an ") == [changed] and found.bgcolor != changed.bgcolor
