"""What the planner can ask the runner to do. Each has a `key`: two actions of one key are the same piece of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.names import instance_name
from engine.state.models import Command, Decision, Stage, Substep, Waiting


@dataclass(frozen=True, slots=True)
class StepAction:
    """An action on one step, or one step of one LEGO."""

    step: str
    lego: str | None

    @property
    def key(self) -> str:
        """One piece of work at a time for each instance."""
        return instance_name(self.step, self.lego)


@dataclass(frozen=True, slots=True)
class StartSession(StepAction):
    """Start a new agent session on the first of these runtimes that can take it."""

    substep: Substep
    runtimes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowSession(StepAction):
    """Wait for a session that was started (by this engine or an earlier one) and take over what it made."""

    session: str


@dataclass(frozen=True, slots=True)
class GiveToPerson(StepAction):
    """Put the work of an ended session, as it lies in its worktree, into the hands of a person."""

    session: str


@dataclass(frozen=True, slots=True)
class RunCheck(StepAction):
    """Evaluate the exit criteria on the step's commit."""

    after: Stage
    passed: Stage
    """The stage that follows a green check."""


@dataclass(frozen=True, slots=True)
class RunAction(StepAction):
    """Carry out an engine action on these inputs (path → identity)."""

    action: str
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Land(StepAction):
    """Bring the step's work where it belongs; `next` is the stage that follows."""

    next: Stage


@dataclass(frozen=True, slots=True)
class Reopen(StepAction):
    """Do a step again, because what it read has changed (`changed`) and it may rerun."""

    why: str
    stage: Stage
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Put a question to a person."""

    waiting: Waiting

    @property
    def key(self) -> str:
        """One question a gate."""
        return f"ask {self.waiting.gate}"


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a question back: there is nothing to decide any more."""

    waiting: Waiting

    @property
    def key(self) -> str:
        """One question a gate."""
        return f"ask {self.waiting.gate}"


@dataclass(frozen=True, slots=True)
class TakeDecision:
    """A person answered the open question."""

    waiting: Waiting
    decision: Decision
    next: Stage

    @property
    def key(self) -> str:
        """One decision a gate."""
        return f"decide {self.waiting.gate}"


@dataclass(frozen=True, slots=True)
class CarryOut:
    """A command file that was not carried out yet."""

    command: Command

    @property
    def key(self) -> str:
        """Once each."""
        return f"command {self.command.id}"


@dataclass(frozen=True, slots=True)
class BeginPhase:
    """The first step of a phase is about to begin."""

    phase: int
    title: str

    @property
    def key(self) -> str:
        """Once each."""
        return f"begin phase {self.phase}"


@dataclass(frozen=True, slots=True)
class EndPhase:
    """Everything in a phase is done."""

    phase: int

    @property
    def key(self) -> str:
        """Once each."""
        return f"end phase {self.phase}"


@dataclass(frozen=True, slots=True)
class TripValve:
    """A valve stopped a branch of the work."""

    instance: str
    message: str

    @property
    def key(self) -> str:
        """One valve an instance."""
        return f"valve {self.instance}"


@dataclass(frozen=True, slots=True)
class ResetValve:
    """The cause is gone."""

    instance: str

    @property
    def key(self) -> str:
        """One valve an instance."""
        return f"valve {self.instance}"


Action = (
    StartSession
    | FollowSession
    | GiveToPerson
    | RunCheck
    | RunAction
    | Land
    | Reopen
    | Ask
    | Withdraw
    | TakeDecision
    | CarryOut
    | BeginPhase
    | EndPhase
    | TripValve
    | ResetValve
)
