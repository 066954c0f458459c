"""What an ended session came to, in the words the engine stores."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from engine.sessions.folder import ExitRecord, SessionFolder
from engine.sessions.usage import Usage
from engine.state.clock import iso
from engine.state.models import Outcome
from runtime_adapters.protocol import (
    EXIT_BAD_CONFIGURATION,
    EXIT_CONTEXT_OVERFLOW,
    EXIT_DONE,
    EXIT_NOT_LOGGED_IN,
    EXIT_RATE_LIMITED,
    EXIT_UNAVAILABLE,
    Event,
    Result,
    ResultError,
    parse_event,
)

RUNTIME_TROUBLE = {
    EXIT_UNAVAILABLE: "the runtime is not available",
    EXIT_NOT_LOGGED_IN: "the runtime is not logged in",
    EXIT_RATE_LIMITED: "the runtime's rate limit is reached",
    EXIT_BAD_CONFIGURATION: "the runtime's configuration is wrong",
    126: "the adapter cannot be executed",
    127: "the adapter, or the program it starts, was not found",
}
LASTING = {EXIT_NOT_LOGGED_IN, EXIT_BAD_CONFIGURATION, 126, 127}
KILLED = {128 + number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM)}
"""Exit codes of an adapter that someone else ended; a crash of its own is not among them."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The end of a session. `tokens` and `cost` (US dollars) are None when nothing told them."""

    outcome: Outcome
    result: Result | None = None
    exit_code: int | None = None
    reason: str = ""
    tokens: int | None = None
    cost: float | None = None
    retry_at: str | None = None
    """ISO 8601: when the provider takes requests again, if it said so."""
    lasting: bool = False
    """Trouble with the runtime that no waiting will end: a person has to do something."""
    limited: bool = False
    """Trouble with the runtime because it was asked too much."""


@dataclass(slots=True)
class Told:
    """What the events say of the end."""

    usage: Usage = field(default_factory=Usage)
    error: str = ""
    limited: Event | None = None


def classify(folder: SessionFolder) -> SessionEnd:
    """What the session came to. One without exit.json was interrupted."""
    record = folder.exit()
    told = read_told(folder.events_path)
    outcome, result, reason = _judge(folder, record, told)
    if folder.exists():
        # Reasons go into briefs, which must be the same wherever the workspace lies.
        reason = reason.replace(f"{folder.spec().worktree}/", "")
    return SessionEnd(
        outcome,
        result,
        record.code if record else None,
        reason,
        told.usage.tokens,
        told.usage.cost,
        _retry_at(told.limited, record) if outcome == "runtime" else None,
        lasting=outcome == "runtime" and record is not None and record.code in LASTING,
        limited=outcome == "runtime" and record is not None and record.code == EXIT_RATE_LIMITED,
    )


def _judge(folder: SessionFolder, record: ExitRecord | None, told: Told) -> tuple[Outcome, Result | None, str]:
    if cancelled := folder.cancelled():
        return cancelled.outcome, None, cancelled.why
    if record is None:
        return "interrupted", None, "its processes are gone and it did not say that it ended"
    if record.code in KILLED:
        return "interrupted", None, f"the agent was killed (exit code {record.code})"
    said = told.error or _last_line(folder.stderr_log)
    if trouble := RUNTIME_TROUBLE.get(record.code):
        return "runtime", None, f"{trouble}: {said}" if said else trouble
    if record.code == EXIT_CONTEXT_OVERFLOW:
        return "overflow", None, "context overflow: the work did not fit into the model's context"
    if record.code != EXIT_DONE:
        return "failed", None, said or f"the agent ended with exit code {record.code}"
    try:
        result = folder.result()
    except ResultError as error:
        return "failed", None, str(error)
    reason = {"done": "", "failed": result.summary, "needs_input": "\n".join(result.questions)}[result.status]
    return result.status, result, reason


def read_told(path: Path) -> Told:
    """Read an events file for usage (summed), the last error and the last rate limit."""
    told = Told()
    try:
        with path.open("rb") as file:
            for line in file:
                if any(word in line for word in (b'"usage"', b'"error"', b'"rate_limited"')):
                    _note(told, parse_event(line))
    except FileNotFoundError:
        pass
    return told


def _note(told: Told, event: Event) -> None:
    if event.kind == "usage":
        told.usage.add(event)
    elif event.kind == "error":
        told.error = event.text_of("message", "text") or told.error
    elif event.kind == "rate_limited":
        told.limited = event


def _retry_at(limited: Event | None, record: ExitRecord | None) -> str | None:
    """The moment named by the provider, or so many seconds after the end."""
    if limited is None:
        return None
    try:
        if moment := limited.text_of("retry_at"):
            return iso(datetime.fromisoformat(moment))
        seconds = limited.fields.get("retry_after_seconds")
        if record and isinstance(seconds, int | float):
            return iso(datetime.fromisoformat(record.ended_at) + timedelta(seconds=seconds))
    except (ValueError, OverflowError):
        return None  # an adapter's unreadable time is no time
    return None


def _last_line(path: Path) -> str:
    try:
        data = path.read_bytes()[-4096:]
    except FileNotFoundError:
        return ""
    lines = [line.strip() for line in data.decode("utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
