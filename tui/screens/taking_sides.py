"""Of a file in conflict a person takes the new lines, or goes back to their own, without an editor."""

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

if TYPE_CHECKING:
    from textual.widget import Widget

    from engine.conflicts import Side, Standing
    from tui.gate_lines import Shown
    from tui.read_model import WaitingView, WorkspaceView
else:
    Widget = object


class TakesSides(Widget, metaclass=AbstractMeta):
    """For a screen whose `#text` shows conflicts, each line of them with the spot it is about."""

    view: WorkspaceView
    waiting: WaitingView
    standing: dict[str, Standing] = {}
    """Path → whose lines stand, as it was read last."""
    _shown: Shown

    @property
    @abstractmethod
    def at_conflicts(self) -> bool:
        """Whether the conflicts are shown."""

    @property
    def file_in_conflict(self) -> str:
        """The file under the cursor of the conflicts; "" elsewhere."""
        spot = self._shown.spots.get(self.query_one("#text", LinesView).cursor) if self.at_conflicts else None
        return spot.file if spot else ""

    @abstractmethod
    def read_again(self) -> None:
        """A file was written."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A side can be taken only where the sides are seen."""
        return self.at_conflicts if action == "take" else super().check_action(action, parameters)

    def action_take(self, side: Side) -> None:
        """Takes one side's lines in the file under the cursor."""
        if path := self.file_in_conflict:
            self._take(path, side)

    @work(group="taking sides", exit_on_error=False)
    async def _take(self, path: str, side: Side) -> None:
        folder, gate = self.view.folder, self.waiting.gate
        try:
            said = await asyncio.to_thread(take_side, folder, gate, path, side)
        except MetaError as error:
            self.notify(str(error), title="Nothing was written", severity="error", markup=False)
            return
        self.read_again()
        self.app.post_message(Written(said, wants_engine=True))
