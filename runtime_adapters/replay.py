"""The `replay` adapter: plays one entry of a tape, a recorded session, into a session folder and a worktree.

Options in session.json: `tape` (the tape's folder), `speed` (a factor as text, or "max" for no waiting), `take`
(which entry; the attempt if absent) and `strict` ("1": refuse a brief that differs from the recorded one).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from runtime_adapters.events import (
    EXIT_BAD_CONFIGURATION,
    EXIT_DONE,
    RAW,
    Event,
    EventWriter,
    read_events,
)

DETECTED = {"installed": True, "version": "1", "logged_in": True, "capabilities": ["resume"]}
DIFFERS = "this brief differs from the one that was recorded"
REWORDED = "played as recorded; the brief was worded otherwise then"


class ReplayError(Exception):
    """The tape cannot be played; `code` is the adapter's exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: list[str]) -> int:
    """`detect`, `spawn DIR` or `resume DIR`; returns the exit code."""
    match arguments:
        case ["detect"]:
            print(json.dumps(DETECTED))
            return EXIT_DONE
        case ["spawn" | "resume", folder]:
            return run(Path(folder))
        case _:
            print("usage: replay_adapter.sh detect | spawn DIR | resume DIR", file=sys.stderr)
            return EXIT_BAD_CONFIGURATION


def run(folder: Path, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> int:
    """Play the session's entry. What events.jsonl already holds, when resumed, is not played again."""
    played = sum("notice" not in event.fields and event.kind != RAW for event in read_events(folder / "events.jsonl"))
    writer = EventWriter(folder / "events.jsonl", clock)
    try:
        return Player(folder, writer, clock, sleep).play(played)
    except ReplayError as error:
        writer.write("error", message=str(error))
        return error.code
    except OSError as error:
        writer.write("error", message=f"the recording cannot be played here: {error}")
        return EXIT_BAD_CONFIGURATION
    finally:
        writer.close()


class Player:
    """One entry on its way into one worktree. Raises ReplayError when the options or the tape do not allow it."""

    def __init__(
        self, folder: Path, writer: EventWriter, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.spec: dict[str, Any] = json.loads((folder / "session.json").read_text(encoding="utf-8"))
        self.options: dict[str, str] = self.spec["options"]
        self.worktree = Path(self.spec["worktree"])
        self.writer, self.clock, self.sleep = writer, clock, sleep
        self.speed = _speed(self.options.get("speed", "1"))
        self.source = self._find()
        self.entry = _load(self.source / "entry.json")
        self.left: dict[str, dict[str, Any]] = dict(self.entry["files"])

    def play(self, played: int) -> int:
        """Events at their times, file changes with them, the result last. Returns the recorded exit code."""
        reworded = self._is_reworded()
        events = [event for event in read_events(self.source / "events.jsonl") if event.kind != RAW]
        self._play_events(events, min(played, len(events)))
        for path in list(self.left):
            self._write(path)
        for path in self.entry["deleted"]:
            _inside(self.worktree, path).unlink(missing_ok=True)
        answer = self.source / "result.json"
        if answer.exists():
            target = self.worktree / ".session" / "result.json"
            target.parent.mkdir(exist_ok=True)
            _copy(answer, target)
        if reworded:
            self.writer.write("text", text=REWORDED, notice=True)
        return int(self.entry["exit_code"])

    def _play_events(self, events: list[Event], played: int) -> None:
        began = self.clock()
        offset = events[played - 1].t if played else 0.0
        for event in events[played:]:
            if self.speed is not None:
                wait = (event.t - offset) / self.speed - (self.clock() - began)
                if wait > 0:
                    self.sleep(wait)
            path = event.fields.get("path")
            if event.kind == "file_changed" and isinstance(path, str) and path in self.left:
                self._write(path)
            self.writer.write(event.kind, **event.fields)

    def _find(self) -> Path:
        tape = self.options.get("tape")
        if not tape:
            raise ReplayError("no tape is given: the option `tape` names the folder", EXIT_BAD_CONFIGURATION)
        take = self.options.get("take", str(self.spec["attempt"]))
        key = entry_key(self.spec["step"], self.spec["lego"], self.spec["substep"], take)
        source = Path(tape) / key
        if not (source / "entry.json").is_file():
            raise ReplayError(f"the tape {tape} has no entry {key}", EXIT_BAD_CONFIGURATION)
        return source

    def _is_reworded(self) -> bool:
        """Whether the brief is another than the recorded one. Raises ReplayError where that is not allowed."""
        differs = bool(self.entry["brief_sha256"] != self.spec["brief_sha256"])
        if differs and self.options.get("strict") == "1":
            raise ReplayError(f"{DIFFERS} as {self.source.name}", EXIT_BAD_CONFIGURATION)
        return differs

    def _write(self, path: str) -> None:
        """Put the recorded file in its place: whole or not at all, as a reader may look at any time."""
        about = self.left.pop(path)
        target = _inside(self.worktree, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        source = self.source / "files" / stored_name(path)
        if about.get("link", False):
            _link(source, target)
        else:
            _copy(source, target, executable=about.get("executable", False))


def entry_key(step: str, lego: str | None, substep: str, take: int | str) -> str:
    """The folder of an entry in its tape: `tests-store-gen-2`, or `essence-gen-1` for the whole app."""
    return "-".join([step, *([lego] if lego else []), substep, str(take)])


def stored_name(path: str) -> str:
    """Where below `files/` a path is kept: git would obey a recorded `.gitignore`, so its name is changed."""
    return "/".join(map(_stored_part, path.split("/")))


def _stored_part(part: str) -> str:
    if part.startswith("dot_"):
        return f"dot_{part}"
    return f"dot_{part[1:]}" if part.startswith(".git") else part


def _load(path: Path) -> dict[str, Any]:
    try:
        entry: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        wanted = {"brief_sha256", "exit_code", "files", "deleted"} - entry.keys()
    except (ValueError, AttributeError) as error:
        raise ReplayError(f"{path} is not an entry of a tape: {error}", EXIT_BAD_CONFIGURATION) from error
    if wanted:
        raise ReplayError(f"{path} lacks {', '.join(sorted(wanted))}", EXIT_BAD_CONFIGURATION)
    return entry


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        message = f'the speed {text!r} is not one: a number above 0, or "max", is expected'
        raise ReplayError(message, EXIT_BAD_CONFIGURATION)
    return speed


def _inside(worktree: Path, path: str) -> Path:
    """The path in the worktree. Raises ReplayError if it leads out of it, also by a link."""
    pure = PurePosixPath(path)
    target = worktree / path
    if pure.is_absolute() or ".." in pure.parts or not target.parent.resolve().is_relative_to(worktree.resolve()):
        raise ReplayError(f"the tape wants to write {path!r}, outside the worktree", EXIT_BAD_CONFIGURATION)
    return target


def _copy(source: Path, target: Path, executable: bool = False) -> None:
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.write_bytes(source.read_bytes())
    if executable:
        temporary.chmod(0o755)
    temporary.replace(target)


def _link(source: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.fsdecode(source.read_bytes()))
    temporary.replace(target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
