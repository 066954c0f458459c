"""Caps on tokens, money and time, for each LEGO, each day and this run: what is used up, in words. Pure.

A cap stops new sessions; what is under way ends, checks go on, and so do the siblings of a LEGO at its cap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial

from engine.snapshot import Snapshot
from engine.state.models import SessionFact

DAY = len("2026-11-22")


def used_up(snapshot: Snapshot, lego: str | None) -> str:
    """Which cap forbids another session (of this LEGO), and what to do; "" if none does.

    What nobody told (tokens and cost of an agent that reports none) counts as nothing: a cap cannot see it.
    """
    return next(_reached(snapshot, lego), "")


def _reached(snapshot: Snapshot, lego: str | None) -> Iterator[str]:
    valves, options, budget = snapshot.orchestration.valves, snapshot.options, snapshot.state.orchestrator.budget
    today, own = partial(_of_today, snapshot), partial(_of_lego, snapshot, lego)
    rows: list[tuple[str, float | None, Callable[[], float]]] = [
        ("tokens of this run", options.most_tokens, lambda: budget.tokens or 0),
        ("dollars of this run", options.most_cost, lambda: budget.cost or 0),
        (f"tokens of {lego}", valves.lego_tokens, lambda: _tokens(own())),
        (f"dollars of {lego}", valves.lego_cost, lambda: _cost(own())),
        (f"minutes of {lego}", valves.lego_minutes, lambda: _minutes(own())),
        ("tokens of this day", valves.day_tokens, lambda: _tokens(today())),
        ("dollars of this day", valves.day_cost, lambda: _cost(today())),
        ("minutes of this day", valves.day_minutes, lambda: _minutes(today())),
    ]
    for what, most, count in rows:
        if most is not None and (used := count()) >= most:
            yield f"{what}: {round(used, 3):,.10g} used of at most {most:,.10g}; {_way_out(what)}"


def _way_out(what: str) -> str:
    if what.endswith("run"):
        return "`meta run` goes on with a new cap"
    later = ", or go on after midnight (UTC)" if what.endswith("day") else ""
    return f'raise it under "Safety valves", then `meta run`{later}'


def _of_today(snapshot: Snapshot) -> list[SessionFact]:
    everything = (session for record in snapshot.state.records() for session in record.all_sessions)
    return [session for session in everything if session.started_at[:DAY] == snapshot.now[:DAY]]


def _of_lego(snapshot: Snapshot, lego: str | None) -> list[SessionFact]:
    state = snapshot.state.legos.get(lego or "")
    return [session for record in state.steps.values() for session in record.all_sessions] if state else []


def _tokens(sessions: Iterable[SessionFact]) -> float:
    return sum(session.tokens or 0 for session in sessions)


def _cost(sessions: Iterable[SessionFact]) -> float:
    return sum(session.cost or 0.0 for session in sessions)


def _minutes(sessions: Iterable[SessionFact]) -> float:
    return sum(_span(session) for session in sessions if session.ended_at) / 60


def _span(session: SessionFact) -> float:
    ended = datetime.fromisoformat(session.ended_at or session.started_at)
    return max(0.0, (ended - datetime.fromisoformat(session.started_at)).total_seconds())
