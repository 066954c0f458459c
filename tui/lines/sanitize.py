"""Makes text from outside harmless for a terminal: no escape sequences, no control or direction characters."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor moves
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC and the other string sequences
    r"|\x1b[ -/]*[0-~]?"  # two-character sequences
    r"|\x9b[0-?]*[ -/]*[@-~]?"  # CSI as one 8-bit character
)
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]"  # control, direction
    r"|[\u00ad\u180e\u200b\u2060-\u2065\U000e0000-\U000e007f]"  # not to be seen; terminals differ in their width
)
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` without anything that a terminal would obey. Newlines stay, tabs become spaces."""
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\t", "    "))
    text = _UNWANTED.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def one_line(text: str, limit: int = 500) -> str:
    """`text` cleaned and joined to one line of at most `limit` characters, the last of them … where that cuts it."""
    begin = text[: limit * 4]
    line = " ".join(clean(begin).split())
    return line if len(line) <= limit and len(begin) == len(text) else f"{line[: limit - 1]}…"
