"""The orchestration document as typed, immutable objects. Pure data: no parsing, no files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Target = Literal["", "lego", "dependencies", "legos"]
"""Whose artifact a reference means: the app's own, this LEGO's, its direct dependencies', or every LEGO's.

A literal path may hold `{lego}` (this LEGO) or `{entry}` (the LEGO that wires the app)."""

Approval = Literal["none", "required", "when sensitive"]
Lands = Literal["at once", "at merge"]
When = Literal["always", "sensitive"]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the document, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Reference:
    """One artifact that a step reads or writes.

    Either a literal `path` (which may hold `{lego}`), or a `role` that the toolchain maps to paths.
    `target` says whose; `rows` marks a slice: only what concerns this LEGO; `shown` is False for what is on the disk
    of the session but not told to it.
    """

    text: str
    position: Position
    path: str = ""
    role: str = ""
    target: Target = ""
    rows: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Criterion:
    """One sentence of an Exit criteria (or Check) list, as written."""

    text: str
    position: Position
    lines: tuple[tuple[int, Position], ...] = field(default=(), compare=False, repr=False)
    """Where each of its source lines begins: the offset in `text`, the place in the document."""

    def place(self, offset: int) -> Position:
        """Where the character of `text` at that offset stands in the document."""
        begin, position = next((line for line in reversed(self.lines) if line[0] <= offset), (0, self.position))
        return Position(position.line, position.column + offset - begin)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a phase. `name` is unique in the document and is the name of the step's gate."""

    name: str
    phase: int
    position: Position
    purpose: str = ""
    modes: tuple[str, ...] = ("new",)
    per_lego: bool = False
    decisions: tuple[str, ...] = ()
    """For each LEGO only where its decision is one of these; empty means every LEGO."""
    kinds: tuple[str, ...] = ()
    """For each LEGO only of these kinds; empty means every kind. LEGOs of another kind have no such step."""
    action: str = ""
    """The engine action of a step without sessions; empty for a step that has sessions."""
    inputs: tuple[Reference, ...] = ()
    outputs: tuple[Reference, ...] = ()
    wisdom: tuple[str, ...] = ()
    approval: Approval = "none"
    lands: Lands = "at once"
    when: When = "always"
    lanes: tuple[str, ...] = ("full", "tiny")
    lanes_without_review: tuple[str, ...] = ()
    gen: str = ""
    review: str = ""
    change: str = ""
    """What is different for both when a finished app is changed."""
    criteria: tuple[Criterion, ...] = ()
    places: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)
    """Where its words stand: `Action`, `Gen`, `Review`, and `Wisdom risk` for a tag."""

    def place(self, word: str) -> Position:
        """Where one of `places` stands; the step's own position if it is not known."""
        return self.places.get(word, self.position)

    def reviewed_in(self, lane: str) -> bool:
        """Whether this step has a Review substep in that lane."""
        return bool(self.review) and lane not in self.lanes_without_review


@dataclass(frozen=True, slots=True)
class Phase:
    """A numbered phase with one or more steps."""

    number: int
    title: str
    position: Position
    level: str
    purpose: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Valves:
    """The document's safety valves. Each field is one sentence of the list "Safety valves"."""

    failure_count: int = 3
    confidence: float = 0.6
    essence_clarity: float = 0.7
    interview_rounds: int = 3
    legos: int = 50
    brief_tokens: int = 10_000
    parallel_sessions: int = 8
    session_minutes: float = 60.0
    idle_minutes: float = 15.0
    session_tokens: int | None = None
    lego_tokens: int | None = None
    day_tokens: int | None = None
    session_cost: float | None = None
    lego_cost: float | None = None
    day_cost: float | None = None
    lego_minutes: float | None = None
    day_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Orchestration:
    """A whole document. `sha256` is of its bytes, `path` is what messages about it name."""

    path: str
    sha256: str
    title: str
    phases: tuple[Phase, ...]
    valves: Valves
    rules: str = ""
    """The text under "Rules for every session", told to each session."""
    change_rules: str = ""
    """The text under "Rules for a change", told to each session that changes a finished app."""

    def steps(self) -> Iterator[Step]:
        """Every step, in document order."""
        for phase in self.phases:
            yield from phase.steps

    def step(self, name: str) -> Step:
        """The step of that name. Raises KeyError."""
        for step in self.steps():
            if step.name == name:
                return step
        raise KeyError(name)
