"""A piece of the document's text that knows the place of its every character."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from engine.document.model import Position


@dataclass(frozen=True, slots=True)
class Passage:
    """One or more source lines joined by spaces, or a part of them."""

    text: str
    anchors: tuple[tuple[int, Position], ...]
    """Where each source line begins: its offset in the joined text and its place in the document."""
    start: int = 0
    """The offset of this part in the joined text."""

    def position(self, offset: int = 0) -> Position:
        """The place of the character at `offset`."""
        where = self.start + offset
        found = bisect_right(self.anchors, where, key=lambda anchor: anchor[0]) - 1
        begin, position = self.anchors[max(found, 0)]
        return Position(position.line, position.column + where - begin)

    def part(self, start: int, end: int) -> Passage:
        """The text from `start` to `end` without the white space around it."""
        piece = self.text[start:end]
        lead = len(piece) - len(piece.lstrip()) if piece.strip() else 0
        return Passage(piece.strip(), self.anchors, self.start + start + lead)

    def group(self, found: re.Match[str], group: int | str) -> Passage:
        """What a group of a match in this text took, without the white space around it."""
        return self.part(found.start(group), found.end(group))

    def split(self, separator: str) -> list[Passage]:
        """The parts between the matches of a pattern; what stands in backticks is never cut."""
        cuts = [found for found in re.finditer(rf"`[^`]*`|({separator})", self.text) if found[1] is not None]
        starts = [0, *(cut.end() for cut in cuts)]
        ends = [*(cut.start() for cut in cuts), len(self.text)]
        return [self.part(start, end) for start, end in zip(starts, ends, strict=True)]


def passage(lines: Sequence[str], first: int, content: str) -> Passage:
    """The passage for a block's `content`, whose first line is in source line `first` (from 0)."""
    texts = [text.strip() for text in content.split("\n")]
    anchors, offset = [], 0
    for number, text in enumerate(texts, start=first):
        source = lines[number] if number < len(lines) else ""
        anchors.append((offset, Position(number + 1, max(source.rfind(text), 0) + 1)))
        offset += len(text) + 1
    return Passage(" ".join(texts), tuple(anchors))
