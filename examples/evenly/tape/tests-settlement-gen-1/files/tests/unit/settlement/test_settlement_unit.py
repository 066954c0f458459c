"""Unit tests of settlement. Every expected list is worked out by hand from R-001, R-002 and R-012."""

from __future__ import annotations

from collections import deque

import pytest

from evenly.contracts.settlement import Balance, Settlement, Transfer, Unbalanced


def test_r001_the_acceptance_trip_takes_three_transfers_with_even_people_in_between(settlement: Settlement) -> None:
    balances = [
        ("Ivy", 0),
        ("Ada", 600),
        ("Ben", 500),
        ("Jon", 0),
        ("Cem", -500),
        ("Dora", -300),
        ("Eli", -300),
        ("Kim", 0),
    ]
    assert settlement.settle(balances) == (
        Transfer("Cem", "Ben", 500),
        Transfer("Dora", "Ada", 300),
        Transfer("Eli", "Ada", 300),
    )


def test_r001_the_acceptance_trip_in_reverse_trip_order_still_takes_three_transfers(settlement: Settlement) -> None:
    balances = [("Eli", -300), ("Dora", -300), ("Cem", -500), ("Ben", 500), ("Ada", 600)]
    assert settlement.settle(balances) == (
        Transfer("Eli", "Ada", 300),
        Transfer("Dora", "Ada", 300),
        Transfer("Cem", "Ben", 500),
    )


def test_r001_three_interleaved_groups_without_any_pair_are_found(settlement: Settlement) -> None:
    # The only three groups: 40 = 25 + 15, 20 = 9 + 11, 10 = 3 + 7. Nine people less three groups: six transfers.
    balances = [
        ("Ada", 40),
        ("Ben", 20),
        ("Cem", 10),
        ("Dora", -9),
        ("Eli", -25),
        ("Finn", -3),
        ("Gus", -11),
        ("Hal", -7),
        ("Ivy", -15),
    ]
    assert settlement.settle(balances) == (
        Transfer("Dora", "Ben", 9),
        Transfer("Eli", "Ada", 25),
        Transfer("Finn", "Cem", 3),
        Transfer("Gus", "Ben", 11),
        Transfer("Hal", "Cem", 7),
        Transfer("Ivy", "Ada", 15),
    )


def test_r001_people_who_form_one_group_only_take_one_transfer_less_than_people(settlement: Settlement) -> None:
    balances = [("Ada", 700), ("Ben", 400), ("Cem", -600), ("Dora", -500)]
    assert settlement.settle(balances) == (
        Transfer("Cem", "Ada", 600),
        Transfer("Dora", "Ada", 100),
        Transfer("Dora", "Ben", 400),
    )


def test_r001_one_who_owes_everybody_gives_to_each_in_trip_order(settlement: Settlement) -> None:
    balances = [("Ada", 300), ("Ben", 100), ("Cem", -600), ("Dora", 200)]
    assert settlement.settle(balances) == (
        Transfer("Cem", "Ada", 300),
        Transfer("Cem", "Ben", 100),
        Transfer("Cem", "Dora", 200),
    )


def test_r001_single_cents_are_settled(settlement: Settlement) -> None:
    balances = [("Ada", -1), ("Ben", 2), ("Cem", -1)]
    assert settlement.settle(balances) == (Transfer("Ada", "Ben", 1), Transfer("Cem", "Ben", 1))


def test_r002_the_acceptance_trip_gives_one_list_however_the_entries_are_held(settlement: Settlement) -> None:
    balances: deque[Balance] = deque(
        [("Ada", 600), ("Ben", 500), ("Cem", -500), ("Dora", -300), ("Eli", -300), ("Finn", 300), ("Gus", -300)]
    )
    assert settlement.settle(balances) == (
        Transfer("Cem", "Ben", 500),
        Transfer("Dora", "Ada", 300),
        Transfer("Eli", "Ada", 300),
        Transfer("Gus", "Finn", 300),
    )


def test_r002_the_first_who_owes_gives_first_however_little_it_is(settlement: Settlement) -> None:
    balances = [("Ada", -1), ("Ben", 1000), ("Cem", -999)]
    assert settlement.settle(balances) == (Transfer("Ada", "Ben", 1), Transfer("Cem", "Ben", 999))


def test_r002_the_first_who_is_owed_receives_first_however_little_it_is(settlement: Settlement) -> None:
    balances = [("Ada", 10), ("Ben", 990), ("Cem", -1000)]
    assert settlement.settle(balances) == (Transfer("Cem", "Ada", 10), Transfer("Cem", "Ben", 990))


@pytest.mark.parametrize(
    ("balances", "expected"),
    [
        (
            [("Zoe", -100), ("Yan", -100), ("Xia", 100), ("Wim", 100)],
            (Transfer("Zoe", "Xia", 100), Transfer("Yan", "Wim", 100)),
        ),
        (
            [("Zoe", -100), ("Yan", -100), ("Wim", 100), ("Xia", 100)],
            (Transfer("Zoe", "Wim", 100), Transfer("Yan", "Xia", 100)),
        ),
        (
            [("Wim", 100), ("Yan", -100), ("Xia", 100), ("Zoe", -100)],
            (Transfer("Yan", "Wim", 100), Transfer("Zoe", "Xia", 100)),
        ),
    ],
)
def test_r002_trip_order_decides_and_not_the_alphabet(
    settlement: Settlement, balances: list[Balance], expected: tuple[Transfer, ...]
) -> None:
    assert settlement.settle(balances) == expected


def test_r002_the_first_receiver_fits_although_a_later_giver_pairs_with_it_exactly(settlement: Settlement) -> None:
    # Cem may pair with Ada or with Dora; both leave two groups, so Ben may give to Ada, who comes first.
    balances = [("Ada", 500), ("Ben", -200), ("Cem", -500), ("Dora", 500), ("Eli", -300)]
    assert settlement.settle(balances) == (
        Transfer("Ben", "Ada", 200),
        Transfer("Cem", "Dora", 500),
        Transfer("Eli", "Ada", 300),
    )


def test_r002_a_transfer_rules_out_a_receiver_who_fitted_before(settlement: Settlement) -> None:
    # At first Dora fits Ada too (700 = 300 + 400); after Cem's transfer only Ben keeps the list shortest for Dora.
    balances = [("Ada", 700), ("Ben", 500), ("Cem", -300), ("Dora", -300), ("Eli", -200), ("Finn", -400)]
    assert settlement.settle(balances) == (
        Transfer("Cem", "Ada", 300),
        Transfer("Dora", "Ben", 300),
        Transfer("Eli", "Ben", 200),
        Transfer("Finn", "Ada", 400),
    )
    )


def test_r002_sixteen_people_with_equal_amounts_pair_up_in_trip_order(settlement: Settlement) -> None:
    owing = [("G1", -5), ("G2", -5), ("G3", -5), ("G4", -5), ("G5", -5), ("G6", -5), ("G7", -5), ("G8", -5)]
    owed = [("R1", 5), ("R2", 5), ("R3", 5), ("R4", 5), ("R5", 5), ("R6", 5), ("R7", 5), ("R8", 5)]
    assert settlement.settle([*owing, *owed]) == (
        Transfer("G1", "R1", 5),
        Transfer("G2", "R2", 5),
        Transfer("G3", "R3", 5),
        Transfer("G4", "R4", 5),
        Transfer("G5", "R5", 5),
        Transfer("G6", "R6", 5),
        Transfer("G7", "R7", 5),
        Transfer("G8", "R8", 5),
    )


def test_seventeen_people_are_not_refused(settlement: Settlement) -> None:
    owed = [(f"P{number}", 1) for number in range(1, 17)]
    expected = tuple(Transfer("Ada", f"P{number}", 1) for number in range(1, 17))
    assert settlement.settle([("Ada", -16), *owed]) == expected


@pytest.mark.parametrize(
    "balances",
    [
        (),
        (("Ada", 0), ("Ben", 0)),
        (("Ada", 0), ("Ada", 0), ("", 0)),
        tuple((f"P{number}", 0) for number in range(1, 17)),
    ],
)
def test_r012_nobody_gives_while_everybody_is_even(settlement: Settlement, balances: tuple[Balance, ...]) -> None:
    assert settlement.settle(balances) == ()


@pytest.mark.parametrize(
    ("balances", "total"),
    [
        ([("Ada", 1)], 1),
        ([("Ada", -1)], -1),
        ([("Ada", 100), ("Ben", 200)], 300),
        ([("Ada", -100), ("Ben", -200)], -300),
        ([("Ada", 0), ("Ben", 0), ("Cem", 1)], 1),
        ([("Ada", 100), ("Ben", -100), ("Cem", 50)], 50),
        ([("Ada", 300), ("Ben", -100), ("Cem", -100), ("Dora", -101)], -1),
        ([("Ada", 9007199254740993), ("Ben", -9007199254740992)], 1),
    ],
)
def test_refuses_balances_that_do_not_add_up_and_tells_their_signed_total(
    settlement: Settlement, balances: list[Balance], total: int
) -> None:
    with pytest.raises(Unbalanced) as caught:
        settlement.settle(balances)
    assert caught.value.total == total


def test_a_refusal_leaves_the_argument_as_it_was(settlement: Settlement) -> None:
    balances = [("Ada", 300), ("Ben", 0), ("Cem", -200)]
    with pytest.raises(Unbalanced):
        settlement.settle(balances)
    assert balances == [("Ada", 300), ("Ben", 0), ("Cem", -200)]


def test_a_refusal_leaves_no_trace_in_the_next_answer(settlement: Settlement) -> None:
    with pytest.raises(Unbalanced):
        settlement.settle([("Ada", 300), ("Ben", -200)])
    assert settlement.settle([("Ada", 300), ("Ben", -300)]) == (Transfer("Ben", "Ada", 300),)


def test_a_list_changed_after_the_call_gets_a_new_answer_and_keeps_the_old_one(settlement: Settlement) -> None:
    balances = [("Ada", 300), ("Ben", -300)]
    before = settlement.settle(balances)
    balances[:] = [("Ada", -50), ("Ben", 50)]
    after = settlement.settle(balances)
    assert (before, after) == ((Transfer("Ben", "Ada", 300),), (Transfer("Ada", "Ben", 50),))


def test_r001_amounts_that_differ_by_one_cent_beyond_floating_point_find_their_pairs(settlement: Settlement) -> None:
    balances = [
        ("Ada", -9007199254740993),
        ("Ben", 9007199254740992),
        ("Cem", 9007199254740993),
        ("Dora", -9007199254740992),
    ]
    assert settlement.settle(balances) == (
        Transfer("Ada", "Cem", 9007199254740993),
        Transfer("Dora", "Ben", 9007199254740992),
    )


def test_two_givers_with_one_name_give_separately(settlement: Settlement) -> None:
    balances = [("Ada", -100), ("Ben", 200), ("Ada", -100)]
    assert settlement.settle(balances) == (Transfer("Ada", "Ben", 100), Transfer("Ada", "Ben", 100))


def test_entries_with_one_name_do_not_cancel_out(settlement: Settlement) -> None:
    assert settlement.settle([("Ada", 100), ("Ada", -100)]) == (Transfer("Ada", "Ada", 100),)


@pytest.mark.parametrize(
    ("giver", "receiver"),
    [
        ("", " "),
        ("  Zo\u00eb  B. ", "zo\u00eb b."),
        ("Jos\u00e9", "Jose\u0301"),
        ("Ada\nBen", "Ada\tBen"),
        ("x" * 10000, "\u674e\u96f7"),
    ],
)
def test_names_are_handed_on_letter_for_letter(settlement: Settlement, giver: str, receiver: str) -> None:
    assert settlement.settle([(giver, -7), (receiver, 7)]) == (Transfer(giver, receiver, 7),)
