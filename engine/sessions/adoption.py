"""What became of a session, by what lies in its folder: the first thing a new engine asks of every open one.

A held lock means alive; a free one does not mean dead, as children may close what they inherit. So a session without
exit.json and lock is looked for among the running processes. One whose host was killed but whose agent went on to a
valid answer has ended like any other, and is not started again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from engine.sessions import lock
from engine.sessions.folder import HANDOFF, ExitRecord, SessionFolder
from engine.sessions.processes import kill_survivors, sweep
from engine.state.clock import iso
from runtime_adapters.protocol import EXIT_DONE, ResultError, read_result

__all__ = ["Alive", "Ended", "Interrupted", "SessionState", "kill_survivors", "settle", "state_of", "sweep"]


@dataclass(frozen=True, slots=True)
class Ended:
    """It ran to its end."""

    record: ExitRecord


@dataclass(frozen=True, slots=True)
class Alive:
    """Something of it still runs."""

    known_by: Literal["lock", "marker"]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """It never began, or was killed before its end."""


SessionState = Ended | Alive | Interrupted


def state_of(folder: SessionFolder) -> SessionState:
    """Where the session stands. Changes nothing."""
    if record := folder.exit():
        return Ended(record)
    if lock.is_held(folder.lock_path):
        return Alive("lock")
    if not folder.exists():
        return Interrupted()
    # Twice, because a process that forks while we look may be missed.
    if not folder.is_copy() and any(sweep(folder.spec().marker) for _ in range(2)):
        return Alive("marker")
    if record := folder.exit():  # written since the first look
        return Ended(record)
    answer = final_answer(folder)
    if answer is None:
        return Interrupted()
    written = datetime.fromtimestamp(answer.stat().st_mtime, UTC)
    return Ended(ExitRecord(code=EXIT_DONE, ended_at=iso(written)))


def final_answer(folder: SessionFolder) -> Path | None:
    """A valid result that no host was left to take; what a person has not handed back is not final."""
    if folder.cancelled() or folder.is_copy():
        return None
    if folder.spec().runtime == HANDOFF and not folder.handed_back():
        return None
    for path in (folder.result_path, folder.answer_path()):
        try:
            read_result(path)
        except ResultError:
            continue
        return path
    return None


def settle(folder: SessionFolder) -> SessionState:
    """Do what the host of an ended session could not: take the answer, say that it ended. Returns where it stands."""
    state = state_of(folder)
    if isinstance(state, Ended) and folder.exit() is None:
        answer = folder.answer_path()
        if final_answer(folder) == answer:
            answer.replace(folder.result_path)
        folder.write_exit(state.record.code)
    return state
