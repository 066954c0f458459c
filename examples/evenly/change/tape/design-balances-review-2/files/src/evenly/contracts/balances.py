"""What `balances` promises: what each person paid, their share, and what they are owed or owe, in whole cents.

Also what the trip cost in all.
"""

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


@dataclass(frozen=True)
class Total:
    """The expenses of a trip that count, taken together. Amounts are whole cents; nothing has an upper limit."""

    sum: int  # the sum of their amounts, 0 or more
    count: int  # how many they are, 0 or more
    average: int  # the sum divided by the number of TripValue.people, to the nearest cent, half a cent up


class Balances(Protocol):
    """Pure operations on a trip value. They change nothing; the same trip gives the same result."""

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

    def total(self, trip: TripValue) -> Total:
        """Return the sum, the number and the average per person of the expenses that count.

        `trip` is one that the contract of `trip` allows; it is not checked again. A struck expense counts nowhere;
        equal expenses count each. With p people in `trip.people`, whoever paid or took part, `average` is
        `(2 * sum + p) // (2 * p)`: it is rounded once, from the sum. Without an expense that counts all three are 0.
        The order and the numbers of the expenses do not matter; numbers may have gaps.
        `sum` equals the sum of `paid` over all people in `compute`.
        Raises nothing.
        """
        ...
