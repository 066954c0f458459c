"""How fields become a line of the CSV file, and lines its bytes."""

from __future__ import annotations

from collections.abc import Iterable


def csv_line(fields: Iterable[str]) -> str:
    """Return the fields as one line, with its line end."""
    return ",".join(_field(text) for text in fields) + "\r\n"


def csv_bytes(lines: Iterable[str]) -> bytes:
    """Return the lines in UTF-8, with one byte order mark in front."""
    return "".join(lines).encode("utf-8-sig")


def _field(text: str) -> str:
    if "," in text or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text
