"""A fake of `balances`, for neighbours to test against."""

from __future__ import annotations

from evenly.contracts.balances import Balance, Balances, Total
from evenly.contracts.trip import TripValue


class FakeBalances:
    def compute(self, trip: TripValue) -> tuple[Balance, ...]:
        paid = dict.fromkeys(trip.people, 0)
        share = dict.fromkeys(trip.people, 0)
        for expense in trip.expenses:
            if expense.struck:
                continue
            paid[expense.payer] += expense.cents
            each, left_over = divmod(expense.cents, len(expense.participants))
            for place, person in enumerate(expense.participants):
                share[person] += each + (1 if place < left_over else 0)
        return tuple(Balance(name, paid[name], share[name], paid[name] - share[name]) for name in trip.people)

    def total(self, trip: TripValue) -> Total:
        amounts = [expense.cents for expense in trip.expenses if not expense.struck]
        people = len(trip.people)
        return Total(sum(amounts), len(amounts), (2 * sum(amounts) + people) // (2 * people))


def create() -> Balances:
    return FakeBalances()
