"""A diff side by side: which lines stand beside each other, and the rows of both halves. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from tui.lines.text import Piece, TextLine, TextRow, cells_of, rows_of

WIDE = 150
"""Columns of the terminal: from here on two halves show code without wrapping most of it."""

_ONE_SIDE = ({"+"}, {"-"})

EMPTY = TextRow(-1, 0, "")
"""Beside a line that the other side has not."""


class Pair(NamedTuple):
    """What stands beside each other: numbers of lines, the same twice for one on both sides; None: nothing."""

    old: int | None
    new: int | None


class Halves(NamedTuple):
    """Row beside row. A line that goes across, such as the title of a file, has its rows in both."""

    old: list[TextRow]
    new: list[TextRow]
    first: list[int]
    """Line → its first row."""
    partner: dict[int, int]
    """Old line → the new one beside it."""
    across: frozenset[int]
    """Lines of a side that go across all the same: nothing stands on the other side of their place."""


def half_of(width: int) -> int:
    """How wide each half is; between them is a ruler."""
    return max(1, (width - 1) // 2)


def is_half(line: TextLine) -> bool:
    """Whether a line belongs into one half or both, not across."""
    return line.aside is not None


def old_marks(line: TextLine) -> tuple[Piece, ...]:
    """The marks in the old half: its own number in place of that of the new side."""
    return (line.aside, *line.marks[1:]) if line.aside else line.marks


def pairs(lines: Sequence[TextLine]) -> Iterator[Pair]:
    """Every line once: in a run of changed lines the nth that was taken away beside the nth that was added.

    What is said of a changed line follows the pair it is in.
    """
    old: list[int] = []
    new: list[int] = []
    below: dict[int, list[int]] = {}
    side = ""
    for number, line in enumerate(lines):
        if line.under:
            if old or new:
                below.setdefault(new[-1] if new else old[-1], []).append(number)
            else:
                yield Pair(number, number)
            continue
        # A line without a side of its own says how the file of the line before it ends.
        side = "" if not is_half(line) else line.code.side if line.code else side
        if side == "+":
            new.append(number)
            continue
        if new or (old and side != "-"):
            yield from _beside(old, new, below)
            old, new, below = [], [], {}
        if side == "-":
            old.append(number)
        else:
            yield Pair(number, number)
    yield from _beside(old, new, below)


def one_sided(lines: Sequence[TextLine]) -> frozenset[int]:
    """The lines of places that only one side has, such as those of a new file."""
    found: list[int] = []
    place: list[int] = []
    sides: set[str] = set()
    for number, line in enumerate(lines):
        if is_half(line):
            place.append(number)
            sides |= {line.code.side} if line.code else set()
        elif not line.under:
            found += place if sides in _ONE_SIDE else []
            place, sides = [], set()
    return frozenset(found + place if sides in _ONE_SIDE else found)


def _beside(old: Sequence[int], new: Sequence[int], below: dict[int, list[int]]) -> Iterator[Pair]:
    for one, other in zip_longest(old, new):
        yield Pair(one, other)
        if below:
            of_both = (below.get(line, ()) for line in (one, other) if line is not None)
            yield from (Pair(number, number) for said in of_both for number in said)


def wrap_pairs(lines: Sequence[TextLine], width: int) -> Halves:
    """The rows of both halves, each wrapped to its own; both of a pair have as many."""
    old, new, first, partner, across = found = Halves([], [], [0] * len(lines), {}, one_sided(lines))
    half = half_of(width)
    for one, other in pairs(lines):
        at, alone = len(old), one if other is None else other
        if alone is not None and (one == other or alone in across):
            first[alone] = at
            _add_to_both(found, alone, lines[alone], width)
            continue
        left: Sequence[TextRow] = ()
        right: Sequence[TextRow] = ()
        if one is not None:
            first[one], left = at, rows_of(one, lines[one], _room(half, old_marks(lines[one])))
        if other is not None:
            first[other], right = at, rows_of(other, lines[other], _room(half, lines[other].marks))
        if one is not None and other is not None:
            partner[one] = other
        old += left if len(left) >= len(right) else _filled(left, len(right))
        new += right if len(right) >= len(left) else _filled(right, len(left))
    return found


def _add_to_both(halves: Halves, number: int, line: TextLine, width: int) -> None:
    """A line that goes across, or stands in both halves; wrapped once where their numbers are equally wide."""
    if not is_half(line) or number in halves.across:
        rows = rows_of(number, line, _room(width, line.marks_at(width)))
        halves.old.extend(rows)
        halves.new.extend(rows)
        return
    half = half_of(width)
    rows = left = rows_of(number, line, _room(half, line.marks))
    if line.aside and len(line.aside[0]) != len(line.marks[0][0]):
        left = rows_of(number, line, _room(half, old_marks(line)))
    count = max(len(left), len(rows))
    halves.old.extend(left if len(left) == count else _filled(left, count))
    halves.new.extend(rows if len(rows) == count else _filled(rows, count))


def _room(width: int, marks: Sequence[Piece]) -> int:
    return max(1, width - cells_of(marks))


def _filled(rows: Sequence[TextRow], count: int) -> Sequence[TextRow]:
    """A line goes on with nothing in it as long as the one beside it has rows."""
    more = range(len(rows), count)
    return [*rows, *(TextRow(rows[0].line, number, "") if rows else EMPTY for number in more)]
