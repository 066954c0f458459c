"""A gate: what is approved, how it was checked, and the answer."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Markdown, Static

from tui.artifact import Document, read_document
from tui.decide import Answer
from tui.edit import edit_file
from tui.gate_details import evidence, title_line
from tui.messages import Clock
from tui.read_model import WaitingView, WorkspaceView
from tui.screens.ask_text import AskComment
from tui.screens.confirm import Confirm
from tui.tail import Line
from tui.widgets.key_line import KeyLine
from tui.widgets.output_view import OutputView
from tui.widgets.text import Text

GRACE = 0.4
"""Seconds in which answers are ignored: a key that was meant for the screen before must not approve anything."""


class ApprovalScreen(Screen[Answer | None]):
    """Answers only by `a`, `r` or `s`, and only after a moment. `esc` leaves the question open."""

    CSS_PATH = "approval.tcss"
    BINDING_GROUP_TITLE = "Approval"
    BINDINGS = [
        Binding("a", "approve", "Approve", tooltip="Approve exactly what is shown"),
        Binding("r", "revise", "Revise", tooltip="Send it back with a comment"),
        Binding("e", "edit", "Edit", tooltip="Open the file in your editor"),
        Binding("s", "stop", "Stop", tooltip="Stop this branch of the work"),
        Binding("m", "toggle_raw", "Raw", tooltip="Rendered or raw text"),
        Binding("n", "next_file", "Next file", tooltip="The next of the files to approve", show=False),
        Binding("c", "switch_side", "Checks", tooltip="Between the document and its checks"),
        Binding("tab,shift+tab", "switch_side", show=False),
        Binding("escape", "later", "Later", tooltip="Leave the question open"),
        Binding("j", "scroll(2)", "Down", show=False),
        Binding("k", "scroll(-2)", "Up", show=False),
        Binding("g", "scroll(-999999)", "To the top", show=False),
        Binding("G", "scroll(999999)", "To the end", show=False),
    ]

    def __init__(self, view: WorkspaceView, waiting: WaitingView, clock: Clock) -> None:
        super().__init__()
        self.view, self.waiting, self.clock = view, waiting, clock
        self.raw = False
        self._file = 0
        self._document: Document | None = None
        self._quiet_since = clock()

    def compose(self) -> ComposeResult:
        """The title, the document beside its evidence, the keys."""
        yield Static(id="gate-title")
        yield Static(id="gate-file")
        with Horizontal(id="gate-body"):
            with VerticalScroll(id="rendered"):
                yield Markdown(id="markdown", open_links=False)
            yield OutputView(follow=False, id="raw")
            with VerticalScroll(id="evidence"):
                yield Text(id="evidence-text")
        yield KeyLine()

    def on_mount(self) -> None:
        """Shows what is known at once; the file follows."""
        self.set_class(True, "-reading")
        self._show_evidence()
        self._read()
        self.query_one("#rendered").focus()

    def on_screen_resume(self) -> None:
        """The screen appeared, perhaps again after a dialog."""
        self._quiet_since = self.clock()

    def show_view(self, view: WorkspaceView) -> None:
        """The workspace changed while the question is on the screen; perhaps it is asked anew, of an edited file."""
        self.view = view
        asked = next((waiting for waiting in view.waiting if waiting.gate == self.waiting.gate), self.waiting)
        if asked != self.waiting:
            self.waiting, self._document = asked, None
            self._file = min(self._file, max(0, len(asked.about) - 1))
            self._read()
        self._show_evidence()

    @work(exclusive=True)
    async def _read(self) -> None:
        path, expected = self.waiting.about[self._file] if self.waiting.about else ("", "")
        if not path:
            self._document = Document("", "There is no file to read: only the checks speak here.")
        else:
            self._document = await self.app.run_worker(
                lambda: read_document(self.view.folder, path, expected), thread=True, group="documents"
            ).wait()
        await self._show_document()

    async def _show_document(self) -> None:
        document = self._document
        if document is None:
            return
        markdown = document.markdown and not self.raw
        self.set_class(not markdown, "-raw")
        if markdown:
            await self.query_one("#markdown", Markdown).update(document.text)
        else:
            self.query_one("#raw", OutputView).replace(Line("text", line) for line in document.text.split("\n"))
        files = len(self.waiting.about)
        place = f"  file {self._file + 1} of {files} · n shows the next" if files > 1 else ""
        self.query_one("#gate-file", Static).update(
            Content.assemble(
                (f" {document.path}", "bold $text-primary"),
                (place, "$text-muted"),
                (f"  ! {document.note}" if document.note else "", "bold $text-warning"),
            )
        )
        self._show_evidence()
        self._quiet_since = self.clock()

    def _show_evidence(self) -> None:
        step = self.view.step(self.waiting.gate)
        notes = self._document.notes if self._document else ""
        self.query_one("#gate-title", Static).update(title_line(self.waiting, step, self.clock()))
        self.query_one("#evidence-text", Text).update(evidence(step, notes))

    def _too_early(self) -> bool:
        """Whether an answer came before anybody can have read the question; each such key starts the wait anew."""
        early = self._document is None or self.clock() - self._quiet_since < GRACE
        if early:
            self._quiet_since = self.clock()
        return early

    def action_approve(self) -> None:
        """Yes, exactly this."""
        if not self._too_early():
            self.dismiss(Answer("approve"))

    def action_revise(self) -> None:
        """Back, with a comment that the next session must answer."""
        if self._too_early():
            return
        text = "The next session gets your comment above everything else, and must answer it."
        self.app.push_screen(AskComment(f"Revise {self.waiting.gate}", text, "Send back"), self._revised)

    def _revised(self, comment: str | None) -> None:
        if comment:
            self.dismiss(Answer("revise", comment))

    def action_stop(self) -> None:
        """No, and nothing more of this."""
        if self._too_early():
            return
        text = "What depends on it is not built. The rest of the work goes on; `R` tries it again later."
        self.app.push_screen(Confirm(f"Stop {self.waiting.gate}?", text, "Stop it"), self._stopped)

    def _stopped(self, sure: bool | None) -> None:
        if sure:
            self.dismiss(Answer("stop"))

    def action_later(self) -> None:
        """The question stays open."""
        self.dismiss(None)

    async def action_edit(self) -> None:
        """Opens the file, and reads it again afterwards."""
        if self._document and self._document.path:
            if not edit_file(self.app, self.view.folder / self._document.path):
                return
            self._read()
            await self.run_action("app.look_again")

    async def action_toggle_raw(self) -> None:
        """Rendered or raw."""
        self.raw = not self.raw
        await self._show_document()

    def action_next_file(self) -> None:
        """Goes round the files."""
        if self.waiting.about:
            self._file = (self._file + 1) % len(self.waiting.about)
            self._read()

    def action_switch_side(self) -> None:
        """From the document to its checks and back; where there is little room, only one of them shows."""
        at_evidence = not self.has_class("-at-evidence")
        self.set_class(at_evidence, "-at-evidence")
        shown = "#evidence" if at_evidence else "#raw" if self.has_class("-raw") else "#rendered"
        self.query_one(shown).focus()

    def action_scroll(self, lines: int) -> None:
        """Scrolls what is read."""
        side = "#evidence" if self.has_class("-at-evidence") else "#raw" if self.has_class("-raw") else "#rendered"
        self.query_one(side).scroll_relative(y=lines, animate=False)
