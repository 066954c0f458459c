"""The outline of a document that is too long to be told: its headings and rows, each by its beginning. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from engine.briefs.tokens import estimate

WIDTHS = (160, 120, 100, 80, 60, 50, 40, 30, 22)
"""How much is told of a line, at most; the narrower the more lines there are."""
FEW = 3
"""Fewer lines than these say nothing about a document: then its beginning is told."""

_HEADING = re.compile(r"#{1,6}\s+\S")
_ROW = re.compile(r"(?:[-*+]|\d+[.)])\s+\S")
_NAMED = re.compile(r"(?:#{1,6}|[-*+]|\d+[.)])\s+(?:\*\*|__)?[A-Z]+-\d+")
_FENCE = re.compile(r"\s*(?:```|~~~)")


def outline(name: str, text: str, tokens: int) -> tuple[str, int, int]:
    """The outline of a file in about so many tokens, how many of its lines that are, and how many there would be."""
    lines = _lines(name, text)
    told = _fitting(lines, tokens)
    if told is None:
        lines = [line for line in lines if _NAMED.match(line)] or lines
        told = _fitting(lines, tokens) or _beginning(lines, tokens)
    return "\n".join(told) + "\n", len(told), len(lines)


def _fitting(lines: Sequence[str], tokens: int) -> list[str] | None:
    """All the lines, as wide as fits; None if they do not."""
    for width in WIDTHS:
        told = [_cut(line, width) for line in lines]
        if estimate("\n".join(told)) <= tokens:
            return told
    return None


def _beginning(lines: Sequence[str], tokens: int) -> list[str]:
    """As many of the lines as fit, narrow."""
    told: list[str] = []
    left = tokens
    for line in lines:
        told.append(_cut(line, WIDTHS[-1]))
        left -= estimate(told[-1])
        if left < 0:
            return told[:-1]
    return told


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def _lines(name: str, text: str) -> list[str]:
    own = text.splitlines()
    if name.endswith(".md"):
        found = _of_prose(own)
    elif name.endswith(".json"):
        found = []
    else:
        found = _of_code(own)
    return found if len(found) >= FEW else [line for line in own if line.strip()]


def _of_prose(lines: Sequence[str]) -> list[str]:
    """Headings, each with the text that follows at once, and top-level bullets."""
    found: list[str] = []
    fenced, opened = False, False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced or not line.strip():
            continue
        elif _HEADING.match(line) or _ROW.match(line):
            found.append(line.rstrip())
        elif opened:
            found[-1] += f": {line.strip()}"
        opened = bool(found) and not fenced and bool(_HEADING.match(line))
    return found


def _of_code(lines: Sequence[str]) -> list[str]:
    """The lines below which something is indented deeper: what opens a block."""
    full = [line.rstrip() for line in lines if line.strip()]
    return [line for line, below in pairwise(full) if _indent(below) > _indent(line) and re.search(r"\w", line)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
