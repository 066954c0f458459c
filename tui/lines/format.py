"""How durations, counts and status words look, the same on every screen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.assessment import Status


class Look(NamedTuple):
    """A status as a glyph and a colour; the word is always there too."""

    glyph: str
    colour: str
    """A theme variable, such as `$primary`."""


LOOKS: dict[Status, Look] = {
    "pending": Look("·", "$text-disabled"),
    "ready": Look("○", "$text-muted"),
    "running": Look("●", "$text-primary"),
    "checking": Look("◐", "$text-secondary"),
    "waiting_approval": Look("◆", "$text-warning"),
    "waiting_answer": Look("?", "$text-warning"),
    "paused": Look("‖", "$text-secondary"),
    "done": Look("✓", "$text-success"),
    "stale": Look("≈", "$text-accent"),
    "failed": Look("✗", "$text-error"),
    "stopped": Look("■", "$text-error"),
    "skipped": Look("–", "$text-disabled"),
}


def word(status: Status, room: int = 99) -> str:
    """The status word for people; a shorter one where there is little room."""
    full = status.replace("_", " ")
    return full if len(full) <= room else full.split(" ")[0]


def outcome_word(outcome: str | None) -> str:
    """How a session came out, for people; it runs while there is no outcome."""
    return "runtime failed" if outcome == "runtime" else (outcome or "running").replace("_", " ")


def duration(seconds: float | None) -> str:
    """`0:07`, `12:30`, `2:05:00`; empty when unknown."""
    if seconds is None:
        return ""
    total = max(0, int(seconds))
    hours, rest = divmod(total, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def ago(seconds: float) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    minutes = max(0, int(seconds)) // 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    return f"{plural(minutes // (24 * 60), 'day')} ago"


def count(number: int | None, unit: str = "") -> str:
    """`950`, `8.4k`, `1.2M`, with its unit; empty when unknown."""
    if number is None:
        return ""
    if number < 1000:
        text = str(number)
    elif number < 999_950:
        text = f"{number / 1000:.1f}k"
    else:
        text = f"{number / 1_000_000:.1f}M"
    return f"{text} {unit}".strip()


def plural(number: int, noun: str) -> str:
    """`1 session`, `2 sessions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def timestamp(text: str | None) -> float | None:
    """Seconds since the epoch of an ISO 8601 time; None when there is none or it cannot be read."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def elapsed(started: float | None, ended: float | None, now: float) -> float | None:
    """How long something took, or has been going on."""
    return None if started is None else (now if ended is None else ended) - started
