"""Which cards fit a step and the words of the work best. Pure: same cards, same words, same order.

A word weighs by how characteristic it is of this work: how much more often it stands here than in the cards and in the
orchestration document, which every brief quotes. The heaviest words are looked up in the full-text index, the tags
whose signs stand in the work speak for their cards, rare tags more than common ones, and so do the worked cases of the
step, the like ones more than others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.wisdom.cases import Case, Weights, unit, votes
from engine.wisdom.index import Index
from engine.wisdom.library import Library
from engine.wisdom.model import Card
from engine.wisdom.tags import evidence
from engine.wisdom.words import likeness, split, stems_of, terms_of

MOST_TERMS = 48
"""So many of the most characteristic words are looked up."""
CLEARLY_MORE = math.log(10)
"""Ten times as often as usual is as characteristic as a word gets: that it is rare in the cards counts in the index."""
UNSEEN = 5_000
"""So many words more are supposed in cards and document, so that a few short cards make no word usual."""
WORDS_SHARE, TAGS_SHARE, STEP_SHARE, CASES_SHARE = 1.0, 0.6, 0.2, 1.3
"""What words shared with the work count, tags, nearness to what the step is about, and like cases."""
POSITION = (1.0, 0.7, 0.5, 0.4)
"""The first tag of a card is the most specific."""
SAME_IDEA = 0.35
"""From this likeness of principle and do on, two cards say the same."""
REASONS = 3
LIKE_CASES = 2


@dataclass(frozen=True, slots=True)
class Ranked:
    """A card, its score (larger is better), and what speaks for it: words of the work, tags with their signs, cases."""

    card: Card
    score: float
    words: tuple[str, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    near: bool = False
    """Whether it is near to what the document says of the step."""
    cases: tuple[str, ...] = ()
    """What the worked cases are about that speak for it most."""


def rank(library: Library, step: str | None, substep: str, words: str, most: int = 10) -> list[Ranked]:
    """The `most` best cards for a substep of a step (of all cards for None), the best first; never two of one idea."""
    found: list[Ranked] = []
    for one in ordered(library, step, substep, words):
        if len(found) >= most:
            break
        if not any(same_idea(one.card, other.card) for other in found):
            found.append(one)
    return found


def same_idea(one: Card, other: Card) -> bool:
    """Whether two cards say the same in other words."""
    return likeness(one.idea, other.idea) >= SAME_IDEA


def ordered(library: Library, step: str | None, substep: str, words: str) -> Iterator[Ranked]:
    """Every card that fits the substep, the best first; ties by id."""
    cards, index = library.fitting(step, substep)
    said = split(words)
    weights = characteristic(said, library, index)
    shared = _shared(weights, index)
    signs = evidence(library.tags, said, weights)
    by_tag = _tag_weights(signs, cards)
    by_task = _by_task(library, step, substep)
    near = max(by_task, default=0.0) / 2
    by_case = votes(weights, _cases(library, step, substep))
    scores = _sum_up(
        (WORDS_SHARE, _sums(shared, len(cards))),
        (TAGS_SHARE, [_tagged(card.tags, by_tag) for card in cards]),
        (STEP_SHARE, by_task),
        (CASES_SHARE, [sum(by_case.get(card.id, {}).values()) for card in cards]),
    )
    written = dict(zip(stems_of(said), said, strict=True))
    for number in sorted(range(len(cards)), key=lambda number: -scores[number]):  # stable: the cards come by id
        card = cards[number]
        tags = tuple((tag, _best(signs[tag], written)) for tag in card.tags if by_tag.get(tag))
        shares = _best(shared.get(number, {}), written)
        like = by_case.get(card.id, {})
        cases = tuple(sorted(like, key=lambda about: (-like[about], about))[:LIKE_CASES])
        yield Ranked(card, scores[number], shares, tags[:REASONS], by_task[number] > near, cases)


def characteristic(words: Sequence[str], library: Library, index: Index) -> dict[str, float]:
    """How much each term tells of this text: nothing for one that is as frequent in cards or document, 0 or more."""
    counted = Counter(terms_of(words))
    size = sum(counted.values())
    in_cards, in_document = index.size + UNSEEN, library.usual_size + UNSEEN
    weights = {}
    for term, count in counted.items():
        usual = max((index.counts.get(term, 0) + 0.5) / in_cards, (library.usual[term] + 0.5) / in_document)
        more = math.log(count / size / usual)
        if more > 0:
            weights[term] = (1 + math.log(count)) * min(1.0, more / CLEARLY_MORE)
    return weights


@lru_cache(maxsize=64)
def _by_task(library: Library, step: str | None, substep: str) -> list[float]:
    """How near each fitting card is to what the document says of the step; nothing where no step is named."""
    cards, index = library.fitting(step, substep)
    task = library.task(step) if step else ""
    shared = _shared(characteristic(split(task), library, index), index)
    return _sums(shared, len(cards))


@lru_cache(maxsize=64)
def _cases(library: Library, step: str | None, substep: str) -> list[tuple[Case, Weights]]:
    """The worked cases of that substep of a step, each with what its words tell; none where no step is named."""
    cases = [case for case in library.cases if (case.step, case.substep) == (step, substep)]
    _, index = library.fitting(step, substep)
    return [(case, unit(characteristic(split(case.words), library, index))) for case in cases]


def _shared(weights: Mapping[str, float], index: Index) -> dict[int, dict[str, float]]:
    """Number of the card → term → what it counts there, for the heaviest terms."""
    known = sorted((term for term in weights if term in index.counts), key=lambda term: (-weights[term], term))
    found: dict[int, dict[str, float]] = {}
    for term in known[:MOST_TERMS]:
        for number, match in index.matches(term).items():
            found.setdefault(number, {})[term] = weights[term] * match
    return found


def _sums(shared: Mapping[int, Mapping[str, float]], size: int) -> list[float]:
    return [sum(shared[number].values()) if number in shared else 0.0 for number in range(size)]


def _tag_weights(signs: Mapping[str, Mapping[str, float]], cards: Sequence[Card]) -> dict[str, float]:
    """What each tag counts: its signs in the work, and how few cards have it."""
    carried = Counter(tag for card in cards for tag in card.tags)
    return {
        tag: math.sqrt(sum(found.values())) * math.log(1 + len(cards) / carried[tag])
        for tag, found in signs.items()
        if carried[tag]
    }


def _tagged(tags: Sequence[str], by_tag: Mapping[str, float]) -> float:
    return sum([share * by_tag[tag] for share, tag in zip(POSITION, tags, strict=False) if tag in by_tag])


def _sum_up(*parts: tuple[float, Sequence[float]]) -> list[float]:
    """The score of each card: every part scaled to its best card, rounded so that no machine's last digit decides."""
    factors = [share / (max(found, default=0.0) or 1.0) for share, found in parts]
    return [
        round(sum(factor * one for factor, one in zip(factors, card, strict=True)), 6)
        for card in zip(*(found for _, found in parts), strict=True)
    ]


def _best(found: Mapping[str, float], written: Mapping[str, str]) -> tuple[str, ...]:
    """The terms that count most, each as it is written in the work."""
    best = sorted((term for term in found if found[term] > 0), key=lambda term: (-found[term], term))[:REASONS]
    return tuple(" ".join(written[part] for part in term.split()) for term in best)
