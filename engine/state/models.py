"""The facts a run knows, as pydantic models: one `orchestrator_state.json`, one `lego_state_<name>.json` a LEGO.

State holds what happened (what ran, hashes, counts, answers). Derived words such as *ready* or *stale* are never
stored: `engine.planner.assess` computes them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

Substep = Literal["gen", "review"]
Stage = Literal["gen", "gen_check", "review", "review_check", "action", "land", "gate", "done", "stopped"]
"""Where a step stands: what is done next. `action` is the only working stage of a step without sessions."""

Outcome = Literal["done", "failed", "needs_input", "interrupted", "runtime", "overflow", "cancelled"]
"""`runtime`: no agent could be run; `overflow`: the brief did not fit into the model's context."""

Lane = Literal["full", "tiny"]
GateKind = Literal["approval", "answers"]
Verdict = Literal["approve", "revise", "stop", "answer"]


class Fact(BaseModel):
    """Base of all stored models: immutable, and a wrong or unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SessionFact(Fact):
    """One agent session of a step. `attempt` counts the sessions of this (LEGO, step, substep) and never resets."""

    id: str
    substep: Substep
    attempt: int
    runtime: str
    base: str
    """The commit its worktree started from."""
    inputs: dict[str, str] = {}
    started_at: str
    ended_at: str | None = None
    outcome: Outcome | None = None
    commit: str | None = None
    reason: str = ""
    summary: str = ""
    confidence: float | None = None
    tokens: int | None = None
    cost: float | None = None


class CriterionFact(Fact):
    """How one exit criterion came out, and the receipt that proves it."""

    sentence: str
    passed: bool
    detail: str = ""
    receipt: str | None = None


class CheckFact(Fact):
    """One run of a step's exit criteria on a commit, by the engine."""

    after: Stage
    commit: str
    tree: str = ""
    """The git tree of that commit: the same tree with the same failure again is no progress."""
    passed: bool
    criteria: list[CriterionFact] = []
    at: str = ""


class Comment(Fact):
    """A person's remark on an artifact, which the next Gen must answer by its id."""

    id: str
    text: str
    file: str = ""
    line: int | None = None
    quote: str = ""


class GateFact(Fact):
    """A decision a person took (or `--yes` took for them)."""

    gate: str
    round: int
    decision: Verdict
    about: dict[str, str] = {}
    by: str = ""
    at: str = ""


class UndoneWork(Fact):
    """What a step had used for work that a person undid: numbers, tokens and answers are not there a second time."""

    sessions: list[SessionFact] = []
    rounds: int = 0
    """How many decisions were taken on that work: the numbers of its gate go on behind them."""
    at: str = ""
    """When it was undone last; what was decided before then answers nothing that is asked since."""


class StepRecord(Fact):
    """All that happened to one step, or to one step of one LEGO."""

    stage: Stage = "gen"
    document: str = ""
    """sha256 of the orchestration document it last ran under."""
    text: str = ""
    """sha256 of its own words in that document (and of the rules for every session)."""
    sessions: list[SessionFact] = []
    checks: list[CheckFact] = []
    failure_count: int = 0
    evidence: list[str] = []
    """Why earlier attempts of this piece of work failed, newest last; told to the next session."""
    last_failure: str = ""
    """Tree and reason of the last failure that was charged, as one hash."""
    repeats: int = 0
    """How often that very failure came again, one after the other."""
    interruptions: int = 0
    """How many sessions in a row were killed without our doing."""
    overflows: int = 0
    """How often this piece of work did not fit into a model's context."""
    rounds: int = 0
    """How often its questions were answered without its work being finished."""
    comments: list[Comment] = []
    answers: dict[str, str] = {}
    """Every question answered so far → its answer."""
    questions: list[str] = []
    gates: list[GateFact] = []
    commit: str | None = None
    """The newest commit that holds this step's work."""
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    landing: tuple[str, str] | None = None
    """old, new: a fast-forward of the checkout that has begun and is not yet known to be finished."""
    started_at: str | None = None
    ended_at: str | None = None
    stopped_why: str = ""
    edited: list[str] = []
    """Files of this step in which a person's change stands."""
    generated: str | None = None
    """A commit with these files as they were generated, without that change; one that is not in it was not there."""
    conflicts: dict[str, str] = {}
    """Path → where the last session and a person changed the same lines: the person's stand until they decide."""
    taken: str = ""
    """The session that a person took out of an agent's hands, until the work is handed back."""
    undone: UndoneWork | None = None

    @property
    def all_sessions(self) -> list[SessionFact]:
        """Every session there ever was, those whose work was undone first."""
        return [*self.undone.sessions, *self.sessions] if self.undone else self.sessions

    @property
    def next_round(self) -> int:
        """The number of the next question at its gate; each is given once."""
        return (self.undone.rounds if self.undone else 0) + len(self.gates) + 1

    @property
    def open_session(self) -> SessionFact | None:
        """The session under way, if any: at most one a step."""
        last = self.sessions[-1] if self.sessions else None
        return last if last and last.outcome is None else None

    @property
    def in_hands(self) -> SessionFact | None:
        """The session by which a person goes on with what was taken over, once there is one."""
        live = self.open_session
        return live if live and self.taken not in ("", live.id) else None

    def attempts(self, substep: Substep) -> int:
        """How many sessions of that substep were ever started."""
        return sum(session.substep == substep for session in self.all_sessions)


class Waiting(Fact):
    """A question the engine put to a person: `decisions/<gate>.json` answers it."""

    gate: str
    round: int
    kind: GateKind
    about: dict[str, str] = {}
    questions: list[str] = []
    step: str
    lego: str | None = None
    at: str = ""


class PhaseFact(Fact):
    """When a phase was first worked on and when all of it was done."""

    title: str
    started_at: str
    ended_at: str | None = None


class RuntimeFact(Fact):
    """Trouble with a runtime, and how many sessions it takes at once. No entry: none was ever seen."""

    reason: str = ""
    """What it said last; "" when it works."""
    since: str = ""
    until: str | None = None
    """When it is tried again. None while there is trouble: not before a person has acted."""
    failures: int = 0
    """Troubles in a row."""
    limit: int | None = None
    """Sessions at once, lowered by rate limits; None: no limit of its own."""
    streak: int = 0
    """Sessions served in a row since the limit changed."""
    older: int = 0
    """Sessions that were under way when the limit was halved and have not ended yet."""


Upgraded = Literal["action", "check", "session"]
"""What an upgrade does with finished work: carry out the action again, look at the criteria again, or write it anew."""


class Change(Fact):
    """A change of a finished app: planned first, carried out after a person's consent."""

    stage: Literal["planning", "applying"] = "planning"
    base: str
    """The commit of the branch before it."""
    kept: str | None = None
    """The commit with the state before it."""
    began_at: str
    before: Literal["", "new", "maintenance", "upgrade"] = ""
    """The mode that the run goes back to after an upgrade."""
    upgrade: dict[str, Upgraded] = {}
    """What an upgrade still has to begin: instance → what is done with it."""


class Run(Fact):
    """What is being built, and how."""

    app: str = ""
    mode: Literal["new", "maintenance", "upgrade"] = "new"
    change: Change | None = None
    """The change under way."""
    lane: Lane = "full"
    sensitive: bool = False
    chosen: dict[str, str] = {}
    """What a person set by hand (`lane`, `sensitive`): it is not proposed anew."""
    toolchain: str = "python"
    runtimes: list[str] = []
    document: str = ""
    documents: dict[str, str] = {}
    """Name of each document of `.meta/` → sha256, as of the last run."""
    released: dict[str, str] = {}
    """The same, as of when the app was finished, changed or upgraded last."""
    started_at: str | None = None
    finished_at: str | None = None
    paused: bool = False


class Undoing(Fact):
    """An undo that has begun and is not yet known to be finished."""

    unit: int
    """The number of the event with which the undone work began."""
    old: str
    """The commit of the branch before the undo, and the one that takes the work back."""
    new: str
    tip: str | None = None
    """The LEGO's work on top of that, for a merge that can be done again."""


class Budget(Fact):
    """What was used so far. None means unknown, never zero."""

    sessions: int = 0
    tokens: int | None = None
    cost: float | None = None


class OrchestratorState(Fact):
    """`orchestrator_state.json`."""

    schema_version: Literal[1] = 1
    seq: int = 0
    run: Run = Run()
    phases: dict[str, PhaseFact] = {}
    steps: dict[str, StepRecord] = {}
    waiting: list[Waiting] = []
    valves: dict[str, str] = {}
    """Valves that are tripped now: instance name → what tripped and what to do."""
    budget: Budget = Budget()
    runtimes: dict[str, RuntimeFact] = {}
    commands: list[str] = []
    """Ids of the `command-<id>.json` files already carried out."""
    undoing: Undoing | None = None


class LegoState(Fact):
    """`lego_state_<name>.json`."""

    schema_version: Literal[1] = 1
    seq: int = 0
    name: str
    steps: dict[str, StepRecord] = {}
    tip: str | None = None
    """The commit with this LEGO's work that has not landed yet; None when there is none."""
    held: dict[str, str] = {}
    """Path → identity of what that work wrote."""


class State(Fact):
    """Everything, as one value."""

    orchestrator: OrchestratorState = OrchestratorState()
    legos: dict[str, LegoState] = Field(default_factory=dict)

    @property
    def seq(self) -> int:
        """The number of the last event applied anywhere."""
        return max([self.orchestrator.seq, *(lego.seq for lego in self.legos.values())])

    def record(self, step: str, lego: str | None = None) -> StepRecord | None:
        """What is known of a step (of a LEGO); None when it never began."""
        if lego is None:
            return self.orchestrator.steps.get(step)
        state = self.legos.get(lego)
        return state.steps.get(step) if state else None

    def records(self) -> list[StepRecord]:
        """The records of all steps, of the app and of every LEGO."""
        legos = (record for lego in self.legos.values() for record in lego.steps.values())
        return [*self.orchestrator.steps.values(), *legos]


class Decision(BaseModel):
    """`decisions/<gate>.json`, written by a person. Without `round` and `about` it answers the open question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Verdict
    round: int | None = None
    about: dict[str, str] | None = None
    comment: str = ""
    comments: list[Comment] = []
    answers: dict[str, str] = {}
    by: str = ""
    at: str = ""


CHOICES: dict[str, tuple[str, ...]] = {"lane": ("full", "tiny"), "sensitive": ("yes", "no")}
"""What a person may choose about a run with the command `set`, and how."""


class Command(BaseModel):
    """`decisions/command-<id>.json`: an act that answers no question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = ""
    command: Literal["retry", "cancel", "pause", "go_on", "take_over", "hand_back", "set", "stop", "refresh", "note"]
    step: str = ""
    lego: str = ""
    session: str = ""
    values: dict[str, str] = {}
    at: str = ""
