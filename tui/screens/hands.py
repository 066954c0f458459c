"""A session in the person's hands: how to go on with it, and how it is handed back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.worker import Worker, WorkerState, get_current_worker

from tui.loaders.hands import Hands, hand_back, take_over
from tui.looks import Written
from tui.widgets.text import Text

if TYPE_CHECKING:
    from tui.read_model import SessionView, WorkspaceView


@dataclass
class Told(Message):
    """The command came to its end."""

    hands: Hands
    back: bool


class HandsScreen(ModalScreen[None]):
    """Opened on an agent's session it takes it over; on one in the person's hands it offers to hand it back.

    `known`: what the command said when this session was taken over, if this screen took it.
    """

    CSS_PATH = "dialog.tcss"
    BINDING_GROUP_TITLE = "In your hands"
    BINDINGS = [
        Binding("y", "copy", "Copy", tooltip="Copy the command to go on with", id="hands.copy"),
        Binding("t", "hand_back", "Hand back", tooltip="The work is complete: the engine checks it", id="hands.back"),
        Binding("escape,q", "dismiss(None)", "Close", tooltip="It stays in your hands", id="hands.close"),
    ]

    def __init__(
        self, view: WorkspaceView, session: SessionView, known: Hands | None, learnt: Callable[[Hands], None]
    ) -> None:
        super().__init__()
        self.view, self.session, self.learnt = view, session, learnt
        self.hands = known or Hands()
        self.busy = ""

    def compose(self) -> ComposeResult:
        """The session, what the command said, the keys."""
        with Vertical(classes="dialog"):
            yield Text(Content(self.session.title), classes="dialog-title")
            yield Text(id="hands-text", classes="dialog-text")
            yield Text(id="hands-keys", classes="dialog-hint")

    def on_mount(self) -> None:
        """An agent's session is taken over now."""
        if not self.session.in_hands:
            self._begin("◌ The agent is being ended; everything it left stays.", take_over, False)
        self._show()

    def _begin(self, busy: str, what: Callable[..., Hands], back: bool) -> None:
        self.busy = busy
        folder, session = self.view.folder, self.hands.session or self.session.id

        def work() -> None:
            stopped = partial(getattr, get_current_worker(), "is_cancelled")
            self.post_message(Told(what(folder, session, stopped), back))

        name = "handing back" if back else "taking over"
        self.run_worker(work, thread=True, group="hands", name=name, exit_on_error=False)

    def on_told(self, message: Told) -> None:
        """Shows what the command said; what was handed back needs no dialog any more."""
        self.busy = ""
        if message.back and not message.hands.trouble:
            self.app.post_message(Written(message.hands.text, wants_engine=True))
            self.dismiss(None)
            return
        self.hands = (
            Hands(self.hands.text, self.hands.session, message.hands.trouble) if message.back else message.hands
        )
        if not self.hands.trouble:
            self.learnt(self.hands)
            self.app.post_message(Written(f"{self.session.title} is taken over.", wants_engine=True))
        self._show()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The command could not be started."""
        if event.state == WorkerState.ERROR:
            event.stop()
            self.busy, self.hands = "", Hands(self.hands.text, self.hands.session, str(event.worker.error))
            self._show()

    def _show(self) -> None:
        trouble = Content.styled(f"✗ {self.hands.trouble}\n", "$text-error") if self.hands.trouble else Content("")
        text = self.hands.text or (self._where() if self.session.in_hands else "")
        shown = Content.styled(self.busy, "$text-primary") if self.busy else _with_commands(text)
        self.query_one("#hands-text", Text).update(trouble + shown)
        keys = (
            ("y", "copies the command", bool(self.hands.command)),
            ("t", "hands it back", self._can_hand_back()),
            ("esc", "closes", True),
        )
        hints = (Content.assemble((key, "bold $footer-key-foreground"), f" {does}") for key, does, now in keys if now)
        self.query_one("#hands-keys", Text).update(Content("   ").join(hints))

    def _where(self) -> str:
        folder, workspace = self.session.folder, self.view.folder
        place = folder.relative_to(workspace) if folder.is_relative_to(workspace) else folder
        return f"It is in your hands. Its task:\n  {place / 'brief.md'}"

    def _can_hand_back(self) -> bool:
        return not self.busy and (self.session.in_hands or bool(self.hands.session))

    def action_copy(self) -> None:
        """Copies the command to go on with."""
        if self.hands.command:
            self.app.copy_to_clipboard(self.hands.command)
            self.notify(self.hands.command, title="Copied", markup=False)

    def action_hand_back(self) -> None:
        """The work is complete."""
        if self._can_hand_back():
            self._begin("◌ It is being handed back …", hand_back, True)
            self._show()


def _with_commands(text: str) -> Content:
    """What the command said; its indented lines, which a person types or opens, stand out."""
    lines = text.split("\n")
    return Content("\n").join(
        Content.styled(line, "bold $foreground") if line.startswith("  ") else Content(line) for line in lines
    )
