"""The line at the bottom of a terminal that says how far the run is, below the plain lines."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TextIO

from rich.cells import cell_len, set_cell_size

from engine.assessment import SETTLED, Assessment
from engine.errors import MetaError
from engine.facts import WorkspaceReader
from engine.metrics.words import duration, money
from engine.workspace import Workspace

CLEAR = "\r\x1b[K"
TICK_SECONDS = 0.5
FALLBACK_COLUMNS = 80


@dataclass(frozen=True, slots=True)
class Figures:
    """What the line tells, apart from the time."""

    phase: int | None = None
    done: int = 0
    total: int = 0
    running: int = 0
    waiting: int = 0
    blocked: int = 0
    cost: float | None = None


def figures(assessment: Assessment, cost: float | None) -> Figures:
    """How far everything is. Pure; `phase` is the first one that is not settled, None when all are."""
    words = [instance.status for instance in assessment.instances() if instance.status != "skipped"]
    return Figures(
        phase=next((phase.number for phase in assessment.phases if phase.status not in SETTLED), None),
        done=sum(word in SETTLED for word in words),
        total=len(words),
        running=sum(word in ("running", "checking") for word in words),
        waiting=sum(word in ("waiting_approval", "waiting_answer") for word in words),
        blocked=sum(word in ("failed", "stopped") for word in words),
        cost=cost,
    )


def describe(found: Figures | None, elapsed: float) -> str:
    """`phase 7 · 12/31 done · 3 running · 1 waiting · 14:03 elapsed · $0.42`; what is not known is left out."""
    parts = []
    if found:
        parts += [f"phase {found.phase}"] if found.phase is not None else []
        parts += [f"{found.done}/{found.total} done", f"{found.running} running"]
        parts += [f"{found.waiting} waiting"] if found.waiting else []
        parts += [f"{found.blocked} stopped"] if found.blocked else []
    parts.append(f"{duration(elapsed)} elapsed")
    parts += [money(found.cost)] if found and found.cost is not None else []
    return " · ".join(parts)


def cut(text: str, columns: int) -> str:
    """At most so many terminal cells of it, with an ellipsis if something is missing."""
    if cell_len(text) <= columns:
        return text
    return set_cell_size(text, columns - 1).rstrip() + "…" if columns > 1 else ""


def wanted(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the stream is a terminal that can take a line back."""
    return stream.isatty() and environment.get("TERM", "dumb") not in ("dumb", "")


class Watch:
    """Reads the figures of a workspace again and again, when its journal has grown; None until they can be read."""

    def __init__(self, workspace: Workspace) -> None:
        self._root = workspace.root
        self._journal = workspace.private / "journal.jsonl"
        self._reader: WorkspaceReader | None = None
        self._size = -1
        self._found: Figures | None = None

    def __call__(self) -> Figures | None:
        """The figures of now; the last ones while the workspace cannot be read."""
        size = self._journal.stat().st_size if self._journal.is_file() else 0
        if size != self._size:
            try:
                self._reader = self._reader or WorkspaceReader(self._root)
                facts = self._reader.read()
            except MetaError:
                return self._found  # the engine meets the same trouble, and tells it
            self._size = size
            self._found = figures(facts.assessment, facts.state.orchestrator.budget.cost)
        return self._found


class Progress:
    """Shows the line from `with` to its end. `say` prints a plain line above it.

    A thread of its own draws: the figures are read again and the time goes on while the engine waits.
    """

    def __init__(
        self, stream: TextIO, look: Callable[[], Figures | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._look = look
        self._clock = clock
        self._began = clock()
        self._figures: Figures | None = None
        self._shown = ""
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="progress line", daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        with self._lock, suppress(OSError):  # the terminal may be gone: what ended the run is not to be hidden by that
            self._put("", "")
        self._thread.join()

    def say(self, line: str) -> None:
        """A plain line, above the progress line."""
        with self._lock:
            self._put(f"{line}\n", self._line())

    def _tick(self) -> None:
        while not self._ending.is_set():
            found = self._look()
            with self._lock:
                self._figures = found
                if not self._ending.is_set():
                    try:
                        self._put("", self._line())
                    except OSError:
                        return  # the terminal is gone; the run goes on
            self._ending.wait(TICK_SECONDS)

    def _line(self) -> str:
        """The line, one cell short of the width, for in the last column some terminals wrap; "" in the background."""
        if not self._in_front():
            return ""
        return cut(describe(self._figures, self._clock() - self._began), self._columns() - 1)

    def _in_front(self) -> bool:
        """Whether the terminal is ours: a shell that runs this in the background has it for its own line."""
        try:
            return os.tcgetpgrp(self._stream.fileno()) == os.getpgrp()
        except OSError:
            return True

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or FALLBACK_COLUMNS
        except OSError:
            return FALLBACK_COLUMNS

    def _put(self, lines: str, line: str) -> None:
        """Take back the line that stands there, print what stays, and show the new one; all in one write."""
        text = (CLEAR if self._shown else "") + lines + line
        self._shown = line
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()
