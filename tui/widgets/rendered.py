"""Markdown as it is meant to look, in a box that scrolls and can be searched."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content, Span
from textual.message import Message
from textual.widgets import Markdown, Static

from tui.lines.text import FOUND, FOUND_NOW, split_matches


class Rendered(VerticalScroll):
    """A match is a block: a paragraph, an item, a cell of a table. Posts `Matched` when the reader goes to one."""

    class Matched(Message):
        """The reader is at match `at` (from 1; 0: at none) `of` so many."""

        def __init__(self, view: Rendered, at: int, of: int) -> None:
            super().__init__()
            self.view, self.at, self.of = view, at, of

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = ""
        self._found: list[tuple[Static, Content]] = []
        """The blocks that have them, each with what it shows while nothing is searched for."""
        self._match = -1

    def compose(self) -> ComposeResult:
        """The Markdown."""
        yield Markdown(id="markdown", open_links=False)

    async def show(self, text: str) -> None:
        """Shows this Markdown; what was searched for is marked in it too."""
        self._found, self._match = [], -1
        await self.query_one(Markdown).update(text)
        if self.words:
            self.search(self.words)

    def search(self, words: str) -> int:
        """Marks `words`, goes to the first block at or below the top that has them, and says how many do."""
        for block, content in self._found:
            block.update(content, layout=False)
        self.words, self._match = words, -1
        wanted = words.casefold()
        blocks = self.query_one(Markdown).query(Static) if words else ()
        self._found = [(block, _content(block)) for block in blocks if wanted in _content(block).plain.casefold()]
        for match in range(len(self._found)):
            self._mark(match)
        if self._found:
            self._go(next((n for n, (block, _) in enumerate(self._found) if block.region.y >= self.region.y), 0))
        return len(self._found)

    def action_match(self, by: int) -> None:
        """To the next block with the words that were searched for; after the last one to the first."""
        if self._found:
            self._go((self._match + by) % len(self._found))

    def _go(self, match: int) -> None:
        before, self._match = self._match, match
        if before >= 0:
            self._mark(before)
        self._mark(match)
        self.scroll_to_widget(self._found[match][0], animate=False, force=True, center=self._is_hidden(match))
        self.post_message(self.Matched(self, match + 1, len(self._found)))

    def _is_hidden(self, match: int) -> bool:
        """Whether the reader cannot see it yet: then it comes to the middle, with what stands around it."""
        block = self._found[match][0]
        return not self.region.contains_region(block.region)

    def _mark(self, match: int) -> None:
        block, content = self._found[match]
        style = FOUND_NOW if match == self._match else FOUND
        spans, at = [], 0
        for text, is_match in split_matches(content.plain, self.words):
            spans += [Span(at, at + len(text), style)] if is_match else []
            at += len(text)
        block.update(content.add_spans(spans), layout=False)


def _content(block: Static) -> Content:
    return block.content if isinstance(block.content, Content) else Content(str(block.content))
