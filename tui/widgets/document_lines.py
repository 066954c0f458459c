"""The text of a document line by line, with a cursor on each line; a key for a match would stand in the way here."""

from __future__ import annotations

from textual.binding import Binding

from tui.widgets.lines_view import LinesView

_ELSEWHERE = ("n", "N", "enter")


class DocumentLines(LinesView, inherit_bindings=False):
    """As LinesView, but `n` is left to the screen, and `enter` is not advertised."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS = [
        *(b for b in LinesView.BINDINGS if isinstance(b, Binding) and b.key not in _ELSEWHERE),
        Binding("enter", "pick", "Open", show=False),
    ]
