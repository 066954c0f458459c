"""The line at the bottom: which runtimes rest, and the newest event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tui.lines.sanitize import one_line
from tui.words.resting import resting_text

if TYPE_CHECKING:
    from tui.read_model import RestView


class EventLine(Static):
    """Says what happened last, the engine's doing or the person's; before it, who cannot work and until when."""

    DEFAULT_CSS = """
    EventLine { height: 1; padding: 0 1; color: $text-muted; text-overflow: ellipsis; text-wrap: nowrap; }
    """

    resting: Sequence[RestView] = ()
    _event = ""
    _shown = ("", "")

    def say(self, text: str, now: float) -> None:
        """Shows `text`, from whatever source."""
        self._event = one_line(text)
        self.tick(now)

    def tick(self, now: float) -> None:
        """A second went by: the times count down."""
        shown = (resting_text(self.resting, now), self._event)
        if shown != self._shown:
            self._shown = shown
            paused = (f"‖ {shown[0]}   ", "bold $text-warning") if shown[0] else ""
            self.update(Content.assemble(paused, shown[1]), layout=False)
