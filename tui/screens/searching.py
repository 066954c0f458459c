"""A screen with a line to search the text that is in use."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from tui.abstract import AbstractMeta
from tui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.widgets.lines_view import LinesView
    from tui.widgets.rendered import Rendered
else:
    Widget = object


class Searchable(Protocol):
    """A text that can be searched."""

    words: str

    def search(self, words: str) -> int:
        """Marks the words, goes to one place that has them, says how many places do."""

    def action_match(self, by: int) -> None:
        """To the next place, or the one before."""

    def focus(self) -> object:
        """Gives it the keys."""


class Searching(Widget, metaclass=AbstractMeta):
    """For screens that hold a SearchLine. A subclass says which text is in use."""

    @abstractmethod
    def searchable(self) -> Searchable | None:
        """The text that a search looks in now; None where there is none."""

    @property
    def is_searching(self) -> bool:
        """Whether words are being searched for."""
        return bool(self.query_one(SearchLine).words)

    def action_search(self) -> None:
        """Opens the line to search with."""
        if self.searchable() is None:
            self.notify("There is no text to search here.")
        else:
            self.query_one(SearchLine).open()

    def action_match(self, by: int) -> None:
        """To the next match, or the one before."""
        if text := self.searchable():
            text.action_match(by)

    def on_search_line_search(self, message: SearchLine.Search) -> None:
        """Marks the words, and goes to the first of them."""
        text = self.searchable()
        if text is None:
            return
        if message.words != text.words:
            found = text.search(message.words)
            self.query_one(SearchLine).tell(found if message.words else None)
        if message.done:
            text.focus()

    def carry_search(self) -> None:
        """Another text came into use: what is searched for is searched for in it too."""
        text, line = self.searchable(), self.query_one(SearchLine)
        if text is not None and text.words != line.words:
            found = text.search(line.words)
            line.tell(found if line.words else None)

    def end_search(self) -> bool:
        """Away with a search and its marks; whether there was one."""
        line = self.query_one(SearchLine)
        was_open = line.has_class("-open")
        if was_open:
            line.action_close()
        return was_open

    def on_lines_view_matched(self, message: LinesView.Matched) -> None:
        """Says which of the matches it is."""
        self._tell(message.view, message.at, message.of)

    def on_rendered_matched(self, message: Rendered.Matched) -> None:
        """Says which of the matches it is."""
        self._tell(message.view, message.at, message.of)

    def _tell(self, view: object, at: int, of: int) -> None:
        if view is self.searchable() and self.is_searching:
            self.query_one(SearchLine).tell(of, at)
