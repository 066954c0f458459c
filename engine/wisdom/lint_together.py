"""What is seen only across the files of cards, and what is wrong with the list of tags."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from engine.document.model import Position
from engine.document.problems import Problem, Report, quoted
from engine.wisdom.rank import SAME_IDEA
from engine.wisdom.tags import parse_tags
from engine.wisdom.words import likeness

_TAG_NAME = re.compile(r"[a-z][a-z ]*")


class Entry(Protocol):
    """What cards and patterns have in common here."""

    @property
    def id(self) -> str:
        """Its id, alone in all files."""

    @property
    def path(self) -> str:
        """The file it stands in."""

    @property
    def line(self) -> int:
        """Where it begins there."""

    @property
    def idea(self) -> frozenset[str]:
        """The terms by which two are found to say the same."""


E = TypeVar("E", bound=Entry)


def lint_together(cards: Sequence[Entry]) -> list[Problem]:
    """Ids that are given twice, and cards that say the same, each at the later card."""
    found = []
    first: dict[str, Entry] = {}
    for card in cards:
        other = first.setdefault(card.id, card)
        if other is not card:
            found.append(_problem(card, f"the id {card.id} is taken by {_place(other)}: give this one a free id"))
    for one, other, share in like_pairs(cards):
        same = f"{other.id} says the same as {one.id} ({_place(one)})"
        found.append(_problem(other, f"{same}, {share:.0%} of their terms are one: keep one of the two"))
    return sorted(found)


def like_pairs(cards: Sequence[E], least: float = SAME_IDEA) -> Iterator[tuple[E, E, float]]:
    """Every two, the earlier first, whose ideas have at least that share of their terms in common.

    Two sets that are so alike share one of the rarest terms of each, so only cards that do are compared.
    """
    common = Counter(term for card in cards for term in card.idea)
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for number, card in enumerate(cards):
        terms = sorted(card.idea, key=lambda term: (common[term], term))
        rarest = terms[: len(terms) - math.ceil(least * len(terms)) + 1]
        for other in sorted({earlier for term in rarest for earlier in seen[term]}):
            share = likeness(card.idea, cards[other].idea)
            if share >= least:
                yield cards[other], card, share
        for term in rarest:
            seen[term].append(number)


def lint_tags(text: str, path: str) -> list[Problem]:
    """What is wrong with the list of tags."""
    report = Report(path)
    tags = parse_tags(text)
    if not tags:
        report.add(Position(1, 1), "no table of tags: write `| Tag | About | Signs |` and a row for each tag")
    first: dict[str, int] = {}
    for tag in tags:
        place = Position(tag.line, 3)
        if not _TAG_NAME.fullmatch(tag.name):
            report.add(place, f"{quoted(tag.name)} is no tag: small letters and blanks are expected")
        if first.setdefault(tag.name, tag.line) != tag.line:
            report.add(place, f"the tag {quoted(tag.name)} stands in line {first[tag.name]} already")
        if not tag.about or len(tag.signs) < 2:
            report.add(place, f"the tag {quoted(tag.name)} needs what it is about and at least one sign")
    return report.problems()


def _place(card: Entry) -> str:
    return f"{card.path}:{card.line}"


def _problem(card: Entry, message: str) -> Problem:
    return Problem(card.path, card.line, 1, message)
