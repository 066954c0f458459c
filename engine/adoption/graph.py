"""Groups of modules and who needs whom: circles become one group, and many groups become few. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.legos.model import topological

Graph = Mapping[str, set[str]]
"""Node → the nodes that it needs."""


def circles(graph: Graph) -> list[list[str]]:
    """The nodes, those that need each other together (strongly connected components); every list is sorted."""
    order: list[str] = []
    seen: set[str] = set()
    for node in sorted(graph):
        _walk(node, graph, seen, order)
    reverse: dict[str, set[str]] = {node: set() for node in graph}
    for node, needed in graph.items():
        for other in needed:
            reverse[other].add(node)
    seen, found = set(), []
    for node in reversed(order):
        if node not in seen:
            together: list[str] = []
            _walk(node, reverse, seen, together)
            found.append(sorted(together))
    return found


def _walk(start: str, graph: Graph, seen: set[str], left: list[str]) -> None:
    """Add every node reached for the first time to `left`, each after those that it leads to."""
    if start in seen:
        return
    seen.add(start)
    todo = [(start, iter(sorted(graph[start])))]
    while todo:
        node, others = todo[-1]
        following = next((other for other in others if other not in seen), None)
        if following is None:
            todo.pop()
            left.append(node)
        else:
            seen.add(following)
            todo.append((following, iter(sorted(graph[following]))))


def united(graph: Graph, groups: Iterable[Sequence[str]]) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    """Each group as one node, named after its first member: its members, and the graph of the groups."""
    members = {group[0]: list(group) for group in groups}
    home = {node: name for name, group in members.items() for node in group}
    needs = {name: {home[other] for node in group for other in graph[node]} - {name} for name, group in members.items()}
    return members, needs


def above(graph: Graph, node: str) -> set[str]:
    """The node and everything that needs it, directly or through others. United, these are in no circle."""
    users: dict[str, set[str]] = {name: set() for name in graph}
    for name, needed in graph.items():
        for other in needed:
            users[other].add(name)
    return reached(users, node)


def reached(graph: Graph, node: str) -> set[str]:
    """The node and everything that it leads to."""
    found, todo = {node}, [node]
    while todo:
        for other in graph[todo.pop()]:
            if other not in found:
                found.add(other)
                todo.append(other)
    return found


def fewer(graph: Graph, last: str, sizes: Mapping[str, int], most: int) -> list[list[str]]:
    """Groups of nodes, at most `most` of them, in an order in which each needs only earlier ones; `last` ends it.

    Only neighbours in such an order are united, so no circle arises: first those that share a folder or need each
    other, small ones before large ones.
    """
    names = [name for name in topological({name: sorted(graph[name]) for name in sorted(graph)}) if name != last]
    groups = [[name] for name in [*names, last]]
    while len(groups) > max(most, 1):
        place = min(range(len(groups) - 1), key=lambda n: _cost(groups[n], groups[n + 1], graph, last, sizes))
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
    return groups


def _cost(
    one: Sequence[str], other: Sequence[str], graph: Graph, last: str, sizes: Mapping[str, int]
) -> tuple[bool, bool, int]:
    near = {name.rpartition(".")[0] for name in one} & {name.rpartition(".")[0] for name in other}
    needed = any(name in graph[user] for user in other for name in one)
    return last in other, not near and not needed, sum(sizes[name] for name in (*one, *other))
