"""One session's output in full size."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.format import count, duration, elapsed, plural
from tui.messages import Clock
from tui.read_model import SessionView, WorkspaceView
from tui.tail import Tail
from tui.widgets.key_line import KeyLine
from tui.widgets.output_view import OutputView

_READ = 4 * 1024 * 1024


class SessionScreen(Screen[None]):
    """Follows the tail until the reader scrolls. `esc` goes back."""

    CSS_PATH = "session.tcss"
    BINDING_GROUP_TITLE = "Session output"
    BINDINGS = [
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to the main screen"),
        Binding("G", "to_end", "Follow the end", tooltip="Go to the newest line and stay there"),
        Binding("x", "cancel", "Cancel session", tooltip="Ask the engine to cancel this session"),
        Binding("y", "copy", "Copy path", tooltip="Copy the path of the session's folder"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("q", "app.leave", "Quit"),
    ]

    def __init__(self, session: SessionView, clock: Clock, *, live: bool) -> None:
        super().__init__()
        self.session, self.clock, self.polls = session, clock, live
        self.tail = Tail(session.folder / "events.jsonl", max_lines=1, max_read=_READ)

    def compose(self) -> ComposeResult:
        """A title, the output, the keys."""
        yield Static(id="session-title")
        yield OutputView(follow=True, id="session-output")
        yield KeyLine()

    def on_mount(self) -> None:
        """Reads what there is, then what comes."""
        self.query_one(OutputView).focus()
        self.flush()
        if self.polls:
            self.set_interval(0.1, self.flush)
            self.set_interval(1.0, self.set_title)

    def show_view(self, view: WorkspaceView) -> None:
        """Takes over what the state says of the session now."""
        self.session = view.session(self.session.id) or self.session
        self.set_title()

    def flush(self) -> None:
        """Adds what the session said since the last time."""
        lines = self.tail.poll()
        if lines:
            self.query_one(OutputView).append(lines)
        self.set_title()

    def on_output_view_moved(self) -> None:
        """The reader went away from the end, or came back."""
        self.set_title()

    def set_title(self) -> None:
        """Name, state, time, tokens, and how much is new below."""
        output = self.query_one(OutputView)
        state = (self.session.outcome or "running").replace("_", " ")
        time = duration(elapsed(self.session.started_at, self.session.ended_at, self.clock()))
        tokens = count(self.session.tokens if self.tail.tokens is None else self.tail.tokens, "tokens")
        reading = "" if output.following else f"  ↓ {plural(output.unread, 'new line')} · G follows "
        self.query_one("#session-title", Static).update(
            Content.assemble(
                (f" {self.session.title}", "bold"),
                (f"  {' · '.join(filter(None, [state, time, tokens]))}", "$text-muted"),
                (reading, "bold $text-warning"),
            )
        )

    def action_to_end(self) -> None:
        """Follows the tail again."""
        self.query_one(OutputView).action_follow()

    async def action_cancel(self) -> None:
        """Asks before cancelling."""
        await self.run_action(f"app.cancel_session({self.session.id!r})")

    def action_copy(self) -> None:
        """Copies where the session's files are."""
        self.app.copy_to_clipboard(str(self.session.folder))
        self.notify(str(self.session.folder), title="Copied", markup=False)
