"""Two things timed in turn, A B A B …, so that a drift of the machine meets both."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True)
class Measured:
    """Medians, in seconds unless `unit` says otherwise, and the median of the ratios pair by pair."""

    what: str
    ours: float
    floor: float
    ratio: float
    reach: str
    unit: str = "s"

    def row(self) -> str:
        """One line of the table."""
        return (
            f"{self.what:44} {self.ours:8.3f}{self.unit} {self.floor:8.3f}{self.unit} {self.ratio:7.2f}  {self.reach}"
        )


def compare(what: str, ours: Callable[[], float], floor: Callable[[], float], reach: str) -> Measured:
    """Run both in turn after one warm-up each. Each callable returns the seconds it took."""
    ours(), floor()
    pairs = [(ours(), floor()) for _ in range(ROUNDS)]
    return Measured(
        what,
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
        reach,
    )
