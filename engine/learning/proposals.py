"""The cards that a retrospective proposes: whether they are sound, and which of them say something new. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.artifacts import split_notes
from engine.document.problems import Problem
from engine.learning.evidence import Names
from engine.wisdom.library import LEARNED
from engine.wisdom.lint import LEARNED_PREFIX, lint_cards
from engine.wisdom.lint_applies import Known
from engine.wisdom.lint_together import like_pairs
from engine.wisdom.model import Card, WisdomError
from engine.wisdom.parse import parse_cards

EVIDENCE = "Evidence"
_ANY_YEAR = 9999
"""The source of a learned card is a run, whose year is written by the engine."""


@dataclass(frozen=True)
class Proposal:
    """One proposed card; `number` is its place in the file, `same_as` the card that says so already."""

    number: int
    card: Card
    same_as: str = ""

    @property
    def text(self) -> str:
        """The card as it stands in a file, without notes that were left below it."""
        lines = [f"- **{name}**: {text}" for name, text in self.card.fields]
        return "\n".join([f"## {self.card.id} {self.card.title}", *lines]) + "\n"


def problems(text: str, path: str, names: Names, most: int) -> list[str]:
    """What is wrong with a file of proposals, each with its place; a file without any card proposes nothing."""
    text = split_notes(text)[0]
    if not has_cards(text):
        return []
    known = Known({step: (LEARNED,) for step in names.steps}, names.tags, _ANY_YEAR)
    found = lint_cards(text, path, LEARNED, known)
    cards = _readable(text, path)
    if len(cards) > most:
        found.append(_at(cards[most], f"{len(cards)} cards: propose {most} at most, those that cost most"))
    for card in cards:
        found += _own_problems(card, names)
    for one, other, _ in like_pairs(cards):
        found.append(_at(other, f"{other.id} says the same as {one.id}: keep one of the two"))
    return [str(problem) for problem in sorted(found)]


def has_cards(text: str) -> bool:
    """Whether the part above the notes proposes anything."""
    return any(line.startswith("## ") for line in split_notes(text)[0].splitlines())


def read(text: str, path: str) -> list[Card]:
    """The cards of a file that `problems` found sound. Raises WisdomError for one without its principle."""
    return parse_cards(split_notes(text)[0], path)


def proposals(cards: Sequence[Card], library: Sequence[Card]) -> list[Proposal]:
    """Each card, and which of the library says the same already."""
    proposed = {id(card) for card in cards}
    same: dict[int, str] = {}
    for one, other, _ in like_pairs([*library, *cards]):
        if id(other) in proposed and id(one) not in proposed:
            same.setdefault(id(other), one.id)
    return [Proposal(number, card, same.get(id(card), "")) for number, card in enumerate(cards, start=1)]


def _own_problems(card: Card, names: Names) -> list[Problem]:
    found = []
    if not card.id.startswith(f"{LEARNED_PREFIX}-"):
        found.append(_at(card, f"{card.id}: the id of a learned card begins with {LEARNED_PREFIX}-"))
    told = card.field(EVIDENCE)
    if not told:
        found.append(_at(card, f"card {card.id} has no line `- **{EVIDENCE}**: …`: write which sessions show it"))
    elif not any(name in told for name in names.sessions):
        found.append(
            _at(card, f"the evidence of {card.id} names no session that is told: copy a name letter by letter")
        )
    return found


def _readable(text: str, path: str) -> list[Card]:
    """The cards; none where the loader would refuse one: what is wrong there is told already."""
    try:
        return parse_cards(text, path)
    except WisdomError:
        return []


def _at(card: Card, message: str) -> Problem:
    return Problem(card.path, card.line, 1, message)
