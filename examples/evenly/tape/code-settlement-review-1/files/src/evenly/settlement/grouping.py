"""Which two people may settle next: a table over all subsets of the uneven people.

A subset is a whole number: bit p is set if the person at place p belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence


def first_fitting_pair(cents: Sequence[int]) -> tuple[int, int]:
    """The places of the next giver and receiver; `cents` add up to 0, none is 0, and they are not empty."""
    giver = next(place for place, amount in enumerate(cents) if amount < 0)
    partners = _partners(cents, giver)
    receiver = next(place for place, amount in enumerate(cents) if amount > 0 and partners & (1 << place))
    return giver, receiver


def _partners(cents: Sequence[int], giver: int) -> int:
    """Everybody who shares a group with the giver in some largest grouping, as a subset."""
    sums = _subset_sums(cents)
    most = _most_groups(sums, len(cents))
    everybody = len(sums) - 1
    giver_bit = 1 << giver
    partners = 0
    for group, total in enumerate(sums):
        holds_giver = (group & giver_bit) != 0
        if total == 0 and holds_giver and most[everybody ^ group] + 1 == most[everybody]:
            partners |= group
    return partners


def _subset_sums(cents: Sequence[int]) -> list[int]:
    """The sum of every subset, at the subset's number."""
    sums = [0]
    for amount in cents:
        sums.extend([total + amount for total in sums])
    return sums


def _most_groups(sums: Sequence[int], people: int) -> list[int]:
    """The largest number of groups summing to 0 that each subset holds, at the subset's number."""
    bits = [1 << place for place in range(people)]
    most = [0] * len(sums)
    for subset in range(1, len(sums)):
        groups = 0
        for bit in bits:
            if subset & bit and most[subset ^ bit] > groups:
                groups = most[subset ^ bit]
        if sums[subset] == 0:
            groups += 1
        most[subset] = groups
    return most
