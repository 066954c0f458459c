"""Lines of text for the views that scroll: marks at the left, a note at the right, wrapped by cells. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from tui.lines.wrap import fit, surely_fits, wrap_cells

Piece = tuple[str, str]
"""A text and its style, such as `bold $text-muted`."""

FOUND = "bold $on-warning on $warning"
"""The style of words that were searched for."""

FOUND_NOW = f"underline {FOUND}"
"""As FOUND, where the reader is."""

_NOTE_GAP = 2


ROOMY = 100
"""Columns: from here on there is room for what stands `aside`."""


class Code(NamedTuple):
    """What a line of code is of: lines of one file share one object, or three in a diff."""

    path: str
    """Its name tells the language."""
    side: str = " "
    """In a diff `-` for what was, `+` for what is; else a space, as for what is both."""
    plain: str = "$foreground"
    """The style of what the language gives no colour."""
    back: str = ""
    """What is added to every style in the line, such as ` on $success 8%`."""
    changed: str = ""
    """As `back`, for words that only this side of a diff has."""


class TextLine(NamedTuple):
    """One paragraph. Everything in it is plain text; `key` names what the line opens, "" for nothing.

    A tuple, as a row is: ten thousand of them are made while a person waits for a diff.
    """

    text: str = ""
    style: str = "$foreground"
    marks: tuple[Piece, ...] = ()
    """Stand before the text on its first row; further rows are indented by as much."""
    note: str = ""
    """Stands at the right edge where there is room, else on a row of its own."""
    note_style: str = "$text-muted"
    key: str = ""
    code: Code | None = None
    """Set where colours of a language are to be put over `style`."""
    aside: Piece | None = None
    """In a diff the number of the old side, where the first mark is that of the new one; only where there is room."""
    under: bool = False
    """Says something of the line above, such as a comment: what comes before and after it belongs together."""

    def marks_at(self, width: int) -> tuple[Piece, ...]:
        """The marks there is room for."""
        return (self.aside, *self.marks) if self.aside and width >= ROOMY else self.marks

    def lead(self, width: int) -> int:
        """Cells that the marks take."""
        return cells_of(self.marks_at(width))


class TextRow(NamedTuple):
    """One row on the screen: `line` is the index of its paragraph, `number` its place in it."""

    line: int
    number: int
    text: str
    note: str = ""


def cells_of(marks: Iterable[Piece]) -> int:
    """Cells that marks take."""
    return sum([len(text) if text.isascii() else cell_len(text) for text, _ in marks])


def blank() -> TextLine:
    """An empty line."""
    return TextLine()


def heading(text: str, note: str = "") -> TextLine:
    """A title inside a text."""
    return TextLine(text, "bold $text-primary", note=note)


def wrap_lines(lines: Sequence[TextLine], width: int) -> list[TextRow]:
    """The rows of these lines, each at most `width` cells wide."""
    rows: list[TextRow] = []
    for index, line in enumerate(lines):
        room = max(1, width - line.lead(width)) if line.marks else width
        if not line.note and surely_fits(line.text, room):
            rows.append(TextRow(index, 0, line.text))
        else:
            rows += _rows(index, line, room)
    return rows


def rows_of(index: int, line: TextLine, room: int) -> Sequence[TextRow]:
    """The rows of one line, whose text and note have that much room."""
    if not line.note and surely_fits(line.text, room):
        return (TextRow(index, 0, line.text),)
    return _rows(index, line, room)


def _rows(index: int, line: TextLine, room: int) -> Sequence[TextRow]:
    parts = wrap_cells(line.text, room)
    if not line.note:
        return [TextRow(index, number, part) for number, part in enumerate(parts)]
    beside = cell_len(parts[0]) + _NOTE_GAP + cell_len(line.note) <= room
    first = TextRow(index, 0, parts[0], line.note if beside else "")
    rows = [first, *(TextRow(index, number, part) for number, part in enumerate(parts[1:], 1))]
    return rows if beside else [*rows, TextRow(index, len(rows), "", fit(line.note, room))]


def place_in_line(rows: Sequence[TextRow], number: int, text: str) -> int:
    """Where in its line the text of row `number` begins."""
    begin = end = 0
    for row in rows[number - rows[number].number : number + 1]:
        begin = max(end, text.find(row.text, end))
        end = begin + len(row.text)
    return begin


def find(lines: Sequence[TextLine], words: str) -> list[int]:
    """The lines that hold `words`, whatever the case."""
    wanted = words.casefold()
    return [i for i, line in enumerate(lines) if wanted and wanted in line.text.casefold()]


def split_matches(text: str, words: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is one of `words`."""
    if not words:
        return [(text, False)]
    pieces: list[tuple[str, bool]] = []
    at, lowered, wanted = 0, text.lower(), words.lower()
    if len(lowered) != len(text):
        lowered, wanted = text, words
    while (found := lowered.find(wanted, at)) >= 0:
        pieces += [(text[at:found], False), (text[found : found + len(wanted)], True)]
        at = found + len(wanted)
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]
