"""Which side's lines stand at each place of a file in conflict, as a person left it, and where in it. Pure.

The file as it is now is one of many: each place with either side's lines, and then what the person edited elsewhere.
It is read as the one from which the fewest lines were changed, put in or taken out. A place counts as found only where
its lines and the two beside it stand untouched in such a reading, and all such readings agree on it: nothing is
replaced by a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.conflict_places import Parts, Side, lines_of

PlaceStanding = Literal["yours", "new", "edited", "unclear"]
"""`edited`: these lines, or one beside them, are neither side's. `unclear`: it could be either side, or elsewhere."""

MOST_STATES = 200_000
"""So far is looked for the places; a file in which that is not enough was written anew."""

_SIDES: tuple[Side, Side] = ("yours", "new")
_State = tuple[int, int]
"""So far in the graph, so many lines of the file as it is now."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a place, and the lines it takes up in the file as it is now (none unless a side stands)."""

    stands: PlaceStanding
    begin: int = 0
    end: int = 0


def read(now: bytes, parts: Parts) -> list[Found]:
    """What stands at each place."""
    return _Reading(lines_of(now), _Graph(parts)).places()


def put(now: bytes, parts: Parts, wanted: Mapping[int, Side]) -> bytes | None:
    """The file with those sides at those places (counted from 0); None where one of them is not found."""
    found = read(now, parts)
    if any(found[number].stands not in _SIDES for number in wanted):
        return None
    lines = list(lines_of(now))
    for number in sorted(wanted, reverse=True):
        lines[found[number].begin : found[number].end] = parts.places[number].of(wanted[number])
    return b"".join(lines)


@dataclass(frozen=True, slots=True)
class _Fork:
    """A place in the graph: the stop before it, where either side's lines begin, the stop after it."""

    begin: int
    sides: Mapping[Side, int]
    end: int


class _Graph:
    """Every version of the file: a row of lines, with jumps (at None) into one of two sides and past the other."""

    def __init__(self, parts: Parts) -> None:
        self.lines: list[bytes | None] = list(parts.common[0])
        self.forks: list[_Fork] = []
        self.jumps: dict[int, tuple[int, ...]] = {}
        self.jumped: dict[int, tuple[int, ...]] = {}
        for place, common in zip(parts.places, parts.common[1:], strict=True):
            begin = len(self.lines)
            self.lines += [None, *place.yours, None]
            second = len(self.lines)
            self.lines += place.new
            end = len(self.lines)
            self.forks.append(_Fork(begin, {"yours": begin + 1, "new": second}, end))
            for source, targets in ((begin, (begin + 1, second)), (second - 1, (end,))):
                self.jumps[source] = targets
                for target in targets:
                    self.jumped[target] = (*self.jumped.get(target, ()), source)
            self.lines += common


class _Reading:
    """All the readings with the fewest edited lines, by how many are edited before and after each state."""

    def __init__(self, now: tuple[bytes, ...], graph: _Graph) -> None:
        self.now, self.graph = now, graph
        begin, end = (0, 0), (len(graph.lines), len(now))
        self.before = _distances(begin, end, self._onward)
        self.after = _distances(end, begin, self._back) if self.before else {}
        self.edited = self.before.get(end, 0)

    def places(self) -> list[Found]:
        """What stands at each place."""
        rows: dict[int, list[int]] = {fork.begin: [] for fork in self.graph.forks}
        for stop, row in self.before:
            if stop in rows:
                rows[stop].append(row)
        return [self._place(fork, rows[fork.begin]) for fork in self.graph.forks]

    def _place(self, fork: _Fork, rows: Iterable[int]) -> Found:
        found = [one for row in rows for side in _SIDES if (one := self._untouched(fork, side, row))]
        if len(found) > 1:
            return Found("unclear")
        return found[0] if found else Found("edited")

    def _untouched(self, fork: _Fork, side: Side, row: int) -> Found | None:
        """That side's lines at that row, if a reading has them there with the lines beside them."""
        lines, first = self.graph.lines, fork.sides[side]
        last = first
        while last < fork.end and lines[last] is not None:
            last += 1
        begin, end = (fork.begin, row), (fork.end, row + last - first)
        stands = self.now[row : end[1]] == tuple(lines[first:last])
        if not stands or self.before[begin] + self.after.get(end, self.edited + 1) != self.edited:
            return None
        kept_above = begin == (0, 0) or self._is_kept(self.before, (begin[0] - 1, begin[1] - 1), begin)
        kept_below = end == (len(lines), len(self.now)) or self._is_kept(self.after, end, (end[0] + 1, end[1] + 1))
        return Found(side, row, end[1]) if kept_above and kept_below else None

    def _is_kept(self, distances: Mapping[_State, int], one: _State, other: _State) -> bool:
        """Whether the line between two states stands as it was, at no cost."""
        stop, row = one
        if stop < 0 or row < 0 or stop >= len(self.graph.lines) or row >= len(self.now):
            return False
        same = self.graph.lines[stop] == self.now[row]
        return same and one in distances and distances[one] == distances.get(other)

    def _onward(self, state: _State) -> Iterator[tuple[int, _State]]:
        """(edited lines, state) one step on."""
        stop, row = state
        for target in self.graph.jumps.get(stop, ()):
            yield 0, (target, row)
        line = self.graph.lines[stop] if stop < len(self.graph.lines) else None
        if row < len(self.now):
            yield 1, (stop, row + 1)
        if line is not None:
            yield 1, (stop + 1, row)
            if row < len(self.now):
                yield int(line != self.now[row]), (stop + 1, row + 1)

    def _back(self, state: _State) -> Iterator[tuple[int, _State]]:
        """(edited lines, state) one step back."""
        stop, row = state
        for source in self.graph.jumped.get(stop, ()):
            yield 0, (source, row)
        line = self.graph.lines[stop - 1] if stop else None
        if row:
            yield 1, (stop, row - 1)
        if line is not None:
            yield 1, (stop - 1, row)
            if row:
                yield int(line != self.now[row - 1]), (stop - 1, row - 1)


def _distances(
    begin: _State, end: _State, steps: Callable[[_State], Iterable[tuple[int, _State]]]
) -> dict[_State, int]:
    """State → edited lines from `begin`, as far as `end` is; none where that is too far."""
    found: dict[_State, int] = {}
    level, todo = 0, [begin]
    while end not in found:
        further: list[_State] = []
        while todo:
            state = todo.pop()
            if state in found:
                continue
            found[state] = level
            for cost, target in steps(state):
                if target not in found:
                    (further if cost else todo).append(target)
        if len(found) > MOST_STATES:
            return {}
        level, todo = level + 1, further
    return found
