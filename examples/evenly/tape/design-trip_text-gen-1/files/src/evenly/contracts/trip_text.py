"""What `trip_text` promises: the trip file's format, between the bytes of a file and a trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from evenly.contracts.trip import Expense, Number, TripValue


@dataclass(eq=False)
class BrokenLine(Exception):
    """The bytes do not have the form of a trip file. `line` is the first such line, counted from 1.

    `reason` is its REASON of R-016; values stand in it exactly as the file has them, control characters too.
    """

    line: int
    reason: str


@dataclass(eq=False)
class UnfitExpense(Exception):
    """A call does not fit the file: `number` cannot be added to it or struck in it."""

    number: Number


class TripText(Protocol):
    """Pure operations on the bytes of a trip file. The same arguments give the same result; none touches a file.

    An operation that raises has made nothing. The format never changes: bytes that can be read today stay readable.
    """

    def read(self, data: bytes) -> TripValue:
        """Return the trip in the bytes of a whole trip file, with struck expenses, in the order of the lines.

        Raises BrokenLine for the first line with a fault, with the first reason that fits it. A file without line 1
        or 2 is broken in that line, and the reason is `expected: ` and its form.
        """
        ...

    def created(self, trip: TripValue) -> bytes:
        """Return the bytes of a new trip file with all of `trip`, a trip that `Trip.start` returned or one with more.

        `read` of the result gives `trip` again. Raises nothing.
        """
        ...

    def added(self, data: bytes, expense: Expense) -> bytes:
        """Return `data`, unchanged, followed by one line for `expense`, which `Trip.note` made for `read(data)`.

        `read` of the result gives the same trip with `expense` at the end.
        Raises BrokenLine as `read(data)` does; then UnfitExpense if its number is not above the last in `data`.
        """
        ...

    def struck(self, data: bytes, number: Number) -> bytes:
        """Return `data` with the word `expense` of the line with that number made `struck`, all else unchanged.

        `read` of the result gives the same trip with that expense struck.
        Raises BrokenLine as `read(data)` does; then UnfitExpense if no expense that counts has a number written
        exactly like `number`, so also at the second call.
        """
        ...
