"""Dialogs that ask for some text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, TextArea

from tui.keys import key_name, shown_key

if TYPE_CHECKING:
    from tui.app import MetaApp


class AskComment(ModalScreen[str | None]):
    """A comment of several lines; an empty one is sent only where it `may_be_empty`.

    `keep` gets the text at every change, so that nothing typed is lost.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("ctrl+s,ctrl+r,ctrl+enter", "send", "Send", priority=True, id="text.send"),
        Binding("escape", "back", "Back", priority=True, id="text.back"),
    ]

    app: MetaApp

    def __init__(
        self,
        title: str,
        text: str,
        send: str,
        *,
        typed: str = "",
        may_be_empty: bool = False,
        keep: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.heading, self.text, self.send = title, text, send
        self.typed, self.may_be_empty, self.keep = typed, may_be_empty, keep

    def compose(self) -> ComposeResult:
        """A text area and two buttons."""
        with Vertical(classes="dialog"):
            yield Label(Content(self.heading), classes="dialog-title")
            yield Label(Content(self.text), classes="dialog-text")
            yield TextArea(self.typed, id="comment", tab_behavior="focus", highlight_cursor_line=False)
            yield Label("", id="complaint")
            with Horizontal(classes="dialog-buttons"):
                key = shown_key(self.app.keymap, "text.send", "ctrl+s")
                yield Button(Content(f"{self.send}  {key}"), id="send", compact=True)
                yield Button("Back  esc", id="back", compact=True)

    def on_mount(self) -> None:
        """Goes on where the typing was left."""
        area = self.query_one("#comment", TextArea)
        area.move_cursor(area.document.end)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Keeps every letter."""
        if self.keep:
            self.keep(event.text_area.text)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        if event.button.id == "send":
            self.action_send()
        else:
            self.action_back()

    def action_back(self) -> None:
        """Leaves without sending."""
        self.dismiss(None)

    def action_send(self) -> None:
        """Sends the comment if there is one."""
        comment = self.query_one("#comment", TextArea).text.strip()
        if comment or self.may_be_empty:
            self.dismiss(comment)
        else:
            self.query_one("#complaint", Label).update("Say what should change: the next session reads only this.")


class AskPath(ModalScreen[str | None]):
    """One line: a folder."""

    CSS_PATH = "dialog.tcss"
    BINDINGS = [Binding("escape", "dismiss(None)", "Back", priority=True, id="text.dismiss")]

    def __init__(self, title: str, text: str, value: str = "") -> None:
        super().__init__()
        self.heading, self.text, self.value = title, text, value

    def compose(self) -> ComposeResult:
        """An input line."""
        with Vertical(classes="dialog"):
            yield Label(Content(self.heading), classes="dialog-title")
            yield Label(Content(self.text), classes="dialog-text")
            yield Input(self.value, id="path")
            yield Label(f"{key_name('enter')} goes on · esc goes back", classes="dialog-hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter was pressed."""
        if event.value.strip():
            self.dismiss(event.value.strip())
