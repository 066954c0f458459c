"""The derived words: what `engine.planner.assess` says of every step, for engine, command line and screen alike."""

from __future__ import annotations

from typing import Literal, NamedTuple

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
"""The status words, the same everywhere. A phase has the most urgent word of the steps in it.

pending: Something it needs is not there yet: an input, an earlier phase, the LEGO plan. It says which step it waits
  for. So does a step behind the phase that `--until` names.
ready: It has all it needs and starts as soon as there is room. So has a step of the engine whose input has changed,
  or whose criteria have: it runs, or is checked, again by itself.
running: A session is at work on it.
checking: The engine evaluates its exit criteria on a commit.
waiting_approval: Its work has passed the check and a person decides: `meta approve GATE` or `meta revise GATE`. So does
  a step whose approved work was edited since.
waiting_answer: Its session has questions: `meta answer FILE --gate GATE` answers them.
paused: It could go on, and the run is paused, or no runtime can work now; `meta run` goes on.
done: Its work has passed the check, has landed, and is approved where that is asked for.
stale: It was done, and an input has changed since, or it follows from a step that is stale. Later steps go on with what
  there is; `meta run --refresh` does it again.
failed: Its work came out wrong as often as the valve `failure_count` allows; `meta retry` tries again.
stopped: Something is in the way that trying again does not mend: a person's stop, a cap, no progress, edits that were
  not committed, work that no longer merges. It says what, and how to go on.
skipped: Not part of this run: another mode, another lane, an app that is not sensitive, a LEGO that stays as it is.
"""

Work = Literal["", "gen", "review", "check", "action", "land"]
"""What is under way or due in a step; "" for nothing."""

SETTLED: frozenset[Status] = frozenset({"done", "stale", "skipped"})
"""The words after which later work may go on: a stale result still counts until a person asks for a new one."""

BLOCKED: frozenset[Status] = frozenset({"failed", "stopped"})
"""The words that need a person before this branch of the work can go on."""


class Instance(NamedTuple):
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
    older_text: bool = False
    """Whether the document tells it something else now than when it ran: no reason to do it again."""
    started_at: str | None = None
    ended_at: str | None = None

    @property
    def name(self) -> str:
        """`tests` or `tests_store`: unique, and the name of its gate."""
        return f"{self.step}_{self.lego}" if self.lego else self.step


class PhaseStatus(NamedTuple):
    """A phase with everything in it, and the one word that sums it up."""

    number: int
    title: str
    status: Status
    instances: tuple[Instance, ...] = ()


class Assessment(NamedTuple):
    """Every phase, in order."""

    phases: tuple[PhaseStatus, ...]

    def instances(self) -> tuple[Instance, ...]:
        """Every instance, in document order."""
        return tuple(instance for phase in self.phases for instance in phase.instances)
