"""`journal.jsonl`: every event, one JSON line each, in order, durable before it takes effect."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.errors import BrokenState
from engine.state.atomic import sync_folder, write_all
from engine.state.events import EVENT, Event
from engine.state.explain import broken, broken_by
from engine.state.migrations import source_of


def encode(event: Event) -> bytes:
    """The event as its line of the journal."""
    return json.dumps(event.model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Scan:
    """The good lines found, where they end, how many bytes of an unfinished line follow, and what is broken."""

    events: list[Event]
    end: int
    unfinished: int = 0
    error: BrokenState | None = None


class Journal:
    """For any number of readers; `JournalWriter` is the one that appends."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, after: int = 0) -> list[Event]:
        """Every event, or those newer than `after`; a last line without newline is no event yet.

        Raises `BrokenState` for any line that is not the event that has to follow.
        """
        return [event for event in self.read_from(0, 0)[0] if event.seq > after]

    def read_from(self, offset: int, last: int | None = None) -> tuple[list[Event], int]:
        """The events from byte `offset` on (0, or what an earlier call returned), and the offset to go on from.

        `last`: the event before `offset`, when known, so that a gap is noticed. Raises `BrokenState`.
        """
        scan = self.scan(offset, last)
        if scan.error:
            raise scan.error
        return scan.events, scan.end

    def scan(self, offset: int = 0, last: int | None = 0) -> Scan:
        """As `read_from`, but what is broken is returned beside the good lines before it."""
        source = source_of(self.path.parent)
        data = self._bytes(offset, source.folder / self.path.name)
        lines = data.split(b"\n")
        events: list[Event] = []
        end = offset
        for line in lines[:-1]:
            try:
                event = EVENT.validate_json(source.event(line), strict=True)
            except ValidationError as error:
                return Scan(events, end, error=broken_by(self.path, error, self._line(end)))
            if last is not None and event.seq != last + 1:
                wrong = broken(self.path, f"{self._line(end)}: seq", f"expected {last + 1} (it is {event.seq})")
                return Scan(events, end, error=wrong)
            events.append(event)
            end, last = end + len(line) + 1, event.seq
        return Scan(events, end, len(lines[-1]))

    def _bytes(self, offset: int, path: Path | None = None) -> bytes:
        try:
            with (path or self.path).open("rb") as file:
                file.seek(offset)
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise broken(self.path, "", f"cannot be read: {error.strerror}") from error

    def _line(self, offset: int) -> str:
        before = self._bytes(0)[:offset].count(b"\n")
        return f"line {before + 1}"


class JournalWriter:
    """The one writer: it appends, and notices when somebody else did."""

    def __init__(self, path: Path, end: int) -> None:
        """Open the journal for appending, and cut what follows `end`: a line that was never acknowledged.

        All is synced here because a killed writer may have left lines, or the file's name, in memory only.
        """
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self._end = end
        if os.fstat(self._descriptor).st_size > end:
            os.ftruncate(self._descriptor, end)
        os.fsync(self._descriptor)
        sync_folder(path.parent)

    def append(self, events: Sequence[Event]) -> None:
        """Make the events durable: one write, one fdatasync. Raises `BrokenState` if somebody else changed the file."""
        self._check_untouched()
        data = b"".join(map(encode, events))
        write_all(self._descriptor, data)
        getattr(os, "fdatasync", os.fsync)(self._descriptor)
        self._end += len(data)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)

    def _check_untouched(self) -> None:
        ours = os.fstat(self._descriptor)
        try:
            there = os.stat(self.path)  # noqa: PTH116 - beside fstat
        except FileNotFoundError:
            raise broken(self.path, "", "was removed while the engine ran") from None
        if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino) or ours.st_size != self._end:
            raise broken(self.path, "", "was changed by somebody else while the engine ran")
