"""Code is coloured by its language: where it is looked at, beside the search, and never by its own markup."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from rich.segment import Segment
from textual.pilot import Pilot

from tests.helpers import eventually
from tests.tui import fixture_files as files
from tests.tui.journeys import press, said, screen, settle, text_of
from tests.tui.test_work_pictures import at_work
from tui.lines.code_colours import LONGEST, colours, cut, style_of
from tui.lines.document import code_lines, markdown_lines, one_diff
from tui.lines.text import TextLine, place_in_line, wrap_lines
from tui.widgets import colours as in_view
from tui.widgets.lines_view import LinesView

SOURCE = '''def put(self) -> int:
    """Stores
    if it is new."""
    return len("if [b]x[/b]")  # if
'''
DIFF = [
    "diff --git a/src/a.py b/src/a.py",
    "@@ -1,3 +1,3 @@",
    ' """if',
    "-return old",
    '+return new"""',
    " import os",
]


def styles(lines: list[TextLine]) -> list[list[tuple[str, str]]]:
    """What stands in each line in a style of its own."""
    found = colours(lines, 0, len(lines) - 1)
    return [[(line.text[a:b], style) for a, b, style in found.get(n, ())] for n, line in enumerate(lines)]


def test_keywords_texts_and_comments_are_told_apart_over_many_lines() -> None:
    shown = styles(code_lines(SOURCE, "src/a.py"))
    assert ("def", "$text-primary") in shown[0] and ("put", "bold $foreground") in shown[0]
    assert shown[2] == [('    if it is new."""', "italic $text-muted")], "inside a text `if` is no keyword"
    assert ('"if [b]x[/b]"', "$text-accent") in [
        ("".join(text for text, style in shown[3] if style == "$text-accent"), "$text-accent")
    ]
    assert shown[3][-1] == ("# if", "italic $text-muted")


def test_each_side_of_a_diff_is_read_by_itself() -> None:
    lines = one_diff(DIFF)
    shown = dict(zip((line.text for line in lines), styles(lines), strict=True))
    assert shown["return old"] == [("return old", "$text-accent")], "inside a text"
    assert shown["import os"] != [], "on the new side the text before it has ended"
    added = next(line for line in lines if line.text.startswith("return new"))
    assert added.code is not None and "success" in added.code.back


def test_fences_of_markdown_are_coloured_by_the_language_they_name() -> None:
    lines = markdown_lines("```python\nimport os\n```\n\n```\nimport os\n```\n")
    assert [bool(found) for found in styles(lines)].count(True) == 1


@pytest.mark.parametrize("path", ["notes.txt", "README.md", "no_such.language", "src/nothing"])
def test_what_is_in_no_known_language_has_no_colours(path: str) -> None:
    assert styles(code_lines("if True: import os", path)) == [[]]


def test_a_line_that_nobody_can_read_is_left_alone_and_tabs_stay_in_place() -> None:
    shown = styles(code_lines("x = '" + "a" * LONGEST + "'\n\tif x:", "a.py"))
    assert shown == [[], [("if", "$text-primary")]]


def test_only_the_lines_that_are_asked_for_get_colours() -> None:
    lines = code_lines("import os\n" * 10_000, "a.py")
    assert sorted(colours(lines, 5_000, 5_040)) == list(range(5_000, 5_041))


def test_unknown_kinds_take_the_style_of_what_they_are_a_kind_of() -> None:
    assert style_of("Token.Literal.String.Interpol.Other") == style_of("Token.Literal.String") != ""
    assert style_of("Token.Name") == style_of("Token") == ""


def test_rows_of_a_wrapped_line_keep_the_colours_of_their_part() -> None:
    text = '    value = "aaa bbb" + function("ccc ddd")'
    (spans,) = colours(code_lines(text, "a.py"), 0, 0).values()
    rows = wrap_lines([TextLine(text)], 14)
    pieces = [
        piece for n, row in enumerate(rows) for piece in cut(row.text, place_in_line(rows, n, text), spans) if piece[1]
    ]
    assert "".join(piece for piece, _ in pieces).replace(" ", "") == '"aaabbb""cccddd"'


def inked(pilot: Pilot[Any], text: str) -> set[Any]:
    """The colours in which this text stands on the screen."""
    view = pilot.app.screen.query_one("#lego-text", LinesView)
    strips = [view.render_line(y) for y in range(view.size.height)]
    segments: list[Segment] = [segment for strip in strips for segment in strip]
    return {segment.style.color for segment in segments if segment.style and segment.text == text}


async def test_a_diff_shows_colours_and_signs_and_the_search_marks_over_them(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "5")
        assert "+ def create() -> Store:" in text_of(pilot)
        plain = inked(pilot, "() -> Store:")
        assert inked(pilot, "def") and not inked(pilot, "def") & plain
        await press(pilot, "slash", *"def create", "enter")
        assert len(inked(pilot, "def create")) == 1


async def test_in_the_colours_of_the_terminal_changed_lines_have_the_colour_of_their_side(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), theme="ansi-dark") as pilot:
        await press(pilot, "L", "5")
        (colour,) = inked(pilot, " -> Store")
        assert colour.name == "green" or colour.number == 2
        assert inked(pilot, "def create()") == {colour} != inked(pilot, "def create():")
        view = pilot.app.screen.query_one("#lego-text", LinesView)
        assert {segment.style.bgcolor for segment in view.render_line(8) if segment.style} <= {None} | {
            segment.style.bgcolor for segment in view.render_line(2) if segment.style
        }


async def test_ten_thousand_lines_are_there_before_their_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked = Event(), []

    def slow(lines: Any, first: int, last: int) -> Any:
        asked.append(last - first)
        assert go_on.wait(10)
        return colours(lines, first, last)

    monkeypatch.setattr(in_view, "colours", slow)
    async with screen(files.commit_work(tmp_path, files.built(tmp_path), 10_000)) as pilot:
        await press(pilot, "L")
        await pilot.press("5")
        await eventually(lambda: asked)
        assert "def create() -> Store:" in text_of(pilot) and not inked(pilot, "def")
        go_on.set()
        await settle(pilot)
        assert inked(pilot, "def") and max(asked) < 500


async def test_colours_that_cannot_be_found_are_said_once_and_the_text_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("no [b]language[/b]")

    monkeypatch.setattr(in_view, "colours", broken)
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L")
        await pilot.press("6")
        await eventually(lambda: "No colours" in said(pilot))
        await pilot.press("j")
        await pilot.pause()
        assert "def test_put" in text_of(pilot) and said(pilot).count("No colours") == 1
