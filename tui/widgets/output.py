"""How lines of session output are laid out and coloured, in the live panes and in the full view alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from tui.lines.wrap import wrap_cells

if TYPE_CHECKING:
    from tui.tail import Line
    from tui.widgets.ink import Inks

_MARGIN = 2

_GLYPHS = {
    "text": (" ", "$foreground"),
    "thought": ("·", "italic $text-muted"),
    "started": ("→", "$text-muted"),
    "skipped": ("…", "$text-muted"),
    "tool_started": ("▸", "$text-primary"),
    "tool_finished": ("◂", "$text-muted"),
    "file_changed": ("✎", "$text-success"),
    "question": ("?", "bold $text-warning"),
    "rate_limited": ("‖", "$text-warning"),
    "error": ("✗", "bold $text-error"),
    "result": ("■", "bold $text-success"),
}
_OTHER = ("·", "$text-secondary")


class OutputRow(NamedTuple):
    """One screen row of output."""

    kind: str
    text: str
    first: bool


def wrap_line(line: Line, width: int) -> list[OutputRow]:
    """The screen rows of one paragraph."""
    parts = wrap_cells(line.text, width - _MARGIN)
    return [OutputRow(line.kind, part, line.first and number == 0) for number, part in enumerate(parts)]


def last_rows(lines: Iterable[Line], width: int, height: int) -> list[OutputRow]:
    """The rows that fill `height`, from the newest line upwards; `lines` come newest first."""
    rows: list[OutputRow] = []
    for line in lines:
        if len(rows) >= height:
            break
        rows = wrap_line(line, width) + rows
    return rows[-height:] if height else []


def draw(row: OutputRow, width: int, inks: Inks) -> Strip:
    """The row as it is painted."""
    glyph, style = _GLYPHS.get(row.kind, _OTHER)
    ink = inks[style]
    strip = Strip([Segment(f"{glyph if row.first else ' '} ", ink), Segment(row.text, ink)])
    return strip.adjust_cell_length(width, inks["$foreground"])
