"""How names and their number are told in a line, and rows below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def some(names: Sequence[str], most: int) -> str:
    """`a, b, c`; of more than `most` the first ones `and 3 more`."""
    return ", ".join(names[:most]) + more(names, most)


def more(names: Sequence[object], most: int) -> str:
    """` and 3 more` where only the first `most` are shown; "" where these are all."""
    return f" and {len(names) - most} more" if len(names) > most else ""


def shown(text: str) -> str:
    """A text on one line, whatever is in it: one that cannot be printed is escaped."""
    return text if text.isprintable() else repr(text)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows with their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
