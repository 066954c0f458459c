"""What there is of cards: by collection, step and tag, and how many sources they come from. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.wisdom.model import Card


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of cards. `tags` has unused tags, too, with 0."""

    cards: int
    collections: dict[str, int]
    steps: dict[str, int]
    tags: dict[str, int]
    works: dict[str, int]
    persons: dict[str, int]


def stats(cards: Sequence[Card], tags: Iterable[str]) -> Stats:
    """Every count, the largest first; equal ones by name."""
    return Stats(
        cards=len(cards),
        collections=_counted(card.collection for card in cards),
        steps=_counted(step for card in cards for step in {name for name, _ in card.steps}),
        tags=_counted((tag for card in cards for tag in card.tags), tags),
        works=_counted(card.work for card in cards if card.work),
        persons=_counted(person for card in cards for person in card.persons),
    )


def _counted(names: Iterable[str], all_names: Iterable[str] = ()) -> dict[str, int]:
    found = Counter(dict.fromkeys(all_names, 0))
    found.update(names)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
