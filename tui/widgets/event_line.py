"""The line at the bottom: the newest event."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.sanitize import one_line


class EventLine(Static):
    """Says what happened last, the engine's doing or the person's."""

    DEFAULT_CSS = """
    EventLine { height: 1; padding: 0 1; color: $text-muted; text-overflow: ellipsis; text-wrap: nowrap; }
    """

    def say(self, text: str) -> None:
        """Shows `text`, from whatever source."""
        self.update(Content(one_line(text)))
