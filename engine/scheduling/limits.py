"""How many sessions of one runtime at once: more while it serves them, half as many once it refuses. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.state.models import Outcome

_SERVED = ("done", "failed", "needs_input")
"""The runtime brought the session to its end; whether the work was any good is not its concern."""

_UNKNOWN = ("interrupted", "cancelled")
"""Ended from outside: tells nothing of the runtime."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of one runtime. `row` counts the sessions served one after the other since it last changed.

    `older` sessions were under way when the limit was halved: they say nothing about the new one.
    """

    sessions: int
    row: int = 0
    older: int = 0


def limit_after(limit: Limit, outcome: Outcome | Literal["rate_limited"], live: int, ceiling: int) -> Limit:
    """The limit once a session ended so, with `live` sessions of that runtime still under way without it.

    Halved (at least 1) by a rate limit, once however many sessions run into the same one; one more after each
    `limit.sessions` sessions served in a row, up to the ceiling.
    """
    sessions = min(limit.sessions, ceiling)
    if limit.older:
        return Limit(sessions, 0, min(limit.older - 1, live))
    if outcome == "rate_limited":
        return Limit(max(1, sessions // 2), 0, live)
    if outcome in _UNKNOWN:
        return Limit(sessions, limit.row)
    if outcome not in _SERVED:
        return Limit(sessions)
    if limit.row + 1 < sessions:
        return Limit(sessions, limit.row + 1)
    return Limit(min(ceiling, sessions + 1))
