"""The `handoff` adapter: waits while a person, or any tool that reads and writes files, does the session's work.

The answer is the files in the worktree plus `.session/result.json`; `meta handoff done ID` says that it is complete.
What is appended to `.session/progress.md` meanwhile is shown as the session's output.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from runtime_adapters.events import EXIT_BAD_CONFIGURATION, EXIT_DONE, EventWriter, last_events

DETECTED = {"installed": True, "version": "1", "logged_in": True, "capabilities": ["resume"]}
DONE = "handoff_done"
"""File in the session folder: the answer is complete."""
POLL_SECONDS = 0.2


def main(arguments: list[str]) -> int:
    """`detect`, `spawn DIR` or `resume DIR`; returns the exit code."""
    match arguments:
        case ["detect"]:
            print(json.dumps(DETECTED))
            return EXIT_DONE
        case ["spawn" | "resume", folder]:
            return wait(Path(folder))
        case _:
            print("usage: handoff_adapter.sh detect | spawn DIR | resume DIR", file=sys.stderr)
            return EXIT_BAD_CONFIGURATION


def wait(folder: Path, sleep: Callable[[float], None] = time.sleep) -> int:
    """Wait for the answer, however long it takes. Resumed, it goes on waiting."""
    spec = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    resumed = bool(last_events(folder / "events.jsonl", 1))
    writer = EventWriter(folder / "events.jsonl")
    progress = Progress(Path(spec["worktree"]) / ".session" / "progress.md", skip=resumed)
    if not resumed:
        writer.write("started", runtime="handoff", session=spec["id"])
    while not (folder / DONE).exists():
        progress.tell(writer)
        sleep(POLL_SECONDS)
    progress.tell(writer)
    writer.write("result", text="handed back")
    writer.close()
    return EXIT_DONE


class Progress:
    """The lines of a file, each told once, when it is complete."""

    def __init__(self, path: Path, skip: bool) -> None:
        self.path = path
        self.offset = path.stat().st_size if skip and path.is_file() else 0

    def tell(self, writer: EventWriter) -> None:
        """Write the lines that are new as events."""
        try:
            size = self.path.stat().st_size
            if size < self.offset:
                self.offset = 0
            if size == self.offset:
                return
            with self.path.open("rb") as file:
                file.seek(self.offset)
                lines = file.read().split(b"\n")[:-1]
        except FileNotFoundError:
            return
        self.offset += sum(len(line) + 1 for line in lines)
        for line in lines:
            if text := line.decode("utf-8", errors="replace").rstrip():
                writer.write("text", text=text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
