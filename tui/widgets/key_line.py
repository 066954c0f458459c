"""The keys that matter here, on one line. One widget, so that a change of focus costs next to nothing."""

from __future__ import annotations

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

    @property
    def width(self) -> int:
        """How many cells it takes, with the space around it."""
        return cell_len(self.shown) + cell_len(self.does) + 3


@runtime_checkable
class Offering(Protocol):
    """A screen some of whose keys have nothing to do at times. They work all the same, and say so."""

    def offers(self, action: str) -> bool:
        """Whether there is something to do for the key of this action."""


class KeyLine(Widget):
    """Shows the bindings that ask to be shown; where there is little room, the first ones of them."""

    DEFAULT_CSS = """
    KeyLine { height: 1; dock: bottom; background: $footer-background; color: $footer-description-foreground; }
    """

    hints: tuple[Hint, ...] = ()

    def on_mount(self) -> None:
        """Follows the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        offers = screen.offers if isinstance(screen, Offering) else lambda _: True
        hints = tuple(
            Hint(self.app.get_key_display(active.binding), active.binding.key, active.binding.description)
            for active in sorted(screen.active_bindings.values(), key=self._rank)
            if active.binding.show and active.binding.description and not active.binding.system
            if offers(active.binding.action)
        )
        first_of_each = tuple({hint.does: hint for hint in reversed(hints)}.values())[::-1]
        if first_of_each != self.hints:
            self.hints = first_of_each
            self.refresh()

    def _rank(self, active: ActiveBinding) -> int:
        """As the screen declares them: a key that every screen has, such as tab, would else come first."""
        if active.node is not self.screen:
            return -2 if active.node is not self.app else len(self.screen.BINDINGS)
        declared = [one.action for one in self.screen.BINDINGS if isinstance(one, Binding)]
        return declared.index(active.binding.action) if active.binding.action in declared else -1

    def fitting(self) -> tuple[Hint, ...]:
        """The hints there is room for."""
        room, found = self.size.width, []
        for hint in self.hints:
            room -= hint.width
            if room < 0:
                break
            found.append(hint)
        return tuple(found)

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
