"""What is asked before text could be lost: on leaving an editor, and where a file was changed elsewhere."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

_MOVES = (
    Binding("left,h", "app.focus_previous", show=False, id="unsaved.focus_previous"),
    Binding("right,l", "app.focus_next", show=False, id="unsaved.focus_next"),
)


class _Question(ModalScreen[str]):
    """A question with an answer for each button; to stay has the focus, and `esc` stays."""

    CSS_PATH = "dialog.tcss"

    def __init__(self, question: str, text: str, answers: dict[str, str]) -> None:
        """`answers`: what the answer is called in the code → what stands on its button."""
        super().__init__()
        self.question, self.text, self.answers = question, text, answers

    def compose(self) -> ComposeResult:
        """The question, what it means, the buttons."""
        with Vertical(classes="dialog"):
            yield Label(Content(self.question), classes="dialog-title")
            yield Label(Content(self.text), classes="dialog-text")
            with Horizontal(classes="dialog-buttons"):
                for name, label in self.answers.items():
                    yield Button(Content(label), id=name, compact=True)

    def on_mount(self) -> None:
        """The safe answer has the focus."""
        self.query_one("#stay").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.action_answer(event.button.id or "stay")

    def action_answer(self, answer: str) -> None:
        """A key was pressed; one whose answer is not offered does nothing."""
        if answer in self.answers:
            self.dismiss(answer)


class Unsaved(_Question):
    """`save`, `discard` or `stay`."""

    BINDINGS = [
        Binding("s,ctrl+s", "answer('save')", "Save", id="unsaved.save"),
        Binding("d", "answer('discard')", "Discard", id="unsaved.discard"),
        Binding("escape", "answer('stay')", "Stay", id="unsaved.stay"),
        *_MOVES,
    ]

    def __init__(self, name: str) -> None:
        answers = {"save": "Save  s", "discard": "Leave without saving  d", "stay": "Stay  esc"}
        super().__init__("Save before you leave?", f"What you changed in {name} is written nowhere yet.", answers)


class ChangedElsewhere(_Question):
    """`write`, `take` or `stay`; with `gone` there is nothing to take."""

    BINDINGS = [
        Binding("w", "answer('write')", "Write mine", id="unsaved.write"),
        Binding("t", "answer('take')", "Take theirs", id="unsaved.take"),
        Binding("escape", "answer('stay')", "Stay", id="unsaved.stay"),
        *_MOVES,
    ]

    def __init__(self, name: str, *, gone: bool) -> None:
        if gone:
            question, text = "The file is gone", f"{name} was removed since you opened it."
            answers = {"write": "Write mine  w", "stay": "Stay  esc"}
        else:
            question = "The file was changed elsewhere"
            text = f"{name} is not as you opened it: the engine or another editor has written it. "
            text += "If you take theirs, undo brings yours back."
            answers = {"write": "Write mine over it  w", "take": "Take theirs  t", "stay": "Stay  esc"}
        super().__init__(question, text, answers)
