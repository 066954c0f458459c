"""The colours of the code in a view: found in a thread, for what is looked at and a little more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.widget import Widget
from textual.worker import get_current_worker

from tui.code_colours import Span, colours
from tui.text_lines import TextLine

_AHEAD = 80
"""Lines before and after those in view that are coloured too: most scrolling then shows colours at once."""


class Colours:
    """Until a line's colours are known it shows without; then the widget is painted again."""

    def __init__(self, widget: Widget, seen: Callable[[], tuple[int, int]]) -> None:
        """`seen` tells the first and the last line in view."""
        self._widget, self._seen = widget, seen
        self._lines: Sequence[TextLine] = ()
        self._known: dict[int, tuple[Span, ...]] = {}
        self._asked = False

    def turn_to(self, lines: Sequence[TextLine]) -> None:
        """Other lines are shown from now on; those that stayed as they are keep their colours."""
        stayed = (line for line in self._known if line < len(lines) and lines[line] == self._lines[line])
        self._lines, self._known = lines, {line: self._known[line] for line in stayed}

    def of(self, line: int) -> tuple[Span, ...]:
        """The spans of a line; none, and a thread that looks for them, where they are not known yet."""
        known = self._known.get(line)
        if known is None and not self._asked:
            self._asked = True
            self._widget.call_after_refresh(self._ask)
        return known or ()

    def _ask(self) -> None:
        lines, (first, last) = self._lines, self._seen()
        wanted = max(0, first - _AHEAD), min(last + _AHEAD, len(lines) - 1)
        work = partial(self._find, lines, *wanted)
        self._widget.run_worker(work, thread=True, group="colours", name="colours", exit_on_error=False)

    def _find(self, lines: Sequence[TextLine], first: int, last: int) -> None:
        found = colours(lines, first, last)
        if not get_current_worker().is_cancelled:
            self._widget.call_later(self._take, lines, found)

    def _take(self, lines: Sequence[TextLine], found: dict[int, tuple[Span, ...]]) -> None:
        self._asked = False
        if lines is self._lines:
            self._known |= found
        self._widget.refresh()
