"""Follows the events of one session as they are appended, in bounded memory."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tui.lines.sanitize import clean

MAX_LINES = 2_000
MAX_READ = 256 * 1024
"""Read at most this much at a time; what a flood leaves behind is skipped, for the file keeps it."""
MAX_LINE_BYTES = 1024 * 1024
MAX_TEXT = 4_000


class Line(NamedTuple):
    """One paragraph of output. `first` is False for the further lines of the same event.

    A tuple, as `OutputRow` is: a flood makes many thousands of them a second.
    """

    kind: str
    text: str
    first: bool = True


class Tail:
    """The last lines of an `events.jsonl`. Call `poll` to read what is new."""

    def __init__(self, path: Path, max_lines: int = MAX_LINES, max_read: int = MAX_READ) -> None:
        self.path = path
        self.max_read = max_read
        self.lines: deque[Line] = deque(maxlen=max_lines)
        self.tokens: int | None = None
        self._offset = 0
        self._rest = b""
        self._skipping = False
        self._trouble = ""

    def poll(self) -> list[Line]:
        """Reads what was appended since the last call; returns the new lines. A missing file has none."""
        new = [line for raw in self._complete(self._read()) for line in self._lines_of(raw)]
        self.lines.extend(new)
        return new

    def _read(self) -> bytes:
        try:
            size = self.path.stat().st_size
            if size < self._offset:
                self._start_at(0)
            if size == self._offset:
                return b""
            if size - self._offset > self.max_read:
                self._start_at(size - self.max_read)
                self._skipping = True
            with self.path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(self.max_read)
        except FileNotFoundError:
            return b""
        except OSError as error:
            return self._unreadable(error)
        self._trouble = ""
        self._offset += len(data)
        return data

    def _unreadable(self, error: OSError) -> bytes:
        """Says once, as an event, why the file cannot be read."""
        said, self._trouble = self._trouble, str(error)
        if said == self._trouble:
            return b""
        self._rest, self._skipping = b"", False
        text = f"{self.path.name} cannot be read: {error.strerror or error}"
        return json.dumps({"kind": "error", "message": text}).encode() + b"\n"

    def _start_at(self, offset: int) -> None:
        self._offset, self._rest, self._skipping = offset, b"", False

    def _complete(self, data: bytes) -> Iterator[bytes]:
        """The whole lines in `data`; the unfinished last one waits for its end."""
        *lines, rest = (self._rest + data).split(b"\n")
        if self._skipping and lines:
            lines.pop(0)
            self._skipping = False
            yield b'{"kind":"skipped","text":"(earlier output is in the file)"}'
        self._rest = rest
        if len(rest) > MAX_LINE_BYTES:
            self._rest, self._skipping = b"", True
        yield from (line for line in lines if line.strip())

    def _lines_of(self, raw: bytes) -> Iterator[Line]:
        try:
            event = json.loads(raw.decode("utf-8", errors="replace"))
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            event = {"kind": "raw", "text": raw[:MAX_TEXT].decode("utf-8", errors="replace")}
        kind = str(event.get("kind", "raw"))
        if kind == "usage":
            self._count(event)
            return
        text = _discreet(clean(text_of(kind, event)[:MAX_TEXT]).strip("\n"))
        for number, line in enumerate(text.split("\n")):
            yield Line(kind, line.rstrip(), first=number == 0)

    def _count(self, event: dict[str, object]) -> None:
        parts = [event.get(name) for name in ("input_tokens", "output_tokens")]
        total = event.get("tokens", event.get("total_tokens"))
        known = [part for part in ([total] if isinstance(total, int) else parts) if isinstance(part, int)]
        if known:
            self.tokens = (self.tokens or 0) + sum(known)


def _discreet(text: str) -> str:
    """The text with keys and passwords taken out: an agent may print what it was never told to keep."""
    from engine.secrets import without  # not before the first paint

    return without(text, "")[0]


def text_of(kind: str, event: dict[str, object]) -> str:
    """What an event says, in words; unknown kinds show their fields."""

    def field(*names: str) -> str:
        return next((str(event[name]) for name in names if event.get(name) not in (None, "")), "")

    match kind:
        case "text" | "thought" | "skipped" | "raw" | "question":
            return field("text", "question", "message") or kind
        case "started":
            return " ".join(filter(None, ["started", field("runtime", "agent"), field("model"), _confined(event)]))
        case "tool_started":
            return field("command", "text", "path") if event.get("name") is None else _call(event)
        case "tool_finished":
            return _call(event) + _outcome(event)
        case "file_changed":
            return field("path", "name") or "a file changed"
        case "rate_limited":
            return f"rate limited: {field('message', 'text', 'retry_at') or 'the provider asks to wait'}"
        case "error":
            return field("message", "text") or "an error without a message"
        case "result":
            return field("summary", "text", "message", "status") or "finished"
        case _:
            rest = {key: value for key, value in event.items() if key not in ("t", "kind")}
            return f"{kind} {field('text', 'message') or json.dumps(rest, ensure_ascii=False)}"


def _confined(event: dict[str, object]) -> str:
    """In which sandbox a session works, or that it works in none: whoever watches has to know."""
    sandbox = str(event.get("sandbox") or "")
    return f"· not confined: {sandbox}" if sandbox.startswith("none") else f"· {sandbox}" if sandbox else ""


def _call(event: dict[str, object]) -> str:
    name, detail = str(event.get("name") or ""), event.get("command") or event.get("path") or event.get("text")
    return " ".join(filter(None, [name, str(detail or "")])) or "a tool"


def _outcome(event: dict[str, object]) -> str:
    code = event.get("exit_code")
    if isinstance(code, int) and code != 0:
        return f" → exit {code}"
    return " → failed" if event.get("ok") is False else ""
