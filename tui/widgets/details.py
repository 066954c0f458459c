"""Everything about the selected node of the tree, in words."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from tui.lines.wrap import UNKNOWN
from tui.widgets.text import Text


class _Words(Text):
    """The text itself, as wide as the scrollbar leaves room."""

    def on_resize(self) -> None:
        """What is wrapped by hand has to be wrapped anew."""
        self.post_message(Details.Widened())


class Details(VerticalScroll, can_focus=True):
    """A scrolling text; what it says is made by `tui.words.node`."""

    BINDING_GROUP_TITLE = "Details"
    BINDINGS = [
        Binding("k", "scroll_up", "Up", show=False, id="details.scroll_up"),
        Binding("j", "scroll_down", "Down", show=False, id="details.scroll_down"),
        Binding("g", "scroll_home", "To the top", show=False, id="details.scroll_home"),
        Binding("G", "scroll_end", "To the end", show=False, id="details.scroll_end"),
    ]

    class Widened(Message):
        """There is another width for the text."""

    DEFAULT_CSS = """
    Details { padding: 0 1; scrollbar-size-vertical: 1; }
    """

    key = ""
    _content = Content("")

    def compose(self) -> ComposeResult:
        """One text."""
        yield _Words(id="details-text")

    @property
    def across(self) -> int:
        """Cells in a row of the text."""
        return self.query_one("#details-text").content_size.width or UNKNOWN

    def show(self, key: str, content: Content) -> None:
        """Draws `content`; another `key` starts at its top."""
        if (content.plain, content.spans) != (self._content.plain, self._content.spans):
            self._content = content
            self.query_one("#details-text", Text).update(content)
        if key != self.key:
            self.key = key
            self.scroll_home(animate=False)
