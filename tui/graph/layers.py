"""Which layer each node of a dependency graph stands in, and in which order: the layers of a drawing. Pure.

A graph is name → needed names. Edges over several layers pass through points of their own, so that nothing is drawn
over a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Something that takes room in a layer: a node, or (`edge`) the point where an edge passes through."""

    name: str
    edge: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A piece of an edge between neighbouring layers. `edge` is (needed, needing)."""

    edge: tuple[str, str]
    begin: Place
    end: Place


@dataclass(frozen=True, slots=True)
class Layers:
    """The places of every layer, in order, and the links from each layer to the next."""

    layers: tuple[tuple[Place, ...], ...]
    links: tuple[tuple[Link, ...], ...]


def depths(graph: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Name → how many layers of needed ones are before it. What is needed but not in the graph counts nothing."""
    found: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name not in found:
            needed = [one for one in graph[name] if one in graph and one not in above]
            found[name] = max((depth(one, above | {name}) + 1 for one in needed), default=0)
        return found[name]

    for name in graph:
        depth(name, frozenset())
    return found


def layered(graph: Mapping[str, Sequence[str]]) -> Layers:
    """The layers of a graph, ordered so that few edges cross."""
    depth = depths(graph)
    layers: list[list[Place]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in graph:
        layers[depth[name]].append(Place(name))
    links: list[list[Link]] = [[] for _ in layers[1:]]
    for name, needs in graph.items():
        for needed in needs:
            if needed in graph and depth[needed] < depth[name]:
                _thread(layers, links, (needed, name), depth)
    _order(layers, links)
    return Layers(tuple(map(tuple, layers)), tuple(map(tuple, links)))


def _thread(
    layers: list[list[Place]], links: list[list[Link]], edge: tuple[str, str], depth: Mapping[str, int]
) -> None:
    """Leads an edge from layer to layer; edges of the same needed node share their points."""
    needed, name = edge
    at = Place(needed)
    for layer in range(depth[needed], depth[name]):
        last = layer + 1 == depth[name]
        to = Place(name) if last else Place(f"{needed}>{name}@{layer + 1}", edge)
        if not last:
            layers[layer + 1].append(to)
        links[layer].append(Link(edge, at, to))
        at = to


def _order(layers: list[list[Place]], links: list[list[Link]]) -> None:
    """Sorts each layer by the mean position of its neighbours, forwards and backwards."""
    for sweep in range(_SWEEPS):
        forwards = sweep % 2 == 0
        numbers = range(1, len(layers)) if forwards else range(len(layers) - 2, -1, -1)
        for number in numbers:
            beside = {place: at for at, place in enumerate(layers[number - 1 if forwards else number + 1])}
            near: dict[Place, list[int]] = {}
            for link in links[number - 1 if forwards else number]:
                mine, other = (link.end, link.begin) if forwards else (link.begin, link.end)
                near.setdefault(mine, []).append(beside[other])
            rank = {place: at for at, place in enumerate(layers[number])}
            layers[number].sort(key=lambda place: (_mean(near.get(place), rank[place]), rank[place]))


def _mean(values: list[int] | None, otherwise: int) -> float:
    return sum(values) / len(values) if values else float(otherwise)


def reduced(graph: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The graph without the edges that follow from others: who needs what needs `x` is not drawn to `x` as well."""
    needs = {name: [one for one in graph[name] if one in graph] for name in graph}
    reach: dict[str, set[str]] = {}
    for name in sorted(needs, key=depths(graph).__getitem__):
        reach[name] = {one for need in needs[name] for one in (need, *reach.get(need, ()))}
    return {
        name: [one for one in own if not any(one in reach.get(other, ()) for other in own if other != one)]
        for name, own in needs.items()
    }
