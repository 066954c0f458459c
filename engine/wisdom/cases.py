"""Worked cases: sessions as they occur, and the cards that an expert laid before each.

A card that helped with like work speaks for itself here, whatever words it is written in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

HEADING = re.compile(r"`(?P<step>[^`]+)` \((?P<substep>[^)]*)\): (?P<about>.+)")
CARDS = "**Cards**: "
LIKENESS = 300.0
"""So many times more counts a case with the very words of the work than one that shares none; by the square between."""
LAST_PLACE = 0.5
"""What the last card of a case counts; the first counts 1."""

Weights: TypeAlias = Mapping[str, float]
"""Term → how much it tells of a text."""


@dataclass(frozen=True, slots=True)
class Case:
    """One session: `words` of its work, and the ids of the cards wanted for it, the most wanted first."""

    step: str
    substep: str
    about: str
    words: str
    cards: tuple[str, ...]
    line: int = 0


def parse_cases(text: str) -> list[Case]:
    """The cases of a file: a heading, the words as a quotation, the line of cards. `lint_cases` tells of others."""
    first, *rest = f"\n{text}".split("\n## ")
    line = first.count("\n") + 1
    cases = []
    for chunk in rest:
        title, *body = chunk.splitlines()
        if head := HEADING.fullmatch(title.rstrip()):
            words = "\n".join(one.removeprefix(">").strip() for one in body if one.startswith(">"))
            listed = next((one.removeprefix(CARDS) for one in body if one.startswith(CARDS)), "")
            cards = tuple(id_.strip() for id_ in listed.split(",") if id_.strip())
            cases.append(Case(head["step"], head["substep"], head["about"], words, cards, line))
        line += chunk.count("\n") + 1
    return cases


def unit(weights: Weights) -> dict[str, float]:
    """The same weights with length 1, so that long texts count no more than short ones."""
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {term: weight / length for term, weight in weights.items()}


def likeness(one: Weights, other: Weights) -> float:
    """From 0 to 1: how much two texts of length 1 tell of the same."""
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def votes(work: Weights, cases: Sequence[tuple[Case, Weights]]) -> dict[str, dict[str, float]]:
    """Card → what the case is about → how much it speaks for the card: each case by its likeness to the work."""
    found: dict[str, dict[str, float]] = {}
    own = unit(work)
    for case, weights in cases:
        counts = 1 + LIKENESS * likeness(own, weights) ** 2
        for place, card in enumerate(case.cards):
            share = 1 - (1 - LAST_PLACE) * place / max(1, len(case.cards) - 1)
            about = found.setdefault(card, {})
            about[case.about] = about.get(case.about, 0.0) + counts * share
    return found
