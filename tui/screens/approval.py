"""A gate: what is approved, how it was checked, what changed, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Static

from tui.artifact import Document
from tui.editing.edit import edit_file
from tui.loaders.conflicts import load_standing
from tui.loaders.first_version import with_own_edits
from tui.loaders.gate import NOTHING_SAID, Page, Report, load_page, load_report
from tui.loaders.receipts import load_receipt
from tui.screens.answering import Answering
from tui.screens.approval_keys import ALWAYS, ANSWERS, APPROVAL_KEYS, PLAN_FILE, SHOW_PLAN, VIEWS
from tui.screens.searching import Searchable, Searching
from tui.screens.showing_diffs import ShowsDiffs
from tui.screens.taking_sides import TakesSides
from tui.widgets.document_lines import DocumentLines, EvidenceLines
from tui.widgets.key_line import KeyLine
from tui.widgets.lines_view import LinesView
from tui.widgets.rendered import Rendered
from tui.widgets.search_line import SearchLine
from tui.widgets.tab_line import TabLine
from tui.words.conflicts import conflict_lines
from tui.words.gate import RECEIPT, evidence
from tui.words.gate_lines import BEGUN, COMMENT, DIFFERS, SINCE, diff_lines, raw_lines

if TYPE_CHECKING:
    from engine.conflicts import Stands
    from tui.app import MetaApp
    from tui.editing.drafts import GateDraft
    from tui.messages import Clock
    from tui.read_model import WaitingView, WorkspaceView

CONFLICTS = -1
"""Shown in place of one of the views where a session and the person changed the same lines."""
_NO_FILE = "There is no file to read: only the checks speak here."


class ApprovalScreen(Searching, TakesSides, ShowsDiffs, Answering):
    """Answers only by `a`, `r` or `s`, and only after a moment. `esc` leaves the question open."""

    CSS_PATH = "approval.tcss"
    BINDING_GROUP_TITLE = "Approval"
    BINDINGS = APPROVAL_KEYS
    DIFF_TEXT, OTHER_SIDE = "#text", "-at-evidence"
    FIRST_LINE = "#gate-title"
    app: MetaApp

    def __init__(self, view: WorkspaceView, waiting: WaitingView, clock: Clock, draft: GateDraft) -> None:
        super().__init__(view, waiting, clock, draft)
        self.shown_as = CONFLICTS if self.conflicts else 0
        self._file, self._in_evidence = 0, False
        self._page: Page | None = None
        self._report: Report = NOTHING_SAID

    def compose(self) -> ComposeResult:
        """The title, the document beside its evidence, the keys."""
        yield Static(id="gate-title")
        with Horizontal(id="gate-body"):
            with Vertical(id="document"):
                yield TabLine(VIEWS, id="gate-views")
                yield Static(id="gate-file")
                yield Rendered(id="rendered")
                yield DocumentLines(id="text")
            yield EvidenceLines(id="evidence")
        yield SearchLine(id="gate-search")
        yield KeyLine(keeps=ALWAYS)

    def on_mount(self) -> None:
        """Shows what is known at once; the file follows."""
        self._show_evidence()
        reading = f"◌ Reading {self._path} …" if self._path else ""
        self.query_one("#gate-file", Static).update(Content.styled(reading, "$text-muted"))
        self._read()
        self.set_class(bool(self.conflicts), "-lines")
        self.query_one("#text" if self.conflicts else "#rendered").focus()
        if self.app.live:
            self.set_interval(1.0, self.show_first_line)

    def show_view(self, view: WorkspaceView) -> None:
        """The workspace changed while the question is on the screen; perhaps it is asked anew, of an edited file."""
        gate, kind = self.waiting.gate, self.waiting.kind
        asked = next((one for one in view.waiting if (one.gate, one.kind) == (gate, kind)), self.waiting)
        anew, self.waiting = asked != self.waiting, asked
        self.follow(view)
        if anew:
            self._page = None
            self._file = min(self._file, max(0, len(asked.about) - 1))
            self._read()
        self._show_evidence()

    def offers(self, action: str) -> bool:
        """Answers while the question is open, a next file or question where there is one, the drawing of a plan."""
        has_to_do = {
            **dict.fromkeys(ANSWERS, not self.meanwhile),
            "next_file": len(self.waiting.about) > 1,
            "next": any(one.gate != self.waiting.gate for one in self.view.waiting),
            SHOW_PLAN: PLAN_FILE in dict(self.waiting.about),
        }
        return has_to_do.get(action, True) and super().offers(action)

    @property
    def _path(self) -> str:
        """The file that is read; "" where there is none."""
        return self.waiting.about[self._file][0] if self.waiting.about else ""

    @work(exclusive=True)
    async def _read(self, *, from_top: bool = True) -> None:
        path, asked = self.waiting.about[self._file] if self.waiting.about else ("", "")
        step, folder = self.view.step(self.waiting.gate), self.view.folder
        approved = dict(step.approved.about).get(path, "") if step and step.approved else ""
        made_in = dict(step.made_in).get(path, "") if step else ""
        gens = [s for s in step.sessions if s.substep == "gen" and not s.live] if step else []

        gate, conflicts = self.waiting.gate, dict(self.conflicts)

        def read() -> tuple[Page, Report, dict[str, Stands]]:
            page = load_page(folder, path, asked, approved) if path else Page(Document("", _NO_FILE))
            page = with_own_edits(folder, page, made_in)
            return page, load_report(gens[-1].folder if gens else None), load_standing(folder, gate, conflicts)

        self._page, self._report, self.standing = await self.app.run_worker(read, thread=True, group="documents").wait()
        await self._show_document(from_top=from_top)

    async def _show_document(self, *, from_top: bool = True) -> None:
        page = self._page
        if page is None:
            return
        if not self.conflicts:
            self.shown_as = max(0, self.shown_as)
        self._show_file(page)
        self.lay_diff()
        self.refresh_bindings()
        if self.rendered:
            await self.query_one(Rendered).show(page.document.rendered)
        else:
            self._show_lines(from_top=from_top)
        self._show_evidence()
        self.carry_search()
        self._quiet_since = self.clock()

    @property
    def at_diff(self) -> bool:
        """Whether what changed since the last approval is shown, and something did."""
        return self.shown_as == VIEWS.index("diff") and self._page is not None and self._page.before in DIFFERS

    @property
    def is_shown(self) -> bool:
        """Whether the document was read."""
        return self._page is not None

    @property
    def at_conflicts(self) -> bool:
        """Whether the conflicts are shown."""
        return self.shown_as == CONFLICTS

    def read_again(self) -> None:
        """A file was written: it is shown as it is now, from where the reader is."""
        self._read(from_top=False)

    @property
    def conflicts(self) -> tuple[tuple[str, str], ...]:
        """(path, hunks) where the session and the person changed the same lines."""
        step = self.view.step(self.waiting.gate)
        return step.conflicts if step else ()

    @property
    def _first_view(self) -> int:
        return CONFLICTS if self.conflicts else 0

    @property
    def rendered(self) -> bool:
        """Whether Markdown is shown as it is meant to look, not its lines."""
        return self.shown_as == 0 and self._page is not None and bool(self._page.document.rendered)

    def _show_file(self, page: Page) -> None:
        self.set_class(not self.rendered, "-lines")
        tabs = self.query_one("#gate-views", TabLine)
        tabs.rename(("conflicts", *VIEWS) if self.conflicts else VIEWS, self._first_view + 1)
        tabs.choose(self.shown_as - self._first_view)
        files = len(self.waiting.about)
        place = f"  file {self._file + 1} of {files} · f shows the next" if files > 1 else ""
        note = page.document.note
        self.query_one("#gate-file", Static).update(
            Content.assemble(
                (page.document.path, "bold $text-primary"),
                (place, "$text-muted"),
                (f"  {SINCE.get(page.before, '')}" if page.document.path else "", "$text-muted"),
                (f"\n! {note}" if note else "", "bold $text-warning"),
            )
        )

    def _show_lines(self, *, from_top: bool = False) -> None:
        if self._page is None or self.rendered:
            return
        if self.at_conflicts:
            self._shown = conflict_lines(self.conflicts, self.draft, self.standing)
        elif self.shown_as == 2:
            self._shown = diff_lines(self._page, self.draft)
        else:
            self._shown = raw_lines(self._page.document, self.draft)
        self.query_one("#text", LinesView).show(self._shown.lines, from_top=from_top)

    def _show_evidence(self) -> None:
        self.show_first_line()
        step = self.view.step(self.waiting.gate)
        notes = self._page.document.notes if self._page else ""
        lines = evidence(step, notes, self._report, self.draft, self.clock())
        self.query_one("#evidence", LinesView).show(lines)

    def action_later(self) -> None:
        """The question stays open, and the draft stays. A search is ended first."""
        if not self.end_search():
            self.dismiss(None)

    def on_lines_view_picked(self, event: LinesView.Picked) -> None:
        """A receipt opens; a comment can be changed."""
        if event.key.startswith(RECEIPT):
            self._open_receipt(event.key.removeprefix(RECEIPT).partition(" ")[2])
        elif event.key.startswith((COMMENT, BEGUN)):
            self._comment_on(event.key)

    @work(exclusive=True, group="receipt", exit_on_error=False)
    async def _open_receipt(self, receipt_id: str) -> None:
        from tui.screens.receipt import ReceiptScreen

        folder = self.view.folder
        reading = self.app.run_worker(lambda: load_receipt(folder, receipt_id), thread=True, exit_on_error=False)
        receipt = await reading.wait()
        if receipt is None:
            self.notify(f"The receipt {receipt_id} is gone.", severity="warning", markup=False)
        else:
            self.app.push_screen(ReceiptScreen([receipt], None, len(self.view.waiting)))

    def action_edit(self) -> None:
        """Opens the file, at the conflicts the one under the cursor, and reads it again afterwards.

        It is the file that was asked for last, though perhaps it is still being read.
        """
        if path := self.file_in_conflict or self._path:
            edit_file(self.app, self.view.folder / path, self._edited)

    def _edited(self, changed: bool) -> None:
        if changed:
            self._read()
            self.app.action_look_again()

    async def action_next_view(self) -> None:
        """Rendered, raw, diff, and again; before them the conflicts, where there are some."""
        await self.action_show_as(self.shown_as + 1 if self.shown_as + 1 < len(VIEWS) else self._first_view)

    async def action_show_as(self, index: int) -> None:
        """One of the three views of the document, or the conflicts."""
        self.shown_as = max(index, self._first_view)
        self.set_class(False, "-at-evidence")
        await self._show_document()
        self.query_one("#rendered" if self.rendered else "#text").focus()

    async def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """A click on a view."""
        await self.action_show_as(event.index + self._first_view)

    def action_next_file(self) -> None:
        """Goes round the files."""
        if self.waiting.about:
            self._file = (self._file + 1) % len(self.waiting.about)
            self._read()

    def action_next(self) -> None:
        """The next match of a search, else the next question."""
        if self.is_searching:
            self.action_match(1)
        else:
            self.action_turn(1)

    def action_turn(self, by: int) -> None:
        """To another question that waits; this one stays open."""
        self.app.turn_gate(self, self.waiting, by)

    def action_switch_side(self) -> None:
        """From the document to its checks and back; where there is little room, only one of them shows."""
        to_evidence = not self.at_evidence
        self.set_class(to_evidence, "-at-evidence")
        self.query_one("#evidence" if to_evidence else "#rendered" if self.rendered else "#text").focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Whichever side was used last is the one that is searched, also while words are typed."""
        if event.widget.id in ("evidence", "text", "rendered"):
            self._in_evidence = event.widget.id == "evidence"
            self.carry_search()

    def searchable(self) -> Searchable:
        """The side that was used last."""
        if self._in_evidence:
            return self.query_one(EvidenceLines)
        return self.query_one(Rendered) if self.rendered else self.query_one(DocumentLines)

    def action_scroll(self, lines: int) -> None:
        """Scrolls the rendered text; the other sides have a cursor of their own."""
        self.query_one("#rendered").scroll_relative(y=lines, animate=False)
