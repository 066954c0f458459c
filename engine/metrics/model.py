"""The figures of a run. Every field is described in `docs/status.md`; None always means unknown, never zero."""

from __future__ import annotations

from dataclasses import dataclass, field

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum over the sessions that ended, and how many of them told nothing about it."""

    total: float | None = None
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions: all of a run, of one runtime or of one phase."""

    count: int = 0
    open: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    tokens: Amount = Amount()
    cost: Amount = Amount()


@dataclass(frozen=True, slots=True)
class FirstPass:
    """How many instances with sessions ended, and how many of them needed only their first Gen."""

    passed: int = 0
    ended: int = 0
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class RunTime:
    """From the first moment of the run to its end, or to now, and how much of that was work."""

    started_at: str | None = None
    finished_at: str | None = None
    elapsed_seconds: float | None = None
    working_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """One phase: when, how long, and its sessions."""

    title: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    elapsed_seconds: float | None = None
    sessions: Sessions = Sessions()


@dataclass(frozen=True, slots=True)
class GateWait:
    """How long one gate waited for a person; `open_since` if it still does."""

    seconds: float = 0.0
    asked: int = 0
    open_since: str | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Waiting for a person: the sum over the gates, and the time in which at least one was open."""

    seconds: float = 0.0
    elapsed_seconds: float = 0.0
    gates: dict[str, GateWait] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Confidence:
    """What sessions said of their own work, from 0 to 1."""

    sessions: int = 0
    mean: float | None = None
    lowest: float | None = None
    lowest_session: str | None = None


@dataclass(frozen=True, slots=True)
class Failures:
    """What was charged to a step: failed sessions, red checks, and work that another step's check blamed on it."""

    total: int = 0
    sessions: int = 0
    checks: int = 0
    blamed: int = 0


@dataclass(frozen=True, slots=True)
class Metrics:
    """`meta status --metrics --json`."""

    schema_version: int = SCHEMA_VERSION
    sessions: Sessions = Sessions()
    runtimes: dict[str, Sessions] = field(default_factory=dict)
    phases: dict[str, PhaseTime] = field(default_factory=dict)
    first_pass: FirstPass = FirstPass()
    time: RunTime = RunTime()
    waiting: Waits = Waits()
    confidence: Confidence = Confidence()
    confidence_by_step: dict[str, Confidence] = field(default_factory=dict)
    failures: Failures = Failures()
    failures_by_step: dict[str, Failures] = field(default_factory=dict)
    not_understood: int = 0
