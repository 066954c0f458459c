"""One live pane: the last lines of a running session, with its name, time and tokens in the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.events import Resize
from textual.strip import Strip
from textual.widget import Widget

from tui.lines.format import count, duration, elapsed
from tui.tail import Tail
from tui.widgets.ink import Inks
from tui.widgets.output import OutputRow, draw, last_rows

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import SessionView


class Pane(Widget, can_focus=True):
    """Paints when told to; reads nothing while it is hidden."""

    DEFAULT_CSS = """
    Pane {
        border: round $border-blurred;
        border-title-color: $foreground;
        border-subtitle-color: $text-muted;
        border-subtitle-align: right;
        padding: 0 1;
    }
    Pane:focus { border: round $border; }
    """

    def __init__(self, session: SessionView, clock: Clock) -> None:
        super().__init__()
        self.session = session
        self.clock = clock
        self.tail = Tail(session.folder / "events.jsonl", max_lines=200)
        self._inks = Inks(self)
        self._shown: list[OutputRow] = []
        self.set_title()

    def update_session(self, session: SessionView) -> None:
        """Takes over what the state says of the session now."""
        self.session = session
        self.set_title()

    def set_title(self) -> None:
        """Writes name, time and tokens into the frame."""
        time = duration(elapsed(self.session.started_at, self.session.ended_at, self.clock()))
        tokens = count(self.session.tokens if self.tail.tokens is None else self.tail.tokens, "tokens")
        self.border_title = Content.assemble(("● ", "$text-primary"), (self.session.title, "bold"))
        self.border_subtitle = Content(" · ".join(filter(None, [tokens, time])))

    def flush(self) -> None:
        """Reads what the session said since the last time, and paints it."""
        if self.tail.poll():
            self.set_title()
            self._lay_out()

    def on_resize(self, event: Resize) -> None:
        """Wraps the lines anew."""
        self.tail.poll()
        self.set_title()
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.content_size
        self._shown = last_rows(reversed(self.tail.lines), width, height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A row of output; before the first one, what will appear here."""
        width = self.content_size.width
        if y < len(self._shown):
            return draw(self._shown[y], width, self._inks)
        if y == 0:
            return draw(OutputRow("thought", "waiting for the first words of this session", True), width, self._inks)
        return Strip.blank(width, self._inks["$foreground"])
