"""Every text that shows a trip's figures, and the bytes of the CSV file."""

from __future__ import annotations

from evenly.contracts.reports import Reports
from evenly.contracts.trip import Trip
from evenly.reports.texts import TripTexts


def create(*, trip: Trip) -> Reports:
    """Return the reports; amounts are worded by `trip`."""
    return TripTexts(trip)
