"""The format of the trip file, between its bytes and a trip."""

from __future__ import annotations

from evenly.contracts.trip import Trip
from evenly.contracts.trip_text import TripText
from evenly.trip_text.trip_file import TripFile


def create(*, trip: Trip) -> TripText:
    """Return the trip file's format; every check of a value is that of `trip`."""
    return TripFile(trip)
