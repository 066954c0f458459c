"""What every implementation of settlement must do."""

from __future__ import annotations

from time import perf_counter

import pytest

from evenly.contracts.settlement import Settlement, Transfer, Unbalanced


def test_one_gives_to_the_other_in_either_trip_order(settlement: Settlement) -> None:
    assert settlement.settle([("Ada", 200), ("Ben", -200)]) == (Transfer("Ben", "Ada", 200),)
    assert settlement.settle([("Ada", -1), ("Ben", 1)]) == (Transfer("Ada", "Ben", 1),)


def test_the_fewest_transfers_pass_over_the_first_receiver(settlement: Settlement) -> None:
    balances = [("Ada", 600), ("Ben", 500), ("Cem", -500), ("Dora", -300), ("Eli", -300)]
    assert settlement.settle(balances) == (
        Transfer("Cem", "Ben", 500),
        Transfer("Dora", "Ada", 300),
        Transfer("Eli", "Ada", 300),
    )


def test_of_several_shortest_lists_trip_order_decides(settlement: Settlement) -> None:
    balances = [("Ada", 600), ("Ben", 500), ("Cem", -500), ("Dora", -300), ("Eli", -300), ("Finn", 300), ("Gus", -300)]
    assert settlement.settle(balances) == (
        Transfer("Cem", "Ben", 500),
        Transfer("Dora", "Ada", 300),
        Transfer("Eli", "Ada", 300),
        Transfer("Gus", "Finn", 300),
    )


def test_equal_pairs_settle_in_trip_order(settlement: Settlement) -> None:
    balances = [("Ada", 100), ("Ben", 100), ("Cem", -100), ("Dora", -100)]
    assert settlement.settle(balances) == (Transfer("Cem", "Ada", 100), Transfer("Dora", "Ben", 100))


def test_a_giver_gives_on_until_nothing_is_owed(settlement: Settlement) -> None:
    balances = [("Ada", -700), ("Ben", 200), ("Cem", -100), ("Dora", 600)]
    assert settlement.settle(balances) == (
        Transfer("Ada", "Ben", 200),
        Transfer("Ada", "Dora", 500),
        Transfer("Cem", "Dora", 100),
    )


def test_each_transfer_decides_who_fits_next(settlement: Settlement) -> None:
    # At first Ben could give to Cem too; after Ada's transfer only Dora keeps the list shortest.
    balances = [("Ada", -100), ("Ben", -400), ("Cem", 400), ("Dora", 400), ("Eli", -300)]
    assert settlement.settle(balances) == (
        Transfer("Ada", "Cem", 100),
        Transfer("Ben", "Dora", 400),
        Transfer("Eli", "Cem", 300),
    )


def test_every_largest_grouping_counts(settlement: Settlement) -> None:
    # Ada may pair with Cem or share a group with Ben and Eli: both give three transfers, and Ben is first.
    balances = [("Ada", -500), ("Ben", 200), ("Cem", 500), ("Dora", -500), ("Eli", 300)]
    assert settlement.settle(balances) == (
        Transfer("Ada", "Ben", 200),
        Transfer("Ada", "Eli", 300),
        Transfer("Dora", "Cem", 500),
    )


def test_a_small_group_outside_every_largest_grouping_does_not_fit(settlement: Settlement) -> None:
    # Ada, Ben and Cem sum to 0, but then only two groups are possible; three pairs are better.
    balances = [("Ada", -500), ("Ben", 200), ("Cem", 300), ("Dora", 500), ("Eli", -300), ("Finn", -200)]
    assert settlement.settle(balances) == (
        Transfer("Ada", "Dora", 500),
        Transfer("Eli", "Cem", 300),
        Transfer("Finn", "Ben", 200),
    )


def test_any_sequence_will_do(settlement: Settlement) -> None:
    assert settlement.settle((("Ada", 200), ("Ben", -200))) == (Transfer("Ben", "Ada", 200),)


def test_even_people_take_no_part(settlement: Settlement) -> None:
    balances = [("Ada", 0), ("Ben", -300), ("Cem", 0), ("Dora", 300)]
    assert settlement.settle(balances) == (Transfer("Ben", "Dora", 300),)


def test_nobody_owes_anything(settlement: Settlement) -> None:
    assert settlement.settle([]) == ()
    assert settlement.settle([("Ada", 0)]) == ()
    assert settlement.settle([("Ada", 0), ("Ben", 0)]) == ()


@pytest.mark.parametrize(
    ("balances", "total"),
    [
        ([("Ada", 300), ("Ben", -299)], 1),
        ([("Ada", -5), ("Ben", 0)], -5),
        ([("Ada", 5)], 5),
        ([("Ada", 10**30 + 1), ("Ben", -(10**30))], 1),
    ],
)
def test_balances_that_do_not_add_up_are_refused(
    settlement: Settlement, balances: list[tuple[str, int]], total: int
) -> None:
    with pytest.raises(Unbalanced) as caught:
        settlement.settle(balances)
    assert caught.value.total == total


def test_cents_of_any_size_stay_exact(settlement: Settlement) -> None:
    large = 10**30
    balances = [("Ada", large + 1), ("Ben", -large), ("Cem", -1)]
    assert settlement.settle(balances) == (Transfer("Ben", "Ada", large), Transfer("Cem", "Ada", 1))


def test_two_entries_with_one_name_are_two_people(settlement: Settlement) -> None:
    balances = [("Ada", -100), ("Ada", 300), ("Ben", -200)]
    assert settlement.settle(balances) == (Transfer("Ada", "Ada", 100), Transfer("Ben", "Ada", 200))


def test_asking_twice_changes_nothing(settlement: Settlement) -> None:
    balances = [("Ada", 300), ("Ben", -100), ("Cem", -200)]
    expected = (Transfer("Ben", "Ada", 100), Transfer("Cem", "Ada", 200))
    assert settlement.settle(balances) == expected
    assert settlement.settle([("Dora", 1), ("Eli", -1)]) == (Transfer("Eli", "Dora", 1),)
    assert settlement.settle(balances) == expected
    assert balances == [("Ada", 300), ("Ben", -100), ("Cem", -200)]


def test_sixteen_people_who_need_fifteen_transfers_take_under_two_seconds(settlement: Settlement) -> None:
    owed = [(f"P{power}", 2**power) for power in range(15)]
    start = perf_counter()
    transfers = settlement.settle([("Ada", 1 - 2**15), *owed])
    seconds = perf_counter() - start
    assert transfers == tuple(Transfer("Ada", name, cents) for name, cents in owed)
    assert seconds < 2


def test_sixteen_people_in_eight_pairs_take_under_two_seconds(settlement: Settlement) -> None:
    owed = [(f"R{power}", 2**power) for power in range(8)]
    owing = [(f"G{power}", -(2**power)) for power in reversed(range(8))]
    start = perf_counter()
    transfers = settlement.settle([*owed, *owing])
    seconds = perf_counter() - start
    assert transfers == tuple(Transfer(f"G{power}", f"R{power}", 2**power) for power in reversed(range(8)))
    assert seconds < 2


def test_sixteen_people_with_many_groups_take_under_two_seconds(settlement: Settlement) -> None:
    owed = [(f"R{cents}", cents) for cents in (3, 5, 7, 11, 13, 17, 19, 23)]
    owing = [(f"G{cents}", -cents) for cents in (2, 4, 6, 8, 9, 10, 12, 47)]
    start = perf_counter()
    transfers = settlement.settle([*owed, *owing])
    seconds = perf_counter() - start
    assert transfers == (
        Transfer("G2", "R3", 2),
        Transfer("G4", "R3", 1),
        Transfer("G4", "R11", 3),
        Transfer("G6", "R5", 5),
        Transfer("G6", "R13", 1),
        Transfer("G8", "R11", 8),
        Transfer("G9", "R19", 9),
        Transfer("G10", "R19", 10),
        Transfer("G12", "R13", 12),
        Transfer("G47", "R7", 7),
        Transfer("G47", "R17", 17),
        Transfer("G47", "R23", 23),
    )
    assert seconds < 2
