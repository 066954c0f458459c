"""A scrolling text of many lines, drawn line by line; it follows its end until the reader scrolls away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.binding import Binding
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.lines.text import split_matches
from tui.widgets.ink import Inks
from tui.widgets.output import OutputRow, draw, wrap_line

if TYPE_CHECKING:
    from tui.tail import Line

MAX_LINES = 20_000
FOUND = "bold $background on $warning"
_ABOVE = 3
"""Rows that stay in sight above a line that was searched for."""


class OutputView(ScrollView, can_focus=True):
    """Holds at most MAX_LINES paragraphs; the file has the rest."""

    BINDING_GROUP_TITLE = "Output"
    BINDINGS = [
        Binding("k", "scroll_up", "Up", show=False, id="output.scroll_up"),
        Binding("j", "scroll_down", "Down", show=False, id="output.scroll_down"),
        Binding("g,home", "scroll_home", "To the top", show=False, id="output.scroll_home"),
        Binding("end", "follow", "Follow the end", show=False, id="output.follow"),
        Binding("n", "match(1)", "Next match", show=False, id="output.match_next"),
        Binding("N", "match(-1)", "Match before", show=False, id="output.match_before"),
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
        self._heights: list[int] = []
        """How many rows each line takes."""
        self._width = 0
        self.words = ""
        self._match = -1
        self._inks = Inks(self)

    def append(self, lines: Iterable[Line]) -> None:
        """Adds lines at the end; what the reader looks at stays where it is."""
        new = list(lines)
        if not new:
            return
        self._lines += new
        self._wrap(new)
        self._prune()
        if not self.following:
            self.unread += len(new)
        self._resized()
        self.post_message(self.Moved())

    def replace(self, lines: Iterable[Line]) -> None:
        """Shows other lines, from the top."""
        self._lines, self._rows, self._heights, self.unread = [], [], [], 0
        self.append(lines)
        self.unread = 0
        self.scroll_to(y=0, animate=False, force=True)

    def on_resize(self, event: Resize) -> None:
        """Wraps everything anew when the width changes."""
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._rows, self._heights = [], []
            self._wrap(self._lines)
        self._resized()

    def _wrap(self, lines: Iterable[Line]) -> None:
        for line in lines if self._width else ():
            rows = wrap_line(line, self._width)
            self._rows += rows
            self._heights.append(len(rows))

    def _prune(self) -> None:
        excess = len(self._lines) - MAX_LINES
        if excess <= 0:
            return
        gone = sum(self._heights[:excess])
        self._match -= excess
        del self._lines[:excess]
        del self._heights[:excess]
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
            strip = draw(self._rows[number], width, self._inks)
            return self._marked(strip, width) if self.words else strip
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

    def _marked(self, strip: Strip, width: int) -> Strip:
        found = self._inks[FOUND]
        pieces = [
            Segment(text, found if is_match else segment.style)
            for segment in strip
            for text, is_match in split_matches(segment.text, self.words)
        ]
        return Strip(pieces).adjust_cell_length(width)

    def search(self, words: str) -> int:
        """Marks `words`, goes to the newest line that has them, and says how many lines do."""
        self.words, self._match = words, -1
        found = self._found()
        self.refresh()
        if found:
            self._go(found[-1])
        return len(found)

    def action_match(self, by: int) -> None:
        """To the next line with the words that were searched for; after the last one to the first."""
        found = self._found()
        if found:
            later = [line for line in found if line > self._match]
            earlier = [line for line in found if line < self._match]
            self._go((later or found)[0] if by > 0 else (earlier or found)[-1])

    def _found(self) -> list[int]:
        wanted = self.words.lower()
        return [at for at, line in enumerate(self._lines) if wanted in line.text.lower()] if wanted else []

    def _go(self, line: int) -> None:
        self._match, self.following = line, False
        self.scroll_to(y=max(0, sum(self._heights[:line]) - _ABOVE), animate=False, force=True)
        self.post_message(self.Moved())
