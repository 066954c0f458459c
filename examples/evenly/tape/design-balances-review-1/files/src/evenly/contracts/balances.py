"""What `balances` promises: what each person paid, their share, and what they are owed or owe, in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from evenly.contracts.trip import TripValue


@dataclass(frozen=True)
class Balance:
    """What one person paid and must bear in all expenses that count. All amounts are whole cents, without limit."""

    person: str  # the name as in TripValue.people
    paid: int  # the sum of the expenses this person paid, 0 or more
    share: int  # the sum of this person's shares, 0 or more
    net: int  # paid - share: above 0 is owed that much, below 0 owes that much, 0 is even


class Balances(Protocol):
    """A pure operation on a trip value. It changes nothing; the same trip gives the same result."""

    def compute(self, trip: TripValue) -> tuple[Balance, ...]:
        """Return exactly one Balance a person, in the order of `trip.people`, also for a person in no expense.

        `trip` is one that the contract of `trip` allows; it is not checked again. A struck expense counts nowhere.
        Each other expense is split by itself among its participants: everybody bears `cents // n`, and the first
        `cents % n` of the n participants in trip order bear 1 cent more, whoever paid. A share may be 0.
        So the shares of an expense add up to its amount, the sums of `paid` and of `share` over all people are
        equal, and the sum of `net` is 0. Without an expense that counts every amount is 0.
        The order of the expenses does not matter. Names are compared exactly: `Ada` and `ada` are two people.
        Raises nothing.
        """
        ...
