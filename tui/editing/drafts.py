"""What a person has typed at a gate and not sent yet: kept, so that closing a dialog loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Spot(NamedTuple):
    """What a comment is about. `line` is None for a line that is gone, or one that the file itself does not have."""

    key: str
    file: str
    line: int | None
    quote: str = ""

    @property
    def place(self) -> str:
        """`requirements.md line 12`."""
        return f"{self.file} line {self.line}" if self.line is not None else self.file


class LineComment(NamedTuple):
    """A person's words on a line or a hunk."""

    spot: Spot
    text: str


@dataclass(slots=True)
class GateDraft:
    """The unsent words at one gate."""

    comments: list[LineComment] = field(default_factory=list)
    unfinished: dict[str, LineComment] = field(default_factory=dict)
    """Key of a spot → what was typed there and not kept yet."""
    message: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    changed: Callable[[], object] = field(default=lambda: None, repr=False, compare=False)
    """Called after every change."""

    def write_message(self, text: str) -> None:
        """The words that send the work back."""
        self.message = text
        self.changed()

    def write_answer(self, question: str, text: str) -> None:
        """The answer to a question."""
        self.answers[question] = text
        self.changed()

    def comment_at(self, key: str) -> LineComment | None:
        """The comment on that spot, if there is one."""
        return next((comment for comment in self.comments if comment.spot.key == key), None)

    def put(self, spot: Spot, text: str) -> None:
        """Writes or replaces the comment on a spot."""
        self.remove(spot.key)
        self.comments.append(LineComment(spot, text))
        self.changed()

    def remove(self, key: str) -> bool:
        """Takes a comment away; whether there was one."""
        kept = [comment for comment in self.comments if comment.spot.key != key]
        found = len(kept) < len(self.comments)
        self.comments = kept
        return self.drop(key) or found

    def drop(self, key: str) -> bool:
        """Forgets words that were begun; whether there were some."""
        found = self.unfinished.pop(key, None) is not None
        self.changed()
        return found

    def begin(self, spot: Spot, text: str) -> None:
        """Holds on to words that are still being typed; none when they are those of the comment itself."""
        existing = self.comment_at(spot.key)
        if text.strip() and (existing is None or existing.text != text):
            self.unfinished[spot.key] = LineComment(spot, text)
        else:
            self.unfinished.pop(spot.key, None)
        self.changed()


def spot_key(file: str, mark: str) -> str:
    """The same spot has the same key in every view of a file. `mark`: `12`, `-12` (gone), `@12` (a hunk)."""
    return f"{file}\0{mark}"


def sorted_comments(comments: Sequence[LineComment]) -> list[LineComment]:
    """In the order of the files and their lines."""
    return sorted(comments, key=lambda comment: (comment.spot.file, comment.spot.line or 0, comment.spot.key))
