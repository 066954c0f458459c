"""Typed events: what is written to the journal before it takes effect. `engine.state.apply` says what each means."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from engine.state.models import (
    CheckFact,
    Comment,
    Fact,
    GateFact,
    Outcome,
    PhaseFact,
    Run,
    RuntimeFact,
    SessionFact,
    Stage,
    StepRecord,
    Substep,
    Undoing,
    Waiting,
)


class Base(Fact):
    """What every event has: its number in the journal and the time (ISO 8601, UTC) it was written."""

    seq: int = 0
    at: str = ""


class StepBase(Base):
    """An event of one step, or of one step of one LEGO."""

    step: str
    lego: str | None = None


class RunSet(Base):
    """The run began, or something about it became known; the whole new value."""

    event: Literal["run_set"] = "run_set"
    run: Run


class PhaseStarted(Base):
    """The first step of a phase began."""

    event: Literal["phase_started"] = "phase_started"
    phase: int
    title: str


class PhaseEnded(Base):
    """Every step of a phase is done."""

    event: Literal["phase_ended"] = "phase_ended"
    phase: int


class ActionStarted(StepBase):
    """An engine action began."""

    event: Literal["action_started"] = "action_started"
    document: str = ""


class ActionEnded(StepBase):
    """An engine action ended well; `commit` is what it made, if anything is to land."""

    event: Literal["action_ended"] = "action_ended"
    commit: str | None = None
    inputs: dict[str, str] = {}
    edited: list[str] = []
    generated: str | None = None
    next: Stage


class SessionStarted(StepBase):
    """A session is about to be started: journaled before its process exists."""

    event: Literal["session_started"] = "session_started"
    session: SessionFact
    document: str = ""
    text: str = ""


class SessionEnded(StepBase):
    """A session ended, and its work was taken over as `commit` (or not, and why).

    `charge` says whether this counts as a work failure.
    """

    event: Literal["session_ended"] = "session_ended"
    session: str
    substep: Substep
    outcome: Outcome
    commit: str | None = None
    reason: str = ""
    summary: str = ""
    confidence: float | None = None
    tokens: int | None = None
    cost: float | None = None
    questions: list[str] = []
    charge: bool = False
    tree: str = ""
    """The git tree it left."""
    ours: bool = False
    """An interruption that we caused, by stopping the run: it is not counted."""
    edited: list[str] = []
    generated: str | None = None
    conflicts: dict[str, str] = {}


class TakenOver(StepBase):
    """A person takes the work of a live session into their own hands: journaled before the session is ended."""

    event: Literal["taken_over"] = "taken_over"
    session: str


class RuntimeSet(Base):
    """How a runtime is doing, as a session showed; None: nothing is held against it any more."""

    event: Literal["runtime_set"] = "runtime_set"
    runtime: str
    fact: RuntimeFact | None


class CheckEnded(StepBase):
    """The engine ran the exit criteria. `next` is the stage that follows."""

    event: Literal["check_ended"] = "check_ended"
    check: CheckFact
    next: Stage
    evidence: str = ""
    charge: bool = True
    """Whether a red check counts against this step; False when another step is to blame."""
    inputs: dict[str, str] = {}
    """What finished work stands on from now on: it was found good with these. Empty: on what it was made from."""


class LandingStarted(StepBase):
    """The checkout is about to be moved from `old` to `new`."""

    event: Literal["landing_started"] = "landing_started"
    old: str
    new: str


class Landed(StepBase):
    """The step's work is where it belongs: on the branch, or (held) on the LEGO's own line as `tip`."""

    event: Literal["landed"] = "landed"
    commit: str
    outputs: dict[str, str] = {}
    tip: str | None = None
    next: Stage


class GateAsked(StepBase):
    """A person is needed. Replaces an earlier question of the same gate."""

    event: Literal["gate_asked"] = "gate_asked"
    waiting: Waiting


class GateWithdrawn(StepBase):
    """The question has no object any more: what was changed was changed back."""

    event: Literal["gate_withdrawn"] = "gate_withdrawn"
    gate: str


class GateDecided(StepBase):
    """A person (or `--yes`) decided."""

    event: Literal["gate_decided"] = "gate_decided"
    fact: GateFact
    comments: list[Comment] = []
    answers: dict[str, str] = {}
    outputs: dict[str, str] = {}
    next: Stage


class Noted(StepBase):
    """A person adds something to the next brief of a step."""

    event: Literal["noted"] = "noted"
    comment: Comment


class Reopened(StepBase):
    """A step's work is to be done again: blamed, stale and consented, retried, or revised."""

    event: Literal["reopened"] = "reopened"
    why: str
    evidence: str = ""
    charge: bool = False
    forgive: bool = False
    stage: Stage = "gen"


class StepStopped(StepBase):
    """The step cannot go on without a person; siblings do."""

    event: Literal["step_stopped"] = "step_stopped"
    why: str


class ValveTripped(Base):
    """A safety valve stopped a branch of the work."""

    event: Literal["valve_tripped"] = "valve_tripped"
    instance: str
    message: str


class ValveReset(Base):
    """What had tripped the valve is gone."""

    event: Literal["valve_reset"] = "valve_reset"
    instance: str


class CommandDone(Base):
    """A `command-<id>.json` was carried out."""

    event: Literal["command_done"] = "command_done"
    id: str


class UndoStarted(Base):
    """A person takes a unit of work back: the checkout is about to be moved."""

    event: Literal["undo_started"] = "undo_started"
    undoing: Undoing


class LegoBefore(Fact):
    """What a LEGO's file said before the work that is undone: of the steps only those that differ."""

    steps: dict[str, StepRecord] = {}
    tip: str | None = None
    held: dict[str, str] = {}


class Undone(Base):
    """The work is off the branch, and the facts are as they were before it. What it had used stays used."""

    event: Literal["undone"] = "undone"
    unit: int
    run: Run
    phases: dict[str, PhaseFact] = {}
    waiting: list[Waiting] = []
    steps: dict[str, StepRecord] = {}
    legos: dict[str, LegoBefore] = {}


Event = Annotated[
    RunSet
    | PhaseStarted
    | PhaseEnded
    | ActionStarted
    | ActionEnded
    | SessionStarted
    | SessionEnded
    | TakenOver
    | RuntimeSet
    | CheckEnded
    | LandingStarted
    | Landed
    | GateAsked
    | GateWithdrawn
    | GateDecided
    | Noted
    | Reopened
    | StepStopped
    | ValveTripped
    | ValveReset
    | CommandDone
    | UndoStarted
    | Undone,
    Field(discriminator="event"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
