"""The words of a call: which command, on which files, with which values."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "evenly [--file PATH]"
TRIP_FILE = "evenly.txt"


@dataclass(frozen=True)
class Form:
    """How a command is written, and whether it changes a file."""

    usage: str
    fewest: int
    most: int | None  # None: any number of values
    changes: bool


FORMS = {
    "start": Form("start NAME NAME ...", 0, None, True),
    "add": Form("add PAYER AMOUNT WHAT [--for NAME,NAME,...]", 3, 3, True),
    "list": Form("list", 0, 0, False),
    "strike": Form("strike NUMBER", 1, 1, True),
    "balance": Form("balance", 0, 0, False),
    "settle": Form("settle", 0, 0, False),
    "total": Form("total", 0, 0, False),
    "csv": Form("csv PATH", 1, 1, True),
}
POSSIBLE = f"possible: {', '.join(FORMS)}"


@dataclass(eq=False)
class WrongCall(Exception):
    """The words are no call; `reason` is the line of R-013 without `error: `."""

    reason: str


@dataclass(frozen=True)
class NamedFile:
    """A file as the call names it: `shown` in lines, `path` for the system."""

    shown: str
    path: Path


@dataclass(frozen=True)
class Call:
    """A call whose form is right; its values are not checked."""

    command: str
    trip: NamedFile
    trip_named: bool  # the call began with `--file`
    written: NamedFile  # the file that the command writes: that of `csv`, else the trip file
    values: tuple[str, ...]
    for_names: str | None

    @property
    def changes(self) -> bool:
        """Whether the command changes a file."""
        return FORMS[self.command].changes


def read_call(argv: Sequence[str]) -> Call:
    """Return the call that these words make, or raise WrongCall."""
    words = tuple(argv)
    trip_named = words[:1] == ("--file",)
    trip_word = TRIP_FILE
    if trip_named:
        if len(words) < 2 or not words[1]:
            raise WrongCall(f"usage: {PROGRAM} COMMAND")
        trip_word, words = words[1], words[2:]
    if not words:
        raise WrongCall(f"no command; {POSSIBLE}")
    command = _as_utf_8(words[0])
    if command not in FORMS:
        raise WrongCall(f'unknown command "{command}"; {POSSIBLE}')
    values, for_names = _split_for(command, tuple(_as_utf_8(word) for word in words[1:]))
    _check_values(command, values)
    trip = _named_file(trip_word)
    written = _named_file(words[1]) if command == "csv" else trip
    return Call(command, trip, trip_named, written, values, for_names)


def _split_for(command: str, values: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """Take `--for` and its word off the end of the values of `add`."""
    if command != "add" or len(values) != 5 or values[3] != "--for" or values[4].startswith("--"):
        return values, None
    return values[:3], values[4]


def _check_values(command: str, values: tuple[str, ...]) -> None:
    form = FORMS[command]
    too_many = form.most is not None and len(values) > form.most
    option = any(value.startswith("--") for value in values)
    no_path = command == "csv" and values == ("",)
    if len(values) < form.fewest or too_many or option or no_path:
        raise WrongCall(f"usage: {PROGRAM} {form.usage}")


def _named_file(word: str) -> NamedFile:
    return NamedFile(_as_utf_8(word), Path(word))


def _as_utf_8(word: str) -> str:
    """Read the word's bytes as UTF-8, whatever the system's encoding; other bytes stay surrogates."""
    try:
        data = os.fsencode(word)
    except UnicodeEncodeError:
        return word
    return data.decode("utf-8", "surrogateescape")
