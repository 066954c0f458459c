"""What `reports` promises: every text that shows a trip's figures, and the bytes of the CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from evenly.contracts.trip import Expense, TripValue

Row: TypeAlias = tuple[str, int, int, int]
"""One person: (name, paid, share, balance), in cents of any size; paid and share are 0 or more.

The balance is paid minus share: above 0 the person is owed, below 0 the person owes.
"""

Transfer: TypeAlias = tuple[str, str, int]
"""One transfer: (giver, receiver, cents); cents is 1 or more, of any size."""

Totals: TypeAlias = tuple[int, int, int]
"""What a trip cost: (sum, count, average), each 0 or more; sum and average in cents of any size.

Count is the number of expenses that count. The caller has rounded the average to whole cents.
"""


class Reports(Protocol):
    """Pure operations: none changes what it is given, and the same arguments give the same result. None raises.

    A printed line is returned without its line end. A trip or an expense handed in keeps the promises of the contract
    of `trip`; an expense counts if its `struck` is False. AMOUNT is the text of `Trip.amount_text`. Names stand with
    a comma and a space between. Every value, PATH and a NUMBER of any length too, stands in the text exactly as given.
    Nothing is sorted, merged or left out, except that an expense that does not count is left out where this is said.
    """

    def started(self, path: str, trip: TripValue) -> str:
        """Return `Started PATH with NAME, NAME, ...`: all people in trip order. Raises nothing."""
        ...

    def noted(self, expense: Expense) -> str:
        """Return `Noted NUMBER: PAYER paid AMOUNT for WHAT, shared by NAME, NAME`. Raises nothing.

        The participants stand in the order of the expense. The expense's `struck` makes no difference.
        """
        ...

    def struck(self, expense: Expense) -> str:
        """Return `Struck NUMBER: PAYER paid AMOUNT for WHAT, shared by NAME, NAME`. Raises nothing.

        The participants stand in the order of the expense. The expense's `struck` makes no difference.
        """
        ...

    def listing(self, trip: TripValue) -> tuple[str, ...]:
        """Return a line `NUMBER: PAYER paid AMOUNT for WHAT, shared by NAME, NAME` for each expense that counts.

        They stand in the order of the trip. If none counts, return the one line `No expenses.`. Raises nothing.
        """
        ...

    def balance(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Return a line `NAME paid AMOUNT, share AMOUNT, ` and its ending for each row, in the order given.

        The ending is `is owed AMOUNT` for a balance above 0, `owes AMOUNT` below 0, without a minus sign, and
        `is even` for 0. No rows give no lines. Raises nothing.
        """
        ...

    def settle(self, transfers: Sequence[Transfer]) -> tuple[str, ...]:
        """Return a line `GIVER gives RECEIVER AMOUNT` for each transfer, in the order given; equal ones too.

        If there is none, return the one line `Nobody owes anything.`. Raises nothing.
        """
        ...

    def csv(self, trip: TripValue) -> bytes:
        """Return the whole CSV file: the expenses that count, in the order of the trip. Raises nothing.

        A UTF-8 byte order mark, once; the line `number,payer,amount,what,participants`, always; then a line for each
        expense with the participants in one field. Every line, the last too, ends with CR LF. A field with a comma
        or a double quote stands in double quotes, with each double quote inside doubled; every other field is bare.
        """
        ...

    def wrote(self, path: str, trip: TripValue) -> str:
        """Return `Wrote PATH, expenses: COUNT`: the number of expenses that count, 0 too. Raises nothing."""
        ...

    def total(self, totals: Totals) -> str:
        """Return `Total SUM, expenses: COUNT, average per person AVERAGE`. Raises nothing.

        SUM and AVERAGE are written as AMOUNT, COUNT in digits without grouping. All three are shown as given, zeros
        too; none is computed from the others.
        """
        ...
