"""A scrolling text drawn line by line: ten thousand lines open at once. It can be searched, and lines can be picked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import Worker, WorkerState

from tui.ink import Inks
from tui.text_lines import FOUND, FOUND_NOW, TextLine, TextRow, find, place_in_line, split_matches, wrap_lines
from tui.themes import cursor_line
from tui.widgets.colours import PLAIN, Colours

_ABOVE = 3
"""Rows that stay in sight above a line that was searched for."""


class LinesView(ScrollView, can_focus=True):
    """Shows `TextLine`s. Where lines have keys, a cursor stands on one of them; `enter` posts `Picked`."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS = [
        Binding("down,j", "move(1)", "Down", show=False, id="lines.move_next"),
        Binding("up,k", "move(-1)", "Up", show=False, id="lines.move_before"),
        Binding("pagedown,ctrl+f,space", "page(1)", "Page down", show=False, id="lines.page_next"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="lines.page_before"),
        Binding("g,home", "edge(0)", "To the top", show=False, id="lines.first"),
        Binding("G,end", "edge(1)", "To the end", show=False, id="lines.last"),
        Binding("enter", "pick", "Open", tooltip="Open or close what the cursor stands on", id="lines.pick"),
        Binding("n", "match(1)", "Next match", show=False, id="lines.match_next"),
        Binding("N", "match(-1)", "Match before", show=False, id="lines.match_before"),
    ]
    DEFAULT_CSS = """
    LinesView { overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """

    class Picked(Message):
        """The person opened the line with this key."""

        def __init__(self, view: LinesView, key: str) -> None:
            super().__init__()
            self.view, self.key = view, key

        @property
        def control(self) -> LinesView:
            """The view it happened in."""
            return self.view

    class Moved(Message):
        """The cursor stands on the line with this key."""

        def __init__(self, view: LinesView, key: str) -> None:
            super().__init__()
            self.view, self.key = view, key

        @property
        def control(self) -> LinesView:
            """The view it happened in."""
            return self.view

    class Matched(Message):
        """The reader is at match `at` (from 1; 0: at none) `of` so many."""

        def __init__(self, view: LinesView, at: int, of: int) -> None:
            super().__init__()
            self.view, self.at, self.of = view, at, of

    def __init__(self, *, most_width: int = 0, id: str | None = None) -> None:
        """`most_width`: prose is not laid out wider than this; 0: as wide as there is room."""
        super().__init__(id=id)
        self.most_width = most_width
        self.words = ""
        self.cursor = ""
        self._lines: Sequence[TextLine] = ()
        self._rows: list[TextRow] = []
        self._first: list[int] = []
        self._keyed: list[tuple[str, int]] = []
        self._width = 0
        self._found: list[int] = []
        self._match = -1
        self._inks = Inks(self)
        self._colours = Colours(self, self._seen)

    def show(self, lines: Sequence[TextLine], *, from_top: bool = False, cursor: str = "") -> None:
        """Shows these lines; the reader stays where they are unless `from_top`."""
        same = lines is self._lines
        self._lines = lines
        if not same:
            self._colours.turn_to(lines)
            self._keyed = [(line.key, index) for index, line in enumerate(lines) if line.key]
            self.refresh_bindings()
            if self.words:
                self._match = -1 if from_top else self._match
                self._find()
        keys = self._keys()
        wanted = cursor or ("" if from_top else self.cursor)
        self.cursor = wanted if wanted in keys else next(iter(self._picks()), "")
        self._lay_out(same)
        if from_top:
            self.scroll_to(y=0, animate=False, force=True)
        if cursor:
            self._show_cursor()

    def on_resize(self, event: Resize) -> None:
        """Wraps everything anew when the width changes."""
        self._lay_out()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Without colours the text is as good; that they are missing is said."""
        if event.state == WorkerState.ERROR:
            self.notify(f"{event.worker.error!r}", title="No colours for this code", severity="warning", markup=False)

    def _lay_out(self, same: bool = False) -> None:
        room = self.scrollable_content_region.width
        width = min(room, self.most_width) if self.most_width else room
        if same and width == self._width:
            self.refresh()
            return
        self._width = width
        self._rows = wrap_lines(self._lines, self._width) if self._width else []
        self._first = [0] * len(self._lines)
        for number, row in enumerate(self._rows):
            if row.number == 0:
                self._first[row.line] = number
        self.virtual_size = Size(room, len(self._rows))
        self.refresh()

    def _keys(self) -> dict[str, int]:
        return dict(self._keyed)

    def _picks(self) -> list[str]:
        return [key for key, _ in self._keyed]

    def render_line(self, y: int) -> Strip:
        """One row."""
        number, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if number >= len(self._rows):
            return Strip.blank(width, self._inks["$foreground"])
        row = self._rows[number]
        line = self._lines[row.line]
        chosen = bool(line.key) and line.key == self.cursor
        at_cursor = cursor_line(self.app.current_theme) if self.has_focus else "on $panel"
        tint = f" {at_cursor}" if chosen else ""
        marks = line.marks_at(self._width) if row.number == 0 else ()
        segments = [Segment(text, self._inks[style + tint]) for text, style in marks]
        if row.number:
            segments = [Segment(" " * min(line.lead(self._width), self._width - 1), self._inks["$foreground" + tint])]
        segments += self._body(number, row, line, tint)
        if row.note:
            used = sum(cell_len(segment.text) for segment in segments)
            gap = max(0, self._width - used - cell_len(row.note)) if row.text else 0
            segments.append(Segment(" " * gap, self._inks["$foreground" + tint]))
            segments.append(Segment(row.note, self._inks[line.note_style + tint]))
        rest = line.style if " on " in line.style else "$foreground"
        return Strip(segments).adjust_cell_length(width, self._inks[rest + tint])

    def _body(self, number: int, row: TextRow, line: TextLine, tint: str) -> Iterator[Segment]:
        """The text of a row: its matches marked, the rest as it looks as far as that is known."""
        looks = self._colours.of(row.line) if line.code else PLAIN
        found = self._inks[FOUND_NOW if row.line == self._match else FOUND]
        at = place_in_line(self._rows, number, line.text) if looks != PLAIN else 0
        for text, is_match in split_matches(row.text, self.words):
            if is_match:
                yield Segment(text, found)
            else:
                for part, style in self._colours.styled(text, at, line, looks, tint):
                    yield Segment(part, self._inks[style])
            at += len(text)

    def _seen(self) -> tuple[int, int]:
        """The first and the last line in view."""
        top, height = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
        rows = self._rows[top : top + height]
        return (rows[0].line, rows[-1].line) if rows else (0, -1)

    def action_move(self, by: int) -> None:
        """To the next line that can be picked; a text without such lines scrolls."""
        picks = self._picks()
        if not picks:
            self.scroll_relative(y=by, animate=False)
            return
        at = picks.index(self.cursor) if self.cursor in picks else 0
        index = self._keys()[self.cursor] if self.cursor in picks else 0
        target = max(0, min(at + by, len(picks) - 1))
        if target == at or not self._near(index, self._keys()[picks[target]]):
            self.scroll_relative(y=by, animate=False)
            return
        self._stand_on(picks[target])

    def _near(self, index: int, target: int) -> bool:
        """Whether the next pick can be seen by going one screen further; else the text between is read first."""
        height = self.scrollable_content_region.height
        row, top = self._first[target], self.scroll_offset.y
        seen = top <= self._first[index] < top + height
        return not seen or top <= row < top + height or abs(row - self._first[index]) < 4

    def _stand_on(self, key: str) -> None:
        self.cursor = key
        self._show_cursor()
        self.refresh()
        self.post_message(self.Moved(self, key))

    def _show_cursor(self) -> None:
        index = self._keys().get(self.cursor)
        height = self.scrollable_content_region.height
        if index is None or not height or not self._rows:
            return
        row, top = self._first[index], self.scroll_offset.y
        self.scroll_to(y=min(max(top, row - height + 2), row), animate=False, force=True)

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self.scroll_relative(y=by * max(1, self.scrollable_content_region.height - 2), animate=False)

    def action_edge(self, end: int) -> None:
        """To the top, or to the end."""
        picks = self._picks()
        if picks:
            self._stand_on(picks[-1 if end else 0])
        if end:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to open only where a cursor stands."""
        return bool(self._keyed) if action == "pick" else super().check_action(action, parameters)

    def action_pick(self) -> None:
        """Opens what the cursor stands on."""
        if self.cursor:
            self.post_message(self.Picked(self, self.cursor))

    def on_click(self, event: Click) -> None:
        """A click stands on a line; a second one opens it."""
        number = event.y + self.scroll_offset.y
        if not 0 <= number < len(self._rows):
            return
        key = self._lines[self._rows[number].line].key
        if key and key == self.cursor:
            self.action_pick()
        elif key:
            self._stand_on(key)

    def search(self, words: str) -> int:
        """Marks `words`, goes to the first line at or below the top that has them, and says how many lines do."""
        self.words, self._match = words, -1
        self._find()
        self.refresh()
        if self._found:
            top = self.scroll_offset.y
            self._go(next((line for line in self._found if self._first[line] >= top), self._found[0]))
        return len(self._found)

    def action_match(self, by: int) -> None:
        """To the next line with the words that were searched for; after the last one to the first."""
        if self._found:
            later = [line for line in self._found if line > self._match]
            earlier = [line for line in self._found if line < self._match]
            self._go((later or self._found)[0] if by > 0 else (earlier or self._found)[-1])

    def _find(self) -> None:
        """Looks for the words in other lines; the reader stays, and is told if the match they were at is gone."""
        self._found = find(self._lines, self.words)
        if self._match not in self._found:
            self._match = -1
        self._tell()

    def _tell(self) -> None:
        if self.words:
            at = self._found.index(self._match) + 1 if self._match >= 0 else 0
            self.post_message(self.Matched(self, at, len(self._found)))

    def _go(self, line: int) -> None:
        self._match = line
        if self._lines[line].key:
            self._stand_on(self._lines[line].key)
        self.scroll_to(y=max(0, self._first[line] - _ABOVE), animate=False, force=True)
        self.refresh()
        self._tell()
