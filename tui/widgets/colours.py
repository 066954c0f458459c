"""How the lines in a view look, code and changed words: found in a thread, for what is in view and a little more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.widget import Widget
from textual.worker import get_current_worker

from tui.lines.changed_words import changed_words
from tui.lines.code_colours import Span, colours, cut

if TYPE_CHECKING:
    from tui.lines.text import Piece, TextLine

_AHEAD = 80
"""Lines before and after those in view that are coloured too: most scrolling then shows colours at once."""


class Looks(NamedTuple):
    """How the parts of a line look."""

    colours: tuple[Span, ...] = ()
    changed: tuple[Span, ...] = ()
    """In a diff: the words that its other side has not."""


PLAIN = Looks()


class Colours:
    """Until a line's colours are known it shows without; then the widget is painted again."""

    def __init__(self, widget: Widget, seen: Callable[[], Sequence[tuple[int, int]]]) -> None:
        """`seen` tells the first and the last of the lines in view that stand near each other."""
        self._widget, self._seen = widget, seen
        self._lines: Sequence[TextLine] = ()
        self._partner: Mapping[int, int] | None = None
        self._known: dict[int, Looks] = {}
        self._before: dict[int, Looks] = {}
        """Of lines that stayed while others changed: shown until it is known whether those others matter to them."""
        self._asked = False

    def turn_to(self, lines: Sequence[TextLine]) -> None:
        """Other lines are shown from now on; those that stayed as they are keep their colours."""
        before, self._known = self._before | self._known, {}
        self._before = {n: before[n] for n in before if n < len(lines) and lines[n] == self._lines[n]}
        self._lines = lines

    def lay(self, partner: Mapping[int, int] | None) -> None:
        """Lines of a diff have these beside them from now on (old → new; None: all stand below each other).

        Their colours stay; the words that are marked are those that the other one has not.
        """
        if partner != self._partner:
            self._partner = partner
            self._before = {n: looks._replace(changed=()) for n, looks in (self._before | self._known).items()}
            self._known = {}

    def of(self, line: int) -> Looks:
        """How a line looks; plain, and a thread that finds out, where it is not known yet."""
        known = self._known.get(line)
        if known is None and not self._asked:
            self._asked = True
            self._widget.call_after_refresh(self._ask)
        return known or self._before.get(line, PLAIN)

    def styled(self, text: str, at: int, line: TextLine, looks: Looks, tint: str) -> Iterator[Piece]:
        """`text`, which begins at `at` of its line: changed words over the cursor and the colours of its language."""
        code, app = line.code, self._widget.app
        if code is None:
            yield text, line.style + tint
            return
        # Where an added line has no background it is told by the colour of its text.
        told = bool(code.back) and app.current_theme.ansi
        spans = () if told else looks.colours
        plain = code.plain + code.back if spans else line.style
        strong = f"{line.style} bold reverse" if told else f"{'bold ' * app.no_color}$foreground{code.changed}"
        for word, changed in cut(text, at, looks.changed):
            if changed:
                yield word, strong
            else:
                yield from (
                    (part, (style + code.back if style else plain) + tint) for part, style in cut(word, at, spans)
                )
            at += len(word)

    def _ask(self) -> None:
        work = partial(self._find, self._lines, self._partner, _wanted(self._seen(), len(self._lines)))
        self._widget.run_worker(work, thread=True, group="colours", name="colours", exit_on_error=False)

    def _find(
        self, lines: Sequence[TextLine], partner: Mapping[int, int] | None, wanted: Sequence[tuple[int, int]]
    ) -> None:
        found: dict[int, Looks] = {}
        for first, last in wanted:
            changed = changed_words(lines, first, last, partner)
            found |= {n: Looks(spans, changed.get(n, ())) for n, spans in colours(lines, first, last).items()}
        if not get_current_worker().is_cancelled:
            self._widget.call_later(self._take, lines, partner, found)

    def _take(self, lines: Sequence[TextLine], partner: Mapping[int, int] | None, found: dict[int, Looks]) -> None:
        self._asked = False
        if lines is self._lines and partner is self._partner:
            self._known |= found
        self._widget.refresh()


def _wanted(seen: Sequence[tuple[int, int]], lines: int) -> list[tuple[int, int]]:
    """What is in view and what is near it; what meets is read once."""
    found: list[tuple[int, int]] = []
    for first, last in sorted((max(0, first - _AHEAD), min(last + _AHEAD, lines - 1)) for first, last in seen):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found
