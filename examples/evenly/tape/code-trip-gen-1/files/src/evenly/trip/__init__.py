"""People, expenses and the trip as values, every check on a value, and amounts as text."""

from __future__ import annotations

from evenly.contracts.trip import Trip
from evenly.trip.operations import TripOperations


def create() -> Trip:
    """Return the operations on trip values."""
    return TripOperations()
