"""Trouble with runtimes: who can take a session now, and when the others are tried again. Pure.

A rate limit or a server that is down says nothing about the work. The runtime rests until the moment its provider
named, else for a time that doubles with each trouble in a row; meanwhile the next one in the user's order takes over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.scheduling.limits import Limit, limit_after
from engine.state.clock import iso
from engine.state.models import RuntimeFact

FIRST_REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 1800.0
MOST_TROUBLES = 10
"""So often in a row a runtime is tried again by itself (about three hours); after that a person has to look."""
UNLIMITED = math.inf


@dataclass(frozen=True, slots=True)
class Trouble:
    """A session that a runtime could not run. Times are ISO 8601, UTC."""

    reason: str
    began: str
    """When that session started."""
    at: str
    """When it ended."""
    retry_at: str | None = None
    """The moment its provider named."""
    lasting: bool = False
    """Nothing will change by itself: not logged in, not installed, a wrong configuration."""
    limited: bool = False
    """A rate limit: it also halves how many sessions run at once."""


Health = Mapping[str, RuntimeFact]


def available(
    runtimes: Sequence[str],
    health: Health,
    live: Mapping[str, int],
    now: str,
    parallel: Mapping[str, int] | None = None,
) -> list[str]:
    """The runtimes that can take one more session now, in the user's order.

    `live`: sessions under way on each; `parallel`: how many the user allows at once, where they said so.
    """
    most = parallel or {}
    return [
        name
        for name in rested(runtimes, health, now)
        if live.get(name, 0) < min(most.get(name, UNLIMITED), _room(health.get(name)))
    ]


def rested(runtimes: Sequence[str], health: Health, now: str) -> list[str]:
    """The runtimes without trouble now, whether they have room or not."""
    return [name for name in runtimes if _works(health.get(name), now)]


def next_try(runtimes: Sequence[str], health: Health, now: str) -> str | None:
    """When the first of the resting runtimes is tried again; None if none will be without a person."""
    moments = [health[name].until for name in runtimes if name in health and health[name].failures]
    return min((moment for moment in moments if moment and moment > now), default=None)


def resting(runtimes: Sequence[str], health: Health) -> list[str]:
    """Why each runtime with trouble takes no session, and when it is tried again."""
    return [f"{name}: {health[name].reason}{_when(health[name])}" for name in runtimes if name in health]


def why_none(runtimes: Sequence[str], health: Health) -> str:
    """Why no session can be started, a runtime after the other."""
    return "; ".join(resting(runtimes, health))


def after_trouble(before: RuntimeFact | None, trouble: Trouble, most: int, live: int) -> RuntimeFact:
    """What is known of a runtime after a session it could not run.

    `most`: sessions at once without any limit; `live`: those under way there now, without this one.
    """
    fact = before or RuntimeFact()
    # Sessions that were under way together when the trouble came are one trouble.
    failures = fact.failures + (not fact.failures or trouble.began >= fact.since)
    if trouble.lasting or failures > MOST_TROUBLES:
        update = {"reason": trouble.reason, "since": trouble.at, "until": None, "failures": failures}
        return fact.model_copy(update=update)
    told = trouble.retry_at if trouble.retry_at and trouble.retry_at > trouble.at else None  # past: clocks differ
    rest = min(FIRST_REST_SECONDS * 2 ** (failures - 1), LONGEST_REST_SECONDS)
    limit = limit_after(_limit(fact, most), "rate_limited", live, most) if trouble.limited else None
    return RuntimeFact(
        reason=trouble.reason,
        since=trouble.at,
        until=max(told or _later(trouble.at, rest), fact.until or ""),
        failures=failures,
        limit=limit.sessions if limit else fact.limit,
        streak=limit.row if limit else 0,
        older=limit.older if limit else fact.older,
    )


def after_success(before: RuntimeFact | None, most: int, live: int) -> RuntimeFact | None:
    """What is known of a runtime after a session that ran: its trouble is over, its limit grows slowly up to `most`."""
    if before is None or before.limit is None:
        return None
    limit = limit_after(_limit(before, most), "done", live, most)
    if limit.sessions >= most:
        return None
    return RuntimeFact(limit=limit.sessions, streak=limit.row, older=limit.older)


def _limit(fact: RuntimeFact, most: int) -> Limit:
    return Limit(most if fact.limit is None else fact.limit, fact.streak, fact.older)


def _works(fact: RuntimeFact | None, now: str) -> bool:
    return fact is None or not fact.failures or (fact.until is not None and fact.until <= now)


def _room(fact: RuntimeFact | None) -> float:
    """How many sessions at once its troubles allow: after one, a single session tries whether it is over."""
    if fact is None or (fact.limit is None and not fact.failures):
        return UNLIMITED
    return 1 if fact.failures else fact.limit or 1


def _when(fact: RuntimeFact) -> str:
    return f" (again at {fact.until})" if fact.until else " (not before you have acted, then `meta run`)"


def _later(moment: str, seconds: float) -> str:
    return iso(datetime.fromisoformat(moment) + timedelta(seconds=seconds))
