"""How long it takes to choose cards from 24,000 lines of them: cold in a fresh process, and again with all of it warm.

The cards are made up: the shipped ones, their words exchanged among each other, so that lengths and frequencies are
those of real cards. The work is the length of a brief's inputs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from engine.resources import meta_home
from engine.wisdom import Card, Query, choose, load
from engine.wisdom.library import collections_in_force
from engine.wisdom.model import FIELDS

LINES = 24_000
WORDS = 5_000
ROUNDS = 7
COLD_REACH, WARM_REACH = 0.150, 0.020
SUBSTEP = "gen"


def write_cards(folder: Path, lines: int = LINES) -> None:
    """As many lines of cards as told, as an overlay in `folder`, spread over the shipped collections."""
    random = Random(1)
    names = collections_in_force(None)
    (folder / "wisdom").mkdir(parents=True)
    for name in names:
        cards = [card for card in load([name], None).cards if card.collection == name]
        vocabulary = {field: _vocabulary(cards, field) for field in FIELDS}
        text, number = f"# {name}\n", 0
        while text.count("\n") < lines // len(names):
            number += 1
            text += _made_up(random.choice(cards), number, vocabulary, random)
        (folder / "wisdom" / f"{name}_wisdom.md").write_text(text, encoding="utf-8")


def _vocabulary(cards: list[Card], field: str) -> list[str]:
    return [word for card in cards for word in card.field(field).split()]


def _made_up(card: Card, number: int, vocabulary: dict[str, list[str]], random: Random) -> str:
    lines = [f"\n## {card.id.partition('-')[0]}-{number:03} {card.title}\n"]
    for name, text in card.fields:
        same = name in ("Source", "Applies to")
        told = text if same else " ".join(random.choices(vocabulary[name], k=len(text.split())))
        lines.append(f"- **{name}**: {told}\n")
    return "".join(lines)


def work() -> str:
    """The words of a work: as many as the inputs of a long brief have."""
    text = (meta_home() / "toolchains" / "python.md").read_text(encoding="utf-8")
    cards = [card.field("Do") for card in load(collections_in_force(None), None).cards]
    return " ".join(" ".join([text, *cards]).split()[:WORDS])


def busiest_step() -> str:
    """The step for which most cards are meant."""
    cards = load(collections_in_force(None), None).cards
    return Counter(step for card in cards for step, _ in card.steps).most_common(1)[0][0]


def once(folder: Path, step: str, words: str) -> float:
    """Seconds to read every collection and to choose from all of it."""
    begin = time.perf_counter()
    chosen = choose(load(collections_in_force(folder), folder), Query(step, SUBSTEP, words))
    seconds = time.perf_counter() - begin
    assert chosen
    return seconds


@dataclass(frozen=True)
class Speed:
    """Medians in seconds."""

    cold: float
    warm: float

    def row(self) -> str:
        """Two lines of the table, each beside its reach."""
        told = (("cold", self.cold, COLD_REACH), ("warm", self.warm, WARM_REACH))
        rows = (
            f"{f'cards from {LINES:,} lines, {how}':44} {found:8.3f}s {'':9} {'':7}  ≤ {reach:.3f}s"
            for how, found, reach in told
        )
        return "\n".join(rows)


def measure() -> Speed:
    """A choice from all the lines, each time in a process of its own, then again and again in this one."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / ".meta"
        write_cards(folder)
        step, words = busiest_step(), work()
        (folder / "work.txt").write_text(words, encoding="utf-8")
        cold = [_in_fresh_process(folder, step) for _ in range(ROUNDS)]
        once(folder, step, words)
        warm = [once(folder, step, words) for _ in range(ROUNDS)]
    return Speed(statistics.median(cold), statistics.median(warm))


def _in_fresh_process(folder: Path, step: str) -> float:
    run = [sys.executable, "-m", "benchmarks.wisdom_speed", str(folder), step]
    return float(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """The table; with a folder of cards and a step only the seconds that a first choice takes."""
    if not sys.argv[1:]:
        print(measure().row())
        return
    folder = Path(sys.argv[1])
    print(once(folder, sys.argv[2], (folder / "work.txt").read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
