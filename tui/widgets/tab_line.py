"""One line of tabs: the digit of each, its name, which one is open. One widget, drawn at once."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget


class TabLine(Widget):
    """Posts `Chosen` on a click. Where there is little room, only the open tab has its whole name."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $surface; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.names = tuple(names)
        self.open = 0
        self.first = 1
        """The digit of the first tab."""

    def rename(self, names: Sequence[str], first: int = 1) -> None:
        """Shows other tabs, numbered from `first`."""
        self.names, self.first = tuple(names), first
        self.refresh(layout=True)

    def choose(self, index: int) -> None:
        """Marks this tab as open."""
        self.open = index
        self.refresh()

    def labels(self) -> list[str]:
        """The names as they fit: whole, else cut to an ever shorter beginning but for the open one."""
        for room in (99, 6, 4, 3, 0):
            found = [name if i == self.open else name[:room] for i, name in enumerate(self.names)]
            if sum(cell_len(label) + 3 for label in found) <= self.size.width:
                return found
        return found

    def render(self) -> Content:
        """` 1 live  2 brief `, the open one set off."""
        content = Content("")
        for index, label in enumerate(self.labels()):
            is_open = index == self.open
            style = "bold $block-cursor-foreground on $block-cursor-background" if is_open else "$text-muted"
            number = "bold $footer-key-foreground on $block-cursor-background" if is_open else "$text-disabled"
            content += Content.assemble((f"{index + self.first} ", number), (f"{label} ", style))
        return content

    def on_click(self, event: Click) -> None:
        """The tab under the pointer."""
        x = event.x
        for index, label in enumerate(self.labels()):
            x -= cell_len(label) + 3
            if x < 0:
                self.post_message(self.Chosen(index))
                return
