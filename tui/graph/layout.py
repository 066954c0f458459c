"""Where the boxes and lines of a dependency graph stand on a grid of cells. Pure.

Layers go from left to right (`across`) or from top to bottom. A line leaves the middle of a box's far side, turns in
the channel between two layers in a track of its own, and enters the middle of the next box's near side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from tui.graph.layers import Layers, Link, Place, layered

Direction = Literal["left", "right", "up", "down"]
Edge = tuple[str, str]
"""(needed, needing)."""

BOX_HEIGHT = 4
_GAP_BELOW, _GAP_BESIDE = 1, 2
_NORTH, _EAST, _SOUTH, _WEST = 1, 2, 4, 8
_UPRIGHT, _LEVEL = _NORTH | _SOUTH, _EAST | _WEST
_PASSES = 6
_GLYPHS = dict(enumerate(" ╵╶└╷│┌├╴┘─┴┐┤┬┼"))
"""Sides reached → character."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node's rectangle, in cells."""

    name: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[float, float]:
        """The point in its middle."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes by name; for each cell with lines the edges there and which sides each of them reaches; the arrow heads."""

    across: bool
    width: int
    height: int
    boxes: Mapping[str, Box] = field(default_factory=dict)
    lines: Mapping[tuple[int, int], Mapping[Edge, int]] = field(default_factory=dict)
    heads: Mapping[tuple[int, int], tuple[Edge, ...]] = field(default_factory=dict)


def draw(graph: Mapping[str, Sequence[str]], box_width: int, *, across: bool) -> Drawing:
    """The drawing of a graph (name → needed names), each box `box_width` cells wide."""
    return _Draughtsman(layered(graph), box_width, across).drawing()


def glyph_at(drawing: Drawing, cell: tuple[int, int], chosen: str = "") -> tuple[str, bool]:
    """The character of a cell with lines, and whether an edge of the `chosen` node runs there.

    Lines that begin or end at the same node join; others pass over each other.
    """
    edges = drawing.lines.get(cell, {})
    if not edges:
        return " ", False
    mine = [edge for edge in edges if chosen in edge]
    top = mine[0] if mine else min(edges, key=lambda edge: (edges[edge] not in (_UPRIGHT, _LEVEL), edge))
    sides = 0
    for edge in mine or edges:
        if edge[0] == top[0] or edge[1] == top[1]:
            sides |= edges[edge]
    if cell in drawing.heads:
        return ("▸" if drawing.across else "▾"), bool(mine)
    return _GLYPHS[sides], bool(mine)


def beside(drawing: Drawing, name: str, direction: Direction) -> str:
    """The nearest box in that direction; `name` itself where there is none."""
    box = drawing.boxes.get(name)
    if box is None:
        return next(iter(drawing.boxes), name)
    found = [
        (distance, other.name) for other in drawing.boxes.values() if (distance := _distance(box, other, direction))
    ]
    return min(found)[1] if found else name


def _distance(box: Box, other: Box, direction: Direction) -> float | None:
    """How far it is, moves to the side counting double; None for what does not lie in that direction."""
    (x, y), (to_x, to_y) = box.middle, other.middle
    dx, dy = to_x - x, (to_y - y) * 2
    ahead, aside = (dx, dy) if direction in ("left", "right") else (dy, dx)
    ahead = -ahead if direction in ("left", "up") else ahead
    return ahead + 2 * abs(aside) if ahead > 0.5 and ahead * 4 >= abs(aside) else None


def fitting(graph: Mapping[str, Sequence[str]], box_width: int, width: int, height: int) -> Drawing | None:
    """The drawing that can be read in that room, scrolling one way at most; None where a list is better."""
    for across in (True, False):
        found = draw(graph, box_width, across=across)
        if found.width <= width and found.height <= height:
            return found
    found = draw(graph, box_width, across=True)
    if found.width <= width:
        return found
    found = draw(graph, box_width, across=False)
    return found if found.width <= width else None


class _Draughtsman:
    """Works along two axes: `along` counts from layer to layer, `side` within a layer."""

    def __init__(self, layers: Layers, box_width: int, across: bool) -> None:
        self.layers, self.across = layers, across
        self.length, self.breadth = (box_width, BOX_HEIGHT) if across else (BOX_HEIGHT, box_width)
        self.gap = _GAP_BELOW if across else _GAP_BESIDE
        self.sides = self._sides()
        self.lines: dict[tuple[int, int], dict[Edge, int]] = {}
        self.heads: dict[tuple[int, int], list[Edge]] = {}

    def drawing(self) -> Drawing:
        """Draws layer by layer."""
        boxes: dict[str, Box] = {}
        along = 0
        for number, layer in enumerate(self.layers.layers):
            for place in layer:
                if place.edge is None:
                    boxes[place.name] = self._box(place, along)
                else:
                    self._along(place.edge, along, along + self.length - 1, self.sides[place])
            if number < len(self.layers.links):
                along = self._channel(self.layers.links[number], along + self.length)
            else:
                along += self.length
        across_all = max((self.sides[p] + self._room(p) - self._room(p) // 2 for p in self.sides), default=0)
        width, height = (along, across_all) if self.across else (across_all, along)
        heads = {cell: tuple(edges) for cell, edges in self.heads.items()}
        return Drawing(self.across, width, height, boxes, self.lines, heads)

    def _box(self, place: Place, along: int) -> Box:
        begin = self.sides[place] - self.breadth // 2
        if self.across:
            return Box(place.name, along, begin, self.length, self.breadth)
        return Box(place.name, begin, along, self.breadth, self.length)

    def _room(self, place: Place) -> int:
        return 1 if place.edge else self.breadth

    def _sides(self) -> dict[Place, int]:
        """The middle of each place: near its neighbours, and apart from those beside it."""
        wanted: dict[Place, float] = {}
        for layer in self.layers.layers:
            at = 0.0
            for place in layer:
                wanted[place] = at + self._room(place) / 2
                at += self._room(place) + self.gap
        near: dict[Place, list[Place]] = {}
        for links in self.layers.links:
            for link in links:
                near.setdefault(link.begin, []).append(link.end)
                near.setdefault(link.end, []).append(link.begin)
        for _ in range(_PASSES):
            for layer in self.layers.layers:
                ideal = [_mean([wanted[one] for one in near.get(place, [])], wanted[place]) for place in layer]
                for place, side in zip(layer, self._apart(layer, ideal), strict=True):
                    wanted[place] = side
        least = min((side - self._room(place) // 2 for place, side in wanted.items()), default=0)
        found = {place: round(side - least) for place, side in wanted.items()}
        return self._rounded_apart(found)

    def _apart(self, layer: Sequence[Place], ideal: Sequence[float]) -> list[float]:
        """The positions next to `ideal` at which nothing overlaps: pushed on from the first, then moved back."""
        found: list[float] = []
        for number, place in enumerate(layer):
            side = ideal[number]
            if found:
                before = layer[number - 1]
                side = max(side, found[-1] + self._distance(before, place))
            found.append(side)
        shift = sum(i - f for i, f in zip(ideal, found, strict=True)) / len(found) if found else 0.0
        return [side + shift for side in found]

    def _distance(self, one: Place, other: Place) -> int:
        return (self._room(one) - self._room(one) // 2) + self._room(other) // 2 + self.gap

    def _rounded_apart(self, sides: dict[Place, int]) -> dict[Place, int]:
        for layer in self.layers.layers:
            for before, place in pairwise(layer):
                sides[place] = max(sides[place], sides[before] + self._distance(before, place))
        least = min((side - self._room(place) // 2 for place, side in sides.items()), default=0)
        return {place: side - least for place, side in sides.items()}

    def _channel(self, links: Sequence[Link], begin: int) -> int:
        """Draws the lines between two layers; returns where the next layer begins."""
        tracks = tracks_of(links, self.sides)
        end = begin + max(tracks.values(), default=0) + 3
        for link in links:
            side, to_side = self.sides[link.begin], self.sides[link.end]
            track = begin + 1 + tracks.get(link.begin, 0)
            straight = side == to_side
            self._along(link.edge, begin, track, side, open_end=not straight)
            self._beside(link.edge, track, side, to_side)
            self._along(link.edge, track, end - 1, to_side, open_begin=not straight)
            if link.end.edge is None:
                self.heads.setdefault(self._cell(end - 1, to_side), []).append(link.edge)
        return end

    def _along(
        self, edge: Edge, begin: int, end: int, side: int, *, open_begin: bool = False, open_end: bool = False
    ) -> None:
        """From layer to layer. An open end is where the line turns: there it does not go on."""
        back, fore = (_WEST, _EAST) if self.across else (_NORTH, _SOUTH)
        for at in range(begin, end + 1):
            before = 0 if open_begin and at == begin else back
            after = 0 if open_end and at == end else fore
            self._add(self._cell(at, side), edge, before | after)

    def _beside(self, edge: Edge, along: int, side: int, to_side: int) -> None:
        """In a track, from one row or column to the other."""
        low, high = sorted((side, to_side))
        less, more = (_NORTH, _SOUTH) if self.across else (_WEST, _EAST)
        for at in range(low, high + 1) if low < high else ():
            self._add(self._cell(along, at), edge, (less if at > low else 0) | (more if at < high else 0))

    def _cell(self, along: int, side: int) -> tuple[int, int]:
        return (along, side) if self.across else (side, along)

    def _add(self, cell: tuple[int, int], edge: Edge, sides: int) -> None:
        edges = self.lines.setdefault(cell, {})
        edges[edge] = edges.get(edge, 0) | sides


def tracks_of(links: Sequence[Link], sides: Mapping[Place, int]) -> dict[Place, int]:
    """A track for each place whose lines turn; those that cannot touch share one.

    Where a line enters the row that another one leaves, the other one turns away first.
    """
    spans: dict[Place, tuple[int, int]] = {}
    for link in links:
        low, high = sorted((sides[link.begin], sides[link.end]))
        known = spans.get(link.begin, (low, high))
        spans[link.begin] = (min(low, known[0]), max(high, known[1]))
    turning = {place: span for place, span in spans.items() if span[0] < span[1]}
    first = {place: _turn_first(place, links, sides, turning) for place in turning}
    found: dict[Place, int] = {}
    taken: list[list[tuple[int, int]]] = []
    for place in _in_turn(turning, first):
        low, high = turning[place]
        least = max((found[one] + 1 for one in first[place] if one in found), default=0)
        taken += [[] for _ in range(least - len(taken))]
        free = (n for n in range(least, len(taken)) if all(high < a or low > b for a, b in taken[n]))
        track = next(free, len(taken))
        taken += [[]] if track == len(taken) else []
        taken[track].append((low, high))
        found[place] = track
    return found


def _turn_first(
    place: Place, links: Sequence[Link], sides: Mapping[Place, int], turning: Mapping[Place, object]
) -> set[Place]:
    """The places that leave a row which a line of `place` enters."""
    enters = {sides[link.end] for link in links if link.begin == place}
    return {other for other in turning if other != place and sides[other] in enters}


def _in_turn(turning: Mapping[Place, tuple[int, int]], first: Mapping[Place, set[Place]]) -> list[Place]:
    """Those that turn first before the others; in a circle of such wishes, as they stand."""
    todo = sorted(turning, key=lambda place: (turning[place], place.name))
    order: list[Place] = []
    while todo:
        ready = next((place for place in todo if not first[place] & set(todo)), todo[0])
        order.append(ready)
        todo.remove(ready)
    return order


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
