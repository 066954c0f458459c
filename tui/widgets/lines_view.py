"""A scrolling text drawn line by line: ten thousand lines open at once. It can be searched, and lines can be picked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import Worker, WorkerState

from tui.lines.laid import Laid, lay_out
from tui.lines.text import TextLine, find
from tui.person.themes import cursor_line
from tui.widgets.row_drawing import RowDrawing

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
        self.beside = False
        """Whether both sides of a diff stand beside each other."""
        self._lines: Sequence[TextLine] = ()
        self._laid = Laid()
        self._keyed: dict[str, int] = {}
        self._picks: dict[str, int] = {}
        """Key → line, for all that the cursor can stand on."""
        self._width = 0
        self._found: list[int] = []
        self._match = -1
        self._drawing = RowDrawing(self, self._seen)

    def show(self, lines: Sequence[TextLine], *, from_top: bool = False, cursor: str = "") -> None:
        """Shows these lines; the reader stays where they are unless `from_top`."""
        same = lines is self._lines
        self._lines = lines
        if not same:
            self._drawing.turn_to(lines)
            self._keyed = {line.key: index for index, line in enumerate(lines) if line.key}
            self.refresh_bindings()
        self.cursor = cursor or ("" if from_top else self.cursor)
        self._lay_out(same)
        if self.words and not same:
            self._match = -1 if from_top else self._match
            self._find()
        if from_top:
            self.scroll_to(y=0, animate=False, force=True)
        if cursor:
            self._show_cursor()

    def lay_beside(self, beside: bool) -> None:
        """Both sides of a diff beside each other, or below; what was at the top stays there."""
        if beside != self.beside:
            self.beside = beside
            self._lay_out_in_place()

    def on_resize(self, event: Resize) -> None:
        """Wraps everything anew when the width changes."""
        if self._room != self._width:
            self._lay_out_in_place()
        else:
            self._lay_out(same=True)

    def _lay_out_in_place(self) -> None:
        """Lays out anew; what was at the top stays there, and the cursor in sight."""
        seen, cursor = self._seen(), self._keyed.get(self.cursor)
        at_cursor = cursor is not None and self._place(cursor)[0] in self._rows_seen()
        self._lay_out()
        if seen:
            self.scroll_to(y=self._place(seen[0][0])[0], animate=False, force=True)
        if at_cursor:
            self._show_cursor()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Without colours the text is as good; that they are missing is said."""
        if event.state == WorkerState.ERROR:
            self.notify(f"{event.worker.error!r}", title="No colours for this code", severity="warning", markup=False)

    @property
    def _room(self) -> int:
        """How wide the text may be."""
        room = self.scrollable_content_region.width
        return min(room, self.most_width) if self.most_width else room

    def _lay_out(self, same: bool = False) -> None:
        if not same or self._room != self._width:
            self._width = width = self._room
            self._laid = lay_out(self._lines, width, beside=self.beside) if width else Laid()
            self._drawing.lay(self._laid)
            self._order()
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._laid))
        self.cursor = self._meant(self.cursor)
        if self.cursor not in self._picks:
            self.cursor = next(iter(self._picks), "")
        self.refresh()

    def _order(self) -> None:
        """What is found and where the cursor can stand, in the order of the rows; two lines side by side are one."""
        self._found.sort(key=self._place)
        self._picks = self._keyed
        if hidden := self._laid.partner:
            shown = ((self._place(line), key) for key, line in self._keyed.items() if line not in hidden)
            self._picks = {key: line for (_, line), key in sorted(shown)}

    def _meant(self, key: str) -> str:
        """The key to stand on for this one: of two lines beside each other that of the new one."""
        line = self._keyed.get(key, -1)
        return self._lines[self._laid.partner[line]].key if line in self._laid.partner else key

    def _place(self, line: int) -> tuple[int, int]:
        """Where a line stands, in the order of reading."""
        return (self._laid.first[line] if 0 <= line < len(self._laid.first) else 0), line

    def render_line(self, y: int) -> Strip:
        """One row."""
        number, room = y + self.scroll_offset.y, self.scrollable_content_region.width
        if number >= len(self._laid):
            return self._drawing.blank(room)
        self._drawing.words, self._drawing.match = self.words, self._match
        key = self._lines[self._laid.line_at(number)].key
        at_cursor = cursor_line(self.app.current_theme) if self.has_focus else "on $panel"
        tint = f" {at_cursor}" if key and key == self.cursor else ""
        return self._drawing.row(self._laid, number, self._width, room, tint)

    def _rows_seen(self) -> range:
        top = self.scroll_offset.y
        return range(top, top + max(1, self.scrollable_content_region.height))

    def _seen(self) -> Sequence[tuple[int, int]]:
        """The first and the last of the lines in view that stand near each other."""
        return self._laid.spans(self._rows_seen())

    def action_move(self, by: int) -> None:
        """To the next line that can be picked; a text without such lines scrolls."""
        lines, picks = self._picks, list(self._picks)
        if not picks:
            self.scroll_relative(y=by, animate=False)
            return
        at = picks.index(self.cursor) if self.cursor in lines else 0
        target = max(0, min(at + by, len(picks) - 1))
        if target == at or not self._near(lines.get(self.cursor, 0), lines[picks[target]]):
            self.scroll_relative(y=by, animate=False)
            return
        self._stand_on(picks[target])

    def _near(self, index: int, target: int) -> bool:
        """Whether the next pick can be seen by going one screen further; else the text between is read first."""
        height = self.scrollable_content_region.height
        first, top = self._laid.first, self.scroll_offset.y
        row, seen = first[target], top <= first[index] < top + height
        return not seen or top <= row < top + height or abs(row - first[index]) < 4

    def _stand_on(self, key: str) -> None:
        self.cursor = key
        self._show_cursor()
        self.refresh()
        self.post_message(self.Moved(self, key))

    def _show_cursor(self) -> None:
        index = self._keyed.get(self.cursor)
        height = self.scrollable_content_region.height
        if index is None or not height or not len(self._laid):
            return
        row, top = self._laid.first[index], self.scroll_offset.y
        self.scroll_to(y=min(max(top, row - height + 2), row), animate=False, force=True)

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self.scroll_relative(y=by * max(1, self.scrollable_content_region.height - 2), animate=False)

    def action_edge(self, end: int) -> None:
        """To the top, or to the end."""
        picks = list(self._picks)
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
        if not 0 <= number < len(self._laid):
            return
        key = self._lines[self._laid.line_at(number)].key
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
            self._go(next((line for line in self._found if self._place(line)[0] >= top), self._found[0]))
        return len(self._found)

    def action_match(self, by: int) -> None:
        """To the next line with the words that were searched for; after the last one to the first."""
        if self._found:
            at = self._found.index(self._match) if self._match >= 0 else -1 if by > 0 else 0
            self._go(self._found[(at + by) % len(self._found)])

    def _find(self) -> None:
        """Looks for the words in other lines; the reader stays, and is told if the match they were at is gone."""
        self._found = sorted(find(self._lines, self.words), key=self._place)
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
            self._stand_on(self._meant(self._lines[line].key))
        self.scroll_to(y=max(0, self._place(line)[0] - _ABOVE), animate=False, force=True)
        self.refresh()
        self._tell()
