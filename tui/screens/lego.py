"""One LEGO: what its sessions say, were told and changed, its documents and receipts, and why it is in its state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.lego_data import (
    ATTEMPTS,
    BRIEF,
    DIFF,
    LIVE,
    RECEIPTS,
    STATE,
    TABS,
    first_tab,
    lego_of,
    sessions_of,
    steps_of,
)
from tui.lego_sources import LegoSources, source_of
from tui.screens.lego_keys import LEGO_KEYS
from tui.screens.searching import Searchable, Searching
from tui.screens.showing_diffs import BESIDE, ShowsDiffs
from tui.screens.view_screen import ViewScreen
from tui.widgets.key_line import KeyLine
from tui.widgets.lines_view import LinesView
from tui.widgets.notice import Notice
from tui.widgets.search_line import SearchLine
from tui.widgets.session_output import SessionOutput
from tui.widgets.tab_line import TabLine
from tui.words.lego import state_lines
from tui.words.lego_list import EMPTY, lego_rows, lego_title

if TYPE_CHECKING:
    from tui.lines.text import TextLine
    from tui.messages import Clock
    from tui.read_model import SessionView, WorkspaceView

_PROSE = 118
"""Cells: text wider than this is tiring to read."""


class LegoScreen(Searching, ShowsDiffs, ViewScreen):
    """`lego` is shown first; without it the one under the cursor of the main screen, else a person chooses."""

    CSS_PATH = "lego.tcss"
    BINDING_GROUP_TITLE = "LEGO"
    BINDINGS = LEGO_KEYS
    DIFF_TEXT, OTHER_SIDE = "#lego-text", "-choosing"

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool = True, lego: str = "") -> None:
        super().__init__(view, clock, live=live)
        self.lego, self.tab = lego, STATE
        self.session: SessionView | None = None
        self.sources = LegoSources(self.load)
        self._shown = ""

    def compose(self) -> ComposeResult:
        """A title, the list of LEGOs beside the tabs, the keys."""
        yield Static(id="lego-title")
        with Horizontal(id="lego-body"):
            yield LinesView(id="lego-list")
            with Vertical(id="lego-main"):
                yield TabLine(TABS, id="lego-tabs")
                yield Notice(id="lego-notice")
                yield SessionOutput(id="lego-live")
                yield LinesView(most_width=_PROSE, id="lego-text")
                yield SearchLine(id="lego-search")
        yield KeyLine()

    def on_mount(self) -> None:
        """Shows the LEGO that was meant, else asks for one."""
        self.lego = self.lego or self.lego_under_cursor()
        if self.lego:
            self.choose(self.lego)
        else:
            self._show()
        self.query_one("#lego-text" if self.lego else "#lego-list").focus()
        self.set_class(not self.lego, "-choosing")
        if self.polls:
            self.set_interval(0.1, self.flush)
            self.set_interval(1.0, self.tick)

    def choose(self, lego: str) -> None:
        """Turns to this LEGO, on the tab that most likely matters."""
        self.lego, self.session = lego, None
        self.tab = first_tab(self.view, lego)
        self._show()

    def show_view(self, view: WorkspaceView) -> None:
        """The workspace changed: what is shown follows, and stays in its place."""
        self.view = view
        if self.session is not None:
            self.session = view.session(self.session.id) or self.session
        self._show()

    def tick(self) -> None:
        """A second went by."""
        if self.is_current:
            self._show_title()

    def _show(self) -> None:
        """Draws everything anew from what is known, and asks for what is not."""
        self.lay_diff()
        choosing = self.has_class("-choosing") and (self._one_side or not self.lego)
        cursor = "" if choosing else self.lego
        self.query_one("#lego-list", LinesView).show(lego_rows(self.view), cursor=cursor)
        self.query_one(TabLine).choose(TABS.index(self.tab))
        if self.session is None or self.session.lego != self.lego:
            self.session = next(iter(sessions_of(self.view, self.lego)), None)
        self._show_title()
        self.query_one("#lego-tabs").display = bool(self.lego)
        if lego_of(self.view, self.lego) is None:
            self._show_nothing()
        elif self.tab == LIVE:
            self._show_live()
        elif self.tab == STATE:
            self._show_lines(state_lines(steps_of(self.view, self.lego), self.clock()))
        elif self.tab == ATTEMPTS:
            self._show_lines(self.sources.attempts(self.view, self.lego, self.clock()))
        else:
            self._show_loaded()

    @property
    def _one_side(self) -> bool:
        """Whether only the list or only the tab shows."""
        return self.has_class("-narrow") or self.has_class(BESIDE)

    @property
    def at_diff(self) -> bool:
        """Whether the tab is that of the changes."""
        return bool(self.lego) and self.tab == DIFF

    def _show_title(self) -> None:
        session = self.session if self.tab in (LIVE, BRIEF) else None
        title = lego_title(self.view, self.lego, session, self.clock())
        self.query_one("#lego-title", Static).update(title)

    def _show_only(self, what: str) -> None:
        for part in ("lego-notice", "lego-live", "lego-text"):
            self.query_one(f"#{part}").display = part == what
        focused = self.focused
        if focused is not None and focused.id in ("lego-live", "lego-text") and focused.id != what:
            self.query_one(f"#{what}").focus() if what != "lego-notice" else self.set_focus(None)
        elif focused is None and what != "lego-notice" and not self.has_class("-choosing"):
            self.query_one(f"#{what}").focus()
        self.carry_search()

    def _show_nothing(self) -> None:
        notice = self.query_one("#lego-notice", Notice)
        if self.view.legos:
            notice.say(
                "Choose a LEGO", "Its output, briefs, documents, changes and receipts show here.", ("enter", "open")
            )
        else:
            notice.say(
                "No LEGOs yet",
                "They appear here once the LEGO plan is written and its steps are known.",
                ("esc", "back"),
            )
        self._show_only("lego-notice")

    def _notice(self, heading: str, text: str = "", *keys: tuple[str, str], style: str = "$text-muted") -> None:
        self.query_one("#lego-notice", Notice).say(heading, text, *keys, style=style)
        self._show_only("lego-notice")

    def _show_lines(self, lines: Sequence[TextLine]) -> None:
        if not lines:
            self._notice(*EMPTY[self.tab])
            return
        shown = f"{self.lego}|{self.tab}|{self.session.id if self.tab == BRIEF and self.session else ''}"
        text = self.query_one("#lego-text", LinesView)
        text.most_width = 0 if self.tab == DIFF else _PROSE
        text.show(lines, from_top=shown != self._shown)
        self._shown = shown
        self._show_only("lego-text")

    def _show_live(self) -> None:
        if self.session is None:
            self._notice(*EMPTY[LIVE])
            return
        self.query_one(SessionOutput).turn_to(self.session)
        self._show_only("lego-live")

    def flush(self) -> None:
        """Adds what the session said since the last time."""
        if self.is_current and self.tab == LIVE:
            self.query_one(SessionOutput).flush()

    def _show_loaded(self) -> None:
        source = source_of(self.view, self.lego, self.tab, self.session)
        if source is None:
            self._notice(*EMPTY[self.tab])
            return
        self.sources.want(source)
        if problem := self.sources.problems.get(source.name):
            self._notice(f"✗ The {self.tab} cannot be shown", problem, ("r", "try again"), style="$text-error")
        elif source.name not in self.sources.data:
            self._notice(f"◌ Reading the {self.tab} …")
        else:
            title = self.session.title if self.session else ""
            self._show_lines(self.sources.lines(source.name, self.lego, self.tab, title))

    def loaded(self, what: str, result: Any, problem: str) -> None:
        """Takes in what was read; it shows if its tab is still open."""
        self.sources.take(what, result, problem)
        self._show()

    def on_lines_view_picked(self, message: LinesView.Picked) -> None:
        """Enter: a LEGO of the list, or a line that opens and closes."""
        if message.control.id == "lego-list":
            self.set_class(False, "-choosing")
            if message.key != self.lego:
                self.choose(message.key)
            self.set_focus(None)
            self._show()
            return
        opened = self.sources.opened(self.lego, self.tab)
        opened ^= {message.key}
        self._show()

    def on_lines_view_moved(self, message: LinesView.Moved) -> None:
        """The tab follows the cursor of the list."""
        follows = bool(self.lego) and not self._one_side
        if message.control.id == "lego-list" and message.key != self.lego and follows:
            self.choose(message.key)

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        """A click on a tab."""
        self.action_open_tab(message.index)

    def searchable(self) -> Searchable | None:
        """The lines of the tab, or the live output."""
        text, live = self.query_one("#lego-text", LinesView), self.query_one(SessionOutput)
        return text if text.display else live if live.display else None

    def action_back(self) -> None:
        """Away with a search first, then with the screen."""
        if not self.end_search():
            super().action_back()

    def action_tab(self, by: int) -> None:
        """One tab further; in the list of LEGOs, into the tabs."""
        self.action_open_tab((TABS.index(self.tab) + by) % len(TABS))

    def action_open_tab(self, index: int) -> None:
        """Opens a tab."""
        if self.lego:
            self.tab = TABS[index]
            self._show()

    def action_lego(self, by: int) -> None:
        """To the next LEGO, on the same tab."""
        names = [lego.name for lego in self.view.legos]
        if names:
            at = names.index(self.lego) if self.lego in names else -by
            self.lego, self.session = names[(at + by) % len(names)], None
            self.set_class(False, "-choosing")
            self._show()

    def action_session(self, by: int) -> None:
        """To an older or newer session, where a tab shows one."""
        sessions = sessions_of(self.view, self.lego)
        at = next((n for n, one in enumerate(sessions) if self.session and one.id == self.session.id), 0)
        if sessions and self.tab in (LIVE, BRIEF):
            self.session = sessions[max(0, min(at + by, len(sessions) - 1))]
            self._show()

    def action_side(self) -> None:
        """Between the list and the tab; where there is little room, only one of them shows."""
        listed = self.query_one("#lego-list")
        if self.focused is listed and self.lego:
            self.set_class(False, "-choosing")
            self.set_focus(None)
            self._show()
        else:
            self.set_class(True, "-choosing")
            listed.focus()

    def action_again(self) -> None:
        """Reads what the tab shows once more."""
        self.sources.forget()
        self._show()

    def action_copy(self) -> None:
        """Copies what the cursor stands on, else where the session's files are."""
        cursor = self.query_one("#lego-text", LinesView).cursor if self.tab in (RECEIPTS, DIFF, ATTEMPTS) else ""
        session = self.view.session(cursor) or (None if cursor else self.session)
        text = str(session.folder) if session is not None else cursor
        if text:
            self.app.copy_to_clipboard(text)
            self.notify(text, title="Copied", markup=False)
