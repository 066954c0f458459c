"""Leaving while the engine works: does the work go on?"""

from __future__ import annotations

from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from tui.lines.format import plural

Leaving = Literal["leave", "stop", "stay"]


class QuitDialog(ModalScreen[Leaving]):
    """Stay has the focus; esc stays."""

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("g", "answer('leave')", "Leave it running", id="quitting.answer_leave"),
        Binding("s", "answer('stop')", "Stop the work", id="quitting.answer_stop"),
        Binding("escape,q", "answer('stay')", "Stay", id="quitting.answer_stay"),
        Binding("left,h", "app.focus_previous", show=False, id="quitting.focus_previous"),
        Binding("right,l", "app.focus_next", show=False, id="quitting.focus_next"),
    ]

    def __init__(self, live_sessions: int) -> None:
        super().__init__()
        self.live_sessions = live_sessions

    def compose(self) -> ComposeResult:
        """What goes on, and three ways out."""
        going_on = f"{plural(self.live_sessions, 'session')} under way. " if self.live_sessions else ""
        with Vertical(classes="dialog"):
            yield Label("Leave the screen?", classes="dialog-title")
            yield Label(
                Content(
                    f"The engine is working. {going_on}It needs no screen: open this folder again at any time, "
                    "and you see where it is. What waits for you keeps waiting."
                ),
                classes="dialog-text",
            )
            with Horizontal(classes="dialog-buttons"):
                yield Button("Leave, work goes on  g", id="leave", compact=True)
                yield Button("Stop the work  s", id="stop", compact=True)
                yield Button("Stay  esc", id="stay", compact=True)

    def on_mount(self) -> None:
        """The safe answer has the focus."""
        self.query_one("#stay").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.action_answer(event.button.id or "stay")

    def action_answer(self, answer: str) -> None:
        """A key was pressed."""
        self.dismiss("leave" if answer == "leave" else "stop" if answer == "stop" else "stay")
