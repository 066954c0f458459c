"""The commands: each calls the other LEGOs in its order and returns its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evenly.cli.call import Call
from evenly.contracts.balances import Balances
from evenly.contracts.reports import Reports
from evenly.contracts.settlement import Settlement
from evenly.contracts.store import Store
from evenly.contracts.trip import Expense, Trip, TripValue
from evenly.contracts.trip_text import TripText


class Commands:
    """Runs a call; what the other LEGOs raise goes through."""

    def __init__(
        self,
        trip: Trip,
        balances: Balances,
        settlement: Settlement,
        trip_text: TripText,
        reports: Reports,
        store: Store,
    ) -> None:
        self._trip = trip
        self._balances = balances
        self._settlement = settlement
        self._trip_text = trip_text
        self._reports = reports
        self._store = store
        self._by_name: dict[str, Callable[[Call], Sequence[str]]] = {
            "start": self._start,
            "add": self._add,
            "list": self._list,
            "strike": self._strike,
            "balance": self._balance,
            "settle": self._settle,
            "total": self._total,
            "csv": self._csv,
        }

    def run(self, call: Call) -> Sequence[str]:
        """Carry out the command and return the lines to print."""
        return self._by_name[call.command](call)

    def _start(self, call: Call) -> Sequence[str]:
        trip = self._trip.start(call.values)
        self._store.create(call.trip.path, self._trip_text.created(trip))
        return (self._reports.started(call.trip.shown, trip),)

    def _add(self, call: Call) -> Sequence[str]:
        payer, amount, what = call.values
        expense = self._change(
            call,
            lambda trip: self._trip.note(trip, payer, amount, what, call.for_names),
            self._trip_text.added,
        )
        return (self._reports.noted(expense),)

    def _strike(self, call: Call) -> Sequence[str]:
        expense = self._change(
            call,
            lambda trip: self._trip.strike(trip, call.values[0]),
            lambda data, struck: self._trip_text.struck(data, struck.number),
        )
        return (self._reports.struck(expense),)

    def _list(self, call: Call) -> Sequence[str]:
        return self._reports.listing(self._read(call))

    def _balance(self, call: Call) -> Sequence[str]:
        balances = self._balances.compute(self._read(call))
        return self._reports.balance([(b.person, b.paid, b.share, b.net) for b in balances])

    def _settle(self, call: Call) -> Sequence[str]:
        balances = self._balances.compute(self._read(call))
        transfers = self._settlement.settle([(b.person, b.net) for b in balances])
        return self._reports.settle([(t.giver, t.receiver, t.cents) for t in transfers])

    def _total(self, call: Call) -> Sequence[str]:
        total = self._balances.total(self._read(call))
        return (self._reports.total((total.sum, total.count, total.average)),)

    def _csv(self, call: Call) -> Sequence[str]:
        trip = self._read(call)
        self._store.create(call.written.path, self._reports.csv(trip))
        return (self._reports.wrote(call.written.shown, trip),)

    def _read(self, call: Call) -> TripValue:
        return self._trip_text.read(self._store.read(call.trip.path))

    def _change(
        self,
        call: Call,
        make: Callable[[TripValue], Expense],
        rewrite: Callable[[bytes, Expense], bytes],
    ) -> Expense:
        """Make an expense from the trip and rewrite the file with it, in one step that no other call can enter."""
        expense: Expense

        def change(data: bytes) -> bytes:
            nonlocal expense
            expense = make(self._trip_text.read(data))
            return rewrite(data, expense)

        self._store.replace(call.trip.path, change)
        return expense
