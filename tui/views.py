"""The further screens of a workspace, each on a key of its own: one table for keys, palette and help.

A view is a `Screen` built from the workspace's view, the clock and whether timers run. It is imported when it is first
opened, loads what else it needs in a worker, and follows the workspace by `show_view`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.binding import Binding
from textual.screen import Screen

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

ViewFactory = Callable[..., Screen[Any]]
"""`(view, clock, live=…)` → the screen."""


class FurtherView(NamedTuple):
    """One line of the table. `place` is `module:class`."""

    name: str
    key: str
    title: str
    tooltip: str
    place: str

    def build(self, view: WorkspaceView, clock: Clock, *, live: bool) -> Screen[Any]:
        """The screen, imported now."""
        module, _, name = self.place.partition(":")
        factory = cast(ViewFactory, getattr(import_module(module), name))
        return factory(view, clock, live=live)

    @property
    def binding(self) -> Binding:
        """Its key on the main screen."""
        return Binding(self.key, f"app.open_view('{self.name}')", self.title, tooltip=self.tooltip, id=self.name)


VIEWS: tuple[FurtherView, ...] = (
    FurtherView("plan", "P", "Plan", "The LEGO graph, drawn with its states", "tui.screens.plan:PlanScreen"),
    FurtherView(
        "lego", "L", "LEGO", "One LEGO: output, brief, documents, changes, receipts", "tui.screens.lego:LegoScreen"
    ),
    FurtherView("timeline", "T", "Timeline", "When what ran, and what waited", "tui.screens.timeline:TimelineScreen"),
    FurtherView(
        "changes",
        "C",
        "Changes",
        "What a changed intent means, LEGO by LEGO",
        "tui.screens.changes:ChangesScreen",
    ),
    FurtherView("metrics", "M", "Metrics", "Tokens, money, time, first pass", "tui.screens.metrics:MetricsScreen"),
    FurtherView(
        "traceability",
        "E",
        "Traceability",
        "Requirement → tests → LEGO → receipt; proves again",
        "tui.screens.traceability:TraceabilityScreen",
    ),
    FurtherView(
        "runtimes",
        "U",
        "Runtimes",
        "Who does the sessions, who rests, how to log in",
        "tui.screens.runtimes:RuntimesScreen",
    ),
    FurtherView(
        "wisdom",
        "W",
        "Wisdom",
        "Cards and patterns, and why sessions were told them",
        "tui.screens.wisdom:WisdomScreen",
    ),
    FurtherView(
        "settings", "comma", "Settings", "Theme, attention, keys, limits", "tui.screens.settings:SettingsScreen"
    ),
)
"""In the order of the help screen and of the line of keys, which shows as many as there is room for."""


def find_view(name: str) -> FurtherView:
    """The view of that name. Raises KeyError."""
    return {view.name: view for view in VIEWS}[name]
