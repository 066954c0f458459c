"""What `trip` promises: people, expenses and the trip as values, every check on a value, and amounts as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Number: TypeAlias = str
"""The number of an expense as it is written: digits `0` to `9`, the first not `0`, of any length.

Number A is above number B if A is longer, or equally long and greater as text: `(len(A), A) > (len(B), B)`.
"""


@dataclass(frozen=True)
class Expense:
    """One expense that passed every check."""

    number: Number
    payer: str
    cents: int  # the amount, 1 to 99999999
    what: str
    participants: tuple[str, ...]  # at least one, each once, in trip order
    struck: bool = False  # True: it counts nowhere, but its number stays taken


@dataclass(frozen=True)
class TripValue:
    """A trip: 2 to 16 people in trip order, and all expenses, struck ones too, by rising number."""

    people: tuple[str, ...]
    expenses: tuple[Expense, ...] = ()


@dataclass(eq=False)
class WrongValue(Exception):
    """A value is not possible. `reason` is its line of R-014 without `error: `; X stands in it exactly as given."""

    reason: str


class Trip(Protocol):
    """Pure operations on trip values. None changes what it is given; the same arguments give the same result.

    A trip handed in is one that `start` returned, or that with expenses of `note`, `recall` and `strike` in it.
    """

    def start(self, names: Sequence[str]) -> TripValue:
        """Return the trip of these people in the order given, without expenses.

        Raises WrongValue for the first fault: fewer than 2 or more than 16 names; then name by name from the left,
        a name that is not possible, or one equal to a name before it.
        """
        ...

    def note(self, trip: TripValue, payer: str, amount: str, what: str, for_names: str | None) -> Expense:
        """Return a new expense that counts, with the values of `add`; its number is the trip's highest plus 1, or 1.

        `for_names` is the argument of `--for`, names with a comma between; None means everybody.
        Raises WrongValue for the first fault in this order: payer, amount, what, then for_names name by name from the
        left (unknown, or equal to one before it). The reason for a name given twice says `--for`.
        """
        ...

    def recall(
        self, trip: TripValue, number: Number, payer: str, amount: str, participants: str, what: str, *, struck: bool
    ) -> Expense:
        """Return the expense that a line of a trip file holds, with `number` and `struck` as given.

        The caller has checked `number`; only the people of `trip` are looked at. `participants` is written like the
        argument of `--for`.
        Raises WrongValue for the first fault in this order: payer, amount, participants name by name from the left,
        what. The reason for a name given twice says `the participants`.
        """
        ...

    def strike(self, trip: TripValue, number: str) -> Expense:
        """Return the expense of that number, with `struck` True and all else as it was.

        Raises WrongValue if no expense that counts has a number written exactly like `number`.
        """
        ...

    def amount_text(self, cents: int) -> str:
        """Return cents as an amount with two decimals: 5 is `0.05`, 1250 is `12.50`, -5 is `-0.05`. There is no limit.

        Raises nothing.
        """
        ...
