"""A text that changes while it is on the screen, and always has the room that its newest words need."""

from __future__ import annotations

from textual.visual import VisualType
from textual.widgets import Static


class Text(Static):
    """A Static that is measured anew after every change."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Shows `content`."""
        super().update(content, layout=layout)
        # Textual measures a widget once for each layout the widget asks for, and joins requests that come in a row.
        # If the screen is laid out between two joined requests, it would keep the size of the older text for good.
        self._box_model_cache.clear()
