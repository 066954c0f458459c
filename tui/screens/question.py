"""A screen with one question: it notices when somebody else has answered it, and then takes no answer any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen
from textual.widgets import Static

from tui.decide import Answer
from tui.editing.gate_drafts import dump
from tui.words.decided import meanwhile
from tui.words.gate_title import decided_line, title_line

if TYPE_CHECKING:
    from textual.content import Content

    from tui.editing.drafts import GateDraft
    from tui.messages import Clock
    from tui.read_model import WaitingView, WorkspaceView


class QuestionScreen(Screen[Answer | None]):
    """A subclass calls `follow` with each view, and `send` with the answer."""

    FIRST_LINE: ClassVar[str] = ""
    """Which widget names the question."""

    def __init__(self, view: WorkspaceView, waiting: WaitingView, clock: Clock, draft: GateDraft) -> None:
        super().__init__()
        self.view, self.waiting, self.clock, self.draft = view, waiting, clock, draft
        self.meanwhile = meanwhile(view, waiting)
        """How the question was decided since it was opened; "" while it is open."""

    def follow(self, view: WorkspaceView) -> None:
        """The workspace changed; perhaps the question was answered."""
        self.view = view
        self.meanwhile = meanwhile(view, self.waiting, self.meanwhile)
        self.refresh_bindings()

    def on_resize(self) -> None:
        """The room is another one."""
        self.show_first_line()

    def show_first_line(self) -> None:
        """Draws it as things are now."""
        self.query_one(self.FIRST_LINE, Static).update(self.first_line())

    def first_line(self) -> Content:
        """Which question it is, or how it was decided."""
        if self.meanwhile:
            return decided_line(self.view, self.waiting, self.meanwhile, typed=dump(self.draft) is not None)
        return title_line(self.view, self.waiting, self.clock(), self.app.size.width, self.remark())

    def remark(self) -> str:
        """What is to be said now beside the question; "" for nothing."""
        return ""

    def refuses(self) -> bool:
        """Whether the question is open no more, which is said then."""
        if self.meanwhile:
            kept = " What you typed is kept." if dump(self.draft) else ""
            text = f"{self.view.title(self.waiting.gate)} was {self.meanwhile} meanwhile. Nothing was written.{kept}"
            self.notify(text, severity="warning", markup=False)
        return bool(self.meanwhile)

    def send(self, answer: Answer) -> None:
        """Answers the question, if it is still open."""
        if not self.refuses():
            self.dismiss(answer)
