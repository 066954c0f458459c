"""Counting: the number that the next expense gets."""

from __future__ import annotations

from evenly.contracts.trip import Expense, Number


def next_number(expenses: tuple[Expense, ...]) -> Number:
    """Return the number of the last expense plus 1, or 1 if there is none."""
    if not expenses:
        return "1"
    return _add_one(expenses[-1].number)


def _add_one(number: Number) -> Number:
    """Return the number plus 1, as text: Python does not turn very long digits into int."""
    before_nines = number.rstrip("9")
    zeros = "0" * (len(number) - len(before_nines))
    if not before_nines:
        return "1" + zeros
    raised = str(int(before_nines[-1]) + 1)
    return before_nines[:-1] + raised + zeros
