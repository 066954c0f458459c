"""Who does the work in a session of the check: an agent that reads the brief, or the check itself in the place of a
person (`handoff`) or of a recording (`replay`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

from engine.conformance.acts import BUSY, HOLD_SECONDS, Act
from engine.sessions.folder import HANDOFF_DONE, SessionFolder
from engine.sessions.tape import TapeEntry, TapeFile
from engine.state.atomic import dump_json
from runtime_adapters.protocol import EXIT_DONE, Event, read_events

STEP = "conformance"
SUBSTEP = "gen"


class Driver(Protocol):
    """Sees that the act of a session is done."""

    def options(self, act: Act, name: str, brief: str) -> dict[str, str]:
        """Prepare it; returns more options of the session."""

    def begun(self, folder: SessionFolder) -> bool:
        """Whether what holds has begun."""

    def play(self, folder: SessionFolder, act: Act, resumed: bool) -> None:
        """Called when the session was started, and again when it was resumed."""

    def resuming(self, act: Act, name: str, brief: str) -> None:
        """Called before it is resumed."""


class Agent:
    """The agent does it: it is told to by the brief."""

    def options(self, act: Act, name: str, brief: str) -> dict[str, str]:
        """None are needed."""
        return {}

    def begun(self, folder: SessionFolder) -> bool:
        """Its command has made a file."""
        return (Path(folder.spec().worktree) / BUSY).exists()

    def play(self, folder: SessionFolder, act: Act, resumed: bool) -> None:
        """The agent does it by itself."""

    def resuming(self, act: Act, name: str, brief: str) -> None:
        """The agent knows by its files."""


class Person:
    """The check writes what a person would write, and hands it back."""

    def options(self, act: Act, name: str, brief: str) -> dict[str, str]:
        """None are needed."""
        return {}

    def begun(self, folder: SessionFolder) -> bool:
        """The adapter waits."""
        return any(event.kind == "started" for event in folder.tail())

    def play(self, folder: SessionFolder, act: Act, resumed: bool) -> None:
        """Answer, unless the person of this act takes long."""
        if act.hold and not resumed:
            return
        worktree = Path(folder.spec().worktree)
        for path, text in act.files.items():
            (worktree / path).write_text(f"{text}\n", encoding="utf-8")
        if act.answer is not None:
            folder.answer_path().write_text(act.answer, encoding="utf-8")
        (folder.path / HANDOFF_DONE).touch()

    def resuming(self, act: Act, name: str, brief: str) -> None:
        """The adapter goes on waiting."""


class Recording:
    """The check writes a tape that holds the act."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def options(self, act: Act, name: str, brief: str) -> dict[str, str]:
        """Write the entry of this session."""
        self._record(act, name, brief, seconds=HOLD_SECONDS if act.hold else 0)
        return {"tape": str(self.folder), "speed": "1", "take": "1"}

    def begun(self, folder: SessionFolder) -> bool:
        """The recorded tool call is played."""
        return any(event.kind == "tool_started" for event in read_events(folder.events_path))

    def play(self, folder: SessionFolder, act: Act, resumed: bool) -> None:
        """The tape does it."""

    def resuming(self, act: Act, name: str, brief: str) -> None:
        """What held ends now."""
        self._record(act, name, brief, seconds=0)

    def _record(self, act: Act, name: str, brief: str, seconds: float) -> None:
        contents = {path: f"{text}\n".encode() for path, text in act.files.items()}
        entry = TapeEntry(
            step=STEP,
            lego=name,
            substep=SUBSTEP,
            attempt=1,
            runtime=STEP,
            brief_sha256=hashlib.sha256(brief.encode()).hexdigest(),
            exit_code=EXIT_DONE,
            files={path: TapeFile(sha256=hashlib.sha256(data).hexdigest()) for path, data in contents.items()},
        )
        place = self.folder / entry.key
        (place / "files").mkdir(parents=True, exist_ok=True)
        for path, data in contents.items():
            (place / "files" / path).write_bytes(data)
        if act.answer is not None:
            (place / "result.json").write_text(act.answer, encoding="utf-8")
        events = [
            Event(0, "started", {}),
            Event(0, "tool_started", {"name": "shell"}),
            Event(seconds, "tool_finished", {"name": "shell", "ok": True}),
        ]
        (place / "events.jsonl").write_bytes(b"".join(event.line() for event in events))
        (place / "entry.json").write_bytes(dump_json(entry))
