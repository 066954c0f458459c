"""A scrolling text of many lines, drawn line by line; it follows its end until the reader scrolls away."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.ink import Inks
from tui.tail import Line
from tui.widgets.output import OutputRow, draw, wrap_line

MAX_LINES = 20_000


class OutputView(ScrollView, can_focus=True):
    """Holds at most MAX_LINES paragraphs; the file has the rest."""

    BINDING_GROUP_TITLE = "Output"
    BINDINGS = [
        Binding("k", "scroll_up", "Up", show=False),
        Binding("j", "scroll_down", "Down", show=False),
        Binding("g,home", "scroll_home", "To the top", show=False),
        Binding("end", "follow", "Follow the end", show=False),
    ]
    DEFAULT_CSS = """
    OutputView { overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    class Moved(Message):
        """Following began or ended, or more lines came while the reader was elsewhere."""

    def __init__(self, *, follow: bool, id: str | None = None) -> None:
        super().__init__(id=id)
        self.following = follow
        self.unread = 0
        self._lines: list[Line] = []
        self._rows: list[OutputRow] = []
        self._width = 0
        self._inks = Inks(self)

    def append(self, lines: Iterable[Line]) -> None:
        """Adds lines at the end; what the reader looks at stays where it is."""
        new = list(lines)
        if not new:
            return
        self._lines += new
        self._rows += [row for line in new for row in wrap_line(line, self._width)] if self._width else []
        self._prune()
        if not self.following:
            self.unread += len(new)
        self._resized()
        self.post_message(self.Moved())

    def replace(self, lines: Iterable[Line]) -> None:
        """Shows other lines, from the top."""
        self._lines, self._rows, self.unread = [], [], 0
        self.append(lines)
        self.unread = 0
        self.scroll_to(y=0, animate=False, force=True)

    def on_resize(self, event: Resize) -> None:
        """Wraps everything anew when the width changes."""
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._rows = [row for line in self._lines for row in wrap_line(line, width)]
        self._resized()

    def _prune(self) -> None:
        excess = len(self._lines) - MAX_LINES
        if excess <= 0:
            return
        gone = sum(len(wrap_line(line, self._width)) for line in self._lines[:excess]) if self._width else 0
        del self._lines[:excess]
        del self._rows[:gone]
        if not self.following:
            self.scroll_to(y=max(0, self.scroll_offset.y - gone), animate=False, force=True)

    def _resized(self) -> None:
        self.virtual_size = Size(self._width, len(self._rows))
        if self.following:
            self.scroll_end(animate=False, immediate=False, x_axis=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row."""
        number, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if number < len(self._rows):
            return draw(self._rows[number], width, self._inks)
        return Strip.blank(width, self._inks["$foreground"])

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up stops following; reaching the end starts it again."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and self.following and new_value < self.max_scroll_y:
            self.following = False
            self.post_message(self.Moved())
        elif new_value >= self.max_scroll_y and new_value > old_value and self.unread:
            self.unread = 0
            self.post_message(self.Moved())

    def action_follow(self) -> None:
        """Goes to the end and stays there."""
        self.following, self.unread = True, 0
        self.scroll_end(animate=False, immediate=False, x_axis=False)
        self.post_message(self.Moved())
