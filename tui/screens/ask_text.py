"""Dialogs that ask for some text."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, TextArea


class AskComment(ModalScreen[str | None]):
    """A comment of several lines; empty ones are not sent."""

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("ctrl+r", "send", "Send", priority=True),
        Binding("escape", "dismiss(None)", "Back", priority=True),
    ]

    def __init__(self, title: str, text: str, send: str) -> None:
        super().__init__()
        self.heading, self.text, self.send = title, text, send

    def compose(self) -> ComposeResult:
        """A text area and two buttons."""
        with Vertical(classes="dialog"):
            yield Label(Content(self.heading), classes="dialog-title")
            yield Label(Content(self.text), classes="dialog-text")
            yield TextArea(id="comment", tab_behavior="focus", highlight_cursor_line=False)
            yield Label("", id="complaint")
            with Horizontal(classes="dialog-buttons"):
                yield Button(Content(f"{self.send}  ctrl+r"), id="send", compact=True)
                yield Button("Back  esc", id="back", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        if event.button.id == "send":
            self.action_send()
        else:
            self.dismiss(None)

    def action_send(self) -> None:
        """Sends the comment if there is one."""
        comment = self.query_one("#comment", TextArea).text.strip()
        if comment:
            self.dismiss(comment)
        else:
            self.query_one("#complaint", Label).update("Say what should change: the next session reads only this.")


class AskPath(ModalScreen[str | None]):
    """One line: a folder."""

    CSS_PATH = "dialog.tcss"
    BINDINGS = [Binding("escape", "dismiss(None)", "Back", priority=True)]

    def __init__(self, title: str, text: str, value: str = "") -> None:
        super().__init__()
        self.heading, self.text, self.value = title, text, value

    def compose(self) -> ComposeResult:
        """An input line."""
        with Vertical(classes="dialog"):
            yield Label(Content(self.heading), classes="dialog-title")
            yield Label(Content(self.text), classes="dialog-text")
            yield Input(self.value, id="path")
            yield Label("enter goes on · esc goes back", classes="dialog-hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter was pressed."""
        if event.value.strip():
            self.dismiss(event.value.strip())
