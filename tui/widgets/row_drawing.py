"""One row of laid out lines as a strip: across, or both halves of a diff with a ruler between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tui.lines.side_by_side import half_of, is_half, old_marks
from tui.lines.text import FOUND, FOUND_NOW, Piece, cells_of, place_in_line, split_matches
from tui.widgets.colours import PLAIN, Colours
from tui.widgets.ink import Inks

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.lines.laid import Laid
    from tui.lines.text import TextLine, TextRow

_RULER = "│"
_NOTHING = "$foreground on $foreground 4%"
"""Of a half beside which there is a line that it has not."""


class RowDrawing:
    """Draws for one widget. `words` are marked wherever they stand, in line `match` more strongly."""

    def __init__(self, widget: Widget, seen: Callable[[], Sequence[tuple[int, int]]]) -> None:
        """`seen` tells the first and the last of the lines in view that stand near each other."""
        self._inks = Inks(widget)
        self._colours = Colours(widget, seen)
        self._lines: Sequence[TextLine] = ()
        self.words, self.match = "", -1

    def turn_to(self, lines: Sequence[TextLine]) -> None:
        """These lines are drawn from now on."""
        self._lines = lines
        self._colours.turn_to(lines)

    def lay(self, laid: Laid) -> None:
        """So they are laid out from now on."""
        self._colours.lay(laid.partner if laid.beside else None)

    def blank(self, width: int) -> Strip:
        """A row below the text."""
        return Strip.blank(width, self._inks["$foreground"])

    def row(self, laid: Laid, number: int, width: int, room: int, tint: str) -> Strip:
        """A row of the layout, which is `width` wide in this room; `tint`: the background that the cursor gives it."""
        at = laid.line_at(number)
        line = self._lines[at]
        if not laid.beside or not is_half(line) or at in laid.across:
            segments = self._part(laid.columns[0], number, line.marks_at(width), width, tint)
            return self._filled(segments, line, room, tint)
        half = half_of(width)
        old, new = (self._half(column, number, half, tint, old=side == 0) for side, column in enumerate(laid.columns))
        ruler = Strip([Segment(_RULER, self._inks["$text-disabled" + tint])])
        return Strip.join([old, ruler, new]).adjust_cell_length(room, self._inks["$foreground" + tint])

    def _half(self, column: Sequence[TextRow], number: int, width: int, tint: str, *, old: bool) -> Strip:
        if column[number].line < 0:
            return Strip.blank(width, self._inks[_NOTHING + tint])
        line = self._lines[column[number].line]
        marks = old_marks(line) if old else line.marks
        return self._filled(self._part(column, number, marks, width, tint), line, width, tint)

    def _filled(self, segments: Sequence[Segment], line: TextLine, width: int, tint: str) -> Strip:
        rest = line.style if " on " in line.style else "$foreground"
        return Strip(segments).adjust_cell_length(width, self._inks[rest + tint])

    def _part(
        self, column: Sequence[TextRow], number: int, marks: Sequence[Piece], width: int, tint: str
    ) -> list[Segment]:
        """A row of one column, at most as wide as that."""
        row = column[number]
        line = self._lines[row.line]
        if row.number == 0:
            segments = [Segment(text, self._inks[style + tint]) for text, style in marks]
        else:
            segments = [Segment(text, self._inks[style + tint]) for text, style in _goes_on(marks, width)]
        segments += self._body(column, number, line, tint)
        if row.note:
            used = sum(cell_len(segment.text) for segment in segments)
            gap = max(0, width - used - cell_len(row.note)) if row.text else 0
            segments.append(Segment(" " * gap, self._inks["$foreground" + tint]))
            segments.append(Segment(row.note, self._inks[line.note_style + tint]))
        return segments

    def _body(self, column: Sequence[TextRow], number: int, line: TextLine, tint: str) -> Iterator[Segment]:
        """The text of a row: its matches marked, the rest as it looks as far as that is known."""
        row = column[number]
        looks = self._colours.of(row.line) if line.code else PLAIN
        found = self._inks[FOUND_NOW if row.line == self.match else FOUND]
        at = place_in_line(column, number, line.text) if looks != PLAIN else 0
        for text, is_match in split_matches(row.text, self.words):
            if is_match:
                yield Segment(text, found)
            else:
                for part, style in self._colours.styled(text, at, line, looks, tint):
                    yield Segment(part, self._inks[style])
            at += len(text)


def _goes_on(marks: Sequence[Piece], width: int) -> Iterator[Piece]:
    """What stands below the marks on further rows: nothing, on the background of the line."""
    if any(" on " in style for _, style in marks):
        yield from ((" " * cell_len(text), style) for text, style in marks)
    else:
        yield " " * min(cells_of(marks), width - 1), "$foreground"
