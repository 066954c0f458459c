"""How well cards are chosen: on labelled situations, ours beside plain full text and chance, in one run.

A situation is a session with the words of its work and the cards an expert would lay before it. The held half has
apps of its own and is only measured on, never tuned on: `--missed` says what ours left out in the other half alone. A
part of the held half was labelled by a second reader too: what two experts do not agree on, no program finds. What is
printed is the same on every machine.
"""

from __future__ import annotations

import math
import re
import sqlite3
import statistics
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from engine.document.parser import load as load_document
from engine.resources import meta_home
from engine.wisdom import Card, Library, load, rank
from engine.wisdom.library import collections_in_force

MOST = 10
DRAWS = 200
RESAMPLES = 2_000
HALVES = ("tune", "held")
FIELDS = ("Principle", "Do", "Avoid")
FOLDER = Path(__file__).parent / "wisdom"


@dataclass(frozen=True)
class Situation:
    """A session: what it works on in `words`, and the ids of the cards wanted for it."""

    id: str
    app: str
    step: str
    substep: str
    words: str
    wanted: tuple[str, ...]
    split: str
    lego: str | None = None


@dataclass(frozen=True)
class Score:
    """How good one list of ten is: shares from 0 to 1."""

    recall: float
    precision: float
    reciprocal_rank: float
    gain: float

    def told(self) -> str:
        """The four columns of the table."""
        return f"{self.recall:9.3f} {self.precision:12.3f} {self.reciprocal_rank:6.3f} {self.gain:8.3f}"


Way = Callable[[Situation], Score]


def situations(split: str) -> list[Situation]:
    """The situations of a half, in the order of its file."""
    text = (FOLDER / f"situations_{split}.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)["situation"]
    return [Situation(**{**one, "wanted": tuple(one["wanted"]), "split": split}) for one in told]


def score(found: Sequence[str], wanted: Sequence[str]) -> Score:
    """Of the first ten found, those wanted; `gain` is nDCG with one mark for each wanted card."""
    hits = [place for place, one in enumerate(found[:MOST]) if one in wanted]
    best = sum(_discount(place) for place in range(min(MOST, len(wanted))))
    return Score(
        len(hits) / len(wanted),
        len(hits) / MOST,
        1 / (hits[0] + 1) if hits else 0.0,
        sum(_discount(place) for place in hits) / best,
    )


def _discount(place: int) -> float:
    return 1 / math.log2(place + 2)


def mean(scores: Iterable[Score]) -> Score:
    """The mean of each share."""
    columns = zip(*((one.recall, one.precision, one.reciprocal_rank, one.gain) for one in scores), strict=True)
    return Score(*(statistics.fmean(column) for column in columns))


@cache
def drawn_on(step: str) -> tuple[str, ...]:
    """The collections a step draws on."""
    return load_document(meta_home() / "AGENTS.md").step(step).wisdom


@cache
def library(collections: tuple[str, ...]) -> Library:
    """The shipped cards of some collections."""
    return load(collections, None)


@cache
def fitting(step: str, substep: str) -> tuple[Card, ...]:
    """The cards that name this substep of a step, of the collections it draws on."""
    return tuple(card for card in library(drawn_on(step)).cards if card.fits(step, substep))


def ours(one: Situation) -> Score:
    """What a brief would take."""
    return score(_ranked(one), one.wanted)


def _ranked(one: Situation) -> list[str]:
    found = rank(library(drawn_on(one.step)), one.step, one.substep, one.words, MOST)
    return [each.card.id for each in found]


def full_text_of_step(one: Situation) -> Score:
    """BM25 over the cards that name the step."""
    return score(_full_text(fitting(one.step, one.substep), one.words), one.wanted)


def full_text_of_all(one: Situation) -> Score:
    """BM25 over all cards."""
    return score(_full_text(library(tuple(collections_in_force(None))).cards, one.words), one.wanted)


def _full_text(cards: tuple[Card, ...], words: str) -> list[str]:
    """Any of the words, stemmed, all columns alike; equals in the order of the files."""
    query = " OR ".join(f'"{word}"' for word in sorted(set(re.findall(r"\w+", words.lower()))))
    rows = _table(cards).execute("SELECT id FROM card WHERE card MATCH ? ORDER BY rank, rowid LIMIT ?", (query, MOST))
    return [id_ for (id_,) in rows]


@cache
def _table(cards: tuple[Card, ...]) -> sqlite3.Connection:
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE card USING fts5(id UNINDEXED, title, text, tokenize = 'porter unicode61')")
    told = ((card.id, card.title, "\n".join(card.field(name) for name in FIELDS)) for card in cards)
    table.executemany("INSERT INTO card VALUES (?, ?, ?)", told)
    return table


def by_chance(one: Situation) -> Score:
    """Cards of the step drawn blindly, the mean of many draws."""
    ids = [card.id for card in fitting(one.step, one.substep)]
    random = Random(one.id)
    return mean(score(random.sample(ids, MOST), one.wanted) for _ in range(DRAWS))


WAYS: dict[str, Way] = {
    "ours": ours,
    "BM25, cards of the step": full_text_of_step,
    "BM25, all cards": full_text_of_all,
    "chance, cards of the step": by_chance,
}


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """Where the mean lies in 95 % of the samples drawn from these differences, with repetition."""
    random = Random(1)
    means = sorted(statistics.fmean(random.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    return means[round(0.025 * RESAMPLES)], means[round(0.975 * RESAMPLES) - 1]


def table(split: str) -> str:
    """The lines of one half: each way, then how far ours is ahead of full text over the same cards."""
    asked = situations(split)
    scores = {name: [way(one) for one in asked] for name, way in WAYS.items()}
    head = f"{f'cards for {len(asked)} situations, {split}':44} recall@10 precision@10    MRR  nDCG@10"
    rows = [f"  {name:42} {mean(found).told()}" for name, found in scores.items()]
    pairs = list(zip(scores["ours"], scores["BM25, cards of the step"], strict=True))
    ahead = (
        _ahead("recall@10", [a.recall - b.recall for a, b in pairs]),
        _ahead("precision@10", [a.precision - b.precision for a, b in pairs]),
    )
    return "\n".join([head, *rows, *ahead])


def _ahead(what: str, differences: list[float]) -> str:
    low, high = interval(differences)
    name = f"{what}, ours − BM25 of the step"
    return f"  {name:42} {statistics.fmean(differences):+9.3f} (95 %: {low:+.3f} to {high:+.3f})"


def second_reader() -> str:
    """How near a second expert comes to the labels of the first, who labelled a part of the held half without them."""
    labels = tomllib.loads((FOLDER / "second_reader.toml").read_text(encoding="utf-8"))["label"]
    again = {label["id"]: label["wanted"] for label in labels}
    both = [one for one in situations("held") if one.id in again]
    told = {"a second reader": [score(again[one.id], one.wanted) for one in both], "ours": [ours(one) for one in both]}
    head = f"{f'cards for {len(both)} situations, held, labelled twice':44} recall@10 precision@10    MRR  nDCG@10"
    return "\n".join([head, *(f"  {name:42} {mean(found).told()}" for name, found in told.items())])


def missed() -> str:
    """One line for each situation that may be tuned on: recall of ours and of full text, and what ours left out."""
    lines = []
    for one in situations("tune"):
        out = [id_ for id_ in one.wanted if id_ not in _ranked(one)]
        lines.append(f"{ours(one).recall:.2f} {full_text_of_step(one).recall:.2f} {one.id}: {' '.join(out)}")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--missed"]:
        print(missed())
    else:
        print("\n".join([*(table(half) for half in HALVES), second_reader()]))
