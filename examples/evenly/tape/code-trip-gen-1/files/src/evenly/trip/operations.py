"""The operations of `trip` on trip values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evenly.contracts.trip import Expense, Number, TripValue, WrongValue
from evenly.trip.amounts import read_amount, write_amount
from evenly.trip.counting import next_number
from evenly.trip.people import check_people, check_person, read_participants
from evenly.trip.what import check_what


class TripOperations:
    """Pure operations on trip values, as the contract `Trip` promises them."""

    def start(self, names: Sequence[str]) -> TripValue:
        """Return the trip of these people, without expenses."""
        return TripValue(check_people(names))

    def note(self, trip: TripValue, payer: str, amount: str, what: str, for_names: str | None) -> Expense:
        """Return a new expense that counts, with the next number."""
        check_person(trip.people, payer)
        cents = read_amount(amount)
        check_what(what)
        participants = trip.people
        if for_names is not None:
            participants = read_participants(trip.people, for_names, "--for")
        return Expense(next_number(trip.expenses), payer, cents, what, participants)

    def recall(
        self, trip: TripValue, number: Number, payer: str, amount: str, participants: str, what: str, *, struck: bool
    ) -> Expense:
        """Return the expense that a line of a trip file holds."""
        check_person(trip.people, payer)
        cents = read_amount(amount)
        named = read_participants(trip.people, participants, "the participants")
        check_what(what)
        return Expense(number, payer, cents, what, named, struck)

    def strike(self, trip: TripValue, number: str) -> Expense:
        """Return the expense of that number, struck."""
        counting = [expense for expense in trip.expenses if not expense.struck]
        for expense in counting:
            if expense.number == number:
                return replace(expense, struck=True)
        if not counting:
            raise WrongValue(f'no expense "{number}"; there is none to strike')
        possible = ", ".join(expense.number for expense in counting)
        raise WrongValue(f'no expense "{number}"; possible: {possible}')

    def amount_text(self, cents: int) -> str:
        """Return cents as an amount with two decimals."""
        return write_amount(cents)
