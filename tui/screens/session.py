"""One session's output in full size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.editing.edit import edit_file
from tui.lines.format import count, duration, elapsed, plural
from tui.tail import Tail
from tui.widgets.key_line import KeyLine
from tui.widgets.output_view import OutputView
from tui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from tui.app import MetaApp
    from tui.messages import Clock
    from tui.read_model import SessionView, WorkspaceView

_READ = 4 * 1024 * 1024


class SessionScreen(Screen[None]):
    """Follows the tail until the reader scrolls. `esc` goes back."""

    CSS_PATH = "session.tcss"
    BINDING_GROUP_TITLE = "Session output"
    BINDINGS = [
        Binding("escape", "back", "Back", tooltip="End the search, else back to the screen before", id="back"),
        Binding("G", "to_end", "End", tooltip="Go to the newest line and stay there", id="session.end"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Search in the output", id="search"),
        Binding("x", "cancel", "Cancel", tooltip="Ask the engine to cancel this session", id="cancel"),
        Binding("t", "take_over", "Take over", tooltip="Go on with it by hand; again: hand it back", id="take_over"),
        Binding("y", "copy", "Copy", tooltip="Copy the path of the session's folder", id="session.copy"),
        Binding(
            "o", "open", "Open log", show=False, tooltip="Open the session's log in your editor", id="session.open"
        ),
        Binding("question_mark", "app.help", "Help", key_display="?", tooltip="All keys", id="help"),
        Binding("q", "app.leave", "Quit", tooltip="Leave; asks whether the work goes on", id="quit"),
    ]

    app: MetaApp

    def __init__(self, session: SessionView, clock: Clock, *, live: bool) -> None:
        super().__init__()
        self.session, self.clock, self.polls = session, clock, live
        self.tail = Tail(session.folder / "events.jsonl", max_lines=1, max_read=_READ)

    def compose(self) -> ComposeResult:
        """A title, the output, the keys."""
        yield Static(id="session-title")
        yield OutputView(follow=True, id="session-output")
        yield SearchLine(id="session-search")
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

    async def action_take_over(self) -> None:
        """Takes it over, or shows how it is handed back."""
        await self.run_action(f"app.take_over({self.session.id!r})")

    def action_back(self) -> None:
        """Away with the marks of a search first, then with the screen."""
        if self.query_one(OutputView).words:
            self.query_one(SearchLine).action_close()
        else:
            self.dismiss(None)

    def action_search(self) -> None:
        """Opens the line to search with."""
        self.query_one(SearchLine).open()

    def on_search_line_search(self, message: SearchLine.Search) -> None:
        """Marks the words, and goes to the newest line that has them."""
        output = self.query_one(OutputView)
        if not (message.done and message.words == output.words):
            found = output.search(message.words)
            self.query_one(SearchLine).tell(found if message.words else None)
        if message.done:
            output.focus()

    def action_open(self) -> None:
        """Opens the log in the person's editor; the folder where there is no log yet."""
        log = self.tail.path
        edit_file(self.app, log if log.exists() else self.session.folder, look_only=True)

    def action_copy(self) -> None:
        """Copies where the session's files are."""
        self.app.copy_to_clipboard(str(self.session.folder))
        self.notify(str(self.session.folder), title="Copied", markup=False)
