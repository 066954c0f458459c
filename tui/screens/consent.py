"""A yes-or-no question of weight: a key that was meant for the screen before must not answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Mount
from textual.widgets import Button

from tui.screens.answering import GRACE
from tui.screens.confirm import Confirm

if TYPE_CHECKING:
    from tui.messages import Clock


class Consent(Confirm):
    """As `Confirm`, but a yes counts only after a moment; each earlier one starts the moment anew."""

    AUTO_FOCUS = ""
    CSS = """
    Consent .dialog { width: 100; }
    """

    def __init__(self, question: str, consequence: str, yes: str, clock: Clock) -> None:
        super().__init__(question, consequence, yes)
        self.clock = clock
        self._quiet_since = clock()

    def on_mount(self, event: Mount | None = None) -> None:
        """The safe answer has the focus, and the question is read from its top."""
        if event is not None:
            event.prevent_default()
        self.query_one("#no").focus(scroll_visible=False)

    def on_screen_resume(self) -> None:
        """The question appeared."""
        self._quiet_since = self.clock()

    def _too_early(self) -> bool:
        early = self.clock() - self._quiet_since < GRACE
        if early:
            self._quiet_since = self.clock()
        return early

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        event.prevent_default()
        self.action_answer(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """A yes in the first moments is not heard; a no always is."""
        if not answer or not self._too_early():
            self.dismiss(answer)
