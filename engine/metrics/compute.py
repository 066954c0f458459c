"""From events to figures. Pure: same events, same `now`, same answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.metrics.charges import charges, first_pass, sum_up
from engine.metrics.model import Metrics, PhaseTime, RunTime
from engine.metrics.reading import Key, Raw, Span, key, kind, moment, part, plain, seconds, text, union_seconds
from engine.metrics.sessions import Session, confidence, count, sessions_of
from engine.metrics.waits import waits
from engine.state.events import Base


def metrics(events: Iterable[Raw | Base], now: datetime | None = None) -> Metrics:
    """The figures of the run that these events tell. What is still open counts up to `now`, else to the last event."""
    told = plain(events)
    sessions = sessions_of(told)
    end = _finished(told) or now or _last(told)
    charged = charges(told)
    return Metrics(
        sessions=count(sessions),
        runtimes={
            name: count(s for s in sessions if s.runtime == name) for name in sorted({s.runtime for s in sessions})
        },
        phases=_phases(told, sessions, end),
        first_pass=first_pass(told),
        time=_time(told, end),
        waiting=waits(told, end),
        confidence=confidence(sessions),
        confidence_by_step={
            name: confidence(s for s in sessions if s.step == name)
            for name in sorted({s.step for s in sessions if s.confidence is not None})
        },
        failures=sum_up(charged),
        failures_by_step={
            name: sum_up([c for c in charged if c[0] == name]) for name in sorted({step for step, _ in charged})
        },
        not_understood=sum(not kind(event) for event in told),
    )


def _finished(events: list[Raw]) -> datetime | None:
    return moment(text(_run(events), "finished_at"))


def _run(events: list[Raw]) -> Raw:
    return next((part(event, "run") for event in reversed(events) if kind(event) == "run_set"), {})


def _last(events: list[Raw]) -> datetime | None:
    return max((at for event in events if (at := moment(text(event, "at")))), default=None)


def _first(events: list[Raw]) -> str:
    return next((text(event, "at") for event in events if moment(text(event, "at"))), "")


def _time(events: list[Raw], end: datetime | None) -> RunTime:
    run = _run(events)
    started = text(run, "started_at") or _first(events)
    return RunTime(
        started_at=started or None,
        finished_at=text(run, "finished_at") or None,
        elapsed_seconds=seconds(moment(started), end),
        working_seconds=union_seconds(_work(events)),
    )


_GOES_ON = {"gen_check", "review_check", "land"}
"""Stages that the engine works on at once: nothing is waited for."""


def _work(events: list[Raw]) -> list[Span]:
    """When an action, a session or the check and landing after it was under way, up to the last event."""
    spans: list[Span] = []
    begun: dict[Key, datetime] = {}
    for event in events:
        at, instance = moment(text(event, "at")), key(event)
        if at is None or not instance[0]:
            continue
        match kind(event):
            case "session_started" | "action_started" | "landing_started":
                begun.setdefault(instance, at)
                continue
            case "session_ended" if text(event, "outcome") == "done":
                continue
            case "check_ended" | "action_ended" if text(event, "next") in _GOES_ON:
                continue
            case "":
                continue
        if instance in begun:
            spans.append((begun.pop(instance), at))
    last = _last(events)
    return spans + [(begin, last) for begin in begun.values() if last and last > begin]


def _phases(events: list[Raw], sessions: list[Session], end: datetime | None) -> dict[str, PhaseTime]:
    titles: dict[str, str] = {}
    started: dict[str, str] = {}
    ended: dict[str, str] = {}
    for event in events:
        name = str(event.get("phase"))
        match kind(event):
            case "phase_started":
                titles[name] = text(event, "title")
                started.setdefault(name, text(event, "at"))
            case "phase_ended":
                ended[name] = text(event, "at")
    names = sorted({*started, *(s.phase for s in sessions)}, key=lambda name: (not name.isdigit(), len(name), name))
    return {
        name: PhaseTime(
            title=titles.get(name, ""),
            started_at=started.get(name),
            ended_at=ended.get(name),
            elapsed_seconds=seconds(moment(started.get(name, "")), moment(ended.get(name, "")) or end),
            sessions=count(s for s in sessions if s.phase == name),
        )
        for name in names
    }
