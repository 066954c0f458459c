"""Bars, sparklines and columns from plain characters. Pure: numbers in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"


def bar(value: float, most: float, width: int) -> str:
    """A bar of at most `width` cells, in eighths of a cell; what is more than nothing always shows."""
    if value <= 0 or most <= 0 or width <= 0:
        return ""
    eighths = max(1, min(width * 8, round(min(1.0, value / most) * width * 8)))
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def sparkline(values: Sequence[float], most: float | None = None) -> str:
    """One character a value, from `▁` to `█`; a value of nothing is a space."""
    top = max(values, default=0.0) if most is None else most
    if top <= 0:
        return " " * len(values)
    return "".join(_height(min(1.0, value / top)) for value in values)


def _height(share: float) -> str:
    return " " if share <= 0 else _HEIGHTS[max(0, min(7, round(share * 8) - 1))]


def columns(values: Sequence[float], height: int, most: float | None = None) -> list[str]:
    """Columns of `height` rows, the top row first; each value is one cell wide."""
    top = max(values, default=0.0) if most is None else most
    if top <= 0 or height <= 0:
        return [" " * len(values) for _ in range(max(0, height))]
    eighths = [
        0 if value <= 0 else max(1, min(height * 8, round(min(1.0, value / top) * height * 8))) for value in values
    ]
    rows = []
    for row in reversed(range(height)):
        left = [max(0, min(8, number - row * 8)) for number in eighths]
        rows.append("".join(_HEIGHTS[number - 1] if number else " " for number in left))
    return rows


def running_total(points: Iterable[tuple[float, float]], begin: float, end: float, number: int) -> list[float]:
    """The sum of all (moment, amount) up to the end of each of `number` equal stretches of time."""
    if number <= 0:
        return []
    step = max(end - begin, 1e-9) / number
    sums = [0.0] * number
    for moment, amount in points:
        sums[max(0, min(number - 1, int((moment - begin) / step)))] += amount
    total, found = 0.0, []
    for amount in sums:
        total += amount
        found.append(total)
    return found
