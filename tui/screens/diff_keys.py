"""The key of every screen that shows a diff."""

from __future__ import annotations

from textual.binding import Binding

SIDES_KEY = Binding(
    "vertical_line",
    "side_by_side",
    "Side by side",
    key_display="|",
    tooltip="What a diff takes away beside what it adds, or below each other again",
    id="side_by_side",
)
