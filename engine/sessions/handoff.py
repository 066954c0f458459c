"""Briefs that wait for a person (or any tool that reads and writes files), and taking their answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.sessions.folder import HANDOFF, HANDOFF_DONE, SessionError, SessionFolder
from engine.state.atomic import write_atomic
from runtime_adapters.protocol import ANSWER, ResultError, SessionSpec, read_result


class HandoffError(SessionError):
    """The answer is refused, or there is no such brief; the brief stays as it was."""


@dataclass(frozen=True, slots=True)
class OpenBrief:
    """A brief that waits for its answer."""

    spec: SessionSpec
    brief: Path

    @property
    def id(self) -> str:
        """The session's id."""
        return self.spec.id

    @property
    def worktree(self) -> Path:
        """Where the answer's files go."""
        return Path(self.spec.worktree)


def open_briefs(workspace: Path) -> list[OpenBrief]:
    """The briefs that wait, oldest first."""
    sessions = workspace / ".orchestrator" / "sessions"
    folders = [SessionFolder(path) for path in sorted(sessions.iterdir())] if sessions.is_dir() else []
    return [
        OpenBrief(folder.spec(), folder.path / "brief.md")
        for folder in folders
        if folder.exists() and folder.spec().runtime == HANDOFF and not _why_closed(folder)
    ]


def finish(workspace: Path, session: str, result: Path | None = None) -> None:
    """Hand an answer back. `result` is copied to the worktree first; else it is there already.

    Raises HandoffError with the reason if the result is not valid: the brief then stays open and nothing is changed.
    """
    folder = _find(workspace, session)
    answer = result or folder.answer_path()
    try:
        read_result(answer)
    except ResultError as error:
        raise HandoffError(f"{session} stays open: {error}. It is expected at {answer}") from error
    if result:
        target = folder.answer_path()
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, result.read_bytes())
    write_atomic(folder.path / HANDOFF_DONE, b"")


def _find(workspace: Path, session: str) -> SessionFolder:
    waiting = [brief.id for brief in open_briefs(workspace)]
    hint = f"Open briefs: {', '.join(waiting)}." if waiting else "No brief is open."
    folder = SessionFolder(workspace / ".orchestrator" / "sessions" / session)
    if Path(session).name != session or not folder.exists():
        raise HandoffError(f"there is no session {session!r}. {hint}")
    if folder.spec().runtime != HANDOFF:
        raise HandoffError(f"{session} is done by the runtime {folder.spec().runtime!r}, not by hand. {hint}")
    if why := _why_closed(folder):
        raise HandoffError(f"{session} {why}. {hint}")
    return folder


def _why_closed(folder: SessionFolder) -> str:
    """Why a brief takes no answer; empty while it does."""
    if folder.handed_back():
        return "was handed back already"
    if folder.cancelled():
        return "was cancelled"
    if folder.exit():
        return "has ended"
    if folder.is_copy():
        return f"belongs to the workspace this one was copied from: its answer would be written to {ANSWER} there"
    return ""
