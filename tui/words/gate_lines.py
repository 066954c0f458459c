"""The lines of a document at a gate, raw or as a diff: each one can be commented on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.editing.drafts import GateDraft, LineComment, Spot, spot_key
from tui.lines.document import ADDED, REMOVED, sides
from tui.lines.text import Code, Piece, TextLine, blank

if TYPE_CHECKING:
    from tui.artifact import Document
    from tui.loaders.gate import Page

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)")
_NO_NUMBER, _NO_SIGN = ("      ", "$text-disabled"), ("   ", "$text-disabled")
_QUOTE = 400
"""Characters of a hunk that a comment quotes."""

COMMENT = "comment "
"""A line with this key prefix shows the comment of the spot named after it."""

BEGUN = "begun "
"""As COMMENT, for words that are not kept yet."""

DIFFERS = ("changed", "edited")
"""Of what is known of the version before: there is a diff to show."""

SINCE = {
    "first": "first version",
    "edited": "first version, with your edits since it was generated",
    "same": "as approved before",
    "changed": "changed since the last approval",
}
"""What the diff is to, beside the name of the file."""

BEFORE = {
    "first": "First version: nothing of this was approved before. The other views show it whole.",
    "same": "Nothing changed since the last approval.",
    "lost": "The version approved last is no longer in the history of git, so there is no diff to show.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines to draw, and what each keyed line is for a comment."""

    lines: tuple[TextLine, ...]
    spots: dict[str, Spot]


def raw_lines(document: Document, draft: GateDraft) -> Shown:
    """Every line with its number."""
    made = _Made(draft)
    code = None if document.markdown else Code(document.path)
    for number, text in enumerate(document.text.rstrip("\n").split("\n"), 1):
        line = number if document.as_written else None
        spot = Spot(spot_key(document.path, str(number)), document.path, line, text.strip())
        made.add(TextLine(text, marks=((f"{number:>4}  ", "$text-disabled"),), key=spot.key, code=code), spot)
    return made.shown()


def diff_lines(page: Page, draft: GateDraft) -> Shown:
    """What changed since the last approval or generation, with the line numbers of now; or why there is no diff."""
    if page.before not in DIFFERS:
        note = TextLine(BEFORE[page.before], "italic $text-muted")
        return Shown((note, *([TextLine(page.trouble, "$text-warning")] if page.trouble else [])), {})
    made = _Made(draft)
    path, number, old, in_hunk = page.document.path, 0, 0, False
    removed, added, both = sides(path)
    for at, line in enumerate(page.diff):
        if line.startswith("diff --git "):
            in_hunk = False
            if page.document.path.endswith("/"):
                path = page.document.path + line.rpartition(" b/")[2]
                removed, added, both = sides(path)
                made.plain(blank(), TextLine(path, "bold $text-accent"))
        elif hunk := _HUNK.match(line):
            in_hunk, old, number = True, int(hunk[1]), int(hunk[2])
            spot = Spot(spot_key(path, f"@{number}"), path, number, _hunk_text(page.diff[at + 1 :]))
            mark = (f"   @  line {number} ", "$text-secondary")
            made.add(TextLine(hunk[3].strip(), "$text-muted", marks=(mark,), key=spot.key), spot)
        elif in_hunk and line.startswith("-"):
            spot = Spot(spot_key(path, f"-{old}"), path, None, f"removed: {line[1:].strip()}")
            made.add(_changed(line, _NO_NUMBER, "−", REMOVED, spot, removed)._replace(aside=_number(old)), spot)
            old += 1
        elif in_hunk and not line.startswith("\\"):
            as_written = page.document.as_written or page.document.path.endswith("/")
            spot = Spot(spot_key(path, str(number)), path, number if as_written else None, line[1:].strip())
            if line.startswith("+"):
                made.add(_changed(line, _number(number), "+", ADDED, spot, added)._replace(aside=_NO_NUMBER), spot)
            else:
                marks = (_number(number), _NO_SIGN)
                aside = _number(old)
                made.add(TextLine(line[1:], "$text-muted", marks, key=spot.key, code=both, aside=aside), spot)
                old += 1
            number += 1
    if page.trouble:
        made.plain(TextLine(page.trouble, "$text-warning"))
    return made.shown()


def _hunk_text(lines: Sequence[str]) -> str:
    """The changed lines of the hunk that begins here, cut to what a comment quotes."""
    return "\n".join(_until_next(lines))[:_QUOTE]


def _until_next(lines: Sequence[str]) -> Iterator[str]:
    room = _QUOTE
    for line in lines:
        if room <= 0 or line.startswith(("@@ ", "diff --git ")):
            return
        if line.startswith(("+", "-")):
            room -= len(line) + 1
            yield line


def _number(line: int) -> Piece:
    return f"{line:>4}  ", "$text-disabled"


def _changed(line: str, number: Piece, sign: str, style: str, spot: Spot, code: Code) -> TextLine:
    marks = (number, (f"{sign}  ", f"bold {style}"))
    return TextLine(line[1:], style, marks, key=spot.key, code=code)


class _Made:
    """Lines in the making; below each one the comment that stands on it."""

    def __init__(self, draft: GateDraft) -> None:
        self._comments = {comment.spot.key: comment for comment in draft.comments}
        self._lines: list[TextLine] = []
        self._spots: dict[str, Spot] = {}

    def add(self, line: TextLine, spot: Spot) -> None:
        self._lines.append(line)
        self._spots[spot.key] = spot
        if comment := self._comments.get(spot.key):
            self._lines += comment_lines(comment, "      ┃ ")
            self._spots[COMMENT + spot.key] = spot

    def plain(self, *lines: TextLine) -> None:
        self._lines += lines

    def shown(self) -> Shown:
        return Shown(tuple(self._lines), self._spots)


def comment_lines(comment: LineComment, lead: str, prefix: str = COMMENT) -> list[TextLine]:
    """The words of a comment; the first line can be chosen, to change or remove it."""
    first, *rest = comment.text.split("\n")
    marks = ((lead, "$text-warning"),)
    return [
        TextLine(first, "$text-warning", marks, key=prefix + comment.spot.key, under=True),
        *(TextLine(line, "$text-warning", marks, under=True) for line in rest),
    ]
