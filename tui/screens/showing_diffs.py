"""A screen with a diff: in a wide terminal its sides stand beside each other if a person likes that."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from tui.abstract import AbstractMeta
from tui.lines.side_by_side import WIDE
from tui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.app import MetaApp
else:
    Widget = object

BESIDE = "-beside"
"""The class of a screen whose diff stands side by side: what else is on it gives way, as in a narrow terminal."""


class ShowsDiffs(Widget, metaclass=AbstractMeta):
    """A subclass says when it is at a diff, and calls `lay_diff` when that changes."""

    app: MetaApp
    DIFF_TEXT: ClassVar[str] = "LinesView"
    """Which text shows it."""
    OTHER_SIDE: ClassVar[str] = ""
    """The class of the screen while it shows what is beside the text in place of it."""
    _offered = False

    @property
    @abstractmethod
    def at_diff(self) -> bool:
        """Whether a diff is shown, or being read."""

    def lay_diff(self) -> None:
        """Lays the text out as it is liked, as far as it is a diff and there is room."""
        text = self.query_one(self.DIFF_TEXT, LinesView)
        beside = self.at_diff and self.app.side_by_side and self._has_room
        if beside and not self.has_class(BESIDE):
            self._make_way(text)
        self.set_class(beside, BESIDE)
        text.lay_beside(beside)
        offered = self.offers("side_by_side")
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def _make_way(self, text: LinesView) -> None:
        """What stands beside the text is hidden until it is called for, and lets go of the keys."""
        if self.OTHER_SIDE:
            self.set_class(False, self.OTHER_SIDE)
        if isinstance(self.screen.focused, LinesView) and self.screen.focused is not text:
            text.focus()

    @property
    def _has_room(self) -> bool:
        return self.app.size.width >= WIDE

    def on_screen_resume(self) -> None:
        """Perhaps it was chosen otherwise on another screen."""
        self.lay_diff()

    def on_resize(self) -> None:
        """The room is another one."""
        self.lay_diff()

    def offers(self, action: str) -> bool:
        """Side by side only where there is a diff and room for it."""
        return action != "side_by_side" or (self.at_diff and self._has_room)

    def action_side_by_side(self) -> None:
        """The sides of a diff beside each other, or below; it holds for every diff, and is written down."""
        if not self.at_diff:
            self.notify("There is no diff here.")
        elif not self._has_room:
            self.notify(f"Side by side needs {WIDE} columns; this terminal has {self.app.size.width}.")
        else:
            self.app.prefer("diffs", "unified" if self.app.side_by_side else "side by side")
            self.lay_diff()
