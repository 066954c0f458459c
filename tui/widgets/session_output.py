"""The output of one session after another, each followed from its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.tail import Tail
from tui.widgets.output_view import OutputView

if TYPE_CHECKING:
    from tui.read_model import SessionView

_READ = 4 * 1024 * 1024


class SessionOutput(OutputView):
    """Follows the end until the reader scrolls."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(follow=True, id=id)
        self._tail: Tail | None = None

    def turn_to(self, session: SessionView) -> None:
        """Shows this session; one that shows already stays as it is."""
        path = session.folder / "events.jsonl"
        if self._tail is None or self._tail.path != path:
            self._tail = Tail(path, max_lines=1, max_read=_READ)
            self.replace(self._tail.poll())
            self.action_follow()

    def flush(self) -> None:
        """Adds what the session said since the last time."""
        if self._tail is not None and (lines := self._tail.poll()):
            self.append(lines)
