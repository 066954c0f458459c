"""What the screens with a list and its details have in common: loading, search, focus, the states between them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from engine.errors import MetaError
from tui.abstract import AbstractMeta
from tui.lines.sanitize import clean
from tui.widgets.details import Details
from tui.widgets.item_list import ItemList
from tui.widgets.key_line import KeyLine
from tui.widgets.text import Text
from tui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from tui.lines.item import Item
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

Data = TypeVar("Data")

COMMON = (
    Binding("slash", "search", "Search", key_display="/", tooltip="Search in the list", id="search"),
    Binding(
        "tab,shift+tab",
        "switch_side",
        "Details",
        show=False,
        tooltip="Between the list and its details",
        id="switch_side",
    ),
    Binding("a", "app.decide", "Decide", show=False, tooltip="Open what has waited longest for you", id="decide"),
    Binding("escape", "back", "Back", tooltip="End the search, else back to the main screen", id="back"),
    Binding("question_mark", "app.help", "Help", key_display="?", tooltip="All keys", id="help"),
    Binding("q", "app.leave", "Quit", tooltip="Leave; asks whether the work goes on", id="quit"),
)
"""Bindings that follow a screen's own ones."""


_UNREADABLE = "There is nothing to show until that is mended. It is read again by itself when the workspace changes."


class BrowseScreen(Screen[None], Generic[Data], metaclass=AbstractMeta):
    """Shows what `load` returns. A subclass says how: `load`, `title_text`, `items`, `describe`, `empty`."""

    CSS_PATH: ClassVar[Any] = "browse.tcss"
    LOADING: ClassVar[str] = "Reading …"
    SEARCH_HINT: ClassVar[str] = "words to look for"

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool) -> None:
        super().__init__()
        self.view, self.clock, self.polls = view, clock, live
        self.data: Data | None = None
        self.problem = ""
        self._reading, self._read_again = False, False

    @abstractmethod
    def load(self) -> Data:
        """Reads what is shown; called in a thread. Raises MetaError or OSError with what is wrong."""

    @abstractmethod
    def title_text(self) -> Content:
        """What stands at the top."""

    @abstractmethod
    def items(self, data: Data) -> Sequence[Item]:
        """The lines of the list."""

    @abstractmethod
    def describe(self, data: Data, key: str) -> Content:
        """Everything about one item."""

    @abstractmethod
    def empty(self, data: Data) -> Content:
        """What an empty list says: what will be here, and what makes it so."""

    def compose(self) -> ComposeResult:
        """The title, what is wrong, the list beside its details, the search, the keys."""
        yield TitleLine(id="browse-title")
        yield Text(id="browse-trouble")
        with Horizontal(id="browse-sides"):
            yield ItemList(id="browse-list")
            yield Details(id="browse-details")
        yield Text(id="browse-note")
        with Horizontal(id="browse-search"):
            yield Static("/", id="search-mark")
            yield Input(id="search-words", placeholder=self.SEARCH_HINT, compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """The frame shows at once; what is in it follows."""
        self.list.show((), Content.styled(self.LOADING, "$text-muted"))
        self.draw_title()
        self.list.focus()
        self.reload()
        if self.polls:
            self.set_interval(1.0, self.tick)

    @property
    def list(self) -> ItemList:
        """The list."""
        return self.query_one("#browse-list", ItemList)

    def tick(self) -> None:
        """A second went by."""

    def show_view(self, view: WorkspaceView) -> None:
        """The workspace changed: what is shown is read again, if it can have changed with it."""
        before, self.view = self.view, view
        self.draw_title()
        if self.depends_on(before) != self.depends_on(view):
            self.reload()

    def depends_on(self, view: WorkspaceView) -> object:
        """What of the view says that there is something new to load."""
        return None

    def reload(self) -> None:
        """Reads anew, in a thread, one after the other; what is shown stays until then."""
        self._read_again = self._reading
        if not self._reading:
            self._reading = True
            name = self.LOADING.rstrip(" …")
            self.run_worker(self.load, thread=True, group="load", name=name, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Loading ended, well or not. Workers of other groups are the subclass's, or the app's to report."""
        if event.worker.group != "load":
            return
        event.stop()
        if event.state == WorkerState.SUCCESS:
            self.data, self.problem = event.worker.result, ""
        elif event.state == WorkerState.ERROR:
            self.problem = explain(event.worker.error)
        else:
            return
        self._reading = False
        self.draw()
        if self._read_again:
            self.reload()

    def draw(self) -> None:
        """Draws everything from what was loaded."""
        self.draw_trouble()
        self.draw_title()
        if self.data is None:
            self.list.show((), Content.styled(_UNREADABLE, "$text-muted"))
        else:
            self.list.show(self.items(self.data), self.empty(self.data))
        self.draw_details()

    def draw_title(self) -> None:
        """Draws the line at the top."""
        self.query_one(TitleLine).show(self.title_text(), len(self.view.waiting))

    def draw_trouble(self) -> None:
        """Shows why something could not be read, for as long as it cannot."""
        trouble = self.query_one("#browse-trouble", Text)
        trouble.display = bool(self.problem)
        trouble.update(Content(clean(f"✗ {self.problem}")))

    def note(self, content: Content | None) -> None:
        """Says something below the list for as long as it matters; None takes it away."""
        line = self.query_one("#browse-note", Text)
        line.display = content is not None
        line.update(content or Content(""))

    def draw_details(self) -> None:
        """Draws what is known of the selected item."""
        key = self.list.selected
        content = self.describe(self.data, key) if self.data is not None and key else Content("")
        self.query_one(Details).show(key, content)

    def on_item_list_selected(self) -> None:
        """The details follow the cursor."""
        self.draw_details()

    def on_item_list_chosen(self, message: ItemList.Chosen) -> None:
        """Enter on an item."""
        self.choose(message.key)

    def action_choose(self) -> None:
        """Enter: the item under the cursor, wherever the focus is."""
        self.list.action_choose()

    def choose(self, key: str) -> None:
        """Goes to the details of an item."""
        self.action_switch_side()

    def action_switch_side(self) -> None:
        """From the list to the details and back; where there is little room, only one of them shows."""
        at_details = not self.has_class("-at-details")
        self.set_class(at_details, "-at-details")
        self.query_one("#browse-details" if at_details else "#browse-list").focus()

    def action_search(self) -> None:
        """Opens the search."""
        self.set_class(True, "-searching")
        self.set_class(False, "-at-details")
        self.query_one("#search-words").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows every letter."""
        if event.input.id == "search-words":
            self.list.search(event.value)
            self.draw_title()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to what was found."""
        if event.input.id == "search-words":
            self.list.focus()
            self.set_class(bool(event.value), "-searching")

    def action_back(self) -> None:
        """One level out: the search, the details, the screen."""
        words = self.query_one("#search-words", Input)
        if self.has_class("-searching"):
            words.value = ""
            self.set_class(False, "-searching")
            self.list.focus()
        elif self.has_class("-at-details"):
            self.action_switch_side()
        else:
            self.dismiss()


def explain(error: BaseException | None) -> str:
    """What a person should read of an error."""
    if isinstance(error, MetaError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}"
    return f"{type(error).__name__}: {error}"
