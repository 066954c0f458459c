"""One LEGO: what its sessions say, were told and changed, its documents and receipts, and why it stands where it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui.document_lines import diff_lines, file_lines
from tui.format import LOOKS, duration, elapsed, plural, word
from tui.lego_data import (
    ATTEMPTS,
    BRIEF,
    DIFF,
    LIVE,
    RECEIPTS,
    STATE,
    TABS,
    attempts_of,
    first_tab,
    lego_at,
    lego_of,
    sessions_of,
    steps_of,
)
from tui.lego_lines import attempt_lines, brief_lines, receipt_lines, state_lines
from tui.lego_words import EMPTY, lego_rows
from tui.loaders.brief import load_brief
from tui.loaders.diff import load_diffs
from tui.loaders.documents import Part, load_documents
from tui.loaders.receipts import load_receipts
from tui.loaders.session_files import load_session_files
from tui.messages import Clock
from tui.read_model import SessionView, WorkspaceView
from tui.screens.main import MainScreen
from tui.screens.view_screen import FURTHER_KEYS, ViewScreen
from tui.tail import Tail
from tui.text_lines import TextLine
from tui.widgets.key_line import KeyLine
from tui.widgets.lines_view import LinesView
from tui.widgets.notice import Notice
from tui.widgets.output_view import OutputView
from tui.widgets.search_line import SearchLine
from tui.widgets.tab_line import TabLine

_READ = 4 * 1024 * 1024
_PROSE = 118
"""Cells: text wider than this is tiring to read."""


class LegoScreen(ViewScreen):
    """`lego` is shown first; without it the one under the cursor of the main screen, else a person chooses."""

    CSS_PATH = "lego.tcss"
    BINDING_GROUP_TITLE = "LEGO"
    BINDINGS = [
        Binding("left,h", "tab(-1)", "Tab before", show=False, tooltip="The tab to the left"),
        Binding("right,l", "tab(1)", "Tabs", key_display="h l", tooltip="The tab to the right"),
        Binding("K", "lego(-1)", "LEGO before", show=False, tooltip="The LEGO above in the list"),
        Binding("J", "lego(1)", "LEGOs", key_display="J K", tooltip="The LEGO below in the list"),
        Binding("tab,shift+tab", "side", "List", show=False, tooltip="Between the list of LEGOs and the tab"),
        Binding("left_square_bracket", "session(1)", "Older", key_display="[", show=False, tooltip="An older session"),
        Binding("right_square_bracket", "session(-1)", "Newer", key_display="]", show=False, tooltip="A newer session"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Search in the tab"),
        Binding("r", "again", "Reload", tooltip="Read the files of this tab again", show=False),
        Binding("y", "copy", "Copy", tooltip="Copy the folder of the session, or the id of the receipt"),
        *(Binding(str(n + 1), f"open_tab({n})", name.capitalize(), show=False) for n, name in enumerate(TABS)),
        *FURTHER_KEYS,
    ]

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool = True, lego: str = "") -> None:
        super().__init__(view, clock, live=live)
        self.lego, self.tab = lego, STATE
        self.session: SessionView | None = None
        self._tail: Tail | None = None
        self._data: dict[str, Any] = {}
        self._problems: dict[str, str] = {}
        self._asked: dict[str, Any] = {}
        self._opened: dict[str, set[str]] = {}
        self._shown = ""

    def compose(self) -> ComposeResult:
        """A title, the list of LEGOs beside the tabs, the keys."""
        yield Static(id="lego-title")
        with Horizontal(id="lego-body"):
            yield LinesView(id="lego-list")
            with Vertical(id="lego-main"):
                yield TabLine(TABS, id="lego-tabs")
                yield Notice(id="lego-notice")
                yield OutputView(follow=True, id="lego-live")
                yield LinesView(most_width=_PROSE, id="lego-text")
                yield SearchLine(id="lego-search")
        yield KeyLine()

    def on_mount(self) -> None:
        """Shows the LEGO that was meant, else asks for one."""
        if not self.lego:
            main = next((screen for screen in self.app.screen_stack if isinstance(screen, MainScreen)), None)
            self.lego = lego_at(main.node, self.view) if main else ""
        if self.lego:
            self.choose(self.lego)
        else:
            self._show()
        self.query_one("#lego-text" if self.lego else "#lego-list").focus()
        self.set_class(not self.lego, "-choosing")
        if self.polls:
            self.set_interval(0.1, self.flush)
            self.set_interval(1.0, self.tick)

    # what is shown

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
        self.query_one("#lego-list", LinesView).show(lego_rows(self.view, self.clock()), cursor=self.lego)
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
            self._show_attempts()
        else:
            self._show_loaded()

    def _show_title(self) -> None:
        lego = lego_of(self.view, self.lego)
        if lego is None:
            self.query_one("#lego-title", Static).update(Content.styled(" LEGOs", "bold"))
            return
        look, steps = LOOKS[lego.status], steps_of(self.view, self.lego)
        done = sum(step.status in ("done", "skipped") for step in steps)
        facts = [f"{done} of {plural(len(steps), 'step')} done"]
        if self.tab in (LIVE, BRIEF) and self.session is not None:
            time = duration(elapsed(self.session.started_at, self.session.ended_at, self.clock()))
            sessions = sessions_of(self.view, self.lego)
            number = next((n for n, one in enumerate(sessions, 1) if one.id == self.session.id), 1)
            facts += [
                f"session {number} of {len(sessions)}: {self.session.step} · {self.session.substep} "
                f"#{self.session.attempt}  {time}"
            ]
        self.query_one("#lego-title", Static).update(
            Content.assemble(
                (f" {look.glyph} ", look.colour),
                (lego.name, "bold"),
                (f"  {word(lego.status)}", look.colour),
                (f"   {'   '.join(facts)}", "$text-muted"),
            )
        )

    def _show_only(self, what: str) -> None:
        for part in ("lego-notice", "lego-live", "lego-text"):
            self.query_one(f"#{part}").display = part == what
        focused = self.focused
        if focused is not None and focused.id in ("lego-live", "lego-text") and focused.id != what:
            self.query_one(f"#{what}").focus() if what != "lego-notice" else self.set_focus(None)
        elif focused is None and what != "lego-notice" and not self.has_class("-choosing"):
            self.query_one(f"#{what}").focus()

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

    # live output

    def _show_live(self) -> None:
        if self.session is None:
            self._notice(*EMPTY[LIVE])
            return
        output = self.query_one(OutputView)
        path = self.session.folder / "events.jsonl"
        if self._tail is None or self._tail.path != path:
            self._tail = Tail(path, max_lines=1, max_read=_READ)
            output.replace(self._tail.poll())
            output.action_follow()
        self._show_only("lego-live")

    def flush(self) -> None:
        """Adds what the session said since the last time."""
        if self.is_current and self.tab == LIVE and self._tail is not None and (lines := self._tail.poll()):
            self.query_one(OutputView).append(lines)

    # what is loaded

    def _loader(self) -> tuple[str, Any, Callable[[], Any]]:
        """What the open tab needs: a name for it, what it depends on, and how it is read."""
        folder, lego = self.view.folder, self.lego
        known = lego_of(self.view, lego)
        tip, steps = known.tip if known else "", steps_of(self.view, lego)
        if self.tab == BRIEF:
            assert self.session is not None
            return f"brief of {self.session.id}", None, partial(load_brief, self.session.folder)
        if self.tab == DIFF:
            attempts = attempts_of(self.view, lego)
            return f"diff of {lego}", attempts, partial(load_diffs, folder, attempts)
        if self.tab == RECEIPTS:
            return f"receipts of {lego}", [step.checks for step in steps], partial(load_receipts, folder, lego)
        part = cast(Part, self.tab)
        loader = partial(load_documents, folder, lego, part, tip, self.view.toolchain)
        return f"{part} of {lego}", (tip, [step.status for step in steps]), loader

    def _show_loaded(self) -> None:
        if self.tab == BRIEF and self.session is None:
            self._notice(*EMPTY[BRIEF])
            return
        name, depends, loader = self._loader()
        if name not in self._asked or self._asked[name] != depends:
            self._asked[name] = depends
            self.load(name, loader)
        if name in self._problems:
            self._notice(
                f"✗ The {self.tab} cannot be shown", self._problems[name], ("r", "try again"), style="$text-error"
            )
        elif name not in self._data:
            self._notice(f"◌ Reading the {self.tab} …")
        else:
            self._show_lines(self._lines_of(self._data[name]))

    def _lines_of(self, data: Any) -> Sequence[TextLine]:
        opened = self._opened.setdefault(f"{self.lego}|{self.tab}", set())
        if self.tab == BRIEF:
            title = f"{self.session.step} · {self.session.substep} #{self.session.attempt}" if self.session else ""
            return brief_lines(data, title) if data is not None else []
        if self.tab == DIFF:
            return diff_lines([diff for diff in data if diff.text or diff.note], opened)
        return receipt_lines(data, opened) if self.tab == RECEIPTS else file_lines(data)

    def loaded(self, what: str, result: Any, problem: str) -> None:
        """Takes in what was read; it shows if its tab is still open."""
        self._problems.pop(what, None)
        if problem:
            self._problems[what] = problem
        else:
            if what not in self._data:
                self._open_first(what, result)
            self._data[what] = result
        self._show()

    def _open_first(self, what: str, result: Any) -> None:
        """What a person would open first is open already: the newest change."""
        if what == f"diff of {self.lego}":
            newest = next((diff.session for diff in result if diff.text), None)
            self._opened[f"{self.lego}|{DIFF}"] = {newest} if newest else set()

    def _show_attempts(self) -> None:
        opened = self._opened.setdefault(f"{self.lego}|{ATTEMPTS}", set())
        sessions = sessions_of(self.view, self.lego)
        files = {}
        for session in sessions:
            name = f"files of {session.id}"
            if name in self._data:
                files[session.id] = self._data[name]
            elif session.id in opened and name not in self._asked:
                self._asked[name] = None
                self.load(name, partial(load_session_files, session.folder))
        self._show_lines(attempt_lines(sessions, opened, files, self.clock()))

    # what the person does

    def on_lines_view_picked(self, message: LinesView.Picked) -> None:
        """Enter: a LEGO of the list, or a line that opens and closes."""
        if message.control.id == "lego-list":
            self.set_class(False, "-choosing")
            if message.key != self.lego:
                self.choose(message.key)
            self.set_focus(None)
            self._show()
            return
        opened = self._opened.setdefault(f"{self.lego}|{self.tab}", set())
        opened ^= {message.key}
        self._show()

    def on_lines_view_moved(self, message: LinesView.Moved) -> None:
        """The tab follows the cursor of the list."""
        if message.control.id == "lego-list" and message.key != self.lego and not self.has_class("-choosing"):
            self.choose(message.key)

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        """A click on a tab."""
        self.action_open_tab(message.index)

    def on_search_line_search(self, message: SearchLine.Search) -> None:
        """Marks the words, and goes to the first of them."""
        text = self.query_one("#lego-text", LinesView)
        self.query_one(SearchLine).tell(text.search(message.words) if message.words else None)
        if not message.words:
            text.search("")
        if message.done:
            text.focus()

    def action_search(self) -> None:
        """Opens the line to search with; live output has none."""
        if self.query_one("#lego-text").display:
            self.query_one(SearchLine).open()
        else:
            self.notify("There is no text to search in this tab.")

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
        if self.tab in (LIVE, STATE):
            return
        self._asked.clear()
        self._problems.clear()
        self._show()

    def action_copy(self) -> None:
        """Copies what the cursor stands on, else where the session's files are."""
        cursor = self.query_one("#lego-text", LinesView).cursor if self.tab in (RECEIPTS, DIFF, ATTEMPTS) else ""
        session = self.view.session(cursor) or (None if cursor else self.session)
        text = str(session.folder) if session is not None else cursor
        if text:
            self.app.copy_to_clipboard(text)
            self.notify(text, title="Copied", markup=False)
