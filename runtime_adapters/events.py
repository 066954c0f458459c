"""Events of a session and the exit codes of an adapter. Standard library only, so that adapters start fast.

`runtime_adapters.protocol` offers all of this again; an adapter written in Python imports this module.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

EXIT_DONE = 0
EXIT_UNAVAILABLE = 10
EXIT_NOT_LOGGED_IN = 11
EXIT_RATE_LIMITED = 12
EXIT_CONTEXT_OVERFLOW = 13
EXIT_BAD_CONFIGURATION = 14

EVENT_KINDS = (
    "started",
    "text",
    "thought",
    "tool_started",
    "tool_finished",
    "file_changed",
    "usage",
    "question",
    "rate_limited",
    "error",
    "result",
)
"""The kinds that mean something to the engine or the screen; any other kind is kept and shown."""

RAW = "raw"
"""The kind of a line that is no event."""

LAST_BYTES = 64 * 1024


class Event(NamedTuple):
    """One line of `events.jsonl`: seconds since the session's start, kind, everything else."""

    t: float
    kind: str
    fields: dict[str, object]

    def line(self) -> bytes:
        """The event as a line of JSON."""
        plain = {"t": round(self.t, 3), "kind": self.kind, **self.fields}
        return json.dumps(plain, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n"

    def text_of(self, *names: str) -> str:
        """The first of these fields that is a text and not empty, else the empty text."""
        return next((v for v in (self.fields.get(name) for name in names) if isinstance(v, str) and v), "")


def parse_event(line: bytes | str) -> Event:
    """The event in a line. Never raises: a line that is no event becomes kind `raw` with the line as its text."""
    text = line.decode("utf-8", errors="replace") if isinstance(line, bytes) else line
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        return Event(0.0, RAW, {"text": text.rstrip("\r\n")})
    t = data.get("t")
    fields = {name: value for name, value in data.items() if name not in ("t", "kind")}
    return Event(_seconds(t), data["kind"], fields)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        seconds = float(value)
    except OverflowError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds >= 0 else 0.0


def read_events(path: Path) -> list[Event]:
    """Every complete line of an events file; a last line still being written is left out. No file: no events."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    return [parse_event(line) for line in data.split(b"\n")[:-1] if line.strip()]


def last_events(path: Path, count: int) -> list[Event]:
    """The last complete lines, read from the end of the file only."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - LAST_BYTES)
            file.seek(start)
            lines = file.read(LAST_BYTES).split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    if start:
        del lines[:1]
    return [parse_event(line) for line in lines if line.strip()][-count:]


class EventWriter:
    """Appends events, each in one write, so that a reader never waits for a buffer.

    A resumed session goes on in the same file: its time goes on from the last event, and a line that was cut by a
    kill is closed first.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._file = path.open("ab", buffering=0)
        if not _ends_with_newline(path):
            self._file.write(b"\n")
        self._start = clock() - max((event.t for event in last_events(path, 100)), default=0.0)

    def write(self, kind: str, **fields: object) -> None:
        """Append an event that happens now."""
        self._file.write(Event(self.elapsed(), kind, fields).line())

    def elapsed(self) -> float:
        """Seconds since the session's start."""
        return self._clock() - self._start

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
