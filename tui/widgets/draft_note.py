"""The line above a text that says why it is not what the file holds."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class DraftNote(Static):
    """Not there while there is nothing to say."""

    DEFAULT_CSS = """
    DraftNote { height: auto; padding: 0 1; background: $warning 15%; display: none; }
    """

    def show(self, text: str) -> None:
        """Says this; with "" it is gone."""
        self.update(Content(text))
        self.display = bool(text)
