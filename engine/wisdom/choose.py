"""The few cards that a session is told, within a budget and from different sources. Pure and deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.briefs.tokens import estimate
from engine.wisdom.library import Library
from engine.wisdom.model import Card
from engine.wisdom.rank import Ranked, ordered, same_idea

MOST_CARDS = 6
MOST_TOKENS = 900
OF_A_PERSON = 2
"""So many cards of one person are told at most; of one work there is one."""
SECURITY = "security"
"""The tag of the cards of which every session of a sensitive app is told one."""
SENSITIVE_APP = "sensitive app"


@dataclass(frozen=True, slots=True)
class Query:
    """For what advice is wanted: a substep of a step, the words of its work, and how much may be told."""

    step: str
    substep: str
    words: str
    cards: int = MOST_CARDS
    tokens: int = MOST_TOKENS


@dataclass(frozen=True, slots=True)
class Chosen:
    """A card, why it was chosen, and what the session is told of it. `kept`: it is told however long the brief is."""

    card: Card
    why: str
    text: str
    kept: bool = False

    @property
    def tokens(self) -> int:
        """What it costs, its heading included."""
        return estimate(f"### {self.card.id} {self.card.title}\n\n{self.text}\n\n")


def choose(library: Library, query: Query) -> list[Chosen]:
    """The best cards that the budget holds: no two of one idea or of one work, at most two of a person."""
    chosen: list[Chosen] = []
    for one in ordered(library, query.step, query.substep, query.words):
        if len(chosen) >= query.cards:
            break
        if _adds(one.card, [other.card for other in chosen]):
            told = Chosen(one.card, why(one, query.step, query.substep), one.card.told(query.substep))
            if sum(other.tokens for other in chosen) + told.tokens <= query.tokens:
                chosen.append(told)
    return chosen


def with_security(chosen: Sequence[Chosen], library: Library, query: Query) -> list[Chosen]:
    """What a session of a sensitive app is told: first the security card that fits best, then the others in budget."""
    ranked = ordered(library.with_tag(SECURITY), None, query.substep, query.words)
    best = min(ranked, key=lambda one: not one.card.fits(query.step, query.substep), default=None)
    if best is None:
        return list(chosen)
    kept = [Chosen(best.card, SENSITIVE_APP, best.card.told(query.substep), kept=True)]
    for one in chosen:
        room = query.tokens - sum(other.tokens for other in kept)
        if one.card.id != best.card.id and not same_idea(one.card, best.card) and one.tokens <= room:
            kept.append(one)
    return kept


def why(one: Ranked, step: str | None, substep: str) -> str:
    """In words: the step (if one was asked for), what it shares with the work, and which of its tags speak for it."""
    only = f" ({substep})" if (step, substep) in one.card.steps else ""
    reasons = [f"applies to {step}{only}"] if step else []
    if one.words:
        reasons.append(f"shares words with this work ({', '.join(one.words)})")
    if one.tags:
        about = (f"{tag} ({', '.join(signs)})" for tag, signs in one.tags)
        reasons.append(f"is about {'; '.join(about)}")
    if one.cases:
        reasons.append(f"was wanted in like cases ({', '.join(one.cases)})")
    if one.near:
        reasons.append("is near to what the step does")
    return ", ".join(reasons)


def _adds(card: Card, chosen: Sequence[Card]) -> bool:
    """Whether it says something new, from a source that was not heard yet."""
    heard = Counter(person for other in chosen for person in other.persons)
    return (
        not (card.work and any(card.work == other.work for other in chosen))
        and all(heard[person] < OF_A_PERSON for person in card.persons)
        and not any(same_idea(card, other) for other in chosen)
    )
