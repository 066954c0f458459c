"""Lines laid out for a width: one below the other, or a diff side by side. Which row is of which line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.lines.side_by_side import wrap_pairs
from tui.lines.text import TextLine, TextRow, wrap_lines

_NEAR = 40
"""So many lines further one still stands near another."""


@dataclass(frozen=True, slots=True)
class Laid:
    """One column of rows, or two that are equally long."""

    columns: Sequence[Sequence[TextRow]] = ((),)
    first: Sequence[int] = ()
    """Line → its first row."""
    partner: dict[int, int] = field(default_factory=dict)
    """Old line → the new one beside it: whoever means the pair means that."""
    across: frozenset[int] = frozenset()
    """Lines of a diff that go across, for the other side has nothing at their place."""

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def beside(self) -> bool:
        """Whether the sides of a diff stand beside each other."""
        return len(self.columns) > 1

    def line_at(self, row: int) -> int:
        """The line that a row is of; of two beside each other the new one."""
        line = self.columns[-1][row].line
        return line if line >= 0 else self.columns[0][row].line

    def spans(self, rows: range) -> list[tuple[int, int]]:
        """The lines in these rows: the first and the last of those that stand near each other."""
        seen = slice(rows.start, rows.stop)
        found: list[tuple[int, int]] = []
        for line in sorted({row.line for column in self.columns for row in column[seen] if row.line >= 0}):
            if found and line - found[-1][1] <= _NEAR:
                found[-1] = found[-1][0], line
            else:
                found.append((line, line))
        return found


def lay_out(lines: Sequence[TextLine], width: int, *, beside: bool) -> Laid:
    """The rows of these lines; `beside`: with both sides of a diff beside each other."""
    if beside:
        old, new, first, partner, across = wrap_pairs(lines, width)
        return Laid((old, new), first, partner, across)
    rows = wrap_lines(lines, width)
    first = [0] * len(lines)
    for number, row in enumerate(rows):
        if row.number == 0:
            first[row.line] = number
    return Laid((rows,), first)
