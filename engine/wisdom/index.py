"""Cards in SQLite FTS5, in memory: how well each one matches a term, and how common each term is among them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from threading import Lock

from engine.wisdom.model import Card
from engine.wisdom.words import terms

COLUMNS = {"title": 4.0, "signs": 3.0, "principle": 2.0, "do": 1.5, "rest": 1.0}
"""What a match in each part of a card counts."""

_NAMES = ", ".join(COLUMNS)
_MATCHES = f"SELECT rowid, -bm25(card, {', '.join(map(str, COLUMNS.values()))}) FROM card WHERE card MATCH ?"


class Index:
    """A full-text index over cards. It may be asked from several threads."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._lock = Lock()
        self._found: dict[str, dict[int, float]] = {}
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.execute(f"CREATE VIRTUAL TABLE card USING fts5({_NAMES}, tokenize='ascii')")
        self._base.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(card, 'row')")
        self._base.executemany(
            f"INSERT INTO card(rowid, {_NAMES}) VALUES (?, ?, ?, ?, ?, ?)",
            ((number, *_columns(card)) for number, card in enumerate(cards)),
        )
        self.counts: dict[str, int] = dict(self._base.execute("SELECT term, cnt FROM vocabulary"))
        """How often each term stands in the cards."""
        self.size = sum(self.counts.values())

    def matches(self, term: str) -> dict[int, float]:
        """Number of the card → how well it matches the term (BM25, larger is better), for those that have it."""
        if term not in self.counts:
            return {}
        with self._lock:
            if term not in self._found:
                self._found[term] = dict(self._base.execute(_MATCHES, (f'"{term}"',)))
            return self._found[term]


def _columns(card: Card) -> list[str]:
    rest = " ".join(card.field(name) for name in ("Avoid", "Example", "Review question"))
    texts = (card.title, *(card.field(name) for name in ("Signs", "Principle", "Do")), rest)
    return [" ".join(terms(text)) for text in texts]
