"""Trouble with runtimes: who can take a session now, and when the others are tried again. Pure.

A rate limit or a server that is down says nothing about the work. The runtime rests until the moment its provider
named, else for a time that doubles with each trouble in a row; meanwhile the next one in the user's order takes over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from engine.state.clock import iso
from engine.state.models import RuntimeFact

FIRST_REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 1800.0
MOST_TROUBLES = 10
"""So often in a row a runtime is tried again by itself (about three hours); after that a person has to look."""

Health = Mapping[str, RuntimeFact]


def available(runtimes: Sequence[str], health: Health, live: Mapping[str, int], now: str) -> list[str]:
    """The runtimes that can take one more session now, in the user's order. `live`: sessions under way on each."""
    return [name for name in runtimes if _works(health.get(name), now) and _has_room(health.get(name), live, name)]


def rested(runtimes: Sequence[str], health: Health, now: str) -> list[str]:
    """The runtimes without trouble now, whether they have room or not."""
    return [name for name in runtimes if _works(health.get(name), now)]


def next_try(runtimes: Sequence[str], health: Health, now: str) -> str | None:
    """When the first of the resting runtimes is tried again; None if none will be without a person."""
    moments = [health[name].until for name in runtimes if name in health and health[name].failures]
    return min((moment for moment in moments if moment and moment > now), default=None)


def why_none(runtimes: Sequence[str], health: Health) -> str:
    """Why no session can be started, a runtime after the other."""
    told = [f"{name}: {health[name].reason}{_when(health[name])}" for name in runtimes if name in health]
    return "; ".join(told)


def after_trouble(
    before: RuntimeFact | None,
    *,
    reason: str,
    now: str,
    began: str,
    retry_at: str | None,
    lasting: bool,
    limited: bool,
    live: int,
) -> RuntimeFact:
    """What is known of a runtime after a session it could not run.

    `began`: when that session started. Sessions that were under way together when the trouble came are one trouble.
    `lasting`: nothing will change by itself (not logged in, not installed, wrong configuration). `limited`: a rate
    limit, which also halves how many of the `live` sessions may run at once.
    """
    fact = before or RuntimeFact()
    again = not fact.failures or began >= fact.since
    failures = fact.failures + again
    until = retry_at or _later(now, min(FIRST_REST_SECONDS * 2 ** (failures - 1), LONGEST_REST_SECONDS))
    if lasting or failures > MOST_TROUBLES:
        return fact.model_copy(update={"reason": reason, "since": now, "until": None, "failures": failures})
    limit = max(1, live // 2) if limited and again else fact.limit
    return RuntimeFact(
        reason=reason, since=now, until=max(until, fact.until or ""), failures=failures, limit=limit, streak=0
    )


def after_success(before: RuntimeFact | None, most: int) -> RuntimeFact | None:
    """What is known of a runtime after a session that ran: its trouble is over, its limit grows slowly up to `most`."""
    if before is None or before.limit is None:
        return None
    streak, limit = before.streak + 1, before.limit
    if streak >= limit:
        streak, limit = 0, limit + 1
    return None if limit >= most else RuntimeFact(limit=limit, streak=streak)


def _works(fact: RuntimeFact | None, now: str) -> bool:
    return fact is None or not fact.failures or (fact.until is not None and fact.until <= now)


def _has_room(fact: RuntimeFact | None, live: Mapping[str, int], name: str) -> bool:
    if fact is None:
        return True
    # After trouble one session tries whether it is over, and only then the others follow.
    limit = 1 if fact.failures else fact.limit
    return limit is None or live.get(name, 0) < limit


def _when(fact: RuntimeFact) -> str:
    return f" (again at {fact.until})" if fact.until else " (not before you have acted, then `meta run`)"


def _later(moment: str, seconds: float) -> str:
    return iso(datetime.fromisoformat(moment) + timedelta(seconds=seconds))
