"""The lines of a trip file: how bytes are parted into lines, and which form each line has."""

from __future__ import annotations

import re

from evenly.contracts.trip import Number
from evenly.contracts.trip_text import BrokenLine

HEAD = "evenly trip"
HEAD_FORM = re.compile(HEAD)
PEOPLE_FORM = re.compile(r"people((?: [^ ]+)*)")
EXPENSE_FORM = re.compile(r"(expense|struck) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ].*)")
NUMBER = re.compile(r"[1-9][0-9]*")


def split_lines(data: bytes) -> list[bytes]:
    """Return the lines of `data`, each with its line feed, which only the last one can lack."""
    *ended, rest = data.split(b"\n")
    lines = [line + b"\n" for line in ended]
    return [*lines, rest] if rest else lines


def match_line(line: int, raw: bytes, form: re.Pattern[str], expected: str) -> re.Match[str]:
    """Return the match of `form` with the line of these bytes, or raise its BrokenLine."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenLine(line, "not UTF-8 text") from error
    if not text.endswith("\n"):
        raise BrokenLine(line, "the line must end with a line feed")
    match = form.fullmatch(text[:-1])
    if match is None:
        raise BrokenLine(line, f"expected: {expected}")
    return match


def follows(number: Number, last: Number) -> bool:
    """Return whether `number` is written as a Number and is above `last`."""
    is_number = NUMBER.fullmatch(number) is not None
    return is_number and (len(number), number) > (len(last), last)
