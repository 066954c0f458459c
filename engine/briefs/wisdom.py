"""The advice of a brief: which cards a session is told, from the files in force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.state.models import Substep
from engine.wisdom import Chosen, Query, WisdomError, load, parse_cards
from engine.wisdom import choose as choose_cards
from engine.wisdom import with_security as with_a_security_card
from engine.wisdom.choose import MOST_CARDS, SECURITY

SENSITIVE = "risk"
"""The collection from which every session of a sensitive app is told a card."""


def choose(
    collections: Sequence[str],
    step: str,
    words: str,
    overlay: Path | None,
    most: int = MOST_CARDS,
    substep: Substep = "gen",
) -> list[Chosen]:
    """At most `most` cards of these collections for a substep of a step. Raises WisdomError, ResourceError."""
    return choose_cards(load(collections, overlay), Query(step, substep, words, most))


def with_security(
    chosen: Sequence[Chosen], step: str, words: str, overlay: Path | None, substep: Substep = "gen"
) -> list[Chosen]:
    """What a session of a sensitive app is told: first the security card that fits best, then the others."""
    return with_a_security_card(chosen, load([SENSITIVE], overlay), Query(step, substep, words))


__all__ = ["SECURITY", "Chosen", "WisdomError", "choose", "parse_cards", "with_security"]
