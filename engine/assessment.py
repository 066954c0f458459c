"""The derived words: what `engine.planner.assess` says of every step, for engine, command line and screen alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal[
    "pending",
    "ready",
    "running",
    "checking",
    "waiting_approval",
    "waiting_answer",
    "paused",
    "done",
    "stale",
    "failed",
    "stopped",
    "skipped",
]
"""The status words, the same everywhere."""

Work = Literal["", "gen", "review", "check", "action", "land"]
"""What is under way or due in a step; "" for nothing."""

SETTLED: frozenset[Status] = frozenset({"done", "stale", "skipped"})
"""The words after which later work may go on: a stale result still counts until a person asks for a new one."""

BLOCKED: frozenset[Status] = frozenset({"failed", "stopped"})
"""The words that need a person before this branch of the work can go on."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One run of a step: of the app, or of one LEGO. `why` explains the status in one sentence."""

    step: str
    lego: str | None
    phase: int
    status: Status
    why: str = ""
    substep: Work = ""
    """What is under way or due."""
    attempt: int = 0
    failure_count: int = 0
    session: str | None = None
    """The session under way, else the last one."""
    gate: str | None = None
    edited: tuple[str, ...] = ()
    """Output paths that a person changed since they landed."""
    started_at: str | None = None
    ended_at: str | None = None

    @property
    def name(self) -> str:
        """`tests` or `tests_store`: unique, and the name of its gate."""
        return f"{self.step}_{self.lego}" if self.lego else self.step


@dataclass(frozen=True, slots=True)
class PhaseStatus:
    """A phase with everything in it, and the one word that sums it up."""

    number: int
    title: str
    status: Status
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """Every phase, in order."""

    phases: tuple[PhaseStatus, ...]

    def instances(self) -> tuple[Instance, ...]:
        """Every instance, in document order."""
        return tuple(instance for phase in self.phases for instance in phase.instances)
