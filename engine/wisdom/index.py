"""Which cards have a term, how often, and how rare each term is among them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from engine.wisdom.model import Card
from engine.wisdom.words import terms

TITLE = 2
"""A word of the title counts as if it stood there so often."""
TEXTS = ("Principle", "Do", "Avoid", "Example", "Review question")
MOST_COUNTED = 50
_SAID_AGAIN = (0.0, *(1 + math.log(count) for count in range(1, MOST_COUNTED + 1)))
"""A word said again adds less each time."""


class Index:
    """The terms of cards. It never changes once it is made, so it may be asked from several threads."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._cards = [Counter(terms(_text(card))) for card in cards]
        self._places: dict[str, list[int]] = {}
        self.counts: Counter[str] = Counter()
        """How often each term stands in the cards."""
        for number, here in enumerate(self._cards):
            self.counts.update(here)
            for term in here:
                self._places.setdefault(term, []).append(number)
        self.size = self.counts.total()

    def sums(self, words: Mapping[str, float]) -> list[float]:
        """For each card what all the terms count that it shares with the words, by the weight of each."""
        sums = [0.0] * len(self._cards)
        for term in sorted(words.keys() & self._places.keys()):
            weight = words[term] * self._rarity(term)
            for number in self._places[term]:
                sums[number] += weight * _SAID_AGAIN[min(self._cards[number][term], MOST_COUNTED)]
        return sums

    def shared(self, number: int, words: Mapping[str, float]) -> dict[str, float]:
        """The terms that one card shares with the words, with what each counts there."""
        here = self._cards[number]
        found = (term for term in words if term in here)
        return {term: words[term] * self._rarity(term) * _SAID_AGAIN[min(here[term], MOST_COUNTED)] for term in found}

    def _rarity(self, term: str) -> float:
        """Squared, for a rare term says more of the work and of the card."""
        return math.log(1 + len(self._cards) / len(self._places[term])) ** 2


def _text(card: Card) -> str:
    return " ".join([*[card.title] * TITLE, *map(card.field, TEXTS)])
