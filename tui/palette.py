"""The actions of a screen, taken from its bindings: for the command palette and for help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input

from tui.keys import remapped


def commands_of(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Everything that the screen's keys do."""
    for binding in remapped(screen.BINDINGS, _keymap(screen)):
        if isinstance(binding, Binding) and binding.description:
            yield SystemCommand(
                binding.description,
                f"{binding.tooltip or binding.description}  ({binding.key})",
                _run(screen, binding.action),
            )


def _run(screen: Screen[Any], action: str) -> Any:
    async def run() -> None:
        await screen.run_action(action)

    return run


def key_groups(screen: Screen[Any]) -> Iterator[tuple[str, list[BindingType]]]:
    """The keys of the screen, then those of its parts, each once; typing into a line needs no help."""
    yield screen.BINDING_GROUP_TITLE or "Keys", remapped(screen.BINDINGS, _keymap(screen))
    seen: set[str] = set()
    parts = (node for node in screen.walk_children() if not isinstance(node, Input))
    nodes: list[DOMNode] = [node for node in parts if node.BINDING_GROUP_TITLE]
    for node in nodes:
        title = node.BINDING_GROUP_TITLE or ""
        if title not in seen:
            seen.add(title)
            yield title, list(type(node).BINDINGS)


def _keymap(screen: Screen[Any]) -> dict[str, str]:
    """The keys that the person gave to actions."""
    keymap = getattr(screen.app, "keymap", {})
    return dict(keymap)
