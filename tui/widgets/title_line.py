"""The line at the top of a further screen: what it is, its facts, and what waits for the person."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.widgets.header import waiting_badge


class TitleLine(Static):
    """Cuts the facts where there is little room; never what waits for the person."""

    DEFAULT_CSS = """
    TitleLine { height: 1; background: $panel; color: $foreground; }
    """

    title: Content = Content("")
    waiting: int = 0

    def show(self, title: Content, waiting: int) -> None:
        """Draws the line."""
        self.title, self.waiting = title, waiting
        self.refresh()

    def render(self) -> Content:
        """As wide as there is room."""
        badge, width = waiting_badge(self.waiting), self.size.width
        left = (Content(" ") + self.title).truncate(max(1, width - badge.cell_length - 1), ellipsis=True)
        return left + Content(" " * max(0, width - left.cell_length - badge.cell_length)) + badge
