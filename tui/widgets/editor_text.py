"""The text of an editor, and the line that searches it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tui.keys import key_name
from tui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from tui.editing.text_file import TextFile


class EditorSearch(SearchLine):
    """In a text to type in, letters are no keys."""

    HINT = f"{key_name('ctrl+g')} next"


def take_text(area: TextArea, text: str) -> None:
    """Another text in place of the one there, as an edit that can be undone; the cursor stays in its line."""
    row, column = area.cursor_location
    area.history.checkpoint()
    area.replace(text, (0, 0), area.document.end)
    row = min(row, area.document.line_count - 1)
    area.move_cursor((row, min(column, len(area.document.get_line(row)))))


class EditorText(TextArea):
    """Follows the app's colours; tab indents as the file does."""

    words = ""
    """What is searched for."""

    def __init__(self, file: TextFile, *, look_only: bool) -> None:
        super().__init__(
            file.text,
            id="editor-text",
            soft_wrap=True,
            show_line_numbers=True,
            tab_behavior="indent",
            read_only=look_only,
            highlight_cursor_line=True,
        )
        self.indent_type = "tabs" if file.indent == "\t" else "spaces"
        self.indent_width = 4 if file.indent == "\t" else len(file.indent)

    def take(self, text: str) -> None:
        """Another text in place of this one, as an edit that can be undone."""
        take_text(self, text)

    def search(self, words: str) -> int:
        """Goes to the first match from the cursor on; how many there are."""
        self.words = words
        found = self._matches()
        if found:
            start = min(self.selection)
            self._show(next((one for one in found if one.start >= start), found[0]))
        return len(found)

    def action_match(self, by: int) -> None:
        """To the next match, or the one before; after the last one comes the first."""
        found = self._matches()
        if not found:
            return
        start, _ = sorted(self.selection)
        if by > 0:
            self._show(next((one for one in found if one.start > start), found[0]))
        else:
            self._show(next((one for one in reversed(found) if one.start < start), found[-1]))

    def _matches(self) -> list[Selection]:
        if not self.words:
            return []
        wanted = re.compile(re.escape(self.words), re.IGNORECASE)
        return [
            Selection((row, one.start()), (row, one.end()))
            for row, line in enumerate(self.text.split("\n"))
            for one in wanted.finditer(line)
        ]

    def _show(self, match: Selection) -> None:
        self.selection = match
        self.scroll_cursor_visible(center=True)
