"""The split of one expense to the cent."""

from __future__ import annotations

from evenly.contracts.trip import Expense


def shares_of(expense: Expense) -> dict[str, int]:
    """Return the share of each participant; the first in trip order bear the cents left over."""
    each, left_over = divmod(expense.cents, len(expense.participants))
    shares: dict[str, int] = {}
    for position, person in enumerate(expense.participants):
        shares[person] = each + 1 if position < left_over else each
    return shares
