"""The texts of a gate line by line. Their `n` is left to the screen, where it also leads to the next question."""

from __future__ import annotations

from textual.binding import Binding

from tui.widgets.lines_view import LinesView

_OF_THE_SCREEN = ("n", "N")
_OWN = [b for b in LinesView.BINDINGS if isinstance(b, Binding) and b.key not in _OF_THE_SCREEN]


class EvidenceLines(LinesView, inherit_bindings=False):
    """As LinesView, but `n` and `N` are left to the screen."""

    BINDING_GROUP_TITLE = "Checks"
    BINDINGS = [*_OWN]


class DocumentLines(LinesView, inherit_bindings=False):
    """As EvidenceLines, and `enter` is not advertised: here it only changes a comment."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS = [
        *(binding for binding in _OWN if binding.key != "enter"),
        Binding("enter", "pick", "Open", show=False, id="lines.pick"),
    ]
