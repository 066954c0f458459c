"""The LEGO board: a pane for each running session, laid out by the space there is; a line for what does not fit."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Grid
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.widgets import Static

from tui.widgets.cards import card_lines, shortened
from tui.widgets.idle import idle_content
from tui.widgets.pane import Pane
from tui.widgets.text import Text

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import SessionView, WorkspaceView

_COMFORTABLE_WIDTH, _MIN_WIDTH, _MIN_HEIGHT = 54, 36, 6
_MOST_HEIGHT = 24
"""Rows of a pane, with its frame, beyond which the details have more use for them."""
_MOST_RECENT = 3


def arrange(number: int, width: int, height: int) -> tuple[int, int]:
    """(columns, how many panes fit) for that many sessions: wide panes first, narrow ones before cards."""
    most_columns, most_rows = max(1, width // _MIN_WIDTH), max(1, height // _MIN_HEIGHT)
    columns = max(1, min(number, width // _COMFORTABLE_WIDTH))
    while columns < most_columns and ceil(number / columns) > most_rows:
        columns += 1
    return columns, min(number, columns * most_rows)


class Board(Container, can_focus=True):
    """Shows what runs. Posts `Opened` for the pane that the person wants to see in full, `Asked` for what waits."""

    BINDING_GROUP_TITLE = "LEGO board"
    BINDINGS = [
        Binding("up,k", "move(0, -1)", "Pane above", show=False, id="board.up"),
        Binding("down,j", "move(0, 1)", "Pane below", show=False, id="board.down"),
        Binding("left,h", "move(-1, 0)", "Pane to the left", show=False, id="board.left"),
        Binding("right,l", "move(1, 0)", "Pane to the right", show=False, id="board.right"),
        Binding("g,home", "edge(0)", "First pane", show=False, id="board.first"),
        Binding("G,end", "edge(-1)", "Last pane", show=False, id="board.last"),
        Binding("enter", "open", "Enlarge", tooltip="The pane in full size", id="board.open"),
    ]
    DEFAULT_CSS = """
    Board { layout: vertical; }
    Board > #panes { height: 1fr; grid-gutter: 0; display: none; }
    Board > #cards { height: auto; padding: 0 1; display: none; }
    Board > #idle { height: 1fr; content-align: center middle; text-align: center; padding: 0 2; }
    Board.-running > #panes { display: block; }
    Board.-running > #idle { display: none; }
    Board.-cards > #cards { display: block; }
    """

    class Opened(Message):
        """A session is to be shown in full."""

        def __init__(self, session: SessionView) -> None:
            super().__init__()
            self.session = session

    class Asked(Message):
        """What waits for the person is to be opened."""

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.clock = clock
        self.engine_word = ""
        self._view: WorkspaceView | None = None
        self._columns = 1
        self._idle = Content("")

    def compose(self) -> ComposeResult:
        """The grid of panes, the cards below it, and what is there when nothing runs."""
        yield Grid(id="panes")
        yield Text(id="cards")
        yield Static(id="idle")

    @property
    def panes(self) -> list[Pane]:
        """The panes in the order they show."""
        return [pane for pane in self.query(Pane) if pane.is_attached and not pane.has_class("-gone")]

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that has the focus."""
        focused = self.screen.focused
        return focused if isinstance(focused, Pane) else None

    def show(self, view: WorkspaceView, engine_word: str = "") -> None:
        """Draws this view."""
        self._view, self.engine_word = view, engine_word
        self._lay_out()

    def on_resize(self, event: Resize) -> None:
        """Arranges the panes anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        view = self._view
        if view is None or not self.size.width:
            return
        live, (width, height) = view.live, self.size
        recent, room_for_cards = min(_MOST_RECENT, height // 12), max(1, height // 3)
        lines = card_lines(view, (), recent, self.clock())[:room_for_cards]
        self._columns, fitting = arrange(len(live), width, height - len(lines))
        if fitting < len(live):
            cards = min(room_for_cards, len(lines) + len(live) - fitting)
            self._columns, fitting = arrange(len(live), width, height - cards)
            lines = shortened(card_lines(view, live[fitting:], recent, self.clock()), room_for_cards)
        self.set_class(bool(live), "-running")
        self.set_class(bool(live and lines), "-cards")
        self.query_one("#cards", Text).update(Content("\n").join(lines))
        self._say_idle(view)
        self.can_focus = not live
        self._sync_panes(live[:fitting])
        self._leave_room(len(live), len(lines))
        self.flush()

    def _leave_room(self, sessions: int, lines: int) -> None:
        """What a few panes cannot fill goes to the details, where those show below."""
        rows = ceil(sessions / max(1, self.size.width // _COMFORTABLE_WIDTH))
        below = self.screen.has_class("-high") and not self.screen.has_class("-narrow")
        self.styles.max_height = rows * _MOST_HEIGHT + lines if sessions and below else None

    def _sync_panes(self, sessions: tuple[SessionView, ...]) -> None:
        grid, focused = self.query_one("#panes", Grid), self.focused_pane
        wanted = {session.id: session for session in sessions}
        existing = {pane.session.id: pane for pane in self.panes}
        for session_id, pane in existing.items():
            if session_id in wanted:
                pane.update_session(wanted[session_id])
            else:
                pane.add_class("-gone")
        new = [Pane(session, self.clock) for session in sessions if session.id not in existing]
        if new:
            grid.mount(*new)
        place = {session.id: number for number, session in enumerate(sessions)}
        grid.sort_children(key=lambda pane: place.get(pane.session.id, -1) if isinstance(pane, Pane) else -1)
        self._span(grid, self.panes)
        if focused is not None and focused.has_class("-gone"):
            # Before it goes: what has lost the focus to nothing is given it anywhere.
            self.screen.set_focus(next(iter(self.panes), self))
        grid.remove_children(".-gone")

    def _span(self, grid: Grid, panes: list[Pane]) -> None:
        grid.styles.grid_size_columns = self._columns
        for pane in panes:
            pane.styles.column_span = 1
        if panes and len(panes) % self._columns:
            panes[-1].styles.column_span = self._columns - len(panes) % self._columns + 1

    def flush(self) -> None:
        """Paints what the sessions said since the last time."""
        for pane in self.panes:
            if pane.size.width:
                pane.flush()

    def tick(self) -> None:
        """A second went by."""
        if self._view is None:
            return
        for pane in self.panes:
            pane.set_title()
        if not self._view.live:
            self._say_idle(self._view)

    def _say_idle(self, view: WorkspaceView) -> None:
        content = idle_content(view, self.engine_word, self.clock())
        if (content.plain, content.spans) != (self._idle.plain, self._idle.spans):
            self._idle = content
            self.query_one("#idle", Static).update(content)

    def focus_first(self) -> None:
        """Puts the focus on the first pane, or on the board when there is none."""
        panes = self.panes
        (panes[0] if panes else self).focus()

    def action_move(self, columns: int, rows: int) -> None:
        """Goes to a neighbouring pane."""
        panes, focused = self.panes, self.focused_pane
        if focused in panes:
            target = panes.index(focused) + columns + rows * self._columns
            panes[max(0, min(target, len(panes) - 1))].focus()

    def action_edge(self, index: int) -> None:
        """Goes to the first or last pane."""
        if self.panes:
            self.panes[index].focus()

    def action_open(self) -> None:
        """Asks for the focused pane in full; where the board only says what waits, for that."""
        if self.focused_pane is not None:
            self.post_message(self.Opened(self.focused_pane.session))
        elif self._view is not None and self._view.waiting and not self._view.live:
            self.post_message(self.Asked())

    def on_click(self, event: Click) -> None:
        """A double click enlarges a pane."""
        if event.chain == 2:
            self.action_open()
