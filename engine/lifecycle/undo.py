"""What can be undone, and what the facts are after it. Pure: everything follows from the journal.

A unit is the merge of one LEGO, or a change of a finished app from its plan to its end. What a change has merged is
part of it once it has ended; while it is under way each merge can be undone by itself, and then what is left of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.state.events import (
    ActionStarted,
    Event,
    Landed,
    LandingStarted,
    LegoBefore,
    RunSet,
    SessionStarted,
    Undone,
    UndoStarted,
)
from engine.state.models import LegoState, Run, State, StepRecord, Undoing
from engine.state.replay import replay

Kind = Literal["lego", "change", "undo"]
Span = tuple[str, str]
MERGE = "merge LEGO"
"""The engine action whose landing is a unit."""


@dataclass(frozen=True)
class Unit:
    """What one undo takes back. `id`: the number of its first event; `spans`: the branch before and after each landing.

    Of the kind `undo` is what `--redo` takes back.
    """

    id: int
    kind: Kind
    at: str
    spans: tuple[Span, ...] = ()
    legos: tuple[str, ...] = ()
    step: str = ""
    """Of a merge: the step that made it."""
    ended: bool = True
    """Of a change: whether it was carried out to its end."""


@dataclass(frozen=True)
class History:
    """Units that are in force, oldest first, and the undo that can be taken back itself."""

    units: tuple[Unit, ...] = ()
    redo: Unit | None = None

    @property
    def last(self) -> Unit | None:
        """The one that `meta undo` is about."""
        return self.units[-1] if self.units else None


def history(events: Iterable[Event], merges: Collection[str]) -> History:
    """The units in a journal; `merges` are the steps that merge LEGOs."""
    fold = _Fold(frozenset(merges))
    for event in events:
        fold.take(event)
    return History(tuple(fold.units), fold.undone[-1].unit if fold.undone else None)


@dataclass(frozen=True)
class _Before:
    """An undo, and what could be undone before it."""

    unit: Unit
    units: tuple[Unit, ...]
    changing: bool


@dataclass
class _Fold:
    merges: frozenset[str]
    units: list[Unit] = field(default_factory=list)
    changing: bool = False
    """Whether a change is under way: it is the last unit, or only merges of its own follow it."""
    undone: list[_Before] = field(default_factory=list)
    _begun: dict[tuple[str, str | None], tuple[int, str]] = field(default_factory=dict)
    _landing: dict[tuple[str, str | None], Span] = field(default_factory=dict)
    _undoing: tuple[int, str, Undoing] | None = None

    def take(self, event: Event) -> None:
        """One event more."""
        match event:
            case RunSet():
                self._run(event)
            case ActionStarted():
                self.undone.clear()
                self._begun[event.step, event.lego] = (event.seq, event.at)
            case SessionStarted():
                self.undone.clear()
            case LandingStarted():
                self._landing[event.step, event.lego] = (event.old, event.new)
            case Landed():
                self._landed(event)
            case UndoStarted():
                self._undoing = (event.seq, event.at, event.undoing)
            case Undone():
                self._take_back(event)
            case _:
                pass

    def _run(self, event: RunSet) -> None:
        change = event.run.change
        if change and not self.changing:
            self.units.append(Unit(event.seq, "change", event.at, ended=False))
            self.changing = True
            self.undone.clear()
        elif change is None and self.changing:
            place = self._change()
            assert place is not None, "a change that is under way is a unit"
            ended = replace(self.units[place], ended=True)
            self.units[place:] = [ended] if ended.spans else []
            self.changing = False

    def _landed(self, event: Landed) -> None:
        span = self._landing.pop((event.step, event.lego), None)
        if span is None or span[0] == span[1]:
            return
        legos = (event.lego,) if event.lego else ()
        merged = event.step in self.merges and event.lego is not None
        change = self._change()
        if change is not None and (self.changing or not merged):
            known = tuple(dict.fromkeys([*self.units[change].legos, *legos]))
            self.units[change] = replace(self.units[change], spans=(*self.units[change].spans, span), legos=known)
        if merged:
            begun, at = self._begun.get((event.step, event.lego), (event.seq, event.at))
            self.units.append(Unit(begun, "lego", at, (span,), legos, event.step))

    def _take_back(self, event: Undone) -> None:
        known = tuple(self.units), self.changing
        number, at, undoing = self._undoing or (event.seq, event.at, Undoing(unit=event.unit, old="", new=""))
        redone = next((one for one in self.undone if one.unit.id == event.unit), None)
        if redone:
            self.units, self.changing = list(redone.units), redone.changing
            self.undone.remove(redone)
            return
        unit = next((one for one in self.units if one.id == event.unit), None)
        if unit is None:
            return
        self.units = self.units[: self.units.index(unit)]
        if unit.kind == "change":
            self.changing = False
        elif (change := self._change()) is not None:
            left = tuple(span for span in self.units[change].spans if span not in unit.spans)
            self.units[change] = replace(self.units[change], spans=left)
        self.undone.append(_Before(Unit(number, "undo", at, ((undoing.old, undoing.new),), unit.legos), *known))

    def _change(self) -> int | None:
        """Where the last change stands among the units; what is done again after it and is no unit goes with it."""
        return next((n for n in reversed(range(len(self.units))) if self.units[n].kind == "change"), None)


def facts_after(
    events: Sequence[Event], unit: Unit, now: State, at: str, tip: str | None = None, held: dict[str, str] | None = None
) -> Undone:
    """What the facts become when the unit is undone: as they were before it, but what it had used stays used.

    `tip`, `held`: for a merge, the LEGO's work as it waits again for its merge.
    """
    before = replay(State(), (event for event in events if event.seq < unit.id))
    if unit.kind == "lego":
        return _unmerged(before, unit, now, at, tip, held or {})
    old, new = before.orchestrator, now.orchestrator
    return Undone(
        unit=unit.id,
        run=_run(old.run, new.run),
        phases=old.phases,
        waiting=old.waiting,
        steps=_differing(old.steps, new.steps),
        legos={
            name: LegoBefore(steps=_differing(was.steps, lego.steps), tip=was.tip, held=was.held)
            for name, lego in now.legos.items()
            if not _same(was := before.legos.get(name) or LegoState(name=name), lego)
        },
    )


def _unmerged(before: State, unit: Unit, now: State, at: str, tip: str | None, held: dict[str, str]) -> Undone:
    """The LEGO's work waits for its merge again, which is not done by itself: a person has just taken it back."""
    name, orchestrator = unit.legos[0], now.orchestrator
    lego = now.legos[name]
    record = before.record(unit.step, name) or StepRecord()
    stopped = {
        "stage": "stopped",
        "stopped_why": "its merge was undone",
        "landing": None,
        "started_at": at,
        "ended_at": None,
    }
    newer = lego.tip is not None
    return Undone(
        unit=unit.id,
        run=orchestrator.run.model_copy(update={"finished_at": None}),
        phases=orchestrator.phases,
        waiting=[one for one in orchestrator.waiting if (one.step, one.lego) != (unit.step, name)],
        legos={
            name: LegoBefore(
                steps={unit.step: record.model_copy(update=stopped)},
                tip=lego.tip if newer else tip,
                held=lego.held if newer else held,
            )
        },
    )


def _run(old: Run, new: Run) -> Run:
    """The run as it was; how this machine works is not what is undone."""
    kept = {name: getattr(new, name) for name in ("document", "documents", "runtimes", "paused")}
    return old.model_copy(update=kept)


def _differing(old: dict[str, StepRecord], new: dict[str, StepRecord]) -> dict[str, StepRecord]:
    """Records as they were; of steps that had not begun an empty one."""
    return {step: old.get(step) or StepRecord() for step, record in new.items() if old.get(step) != record}


def _same(old: LegoState, new: LegoState) -> bool:
    return old.model_copy(update={"seq": new.seq}) == new


def receipts_of(state: State) -> set[str]:
    """The receipts on which the facts rest."""
    checks = (check for record in state.records() for check in record.checks)
    return {one.receipt for check in checks for one in check.criteria if one.receipt}


def under_way(state: State) -> list[str]:
    """What keeps anything from being undone now, as sentences."""
    sessions = [record.open_session.id for record in state.records() if record.open_session]
    taken = [record.taken for record in state.records() if record.taken and not record.open_session]
    found = [f"session {one} is at work" for one in [*sessions, *taken]]
    if any(record.landing for record in state.records()):
        found.append("a landing was cut off")
    return found
