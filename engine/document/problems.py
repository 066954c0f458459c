"""What is wrong with a document, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from engine.document.model import Position
from engine.errors import MetaError

LONGEST_LIST = 12
"""More words than these help nobody in a message."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a document; `str()` is the line that a person and an editor can follow."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class DocumentError(MetaError):
    """A document that cannot be used: every problem, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Report:
    """Collects the problems of one document."""

    path: str
    _found: dict[Problem, None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, position: Position, message: str) -> None:
        """Note a problem; the same one is noted once."""
        self._found[Problem(self.path, position.line, position.column, message)] = None

    def problems(self) -> list[Problem]:
        """All problems, in the order of the document."""
        return sorted(self._found)


def quoted(text: str) -> str:
    """The document's own words inside a message: in backticks, and cut where they are too long to be read."""
    short = text if len(text) <= 100 else f"{text[:99]}…"
    return f"`` {short} ``" if "`" in short else f"`{short}`"


def suggestion(word: str, known: Iterable[str]) -> str:
    """What to write instead: `; did you mean …?` if one is near, else all of them if they are few."""
    words = list(dict.fromkeys(known))
    by_folded = {candidate.casefold(): candidate for candidate in words}
    near = get_close_matches(word[:100].casefold(), by_folded, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{by_folded[near[0]]}`?"
    return f"; known: {', '.join(f'`{known}`' for known in words)}" if 0 < len(words) <= LONGEST_LIST else ""
