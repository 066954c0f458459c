"""The LEGO `cli`: the words of a call in, lines and an exit code out."""

from __future__ import annotations

from evenly.cli.commands import Commands
from evenly.cli.entry import Entry
from evenly.contracts.balances import Balances
from evenly.contracts.cli import Cli
from evenly.contracts.reports import Reports
from evenly.contracts.settlement import Settlement
from evenly.contracts.store import Store
from evenly.contracts.trip import Trip
from evenly.contracts.trip_text import TripText


def create(
    *,
    trip: Trip,
    balances: Balances,
    settlement: Settlement,
    trip_text: TripText,
    reports: Reports,
    store: Store,
) -> Cli:
    """Return the command line on these LEGOs."""
    return Entry(Commands(trip, balances, settlement, trip_text, reports, store))
