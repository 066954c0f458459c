"""The answers to a gate: approve, revise, stop; each only after a person can have read the question."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from tui.decide import Answer
from tui.editing.drafts import sorted_comments
from tui.lines.format import plural
from tui.screens.ask_text import AskComment
from tui.screens.commented import CommentedScreen
from tui.screens.confirm import Confirm

if TYPE_CHECKING:
    from tui.decide import Verdict
    from tui.editing.drafts import GateDraft
    from tui.messages import Clock
    from tui.read_model import WaitingView, WorkspaceView

GRACE = 0.5
"""Seconds in which answers are ignored: a key that was meant for the screen before must not approve anything."""

REPEATS = 0.3
"""Seconds between two of the same key within which it is held down rather than pressed again."""

SAID_FOR = 3.0
"""Seconds for which the first line says that an answer came too early."""


class _Early(NamedTuple):
    """An answer that was not taken, and when it was given."""

    answer: Verdict
    at: float


class Answering(CommentedScreen):
    """A subclass says when the document is there to be read."""

    def __init__(self, view: WorkspaceView, waiting: WaitingView, clock: Clock, draft: GateDraft) -> None:
        super().__init__(view, waiting, clock, draft)
        self._quiet_since = clock()
        self._early: _Early | None = None

    @property
    @abstractmethod
    def is_shown(self) -> bool:
        """Whether there is anything to answer about yet."""

    def on_screen_resume(self) -> None:
        """The screen appeared, perhaps again after a dialog."""
        self._quiet_since = self.clock()

    def _too_early(self, answer: Verdict) -> bool:
        """Whether an answer came before anybody can have read the question; then the first line says so.

        A key that is held down goes on being too early; pressed anew, after the wait, it counts.
        """
        now = self.clock()
        held = self._early is not None and self._early.answer == answer and now - self._early.at < REPEATS
        early = not self.is_shown or now - self._quiet_since < GRACE or held
        self._early = _Early(answer, now) if early else None
        self.show_first_line()
        return early

    def remark(self) -> str:
        """For a while, that an answer was not taken."""
        if self._early is None or self.clock() - self._early.at >= SAID_FOR:
            return ""
        return f"too early, nothing is decided: press again to {self._early.answer}"

    def action_approve(self) -> None:
        """Yes, exactly this; comments that are not sent yet are asked about first."""
        if self.refuses() or self._too_early("approve"):
            return
        if not self.draft.comments:
            self.send(Answer("approve"))
            return
        title = (
            f"Approve {self.view.title(self.waiting.gate)} without your {plural(len(self.draft.comments), 'comment')}?"
        )
        text = "Comments go to the next session, and an approval starts none. `r` sends them."
        self.app.push_screen(Confirm(title, text, "Approve"), self._approved)

    def _approved(self, sure: bool | None) -> None:
        if sure:
            self.send(Answer("approve"))

    def action_revise(self) -> None:
        """Back, with comments that the next session must answer."""
        if self.refuses() or self._too_early("revise"):
            return
        text = "The next session gets your words above everything else, and must answer them."
        number = len(self.draft.comments)
        if number:
            text += f" Your {plural(number, 'comment')} on lines {'goes' if number == 1 else 'go'} along."
        ask = AskComment(
            f"Revise {self.view.title(self.waiting.gate)}",
            text,
            "Send back",
            typed=self.draft.message,
            may_be_empty=number > 0,
            keep=self.draft.write_message,
        )
        self.app.push_screen(ask, self._revised)

    def _revised(self, comment: str | None) -> None:
        if comment is not None:
            self.send(Answer("revise", comment, comments=tuple(sorted_comments(self.draft.comments))))

    def action_stop(self) -> None:
        """No, and nothing more of this."""
        if self.refuses() or self._too_early("stop"):
            return
        text = "What depends on it is not built. The rest of the work goes on; `R` tries it again later."
        self.app.push_screen(Confirm(f"Stop {self.view.title(self.waiting.gate)}?", text, "Stop it"), self._stopped)

    def _stopped(self, sure: bool | None) -> None:
        if sure:
            self.send(Answer("stop"))
