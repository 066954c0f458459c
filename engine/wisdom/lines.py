"""A file of cards with the place of everything in it, for `lint`: nothing is forgiven here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.document.model import Position
from engine.document.problems import Report, quoted
from engine.wisdom.parse import HEAD

_FIELD = re.compile(r"- \*\*(?P<name>[^*]+)\*\*: (?P<text>.*\S)\s*")
_CARD = "## "


@dataclass(frozen=True)
class RawField:
    """One line of a card; `column` is where its text begins."""

    name: str
    text: str
    line: int
    column: int

    @property
    def position(self) -> Position:
        """Where the line begins."""
        return Position(self.line, 1)

    @property
    def text_position(self) -> Position:
        """Where its text begins."""
        return Position(self.line, self.column)

    def place(self, offset: int) -> Position:
        """The place of a character of its text."""
        return Position(self.line, self.column + offset)


@dataclass
class RawCard:
    """A card as it is written."""

    id: str
    title: str
    line: int
    fields: list[RawField] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """The letters of its id."""
        return self.id.partition("-")[0]

    @property
    def number(self) -> int:
        """The number of its id."""
        return int(self.id.partition("-")[2])

    @property
    def position(self) -> Position:
        """Where it begins."""
        return Position(self.line, 1)

    @property
    def title_position(self) -> Position:
        """Where its title begins."""
        return Position(self.line, len(_CARD) + len(self.id) + 2)

    def field(self, name: str) -> RawField | None:
        """Its first line of that name."""
        return next((one for one in self.fields if one.name == name), None)


def read_cards(text: str, report: Report) -> list[RawCard]:
    """The cards of a file; every line that belongs to none, or is no line of a card, is reported."""
    cards: list[RawCard] = []
    before = ""
    for number, line in enumerate(text.splitlines(), start=1):
        place = Position(number, 1)
        if line.startswith(_CARD):
            if head := HEAD.fullmatch(line[len(_CARD) :].rstrip()):
                cards.append(RawCard(head["id"], head["title"], number))
            else:
                report.add(place, f"{quoted(line)} is no head of a card: write `## ABC-001 Title`")
            if before.strip():
                report.add(place, "no empty line before this card: write one")
        elif cards and line.strip():
            if found := _FIELD.fullmatch(line):
                cards[-1].fields.append(RawField(found["name"], found["text"], number, found.start("text") + 1))
            else:
                report.add(place, f"{quoted(line)} is no line of a card: write `- **Field**: text` on one line")
        before = line
    if not cards:
        report.add(Position(1, 1), "no card begins in this file: write `## ABC-001 Title`")
    return cards
