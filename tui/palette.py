"""The actions of a screen, taken from its bindings: for the command palette and for help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input

from tui.keys import key_names, remapped


def commands_of(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Everything that the screen's keys do."""
    for binding in remapped(screen.BINDINGS, _keymap(screen)):
        if isinstance(binding, Binding) and binding.description:
            yield SystemCommand(
                binding.description,
                f"{binding.tooltip or binding.description}  ({key_names(binding.key)})",
                _run(screen, binding.action),
            )


EVERYWHERE = (
    ("Undo", "Show the last merge of a LEGO, or the last change of the app, and take it back (meta undo)", "undo"),
    ("Redo", "Bring back what the last undo took away (meta undo --redo)", "redo"),
    ("Fetch packages", "Agree, for this run, that the packages it waits for are fetched (--fetch)", "fetch_packages"),
    ("Allow a held secret", "Show what is held as a secret, and allow it if it is none", "allow_secret"),
)
"""Acts of the app that are offered on every screen."""


def everywhere(app: App[Any]) -> Iterator[SystemCommand]:
    """What can be done wherever one is, but for what the screen in view has a key for: that is there already."""
    there = {binding.action for binding in app.screen.BINDINGS if isinstance(binding, Binding)}
    for title, help_, action in EVERYWHERE:
        if f"app.{action}" not in there:
            yield SystemCommand(title, help_, _run(app, f"app.{action}"))


def _run(node: App[Any] | Screen[Any], action: str) -> Any:
    async def run() -> None:
        await node.run_action(action)

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
