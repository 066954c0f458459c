"""A question about a document whose lines can be commented on."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from tui.abstract import AbstractMeta
from tui.screens.ask_text import AskComment
from tui.screens.question import QuestionScreen
from tui.widgets.lines_view import LinesView
from tui.words.gate_lines import BEGUN, COMMENT, Shown

if TYPE_CHECKING:
    from tui.editing.drafts import GateDraft
    from tui.messages import Clock
    from tui.read_model import WaitingView, WorkspaceView


class CommentedScreen(QuestionScreen, metaclass=AbstractMeta):
    """A subclass shows the document: `#text` has its lines, `#evidence` lists the comments."""

    def __init__(self, view: WorkspaceView, waiting: WaitingView, clock: Clock, draft: GateDraft) -> None:
        super().__init__(view, waiting, clock, draft)
        self._shown = Shown((), {})

    @property
    @abstractmethod
    def rendered(self) -> bool:
        """Whether there are no lines to be seen."""

    @property
    def at_evidence(self) -> bool:
        """Whether the checks are in use, not the document."""
        return self.query_one("#evidence").has_focus

    @abstractmethod
    async def action_show_as(self, index: int) -> None:
        """One of the views of the document."""

    @abstractmethod
    def _show_lines(self, *, from_top: bool = False) -> None:
        """Draws the document as lines."""

    @abstractmethod
    def _show_evidence(self) -> None:
        """Draws the checks, the review and the comments."""

    async def action_comment(self) -> None:
        """Opens an input for the line or hunk under the cursor; in the rendered text it shows the lines first."""
        if self.rendered:
            await self.action_show_as(1)
            self.notify("Comments stand on lines: go to one and press c.", timeout=4)
            return
        self._comment_on(self._key())

    def _comment_on(self, key: str) -> None:
        spot = self._shown.spots.get(key)
        bare = key.removeprefix(BEGUN).removeprefix(COMMENT)
        comment = self.draft.unfinished.get(bare) or self.draft.comment_at(bare)
        spot = spot or (comment.spot if comment else None)
        if spot is None:
            self.notify("There is no line here to comment on.")
            return
        place, existing = spot, self.draft.comment_at(spot.key)

        def keep(text: str) -> None:
            self.draft.begin(place, text)

        def written(text: str | None) -> None:
            if text:
                self.draft.put(place, text)
            self._show_lines()
            self._show_evidence()

        begun = self.draft.unfinished.get(place.key, existing)
        typed = begun.text if begun else ""
        quote = place.quote or "(an empty line)"
        self.app.push_screen(AskComment(f"Comment on {place.place}", quote, "Keep", typed=typed, keep=keep), written)

    def action_remove(self) -> None:
        """Takes the comment under the cursor away."""
        key = self._key()
        if self.draft.drop(key.removeprefix(BEGUN)) or self.draft.remove(key.removeprefix(COMMENT)):
            self._show_lines()
            self._show_evidence()
        else:
            self.notify("No comment stands under the cursor.")

    def _key(self) -> str:
        """The key under the cursor, on the side in use."""
        if self.at_evidence:
            return self.query_one("#evidence", LinesView).cursor
        return "" if self.rendered else self.query_one("#text", LinesView).cursor
