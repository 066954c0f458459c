"""The keys that matter here, on one line. One widget, so that a change of focus costs next to nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol, runtime_checkable

from rich.cells import cell_len
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget


class Hint(NamedTuple):
    """A key, as it is written and as it is sent, and what it does."""

    shown: str
    key: str
    does: str
    action: str = ""

    @property
    def width(self) -> int:
        """How many cells it takes, with the space around it."""
        return cell_len(self.shown) + cell_len(self.does) + 3


@runtime_checkable
class Offering(Protocol):
    """A screen some of whose keys have nothing to do at times. They work all the same, and say so."""

    def offers(self, action: str) -> bool:
        """Whether there is something to do for the key of this action."""


@runtime_checkable
class Naming(Protocol):
    """A screen some of whose keys do something else now than at other times."""

    def name_of(self, action: str) -> str:
        """What the key of this action does now; "" where that is what its binding says."""


class KeyLine(Widget):
    """Shows the bindings that ask to be shown; where there is little room, the first ones of them.

    The actions that it `keeps` have room wherever they stand.
    """

    DEFAULT_CSS = """
    KeyLine { height: 1; dock: bottom; background: $footer-background; color: $footer-description-foreground; }
    """

    hints: tuple[Hint, ...] = ()

    def __init__(self, keeps: Collection[str] = ()) -> None:
        super().__init__()
        self.keeps = keeps

    def on_mount(self) -> None:
        """Follows the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        offers = screen.offers if isinstance(screen, Offering) else lambda _: True
        hints = tuple(
            self._hint(screen, active.binding)
            for active in sorted(screen.active_bindings.values(), key=self._rank)
            if active.binding.show and active.binding.description and not active.binding.system
            if offers(active.binding.action)
        )
        first_of_each = tuple({hint.does: hint for hint in reversed(hints)}.values())[::-1]
        if first_of_each != self.hints:
            self.hints = first_of_each
            self.refresh()

    def _hint(self, screen: Screen[object], binding: Binding) -> Hint:
        does = screen.name_of(binding.action) if isinstance(screen, Naming) else ""
        shown = self.app.get_key_display(binding)
        return Hint(shown, binding.key, does or binding.description, binding.action)

    def _rank(self, active: ActiveBinding) -> int:
        """As the screen declares them: a key that every screen has, such as tab, would else come first."""
        if active.node is not self.screen:
            return -2 if active.node is not self.app else len(self.screen.BINDINGS)
        declared = [one.action for one in self.screen.BINDINGS if isinstance(one, Binding)]
        return declared.index(active.binding.action) if active.binding.action in declared else -1

    def fitting(self) -> tuple[Hint, ...]:
        """The hints there is room for."""
        kept = [hint for hint in self.hints if hint.action in self.keeps]
        room, found = self.size.width - sum(hint.width for hint in kept), []
        for hint in self.hints:
            if hint not in kept:
                room -= hint.width
                if room < 0:
                    break
            found.append(hint)
        return (*found, *(hint for hint in kept if hint not in found))

    def render(self) -> Content:
        """` a Decide  x Cancel`."""
        return Content("").join(
            Content.assemble((f" {hint.shown}", "bold $footer-key-foreground"), f" {hint.does} ")
            for hint in self.fitting()
        )

    def on_click(self, event: Click) -> None:
        """A click on a key presses it."""
        x = event.x
        for hint in self.fitting():
            if x < hint.width:
                self.app.simulate_key(hint.key)
                return
            x -= hint.width
