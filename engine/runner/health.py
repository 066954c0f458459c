"""How the runtimes are doing, by what each session showed."""

from __future__ import annotations

from datetime import datetime

from engine.runner.context import Context
from engine.runtimes import after_success, after_trouble
from engine.sessions.folder import SessionFolder
from engine.sessions.pool import SessionEnd
from engine.state.clock import iso
from engine.state.events import RuntimeSet, SessionEnded

WORKED = ("done", "failed", "needs_input", "overflow")


def runtime_health(context: Context, event: SessionEnded, end: SessionEnd, folder: SessionFolder) -> list[RuntimeSet]:
    """What the end of a session says of its runtime: nothing new, trouble, or that the trouble is over."""
    session = next((s for s in context.record(event.step, event.lego).sessions if s.id == event.session), None)
    if session is None:
        return []
    health = context.state.orchestrator.runtimes
    before = health.get(session.runtime)
    live = sum(r.open_session.runtime == session.runtime for r in context.state.records() if r.open_session)
    if end.outcome == "runtime":
        record = folder.exit()
        fact = after_trouble(
            before,
            reason=end.reason,
            now=iso(datetime.fromisoformat(record.ended_at)) if record else context.store.time(),
            began=session.started_at,
            retry_at=end.retry_at,
            lasting=end.lasting,
            limited=end.limited,
            live=live,
        )
        if fact.until:
            context.say(f"{session.runtime} rests until {fact.until}: {end.reason}")
        return [RuntimeSet(runtime=session.runtime, fact=fact)]
    if before is None or event.outcome not in WORKED:
        return []
    fact_after = after_success(before, context.orchestration.valves.parallel_sessions)
    return [] if fact_after == before else [RuntimeSet(runtime=session.runtime, fact=fact_after)]
