"""How the runtimes are doing, by what each session showed."""

from __future__ import annotations

from datetime import datetime

from engine.runner.context import Context
from engine.runtimes import Trouble, after_success, after_trouble
from engine.sessions.folder import SessionFolder
from engine.sessions.pool import SessionEnd
from engine.state.clock import iso
from engine.state.events import RuntimeSet, SessionEnded
from engine.state.models import SessionFact

WORKED = ("done", "failed", "needs_input", "overflow")


def runtime_health(context: Context, event: SessionEnded, end: SessionEnd, folder: SessionFolder) -> list[RuntimeSet]:
    """What the end of a session says of its runtime: nothing new, trouble, or that the trouble is over."""
    session = next((s for s in context.record(event.step, event.lego).sessions if s.id == event.session), None)
    if session is None:
        return []
    health = context.state.orchestrator.runtimes
    before = health.get(session.runtime)
    most = context.orchestration.valves.parallel_sessions
    open_ones = [record.open_session for record in context.state.records() if record.open_session]
    live = sum(one.runtime == session.runtime and one.id != session.id for one in open_ones)
    if end.outcome == "runtime":
        fact = after_trouble(before, _trouble(context, session, end, folder), most, live)
        if fact.until:
            context.say(f"{session.runtime} rests until {fact.until}: {end.reason}")
        return [RuntimeSet(runtime=session.runtime, fact=fact)]
    if before is None or event.outcome not in WORKED:
        return []
    after = after_success(before, most, live)
    return [] if after == before else [RuntimeSet(runtime=session.runtime, fact=after)]


def _trouble(context: Context, session: SessionFact, end: SessionEnd, folder: SessionFolder) -> Trouble:
    record = folder.exit()
    ended = iso(datetime.fromisoformat(record.ended_at)) if record else context.store.time()
    return Trouble(end.reason, session.started_at, ended, end.retry_at, end.lasting, end.limited)
