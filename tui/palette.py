"""The actions of a screen, taken from its bindings: for the command palette and for help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from textual.actions import parse
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import DiscoveryHit, Hits
from textual.dom import DOMNode
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.widgets import Input

from tui.keys import key_names, remapped
from tui.widgets.key_line import Offering

if TYPE_CHECKING:
    from tui.consenting import ConsentingApp

_MOVES = frozenset({"area", "lego", "match", "scroll", "side", "switch_side", "tab", "focus_next", "focus_previous"})
"""Actions that only move the cursor, the text or the focus: nobody looks for them by name."""
_CONSENTS = frozenset({"fetch_packages", "allow_secret"})
_VIEWS = frozenset({"go", "next_view", "open_tab", "open_view", "show_as"})
_LAST = frozenset({"help", "back", "dismiss", "leave"})
_TEXTUALS = frozenset({"Keys", "Maximize", "Minimize"})
"""What Textual offers of its own and this app has no use for: its list of keys is the help screen."""
EVERYWHERE = (
    ("Undo", "Show the last merge of a LEGO, or the last change of the app, and take it back (meta undo)", "undo"),
    ("Redo", "Bring back what the last undo took away (meta undo --redo)", "redo"),
    ("Fetch packages", "Agree, for this run, that the packages it waits for are fetched (--fetch)", "fetch_packages"),
    ("Allow a held secret", "Show what is held as a secret, and allow it if it is none", "allow_secret"),
)
"""Acts of the app that are offered on every screen where there is a workspace."""


class Acts(SystemCommandsProvider):
    """What the palette shows before anything is typed: as it is given here, not by the alphabet."""

    async def discover(self) -> Hits:
        """Every command."""
        for command in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(command.title, command.callback, help=command.help)


def acts(app: ConsentingApp, screen: Screen[Any], of_textual: Iterable[SystemCommand]) -> Iterator[SystemCommand]:
    """Each act once: what the screen in view is for, what can be done everywhere, themes and the like."""
    found: dict[str, SystemCommand] = {}
    everywhere_ = everywhere(app, screen) if app.view is not None else ()
    own = [one for one in of_textual if one.title not in _TEXTUALS]
    for command in (*commands_of(screen), *everywhere_, *own):
        found.setdefault(command.title, command)
    yield from found.values()


def commands_of(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Everything that the screen's keys do now: what decides, then the views, then the rest."""
    bindings = [one for one in remapped(screen.BINDINGS, _keymap(screen)) if isinstance(one, Binding)]
    for binding in sorted(bindings, key=_rank):
        if binding.description and _name(binding.action) not in _MOVES and applies(screen, binding.action):
            help_ = f"{binding.tooltip}  " if binding.tooltip else ""
            help_ += f"({key_names(binding.key)})"
            yield SystemCommand(binding.description, escape(help_), _run(screen, binding.action))


def everywhere(app: ConsentingApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """What can be done wherever one is, but for what `screen` has a key for: that is there already."""
    there = {binding.action for binding in screen.BINDINGS if isinstance(binding, Binding)}
    for title, help_, action in EVERYWHERE:
        if f"app.{action}" not in there and app.offers(action):
            yield SystemCommand(title, help_, _run(app, f"app.{action}"))


def applies(screen: Screen[Any], action: str) -> bool:
    """Whether the action has something to do now."""
    place, name, parameters = parse(action)
    node: DOMNode = screen
    if isinstance(screen, Offering) and not screen.offers(action):
        return False
    if place == "app":
        node = screen.app
        if isinstance(node, Offering) and not node.offers(name):
            return False
    return bool(node.check_action(name, parameters))


def _rank(binding: Binding) -> int:
    """What the footer shows comes first, as it is what the screen is for."""
    name = _name(binding.action)
    if name in _LAST:
        return 3
    if name in _VIEWS:
        return 1
    return 0 if binding.show or name in _CONSENTS else 2


def _name(action: str) -> str:
    return parse(action)[1]


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
