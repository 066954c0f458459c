"""Wisdom cards: read, indexed, chosen for a session, checked, and what became of the sessions that were told them."""

from __future__ import annotations

from engine.wisdom.choose import Chosen, Query, choose, with_security
from engine.wisdom.library import Library, load
from engine.wisdom.model import Card, WisdomError
from engine.wisdom.parse import parse_cards
from engine.wisdom.rank import Ranked, rank

__all__ = [
    "Card",
    "Chosen",
    "Library",
    "Query",
    "Ranked",
    "WisdomError",
    "choose",
    "load",
    "parse_cards",
    "rank",
    "with_security",
]
