"""What went wrong in a run and what mended it, read from its journal. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from engine.metrics.reading import Key, Raw, key, kind, number, part, text

Kind = Literal["failed", "blamed", "commented", "reviewed"]
ORDER: tuple[Kind, ...] = ("failed", "blamed", "commented", "reviewed")
"""What costs most comes first: work that was done again, then what a person had to say, then what a review mended."""

NOTHING = ("nothing found", "nothing was wrong", "no mistake")
"""How a review note begins that says that nothing was wrong."""


@dataclass(frozen=True)
class Case:
    """One thing that went wrong. `name` is the session it concerns, or `gate round` where none does.

    `mended` is the session whose work passed the next check, "" if none did; the commits are what both had written.
    """

    name: str
    kind: Kind
    step: str
    lego: str
    substep: str = ""
    found: str = ""
    criteria: tuple[str, ...] = ()
    commit: str = ""
    mended: str = ""
    mended_commit: str = ""
    tokens: float = 0
    also: tuple[str, ...] = ()
    """Other sessions to which the same happened."""

    @property
    def sort(self) -> tuple[object, ...]:
        """What makes two cases the same kind of mistake, of whichever LEGO and session."""
        if self.kind == "commented":
            return (self.kind, self.name)
        told = self.criteria or (hashlib.sha256(_plain(self.found, self.lego).encode()).hexdigest(),)
        return (self.kind, self.step, self.substep, *told)


@dataclass
class _Walk:
    """What is known while the events are read in their order."""

    cases: list[Case] = field(default_factory=list)
    last: dict[Key, Raw] = field(default_factory=dict)
    """The session of each instance that ended last."""
    open: defaultdict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The cases of each instance that nothing has mended yet."""
    tokens: dict[str, float] = field(default_factory=dict)

    def add(self, case: Case, *, waits: bool = True) -> None:
        if waits:
            self.open[case.step, case.lego].append(len(self.cases))
        self.cases.append(replace(case, tokens=self.tokens.get(case.name, 0)))

    def mend(self, instance: Key, commit: str) -> None:
        session = text(self.last.get(instance, {}), "session")
        for index in self.open.pop(instance, []):
            if session != self.cases[index].name:
                self.cases[index] = replace(self.cases[index], mended=session, mended_commit=commit)


def cases(events: Iterable[Raw], notes: Mapping[str, Sequence[str]]) -> list[Case]:
    """Every case, one for each kind of mistake, the costliest first. `notes`: session → what its review mended."""
    walk = _Walk()
    for event in events:
        _read(walk, event, notes)
    return sorted(_together(walk.cases), key=lambda one: (ORDER.index(one.kind), -len(one.also), -one.tokens))


def _read(walk: _Walk, event: Raw, notes: Mapping[str, Sequence[str]]) -> None:
    instance = key(event)
    match kind(event):
        case "session_ended":
            _session(walk, event, notes)
        case "check_ended":
            _check(walk, event)
        case "reopened" if event.get("charge") is True:
            walk.add(_case(walk, instance, "blamed", text(event, "evidence") or text(event, "why")))
        case "gate_decided" if part(event, "fact").get("decision") == "revise":
            _comments(walk, event)


def _session(walk: _Walk, event: Raw, notes: Mapping[str, Sequence[str]]) -> None:
    session, instance = text(event, "session"), key(event)
    walk.last[instance] = event
    walk.tokens[session] = number(event, "tokens") or 0
    if event.get("charge") is True:
        walk.add(_case(walk, instance, "failed", text(event, "reason")))
    said = [note for note in notes.get(session, ()) if not note.strip().lower().startswith(NOTHING)]
    if text(event, "outcome") == "done" and said:
        walk.add(_case(walk, instance, "reviewed", "\n".join(f"- {note}" for note in said)), waits=False)


def _check(walk: _Walk, event: Raw) -> None:
    check, instance = part(event, "check"), key(event)
    if check.get("passed") is True:
        walk.mend(instance, text(check, "commit"))
    elif event.get("charge") is not False:
        red = [one for one in _objects(check.get("criteria")) if one.get("passed") is False]
        told = text(event, "evidence") or "\n".join(f"- {text(one, 'sentence')}: {text(one, 'detail')}" for one in red)
        case = _case(walk, instance, "failed", told)
        sentences = tuple(text(one, "sentence") for one in red)
        walk.add(replace(case, criteria=sentences, commit=text(check, "commit") or case.commit))


def _comments(walk: _Walk, event: Raw) -> None:
    said = [one for one in _objects(event.get("comments")) if text(one, "text")]
    if said:
        fact = part(event, "fact")
        told = "\n".join(": ".join(filter(None, [text(one, "file"), text(one, "text")])) for one in said)
        case = _case(walk, key(event), "commented", told)
        walk.add(replace(case, name=f"gate {text(fact, 'gate')} {fact.get('round', '?')}"))


def _case(walk: _Walk, instance: Key, what: Kind, found: str) -> Case:
    last = walk.last.get(instance, {})
    session = text(last, "session") or "/".join(filter(None, instance))
    return Case(session, what, *instance, text(last, "substep"), found, commit=text(last, "commit"))


def _together(found: Sequence[Case]) -> Iterator[Case]:
    """The first of each sort, with the names of the others and the tokens of all."""
    same: defaultdict[tuple[object, ...], list[Case]] = defaultdict(list)
    for one in found:
        same[one.sort].append(one)
    for first, *others in same.values():
        names = dict.fromkeys(one.name for one in others if one.name != first.name)
        best = next((one for one in (first, *others) if one.mended), first)
        yield replace(
            best,
            also=tuple(name for name in dict.fromkeys([first.name, *names]) if name != best.name),
            tokens=sum(one.tokens for one in (first, *others)),
        )


def _objects(found: Any) -> list[Raw]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _plain(told: str, lego: str) -> str:
    """A reason without what differs from LEGO to LEGO."""
    return " ".join((told.replace(lego, "") if lego else told).split())
