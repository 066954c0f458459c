"""The phase tree: phases, LEGOs, steps and their sessions, one line each, drawn without a widget per line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.lines.format import LOOKS, duration, elapsed, word
from tui.lines.wrap import fit
from tui.person.themes import cursor_line
from tui.tree.filter import Filter, kept, nothing_found
from tui.tree.model import Node, Row, active_row, build, path_to, rows

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

_TIME_ROOM = 8


class PhaseTree(ScrollView, can_focus=True):
    """Shows where the work stands. Posts `Selected` when the cursor moves and `Opened` on enter."""

    BINDING_GROUP_TITLE = "Phase tree"
    BINDINGS = [
        Binding("up,k", "cursor(-1)", "Up", show=False, id="tree.up"),
        Binding("down,j", "cursor(1)", "Down", show=False, id="tree.down"),
        Binding("pageup,ctrl+u", "cursor(-10)", "Ten up", show=False, id="tree.page_up"),
        Binding("pagedown,ctrl+f", "cursor(10)", "Ten down", show=False, id="tree.page_down"),
        Binding("home,g", "cursor(-99999)", "First", show=False, id="tree.first"),
        Binding("end,G", "cursor(99999)", "Last", show=False, id="tree.last"),
        Binding("left,h", "close", "Close, or to the parent", show=False, id="tree.close"),
        Binding("right,l", "open", "Open", show=False, id="tree.open"),
        Binding("space", "fold", "Open or close", show=False, id="tree.fold"),
        Binding("enter", "enter", "Open", tooltip="Output of the session, else the details", id="tree.enter"),
    ]
    DEFAULT_CSS = """
    PhaseTree { overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    class Selected(Message):
        """The cursor is on another node."""

        def __init__(self, node: Node) -> None:
            super().__init__()
            self.node = node

    class Opened(Message):
        """The person wants to see more of a node."""

        def __init__(self, node: Node) -> None:
            super().__init__()
            self.node = node

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.clock = clock
        self._whole: tuple[Node, ...] = ()
        self._roots: tuple[Node, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._opened: dict[str, bool] = {}
        self._unfiltered: dict[str, bool] = {}
        """What was opened and closed before the filter."""
        self._cursor = 0
        self.filter = Filter()
        self.found = 0
        """How many steps the filter lets through."""
        self._forced: frozenset[str] = frozenset()
        self._steered = False
        """Whether the person moved the cursor; until then it follows the work."""

    @property
    def selected(self) -> Node | None:
        """The node under the cursor."""
        return self._rows[self._cursor].node if self._rows else None

    def show(self, view: WorkspaceView) -> None:
        """Draws this view; the cursor stays on its node."""
        self._whole = build(view)
        self.narrow(self.filter)

    def narrow(self, wanted: Filter) -> None:
        """Shows only what the filter lets through, and its parents."""
        if wanted != self.filter:
            self._unfiltered = self._unfiltered if self.filter else self._opened
            self._opened = {} if wanted else self._unfiltered
        self.filter = wanted
        self._roots, self._forced, self.found = kept(self._whole, wanted) if wanted else (self._whole, frozenset(), 0)
        self._lay_out()

    def tick(self) -> None:
        """A second went by: painted anew only where a time goes on."""
        if any(row.node.started_at is not None and row.node.ended_at is None for row in self._rows):
            self.refresh()

    def _lay_out(self) -> None:
        before = self.selected
        self._rows = rows(self._roots, dict.fromkeys(self._forced, True) | self._opened)
        keys = [row.node.key for row in self._rows]
        if not self._steered:
            self._cursor = active_row(self._rows)
        elif before is not None:
            seen = [keys.index(key) for key in path_to(self._roots, before.key) if key in keys]
            self._cursor = seen[-1] if seen else self._cursor
        self._cursor = max(0, min(self._cursor, len(self._rows) - 1))
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()
        self._announce()

    def _announce(self) -> None:
        self.scroll_to(y=self._scroll_for_cursor(), animate=False)
        if self.selected is not None:
            self.post_message(self.Selected(self.selected))

    def _scroll_for_cursor(self) -> int:
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        return min(max(top, self._cursor - height + 1), self._cursor) if height else 0

    def on_resize(self, event: Resize) -> None:
        """Keeps the cursor in sight."""
        self.virtual_size = Size(event.size.width, len(self._rows))
        self.call_after_refresh(self._announce)

    def render_line(self, y: int) -> Strip:
        """One row: cursor, indentation, arrow, glyph, label, word and time."""
        width, number = self.scrollable_content_region.width, y + self.scroll_offset.y
        nothing = y == 0 and bool(self.filter) and not self._rows
        if width <= 0 or not (nothing or 0 <= number < len(self._rows)):
            return Strip.blank(max(0, width), self.rich_style)
        if nothing:
            content = Content.styled(nothing_found(self.filter, width), "$text-muted")
        else:
            content = self._row_content(self._rows[number], width, number == self._cursor)
        return Visual.to_strips(self, content, width, 1, self.visual_style, pad=True)[0]

    def _row_content(self, row: Row, width: int, is_cursor: bool) -> Content:
        node, look = row.node, LOOKS[row.node.status]
        quiet = node.status in ("pending", "skipped")
        arrow = ("▾" if row.open else "▸") if node.children else " "
        marks = ("≈" if node.stale_inside else "") + ("✎" if node.edited else "")
        time = duration(elapsed(node.started_at, node.ended_at, self.clock())) if not quiet else ""
        state = node.word or word(node.status, 99 if width >= 60 else 9)
        left = f"{'▌' if is_cursor else ' '}{'  ' * row.depth}{arrow} "
        right = f" {state}{time:>{_TIME_ROOM}} "
        room = width - len(left) - 2 - len(right)
        label = fit(node.label, room)
        note_room = room - cell_len(label) - len(marks)
        note = fit(f"  {node.note}", note_room) if node.note and note_room > 3 and not (row.open and row.depth) else ""
        gap = " " * max(0, note_room - cell_len(note))
        label_style = "$text-disabled" if quiet else "$text-muted" if node.status == "done" else "$foreground"
        content = Content.assemble(
            (left, "$text-muted"),
            (f"{look.glyph} ", look.colour),
            (label, f"bold {label_style}" if row.depth == 0 and not quiet else label_style),
            (note, "$text-muted"),
            (gap, ""),
            (marks, "$text-accent"),
            (f" {state}", look.colour),
            (f"{time:>{_TIME_ROOM}} ", "$text-muted"),
        )
        if is_cursor:
            content = content.stylize(cursor_line(self.app.current_theme) if self.has_focus else "on $panel")
        return content

    def action_cursor(self, by: int) -> None:
        """Moves the cursor."""
        self._steered = True
        self._cursor = max(0, min(self._cursor + by, len(self._rows) - 1))
        self.refresh()
        self._announce()

    def action_fold(self) -> None:
        """Opens or closes the node under the cursor."""
        if self._rows:
            self._set_open(not self._rows[self._cursor].open)

    def action_open(self) -> None:
        """Opens the node, or goes to its first child."""
        if self._rows and self._rows[self._cursor].open:
            self.action_cursor(1)
        else:
            self._set_open(True)

    def action_close(self) -> None:
        """Closes the node, or goes to its parent."""
        if not self._rows:
            return
        row = self._rows[self._cursor]
        if row.open:
            self._set_open(False)
            return
        parents = [i for i in range(self._cursor) if self._rows[i].depth < row.depth]
        if parents:
            self.action_cursor(parents[-1] - self._cursor)

    def action_enter(self) -> None:
        """Asks for more of the node."""
        if self.selected is not None:
            self.post_message(self.Opened(self.selected))

    def _set_open(self, is_open: bool) -> None:
        node = self.selected
        if node is not None and node.children:
            self._steered = True
            self._opened[node.key] = is_open
            self._lay_out()

    def on_click(self, event: Click) -> None:
        """A click selects; a second one on the same row opens or closes it."""
        number = event.y + self.scroll_offset.y
        if not 0 <= number < len(self._rows):
            return
        again = number == self._cursor
        self.action_cursor(number - self._cursor)
        if again:
            self.action_fold()
