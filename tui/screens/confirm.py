"""A yes-or-no question before something that is hard to reverse."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label


class Confirm(ModalScreen[bool]):
    """Names what will happen; no is the answer that has the focus."""

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("y", "answer(True)", "Yes", id="confirm.answer_yes"),
        Binding("n,escape", "answer(False)", "No", id="confirm.answer_no"),
        Binding("left,h", "app.focus_previous", show=False, id="confirm.focus_previous"),
        Binding("right,l", "app.focus_next", show=False, id="confirm.focus_next"),
    ]

    def __init__(self, question: str, consequence: str, yes: str) -> None:
        super().__init__()
        self.question, self.consequence, self.yes = question, consequence, yes

    def compose(self) -> ComposeResult:
        """The question, what a yes means, two buttons."""
        with Vertical(classes="dialog"):
            yield Label(Content(self.question), classes="dialog-title")
            yield Label(Content(self.consequence), classes="dialog-text")
            with Horizontal(classes="dialog-buttons"):
                yield Button(Content(f"{self.yes}  y"), id="yes", compact=True)
                yield Button(Content("No  n"), id="no", compact=True)

    def on_mount(self) -> None:
        """The safe answer has the focus."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """A key was pressed."""
        self.dismiss(answer)
