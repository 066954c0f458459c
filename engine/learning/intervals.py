"""How sure a share is, and whether two shares differ. Pure."""

from __future__ import annotations

import math
from typing import Literal

from engine.wisdom.told import Effect, Rate

ENOUGH = 20
"""With fewer known sessions on either side nothing is said."""
_Z = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""
Verdict = Literal["too few", "ahead", "behind", "no difference shown"]


def wilson(rate: Rate) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, from 0 to 1; all of it where nothing is known."""
    if not rate.known:
        return 0.0, 1.0
    n, share = rate.known, rate.passed / rate.known
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def verdict(row: Effect) -> Verdict:
    """Whether sessions with the card fared otherwise than those without: only where the intervals lie apart."""
    if min(row.with_it.known, row.without.known) < ENOUGH:
        return "too few"
    (low, high), (other_low, other_high) = wilson(row.with_it), wilson(row.without)
    if low > other_high:
        return "ahead"
    return "behind" if high < other_low else "no difference shown"
