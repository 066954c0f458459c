"""At a place of a conflict, or in its file, a person takes the new lines or goes back to their own: no editor."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import TYPE_CHECKING

from textual import work

from engine.errors import MetaError
from tui.abstract import AbstractMeta
from tui.loaders.conflicts import take_side
from tui.looks import Written
from tui.widgets.lines_view import LinesView
from tui.words.conflicts import place_of

if TYPE_CHECKING:
    from textual.widget import Widget

    from engine.conflict_places import Side
    from engine.conflicts import Stands
    from tui.editing.drafts import Spot
    from tui.read_model import WaitingView, WorkspaceView
    from tui.words.gate_lines import Shown
else:
    Widget = object


class TakesSides(Widget, metaclass=AbstractMeta):
    """For a screen whose `#text` shows conflicts, each line of them with the spot it is about."""

    view: WorkspaceView
    waiting: WaitingView
    standing: dict[str, Stands] = {}
    """Path → whose lines stand, as it was read last."""
    _shown: Shown

    @property
    @abstractmethod
    def conflicts(self) -> tuple[tuple[str, str], ...]:
        """(path, hunks) where the session and the person changed the same lines."""

    @property
    @abstractmethod
    def at_conflicts(self) -> bool:
        """Whether the conflicts are shown."""

    @property
    def file_in_conflict(self) -> str:
        """The file under the cursor of the conflicts; "" elsewhere."""
        return spot.file if (spot := self._place_in_conflict) else ""

    @property
    def _place_in_conflict(self) -> Spot | None:
        return self._shown.spots.get(self.query_one("#text", LinesView).cursor) if self.at_conflicts else None

    @abstractmethod
    def read_again(self) -> None:
        """A file was written."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A side can be taken only where the sides are seen."""
        takes = action in ("take", "take_all")
        return self.at_conflicts if takes else super().check_action(action, parameters)

    def action_take(self, side: Side) -> None:
        """Takes one side's lines at the place under the cursor."""
        if spot := self._place_in_conflict:
            self._take(spot.file, side, place_of(spot))

    def action_take_all(self, side: Side) -> None:
        """Takes one side's lines in the whole file under the cursor."""
        if path := self.file_in_conflict:
            self._take(path, side)

    @work(group="taking sides", exit_on_error=False)
    async def _take(self, path: str, side: Side, number: int | None = None) -> None:
        folder, gate, marked = self.view.folder, self.waiting.gate, dict(self.conflicts).get(path, "")
        try:
            said = await asyncio.to_thread(take_side, folder, gate, path, marked, side, number)
        except MetaError as error:
            self.notify(str(error), title="Nothing was written", severity="error", markup=False)
            return
        self.read_again()
        self.app.post_message(Written(said, wants_engine=True))
