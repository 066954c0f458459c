"""The sums of each person, and of the trip in all, over all expenses that count."""

from __future__ import annotations

from evenly.balances.split import shares_of
from evenly.contracts.balances import Balance, Total
from evenly.contracts.trip import TripValue


class Reckoning:
    """Reckons the balances and the total of a trip; keeps nothing between calls."""

    def compute(self, trip: TripValue) -> tuple[Balance, ...]:
        """Return one Balance a person, in trip order."""
        paid = dict.fromkeys(trip.people, 0)
        share = dict.fromkeys(trip.people, 0)
        for expense in trip.expenses:
            if expense.struck:
                continue
            paid[expense.payer] += expense.cents
            for person, cents in shares_of(expense).items():
                share[person] += cents
        return tuple(
            Balance(person, paid[person], share[person], paid[person] - share[person])
            for person in trip.people
        )

    def total(self, trip: TripValue) -> Total:
        """Return the sum, the number and the average per person, half a cent up."""
        amounts = [expense.cents for expense in trip.expenses if not expense.struck]
        cents = sum(amounts)
        people = len(trip.people)
        return Total(cents, len(amounts), (2 * cents + people) // (2 * people))
