"""The time beside the word `waiting`: how long a person has been waited for, not how long the step has taken. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.read_model import WAITING_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.read_model import WorkspaceView
    from tui.tree.model import Node


def timed(nodes: tuple[Node, ...], view: WorkspaceView) -> tuple[Node, ...]:
    """The nodes, those that wait from when they do; one that is decided waits for nobody and has no time."""
    if not view.waiting and not view.decided:
        return nodes
    asked = {one.gate: one.since for one in view.waiting if one.since is not None}
    return tuple(_timed(node, asked) for node in nodes)


def _timed(node: Node, asked: Mapping[str, float]) -> Node:
    node = node._replace(children=tuple(_timed(child, asked) for child in node.children))
    if node.step is not None and node.step.decided:
        return node._replace(started_at=None, ended_at=None)
    since = _since(node, asked) if node.status in WAITING_STATUS else None
    return node if since is None else node._replace(started_at=since, ended_at=None)


def _since(node: Node, asked: Mapping[str, float]) -> float | None:
    """Since when the node waits; of several in it, the one that has waited longest."""
    if node.step is not None:
        return asked.get(node.step.name)
    waits = [child.started_at for child in node.children if child.status in WAITING_STATUS]
    return min((since for since in waits if since is not None), default=None)
