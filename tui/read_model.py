"""The workspace as one immutable value: what every widget draws from. Plain data; times are seconds since the epoch.

Named tuples: they are made and compared many times a second, and a dataclass costs five times as much to define, all of
it before the first picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui.words.step_titles import step_title

if TYPE_CHECKING:
    from engine.assessment import Status
    from engine.facts import WorkspaceReader
    from tui.assemble import Assembler

LIVE_STATUS: frozenset[Status] = frozenset({"running", "checking"})
WAITING_STATUS: frozenset[Status] = frozenset({"waiting_approval", "waiting_answer"})
TROUBLE_STATUS: frozenset[Status] = frozenset({"failed", "stopped"})
ACTIVE_STATUS: frozenset[Status] = LIVE_STATUS | WAITING_STATUS | TROUBLE_STATUS | {"paused"}


class EngineView(NamedTuple):
    """Whether an engine holds the workspace's lock, and which process it is."""

    running: bool = False
    pid: int | None = None


class CriterionView(NamedTuple):
    """How one exit criterion came out, and the receipt that proves it."""

    sentence: str
    passed: bool
    detail: str = ""
    receipt: str | None = None


class CheckView(NamedTuple):
    """One run of a step's exit criteria. `after` is the stage it followed."""

    after: str
    passed: bool
    commit: str = ""
    at: float | None = None
    criteria: tuple[CriterionView, ...] = ()


class SessionView(NamedTuple):
    """One agent session. `folder` holds its events; `outcome` is None while it runs."""

    id: str
    step: str
    lego: str | None
    substep: str
    attempt: int
    folder: Path
    runtime: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    outcome: str | None = None
    tokens: int | None = None
    confidence: float | None = None
    summary: str = ""
    reason: str = ""
    base: str = ""
    """The commit its work started from."""
    commit: str = ""
    """The commit that holds its work, once it has ended with some."""
    in_hands: bool = False
    """Whether a person goes on with it, who took it out of an agent's hands."""

    @property
    def live(self) -> bool:
        """Whether it is still under way."""
        return self.outcome is None

    @property
    def title(self) -> str:
        """`store · tests · review #1`."""
        return " · ".join(filter(None, [self.lego, self.step, f"{self.substep} #{self.attempt}"]))


class CommentView(NamedTuple):
    """What a person asked to be changed; the next Gen answers it by its id."""

    id: str
    text: str
    file: str = ""
    line: int | None = None
    quote: str = ""


class ApprovedView(NamedTuple):
    """The last approval of a step's work: (path, id) of what was approved."""

    about: tuple[tuple[str, str], ...]
    round: int
    at: float | None = None
    by: str = ""


class StepView(NamedTuple):
    """A step of the app or of one LEGO, with all that happened to it. `name` is also the name of its gate."""

    name: str
    step: str
    lego: str | None
    phase: int
    status: Status
    why: str = ""
    substep: str = ""
    attempt: int = 0
    failure_count: int = 0
    session: str | None = None
    edited: tuple[str, ...] = ()
    older_text: bool = False
    """Whether the document tells it something else now than when it ran."""
    started_at: float | None = None
    ended_at: float | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    sessions: tuple[SessionView, ...] = ()
    checks: tuple[CheckView, ...] = ()
    evidence: tuple[str, ...] = ()
    approved: ApprovedView | None = None
    comments: tuple[CommentView, ...] = ()
    """What the last `revise` asked for."""
    unanswered: tuple[str, ...] = ()
    """Questions that a person left open."""
    decided: str = ""
    """How its gate was decided while no engine has taken that up yet; its status is `ready` then."""
    conflicts: tuple[tuple[str, str], ...] = ()
    """(path, hunks) where its last session and a person changed the same lines."""
    made_in: tuple[tuple[str, str], ...] = ()
    """(path, commit that has the file as it was generated), as far as that is recorded."""


class PhaseView(NamedTuple):
    """A numbered phase and its steps."""

    number: int
    title: str
    status: Status
    steps: tuple[StepView, ...] = ()
    started_at: float | None = None
    ended_at: float | None = None


class LegoView(NamedTuple):
    """One component of the app, and the word that sums up its steps."""

    name: str
    status: Status
    tip: str = ""
    """The commit with its work that has not landed yet, if there is such work."""


class WaitingView(NamedTuple):
    """A question to the person, bound to what it is about: (path, id) pairs."""

    gate: str
    round: int
    kind: str
    step: str
    lego: str | None = None
    about: tuple[tuple[str, str], ...] = ()
    questions: tuple[str, ...] = ()
    since: float | None = None
    interview: int = 0
    """Which round of questions this is, of `interviews`; 0 where nothing is asked."""
    interviews: int = 0
    decided: str = ""
    """What the file says that decides it; "" while it waits for a person."""


class RestView(NamedTuple):
    """A runtime of the run that cannot work now. `until` is None where a person must act first."""

    runtime: str
    reason: str = ""
    until: float | None = None


class BudgetView(NamedTuple):
    """What was used so far. None means unknown."""

    sessions: int = 0
    tokens: int | None = None
    cost: float | None = None


class WorkspaceView(NamedTuple):
    """Everything the screen shows of a workspace, at one moment."""

    folder: Path
    app: str = ""
    mode: str = ""
    lane: str = ""
    sensitive: bool = False
    toolchain: str = "python"
    runtime: str = ""
    engine: EngineView = EngineView()
    phases: tuple[PhaseView, ...] = ()
    legos: tuple[LegoView, ...] = ()
    sessions: tuple[SessionView, ...] = ()
    """Live ones first, then the others, newest first."""
    waiting: tuple[WaitingView, ...] = ()
    """The oldest first."""
    decided: tuple[WaitingView, ...] = ()
    """Questions whose decision is written, and that no engine has taken up yet."""
    resting: tuple[RestView, ...] = ()
    budget: BudgetView = BudgetView()
    problems: tuple[str, ...] = ()
    paused: bool = False
    finished: bool = False
    change: str = ""
    """How far a change of the finished app is: `planning`, `applying`; "" when there is none."""
    news: tuple[str, ...] = ()
    """What the person wrote of the finished app that nothing has come of yet: names of files."""
    last_event: str = ""

    @property
    def live(self) -> tuple[SessionView, ...]:
        """The sessions that run now."""
        return tuple(session for session in self.sessions if session.live)

    @property
    def work_left(self) -> bool:
        """Whether an engine would find something to do without a person."""
        words = [step.status for step in self.steps if not step.decided]
        under_way = any(word in ("ready", "running", "checking") for word in words)
        return under_way and not self.finished and not self.paused

    @property
    def steps(self) -> tuple[StepView, ...]:
        """Every step, in document order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def stale(self) -> tuple[StepView, ...]:
        """The steps whose work is older than what it stands on."""
        return tuple(step for step in self.steps if step.status == "stale")

    def title(self, name: str) -> str:
        """How the step of that name, or its gate, is called on the screen."""
        return step_title(self.phases, name)

    def step(self, name: str) -> StepView | None:
        """The step of that name, if there is one."""
        return next((step for step in self.steps if step.name == name), None)

    def session(self, session_id: str) -> SessionView | None:
        """The session of that id, if there is one."""
        return next((session for session in self.sessions if session.id == session_id), None)


class ViewReader:
    """Reads one workspace again and again. Blocking, and heavy the first time: call it in a thread."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self._parts: tuple[WorkspaceReader, Assembler] | None = None
        self._view: WorkspaceView | None = None

    def __call__(self) -> WorkspaceView:
        """The view of now; the same object when nothing changed. Raises MetaError for files that cannot be trusted."""
        if self._parts is None:
            from engine.facts import WorkspaceReader
            from tui.assemble import Assembler

            self._parts = WorkspaceReader(self.workspace), Assembler(self.workspace)
        reader, assembler = self._parts
        view = assembler.view(reader.read())
        if self._view is None or view != self._view:
            self._view = view
        return self._view


def load(workspace: Path, previous: WorkspaceView | None = None) -> WorkspaceView:
    """The view of `workspace`, read once; `previous` itself when nothing changed."""
    view = ViewReader(workspace)()
    return previous if previous is not None and previous == view else view
