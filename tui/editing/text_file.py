"""A text file as an editor needs it: its lines, and what it takes to write it back byte for byte. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.errors import MetaError

MOST_BYTES = 1_000_000
"""With more the keys would lag behind the fingers."""
MOST_IN_A_LINE = 20_000
_MARK = "\ufeff"


class NotEditable(MetaError):
    """Not a file to edit here; the message says why, without the path."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """`lines` without their ends; `ends` has one less: the last line has none, and is empty after a last newline."""

    data: bytes = b""
    lines: tuple[str, ...] = ("",)
    ends: tuple[str, ...] = ()
    mark: str = ""
    """The mark that some editors write first."""

    @property
    def text(self) -> str:
        """What is edited: every line ends with a plain newline."""
        return "\n".join(self.lines)

    @property
    def end(self) -> str:
        """How lines end here, most of them."""
        return Counter(self.ends).most_common(1)[0][0] if self.ends else "\n"

    @property
    def indent(self) -> str:
        """What one step to the right is here: a tab, two spaces or four."""
        if any(line.startswith("\t") for line in self.lines):
            return "\t"
        return "  " if any(line[:2] == "  " and line[2:3] not in ("", " ") for line in self.lines) else "    "

    def with_text(self, text: str) -> TextFile:
        """The file with `text` in it. Lines that were there before end as they did, new ones as most do."""
        lines = text.split("\n")
        ends = [self.end] * (len(lines) - 1)
        if len(set(self.ends)) > 1:
            for old, new, size in SequenceMatcher(None, self.lines, lines).get_matching_blocks():
                kept = self.ends[old : old + size][: max(0, len(ends) - new)]
                ends[new : new + len(kept)] = kept
        whole = self.mark + "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))
        return TextFile(whole.encode(), tuple(lines), tuple(ends), self.mark)


def parse_text(data: bytes) -> TextFile:
    """The file that has these bytes. Raises NotEditable."""
    if len(data) > MOST_BYTES:
        raise NotEditable(f"It is larger than {MOST_BYTES:,} bytes.")
    if b"\0" in data:
        raise NotEditable("It is a binary file.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotEditable(f"It is not UTF-8 text (byte {error.start}).") from error
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    # As the widget cuts text into lines: at form feeds and the like as well.
    lines = text.splitlines()
    ends = [whole[len(line) :] for whole, line in zip(text.splitlines(keepends=True), lines, strict=True)]
    if not ends or ends[-1]:
        lines.append("")
    else:
        ends.pop()
    for number, line in enumerate(lines, 1):
        _check_line(number, line)
    return TextFile(data, tuple(lines), tuple(ends), mark)


def _check_line(number: int, line: str) -> None:
    if len(line) > MOST_IN_A_LINE:
        raise NotEditable(f"Line {number} has more than {MOST_IN_A_LINE:,} characters.")
    # A terminal would obey them.
    if not line.isprintable() and any(unicodedata.category(one) == "Cc" and one != "\t" for one in line):
        raise NotEditable(f"Line {number} holds control characters.")
