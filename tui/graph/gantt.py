"""When everything happened: spans in rows, the critical path through them, and how time becomes cells. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.assessment import Status
    from tui.read_model import SessionView, StepView, WorkspaceView

Kind = Literal["gen", "review", "check", "engine", "wait"]

_TOUCHING = 1.0
"""Seconds: what ended so shortly after another began may still have been waited for; stamps are rounded."""

_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 7 * 86400)
_TICK_ROOM = 10
"""Cells that a label of the axis needs at least."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A gate that waited for a person; `end` is None while it does."""

    gate: str
    begin: float
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time; `end` is None while it goes on."""

    kind: Kind
    begin: float
    end: float | None = None
    failed: bool = False
    session: str = ""

    def until(self, now: float) -> float:
        """Its end, or now."""
        return max(self.begin, now if self.end is None else self.end)


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One instance of a step with all its spans, in the order in which they began."""

    name: str
    step: str
    lego: str | None
    phase: int
    status: Status
    spans: tuple[Span, ...]
    critical: bool = False
    title: str = ""
    """What the screen calls it."""

    @property
    def label(self) -> str:
        """`store · code`, `Risk and trade-offs`."""
        return self.title or self.name

    @property
    def begin(self) -> float:
        """When the first span began."""
        return min(span.begin for span in self.spans)

    def until(self, now: float) -> float:
        """When the last span ended, or now."""
        return max(span.until(now) for span in self.spans)

    def seconds(self, kind: Kind, now: float) -> float:
        """How long its spans of one kind took together."""
        return sum(span.until(now) - span.begin for span in self.spans if span.kind == kind)


@dataclass(frozen=True, slots=True)
class Chart:
    """All rows, from the first moment to the last."""

    rows: tuple[GanttRow, ...] = ()
    begin: float = 0.0
    end: float = 0.0

    @property
    def critical(self) -> tuple[GanttRow, ...]:
        """The rows on the critical path."""
        return tuple(row for row in self.rows if row.critical)


def chart(view: WorkspaceView, waits: Sequence[Wait], needs: Mapping[str, Iterable[str]], now: float) -> Chart:
    """The chart of a workspace. `needs` is instance → the instances it has to wait for."""
    asked = _waits(view, waits)
    found = [(step, tuple(sorted(_spans(step, asked), key=lambda span: span.begin))) for step in view.steps]
    rows = [
        GanttRow(s.name, s.step, s.lego, s.phase, s.status, spans, title=view.title(s.name))
        for s, spans in found
        if spans
    ]
    if not rows:
        return Chart()
    path = critical_path(rows, needs, now)
    rows = [replace(row, critical=row.name in path) for row in rows]
    return Chart(tuple(rows), min(row.begin for row in rows), max(row.until(now) for row in rows))


def _waits(view: WorkspaceView, waits: Sequence[Wait]) -> list[Wait]:
    """What the journal tells, and what the view knows to be open now."""
    known = {wait.gate for wait in waits if wait.end is None}
    now_open = [Wait(w.gate, w.since) for w in view.waiting if w.since is not None and w.gate not in known]
    return [*waits, *now_open]


def _spans(step: StepView, waits: Sequence[Wait]) -> Iterator[Span]:
    for session in step.sessions:
        if session.started_at is not None:
            kind: Kind = "review" if session.substep == "review" else "gen"
            failed = session.outcome not in (None, "done", "needs_input")
            yield Span(kind, session.started_at, session.ended_at, failed, session.id)
    yield from _checks(step)
    if not step.sessions and not step.checks and step.started_at is not None:
        going = step.status in ("running", "checking")
        yield Span(
            "engine", step.started_at, None if going else step.ended_at or step.started_at, step.status == "failed"
        )
    for wait in waits:
        if wait.gate == step.name:
            yield Span("wait", wait.begin, wait.end)


def _checks(step: StepView) -> Iterator[Span]:
    """A check begins when the session before it ends; the facts tell only when it ended."""
    ends = sorted(session.ended_at for session in step.sessions if session.ended_at is not None)
    for check in step.checks:
        if check.at is not None:
            began = max((end for end in ends if end <= check.at), default=check.at)
            yield Span("check", began, check.at, failed=not check.passed)
    if step.status == "checking" and ends:
        yield Span("check", ends[-1])


def critical_path(rows: Sequence[GanttRow], needs: Mapping[str, Iterable[str]], now: float) -> tuple[str, ...]:
    """From the row that ended last back to the first: each time what was waited for the longest."""
    by_name = {row.name: row for row in rows}
    at: GanttRow | None = max(rows, key=lambda row: row.until(now), default=None)
    path: list[str] = []
    while at is not None and at.name not in path:
        path.append(at.name)
        begin = at.begin + _TOUCHING
        before = [by_name[name] for name in needs.get(at.name, ()) if name in by_name]
        at = max((row for row in before if row.until(now) <= begin), key=lambda row: row.until(now), default=None)
    return tuple(reversed(path))


def waited(rows: Iterable[GanttRow], now: float) -> list[tuple[str, float]]:
    """(label, seconds) for all that waited for a person, the longest first."""
    found = [(row.label, row.seconds("wait", now)) for row in rows]
    return sorted(((name, seconds) for name, seconds in found if seconds >= 1), key=lambda item: (-item[1], item[0]))


def path_seconds(rows: Sequence[GanttRow], now: float) -> float:
    """How long the critical path is: its rows' time, each moment counted once."""
    spans = sorted((row.begin, row.until(now)) for row in rows)
    total = sum(end - begin for begin, end in spans)
    return total - sum(max(0.0, one[1] - other[0]) for one, other in pairwise(spans))


@dataclass(frozen=True, slots=True)
class Scale:
    """How time becomes cells: cell 0 begins at `begin`."""

    begin: float
    seconds_a_cell: float

    def cells(self, span: Span, now: float) -> tuple[int, int]:
        """First cell and the one behind the last; never nothing."""
        first = int((span.begin - self.begin) // self.seconds_a_cell)
        return first, max(first + 1, ceil((span.until(now) - self.begin) / self.seconds_a_cell))

    def cell(self, moment: float) -> int:
        """The cell of a moment."""
        return int((moment - self.begin) // self.seconds_a_cell)


def scale(begin: float, end: float, width: int, zoom: int) -> Scale:
    """With `zoom` 0 everything fits in `width` cells; each further step shows half as much."""
    return Scale(begin, max(end - begin, 1.0) / max(1, width - 1) / 2**zoom)


def ticks(at: Scale, width: int, left: int) -> list[tuple[int, float]]:
    """(cell, seconds since the beginning) for the marks of the axis between `left` and `left + width`."""
    step = next((tick for tick in _TICKS if tick / at.seconds_a_cell >= _TICK_ROOM), _TICKS[-1])
    last = (left + width) * at.seconds_a_cell
    number = ceil(left * at.seconds_a_cell / step)
    found = []
    while number * step <= last:
        found.append((int(number * step // at.seconds_a_cell), float(number * step)))
        number += 1
    return found


def session_of(row: GanttRow, sessions: Sequence[SessionView]) -> SessionView | None:
    """The last session of a row."""
    names = [span.session for span in row.spans if span.session]
    return next((one for one in sessions if names and one.id == names[-1]), None)
