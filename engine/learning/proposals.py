"""What a retrospective proposes: whether cards and patterns are sound, and which of them say something new. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.artifacts import split_notes
from engine.briefs.patterns_lint import EVIDENCE
from engine.document.problems import Problem
from engine.learning.entries import HEADING, SORTS, Entry, Sort, part, readable, sort_of, written
from engine.learning.evidence import Names
from engine.wisdom.lint_together import like_pairs


@dataclass(frozen=True)
class Proposal:
    """A proposed card, or pattern; `number` is its place in the file, `same_as` what says so already."""

    number: int
    card: Entry
    same_as: str = ""

    @property
    def text(self) -> str:
        """It as it stands in a file, without notes that were left below it."""
        return written(self.card, self.card.id, self.card.fields)


def problems(text: str, path: str, names: Names, most: int, sorts: Sequence[Sort] = SORTS) -> list[str]:
    """What is wrong with the entries of these sorts, at most `most` of each, with its place; no entry is no mistake."""
    above = split_notes(text)[0]
    found = [problem for sort in sorts for problem in _problems(part(above, sort), path, names, most, sort)]
    return [str(problem) for problem in sorted(found)]


def proposes(text: str) -> bool:
    """Whether the part above the notes proposes anything."""
    return any(line.startswith(HEADING) for line in split_notes(text)[0].splitlines())


def read(text: str, path: str, sorts: Sequence[Sort] = SORTS) -> list[Entry]:
    """The entries of a file that `problems` found sound, in their order. Raises WisdomError where one is not."""
    above = split_notes(text)[0]
    return sorted((one for sort in sorts for one in sort.read(part(above, sort), path)), key=lambda one: one.line)


def proposals(entries: Sequence[Entry], library: Sequence[Entry]) -> list[Proposal]:
    """Each entry, and which of the library says the same already."""
    proposed = {id(one) for one in entries}
    same: dict[int, str] = {}
    for one, other, _ in like_pairs([*library, *entries]):
        if id(other) in proposed and id(one) not in proposed:
            same.setdefault(id(other), one.id)
    return [Proposal(number, one, same.get(id(one), "")) for number, one in enumerate(entries, start=1)]


def _problems(text: str, path: str, names: Names, most: int, sort: Sort) -> list[Problem]:
    if not proposes(text):
        return []
    found = sort.lint(text, path, names)
    entries = readable(sort, text, path)
    if len(entries) > most:
        message = f"{len(entries)} {sort.word}s: propose {most} at most, those that cost most"
        found.append(_at(entries[most], message))
    for one in entries:
        found += _evidence(one, names)
    for one, other, _ in like_pairs(entries):
        found.append(_at(other, f"{other.id} says the same as {one.id}: keep one of the two"))
    return found


def _evidence(entry: Entry, names: Names) -> list[Problem]:
    told = entry.field(EVIDENCE)
    if not told:
        word = sort_of(entry).word
        return [_at(entry, f"{word} {entry.id} has no line `- **{EVIDENCE}**: …`: write which sessions show it")]
    if not any(name in told for name in names.sessions):
        return [_at(entry, f"the evidence of {entry.id} names no session that is told: copy a name letter by letter")]
    return []


def _at(entry: Entry, message: str) -> Problem:
    return Problem(entry.path, entry.line, 1, message)
