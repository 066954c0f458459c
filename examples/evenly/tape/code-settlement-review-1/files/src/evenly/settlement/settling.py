"""Transfer after transfer, until everybody is even."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evenly.contracts.settlement import Balance, Transfer, Unbalanced
from evenly.settlement.grouping import first_fitting_pair


class ExactSettlement:
    """Settles in the order of R-002; before each transfer all largest groupings count anew."""

    def settle(self, balances: Sequence[Balance]) -> tuple[Transfer, ...]:
        """The fewest transfers after which everybody is even, in the order in which to print them.

        Raises `Unbalanced` before anything else if the cents do not add up to 0.
        """
        _check_sum(balances)
        transfers: list[Transfer] = []
        uneven = _uneven(balances)
        while uneven:
            giver, receiver = first_fitting_pair([cents for _, cents in uneven])
            giver_name, giver_cents = uneven[giver]
            receiver_name, receiver_cents = uneven[receiver]
            amount = min(-giver_cents, receiver_cents)
            transfers.append(Transfer(giver_name, receiver_name, amount))
            uneven[giver] = (giver_name, giver_cents + amount)
            uneven[receiver] = (receiver_name, receiver_cents - amount)
            uneven = _uneven(uneven)
        return tuple(transfers)


def _check_sum(balances: Iterable[Balance]) -> None:
    total = sum(cents for _, cents in balances)
    if total != 0:
        raise Unbalanced(total)


def _uneven(balances: Iterable[Balance]) -> list[Balance]:
    return [(name, cents) for name, cents in balances if cents != 0]
