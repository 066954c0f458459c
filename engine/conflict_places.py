"""A file in conflict, cut into what both sides share and the places where they differ. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal, NamedTuple

Side = Literal["yours", "new"]
Lines = tuple[bytes, ...]
"""Each with its line end, as git sees lines: only `\\n` ends one."""

_BEGIN = re.compile("(<{7,}) ")


@dataclass(frozen=True, slots=True)
class Hunk:
    """The three versions of some lines; or, in `said`, what else is in conflict."""

    yours: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Some lines as either side has them."""

    yours: Lines
    new: Lines

    def of(self, side: Side) -> Lines:
        """The lines of that side."""
        return self.yours if side == "yours" else self.new


@dataclass(frozen=True, slots=True)
class Parts:
    """A file in order: `common[0]`, `places[0]`, `common[1]`, …; there is one common part more than places."""

    common: tuple[Lines, ...]
    places: tuple[Place, ...]


def hunks(text: str) -> list[Hunk]:
    """What git marked; lines outside of marks say what cannot be shown as lines.

    All marks of a hunk are as long as the one that begins it: longer than git's own where a line looks like one.
    """
    found: list[Hunk] = []
    sides: list[list[str]] | None = None
    size = 0
    for line in text.rstrip("\n").split("\n"):
        if sides is None and (begin := _BEGIN.match(line)):
            sides, size = [[]], len(begin[1])
        elif sides is None:
            found += [Hunk(said=line)] if line.strip() else []
        elif line.startswith(">" * size + " ") and len(sides) == 3:
            yours, generated, new = map(tuple, sides)
            found.append(Hunk(yours, generated, new))
            sides = None
        elif (line.startswith("|" * size + " ") and len(sides) == 1) or (line == "=" * size and len(sides) == 2):
            sides.append([])
        else:
            sides[-1].append(line)
    return found


def lines_of(data: bytes) -> Lines:
    """The lines of a file."""
    return tuple(BytesIO(data).readlines())


def cut(yours: bytes, new: bytes, marked: Sequence[Hunk]) -> Parts | None:
    """The two versions at the hunks that git marked in them; None where the hunks do not lead from one to the other.

    Between two hunks lies at least one line that both have: git makes one hunk of those that touch.
    """
    old, made = lines_of(yours), lines_of(new)
    came: dict[_Stop, _Stop] = {}
    todo = [_Stop(0, 0, 0)]
    while todo:
        at = todo.pop()
        if at[:3] == (len(marked), len(old), len(made)):
            return _parts(at, came, old, made)
        for stop in _onward(at, old, made, marked):
            if stop not in came:
                came[stop] = at
                todo.append(stop)
    return None


class _Stop(NamedTuple):
    """So many hunks, lines of yours and lines of the new version are behind."""

    hunks: int
    left: int
    right: int
    after_hunk: bool = False


def _onward(at: _Stop, old: Lines, made: Lines, marked: Sequence[Hunk]) -> Iterator[_Stop]:
    """Past a hunk that begins here; and, tried first, past a line that both have."""
    if at.hunks < len(marked) and not at.after_hunk:
        left = _end(old, at.left, marked[at.hunks].yours)
        right = _end(made, at.right, marked[at.hunks].new)
        if left is not None and right is not None:
            yield _Stop(at.hunks + 1, left, right, after_hunk=True)
    if at.left < len(old) and at.right < len(made) and old[at.left] == made[at.right]:
        yield _Stop(at.hunks, at.left + 1, at.right + 1)


def _end(lines: Lines, begin: int, told: Sequence[str]) -> int | None:
    """Where these lines end that begin there; None if others stand there. `told`: as git's marks were kept."""
    seen, end = 0, begin
    while seen < len(told) and end < len(lines):
        these = lines[end].decode(errors="replace").splitlines()
        if these != list(told[seen : seen + len(these)]):
            return None
        seen, end = seen + len(these), end + 1
    return end if seen == len(told) else None


def _parts(at: _Stop, came: Mapping[_Stop, _Stop], old: Lines, made: Lines) -> Parts:
    places: list[Place] = []
    common: list[Lines] = []
    until = at.left
    while before := came.get(at):
        if before.hunks < at.hunks:
            places.append(Place(old[before.left : at.left], made[before.right : at.right]))
            common.append(old[at.left : until])
            until = before.left
        at = before
    return Parts((old[:until], *reversed(common)), tuple(reversed(places)))
