"""Settlement: the fewest transfers that settle a trip."""

from __future__ import annotations

from evenly.contracts.settlement import Settlement
from evenly.settlement.settling import ExactSettlement


def create() -> Settlement:
    """A settlement; it keeps nothing between calls."""
    return ExactSettlement()
