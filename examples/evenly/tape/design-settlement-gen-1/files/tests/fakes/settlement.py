"""Fake of settlement: it tries each receiver and counts the transfers that would be left."""

from __future__ import annotations

from collections.abc import Sequence

from evenly.contracts.settlement import Balance, Settlement, Transfer, Unbalanced


def fewest(cents: list[int]) -> int:
    """How many transfers settle these: one for each uneven person, less one for each group that sums to 0."""
    uneven = [value for value in cents if value]
    sums, groups = [0], [0]
    for value in uneven:
        sums += [value + other for other in sums]
    for people in range(1, len(sums)):
        most, rest = 0, people
        while rest:
            one = rest & -rest
            rest ^= one
            if groups[people ^ one] > most:
                most = groups[people ^ one]
        groups.append(most + (sums[people] == 0))
    return len(uneven) - groups[-1]


class FakeSettlement:
    def settle(self, balances: Sequence[Balance]) -> tuple[Transfer, ...]:
        names = [name for name, _ in balances]
        cents = [value for _, value in balances]
        if sum(cents):
            raise Unbalanced(sum(cents))
        transfers: list[Transfer] = []
        while any(cents):
            giver = next(place for place, value in enumerate(cents) if value < 0)
            receivers = [place for place, value in enumerate(cents) if value > 0]
            left = fewest(cents) - 1 if len(receivers) > 1 else 0
            for receiver in receivers:
                amount = min(-cents[giver], cents[receiver])
                after = list(cents)
                after[giver] += amount
                after[receiver] -= amount
                if len(receivers) == 1 or fewest(after) == left:
                    break
            cents = after
            transfers.append(Transfer(names[giver], names[receiver], amount))
        return tuple(transfers)


def create() -> Settlement:
    return FakeSettlement()
