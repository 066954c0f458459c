"""Questions of a session to the person: one line each."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input, Label, Static

from tui.decide import Answer
from tui.gate_details import title_line
from tui.messages import Clock
from tui.read_model import WaitingView, WorkspaceView
from tui.sanitize import clean
from tui.widgets.key_line import KeyLine


class AnswersScreen(Screen[Answer | None]):
    """Sends only a complete form. `esc` leaves the questions open."""

    CSS_PATH = "answers.tcss"
    AUTO_FOCUS = "Input"
    BINDING_GROUP_TITLE = "Questions"
    BINDINGS = [
        Binding("ctrl+r", "send", "Send answers", priority=True, tooltip="Send all answers"),
        Binding("escape", "later", "Later", priority=True, tooltip="Leave the questions open"),
    ]

    def __init__(self, view: WorkspaceView, waiting: WaitingView, clock: Clock) -> None:
        super().__init__()
        self.view, self.waiting, self.clock = view, waiting, clock

    def compose(self) -> ComposeResult:
        """The questions, each with its input."""
        yield Static(title_line(self.waiting, self.view.step(self.waiting.gate), self.clock()), id="answers-title")
        with VerticalScroll(id="form"):
            yield Label("Your answers become part of the next session's brief.", classes="hint")
            for number, question in enumerate(self.waiting.questions):
                yield Label(Content(f"{number + 1}. {clean(question)}"), classes="question")
                yield Input(id=f"answer-{number}", placeholder='no opinion? write "you decide"')
            yield Label("", id="answers-complaint")
            yield Button("Send answers  ctrl+r", id="send", compact=True)
        yield KeyLine()

    def on_input_submitted(self) -> None:
        """Enter goes to the next line."""
        self.focus_next()

    def on_button_pressed(self) -> None:
        """The one button sends."""
        self.action_send()

    def action_send(self) -> None:
        """Sends, or goes to the first line without an answer."""
        answers = {q: self._input(n).value.strip() for n, q in enumerate(self.waiting.questions)}
        missing = [n for n, question in enumerate(self.waiting.questions) if not answers[question]]
        if missing:
            self._input(missing[0]).focus()
            self.query_one("#answers-complaint", Label).update(f"Question {missing[0] + 1} has no answer yet.")
            return
        self.dismiss(Answer("answer", answers=answers))

    def action_later(self) -> None:
        """The questions stay open."""
        self.dismiss(None)

    def _input(self, number: int) -> Input:
        return self.query_one(f"#answer-{number}", Input)
