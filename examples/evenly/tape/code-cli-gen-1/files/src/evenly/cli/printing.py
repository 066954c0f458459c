"""Lines to a stream: made safe, as UTF-8, and with nothing left in a buffer."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, TextIO

LINE_BREAKS = "\u2028\u2029"


def print_lines(stream: TextIO | None, lines: Sequence[str]) -> bool:
    """Write all lines together; False if the stream fails."""
    if stream is None:
        return False
    text = "".join(f"{_safe(line)}\n" for line in lines)
    try:
        _write(stream, text)
    except (OSError, ValueError):
        return False
    return True


def _safe(line: str) -> str:
    return "".join("?" if _is_unsafe(character) else character for character in line)


def _is_unsafe(character: str) -> bool:
    return character in LINE_BREAKS or unicodedata.category(character) in ("Cc", "Cs")


def _write(stream: TextIO, text: str) -> None:
    """Write to the lowest layer, so that a failed write leaves nothing that a later flush would stumble over."""
    stream.flush()
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(text)
        stream.flush()
        return
    raw = getattr(buffer, "raw", None)
    _write_bytes(buffer if raw is None else raw, text.encode("utf-8"))


def _write_bytes(target: Any, data: bytes) -> None:
    """Write until all bytes are out, since a raw write may be short."""
    while data:
        count = target.write(data)
        if not count:
            raise OSError("the stream takes no bytes")
        data = data[count:]
    target.flush()
