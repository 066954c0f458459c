"""The unsent words at gates; they lie among the drafts of unsaved text, for the case that the app is killed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.editing.drafts import GateDraft, LineComment, Spot
from tui.editing.keeping_text import Keeper

if TYPE_CHECKING:
    from pathlib import Path

    from tui.app import MetaApp
    from tui.read_model import WaitingView


class Drafts:
    """The drafts of all gates of the app's workspace."""

    def __init__(self, app: MetaApp) -> None:
        self._app = app
        self._gates: dict[str, GateDraft] = {}
        self._keepers: dict[str, Keeper] = {}

    def of(self, folder: Path, waiting: WaitingView) -> GateDraft:
        """The draft of that gate: as it is, as it was left by an app that is gone, which is said, or an empty one."""
        if waiting.gate not in self._gates:
            self._gates[waiting.gate] = self._begin(folder, waiting)
        return self._gates[waiting.gate]

    def sent(self, gate: str) -> None:
        """What was typed there has been written: the next question begins empty. For any thread."""
        self._gates.pop(gate, None)
        if keeper := self._keepers.pop(gate, None):
            keeper.end()

    def finish(self) -> None:
        """The app ends: what was typed last is kept at once."""
        for keeper in self._keepers.values():
            keeper.finish()

    def _begin(self, folder: Path, waiting: WaitingView) -> GateDraft:
        # By the file that it is to become.
        keeper = Keeper(self._app, folder / ".orchestrator" / "decisions" / f"{waiting.gate}.json")
        about, found = f"round {waiting.round}", keeper.load()
        draft = parse(found.text) if found else None
        if found and draft:
            anew = "" if found.begun_from == about else "; it was asked anew since"
            text = f"What you had typed here and not sent is here again{anew}."
            self._app.notify(text, markup=False, timeout=8)
        draft = draft or GateDraft()
        draft.changed = lambda: keeper.keep(dump(draft), about)
        self._keepers[waiting.gate] = keeper
        return draft


def dump(draft: GateDraft) -> str | None:
    """The words as a text; None where there are none."""
    if not (draft.comments or draft.unfinished or draft.message.strip() or any(draft.answers.values())):
        return None
    plain = {
        "message": draft.message,
        "answers": draft.answers,
        "comments": [_plain(one) for one in draft.comments],
        "unfinished": [_plain(one) for one in draft.unfinished.values()],
    }
    return json.dumps(plain, indent=2, ensure_ascii=False)


def parse(text: str) -> GateDraft | None:
    """The words that `dump` wrote; None where it did not write this."""
    try:
        plain = json.loads(text)
        answers = {str(question): str(answer) for question, answer in plain["answers"].items()}
        comments = [_comment(one) for one in plain["comments"]]
        unfinished = {one.spot.key: one for one in map(_comment, plain["unfinished"])}
        return GateDraft(comments, unfinished, str(plain["message"]), answers)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None


def _plain(comment: LineComment) -> dict[str, Any]:
    return {**comment.spot._asdict(), "text": comment.text}


def _comment(plain: dict[str, Any]) -> LineComment:
    line = None if plain["line"] is None else int(plain["line"])
    return LineComment(Spot(str(plain["key"]), str(plain["file"]), line, str(plain["quote"])), str(plain["text"]))
