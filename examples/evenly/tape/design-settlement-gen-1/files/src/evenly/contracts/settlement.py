"""Contract of settlement: the fewest transfers that settle a trip, in the one order that R-002 fixes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Balance: TypeAlias = tuple[str, int]
"""A person's name and whole cents: above 0 the person is owed them, below 0 the person owes them, 0 is even."""


@dataclass(frozen=True)
class Transfer:
    """`giver` gives `receiver` that many whole cents, always above 0."""

    giver: str
    receiver: str
    cents: int


@dataclass(eq=False)
class Unbalanced(Exception):
    """The balances do not add up to 0, so no transfers can settle them; `total` is what they add up to."""

    total: int


class Settlement(Protocol):
    """Pure: the result depends on the argument alone, and nothing is kept between calls."""

    def settle(self, balances: Sequence[Balance]) -> tuple[Transfer, ...]:
        """The fewest transfers after which everybody is even, in the order in which to print them.

        `balances` holds one entry a person, in trip order. It is not changed.

        Only people who owe give, only people who are owed receive. Of several equally short lists it returns this one:
        the first person in trip order who still owes gives to the first person in trip order who is still owed and
        with whom the whole list stays shortest; the amount is the smaller of what the one owes and the other is owed;
        repeat until all is settled.

        Returns `()` if there are no entries or all are 0. Cents have no upper limit and are never rounded. Entries
        count by their place, names are only handed on: two entries with one name are two people. Up to 16 entries
        take under 2 seconds; more are not refused, but the time may double with each.

        Raises `Unbalanced` if the cents do not add up to 0, and no other error.
        """
        ...
