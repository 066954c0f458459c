"""Wisdom cards: read them from Markdown, choose the few that fit a step and the LEGO's own words. Deterministic."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.errors import MetaError
from engine.resources import document

SENSITIVE, SECURITY = "risk", "security"
"""The collection, and the tag of its cards, of which every session of a sensitive app is told one."""

_CARD = re.compile(r"^## (?P<id>[A-Z]{3}-\d{3}) (?P<title>.+)$", re.MULTILINE)
_FIELD = re.compile(r"^- \*\*(?P<name>[^*]+)\*\*: (?P<text>.+)$", re.MULTILINE)
_WORD = re.compile(r"[a-z]{4,}")


class WisdomError(MetaError):
    """A file of cards cannot be used."""


@dataclass(frozen=True, slots=True)
class Card:
    """One piece of advice. `fields` keeps the card's lines by name, in order."""

    id: str
    title: str
    fields: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """What a session is told: the advice, without where it applies."""
        told = ("Principle", "Do", "Avoid", "Review question")
        return "\n".join(f"- {name}: {text}" for name, text in self.fields if name in told)

    @property
    def applies_to(self) -> str:
        """The steps and tags it is meant for."""
        return dict(self.fields).get("Applies to", "")

    @property
    def tags(self) -> frozenset[str]:
        """What it is about, besides the steps."""
        return frozenset(tag.strip() for tag in self.applies_to.partition("·")[2].split(","))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A card and why it was chosen. `kept`: it is told however long the brief is."""

    card: Card
    why: str
    kept: bool = False


def parse_cards(text: str, path: str) -> list[Card]:
    """The cards of a file. Raises WisdomError naming the card that lacks its principle."""
    heads = list(_CARD.finditer(text))
    cards = []
    for head, following in zip(heads, [*heads[1:], None], strict=False):
        body = text[head.end() : following.start() if following else len(text)]
        card = Card(head["id"], head["title"].strip(), tuple((m["name"], m["text"]) for m in _FIELD.finditer(body)))
        if "Principle" not in dict(card.fields):
            line = text.count("\n", 0, head.start()) + 1
            raise WisdomError(f"{path}:{line}: card {card.id} has no line `- **Principle**: …`")
        cards.append(card)
    return cards


def choose(collections: Sequence[str], step: str, words: str, overlay: Path | None, most: int = 4) -> list[Chosen]:
    """At most `most` cards of these collections for a step: those that name it, ranked by the words of the work."""
    fitting = [card for card in _cards(collections, overlay) if f"`{step}`" in card.applies_to]
    ranks = _rank(fitting, words)
    ordered = sorted(fitting, key=lambda card: (ranks.get(card.id, 0.0), card.id))
    return [Chosen(card, _why(step, ranks.get(card.id))) for card in ordered[:most]]


def with_security(chosen: Sequence[Chosen], step: str, words: str, overlay: Path | None) -> list[Chosen]:
    """What a session of a sensitive app is told: first the security card that fits best, then the others."""
    cards = [card for card in _cards([SENSITIVE], overlay) if SECURITY in card.tags]
    ranks = _rank(cards, words)
    best = min(
        cards, key=lambda card: (f"`{step}`" not in card.applies_to, ranks.get(card.id, 0.0), card.id), default=None
    )
    if best is None:
        return list(chosen)
    others = [one for one in chosen if one.card.id != best.id]
    return [Chosen(best, "sensitive app", kept=True), *others]


def _cards(collections: Iterable[str], overlay: Path | None) -> list[Card]:
    return [card for name in collections for card in _load(document(f"wisdom/{name}_wisdom.md", overlay))]


def _why(step: str, rank: float | None) -> str:
    return f"applies to {step}" + (f", shares words with this work (rank {rank:.3f})" if rank else "")


def _load(path: Path) -> tuple[Card, ...]:
    return _parsed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _parsed(path: Path, _changed: int) -> tuple[Card, ...]:
    return tuple(parse_cards(path.read_text(encoding="utf-8"), str(path)))


def _rank(cards: Iterable[Card], words: str) -> dict[str, float]:
    """BM25 rank by card id, smaller is better; cards that share no word are left out."""
    query = " OR ".join(sorted(set(_WORD.findall(words.lower()))))
    if not query:
        return {}
    with sqlite3.connect(":memory:") as index:
        index.execute("CREATE VIRTUAL TABLE card USING fts5(id UNINDEXED, title, body, tokenize='porter')")
        rows = [(card.id, card.title, card.text) for card in cards]
        index.executemany("INSERT INTO card VALUES (?, ?, ?)", rows)
        found = index.execute("SELECT id, bm25(card, 0.0, 2.0, 1.0) FROM card WHERE card MATCH ?", (query,))
        return {str(id_): round(float(rank), 3) for id_, rank in found}
