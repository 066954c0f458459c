"""The printed lines and the CSV file, made from trips, rows, transfers and totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evenly.contracts.reports import Row, Totals, Transfer
from evenly.contracts.trip import Expense, Trip, TripValue
from evenly.reports.csv_lines import csv_bytes, csv_line

_HEADER = ("number", "payer", "amount", "what", "participants")

# Ada reads these two aloud at the table, so they stay together where they are easy to find.
_NOTHING_NOTED = "No expenses."
_NOTHING_OWED = "Nobody owes anything."


class TripTexts:
    """The operations of the contract `Reports`."""

    def __init__(self, trip: Trip) -> None:
        self._trip = trip

    def started(self, path: str, trip: TripValue) -> str:
        """Return the line of a new trip file."""
        return f"Started {path} with {_names(trip.people)}"

    def noted(self, expense: Expense) -> str:
        """Return the line of a new expense."""
        return f"Noted {self._full(expense)}"

    def struck(self, expense: Expense) -> str:
        """Return the line of an expense that was struck."""
        return f"Struck {self._full(expense)}"

    def listing(self, trip: TripValue) -> tuple[str, ...]:
        """Return a line for each expense that counts, or the line that there is none."""
        return tuple(self._full(expense) for expense in _counting(trip)) or (_NOTHING_NOTED,)

    def balance(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Return a line for each person."""
        return tuple(self._balance_line(row) for row in rows)

    def settle(self, transfers: Sequence[Transfer]) -> tuple[str, ...]:
        """Return a line for each transfer, or the line that there is none."""
        lines = tuple(
            f"{giver} gives {receiver} {self._trip.amount_text(cents)}" for giver, receiver, cents in transfers
        )
        return lines or (_NOTHING_OWED,)

    def csv(self, trip: TripValue) -> bytes:
        """Return the whole CSV file of the expenses that count."""
        lines = (csv_line(self._fields(expense)) for expense in _counting(trip))
        return csv_bytes((csv_line(_HEADER), *lines))

    def wrote(self, path: str, trip: TripValue) -> str:
        """Return the line of a CSV file that was written."""
        return f"Wrote {path}, expenses: {len(_counting(trip))}"

    def total(self, totals: Totals) -> str:
        """Return the line of what the trip cost."""
        cents, count, average = totals
        amount = self._trip.amount_text
        return f"Total {amount(cents)}, expenses: {count}, average per person {amount(average)}"

    def _full(self, expense: Expense) -> str:
        amount = self._trip.amount_text(expense.cents)
        names = _names(expense.participants)
        return f"{expense.number}: {expense.payer} paid {amount} for {expense.what}, shared by {names}"

    def _balance_line(self, row: Row) -> str:
        name, paid, share, balance = row
        amount = self._trip.amount_text
        return f"{name} paid {amount(paid)}, share {amount(share)}, {self._ending(balance)}"

    def _ending(self, balance: int) -> str:
        if balance > 0:
            return f"is owed {self._trip.amount_text(balance)}"
        if balance < 0:
            return f"owes {self._trip.amount_text(-balance)}"
        return "is even"

    def _fields(self, expense: Expense) -> tuple[str, ...]:
        amount = self._trip.amount_text(expense.cents)
        return (expense.number, expense.payer, amount, expense.what, _names(expense.participants))


def _counting(trip: TripValue) -> tuple[Expense, ...]:
    return tuple(expense for expense in trip.expenses if not expense.struck)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)
