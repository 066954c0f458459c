"""What every implementation of `balances` must do."""

from __future__ import annotations

from dataclasses import replace

from evenly.contracts.balances import Balance, Balances
from evenly.contracts.trip import Expense, TripValue

FOUR = ("Ada", "Ben", "Cem", "Dora")


def trip_of(people: tuple[str, ...], *entries: tuple[str, int, tuple[str, ...]]) -> TripValue:
    """A trip with an expense for each (payer, cents, participants), numbered from 1."""
    expenses = tuple(
        Expense(str(number), payer, cents, "dinner", participants)
        for number, (payer, cents, participants) in enumerate(entries, start=1)
    )
    return TripValue(people, expenses)


def test_without_expenses_everybody_is_even_with_nothing(balances: Balances) -> None:
    assert balances.compute(TripValue(("Ada", "Ben"))) == (Balance("Ada", 0, 0, 0), Balance("Ben", 0, 0, 0))


def test_an_amount_that_divides_is_split_equally(balances: Balances) -> None:
    trip = trip_of(("Ada", "Ben"), ("Ben", 1000, ("Ada", "Ben")))
    assert balances.compute(trip) == (Balance("Ada", 0, 500, -500), Balance("Ben", 1000, 500, 500))


def test_cents_left_over_go_to_the_first_in_trip_order_whoever_paid(balances: Balances) -> None:
    assert balances.compute(trip_of(FOUR, ("Dora", 1250, FOUR))) == (
        Balance("Ada", 0, 313, -313),
        Balance("Ben", 0, 313, -313),
        Balance("Cem", 0, 312, -312),
        Balance("Dora", 1250, 312, 938),
    )


def test_each_expense_is_split_by_itself_and_who_is_in_none_is_even(balances: Balances) -> None:
    three = ("Ada", "Ben", "Cem")
    assert balances.compute(trip_of(FOUR, ("Ada", 1000, three), ("Ben", 1000, three))) == (
        Balance("Ada", 1000, 668, 332),
        Balance("Ben", 1000, 666, 334),
        Balance("Cem", 0, 666, -666),
        Balance("Dora", 0, 0, 0),
    )


def test_cents_left_over_go_to_participants_only(balances: Balances) -> None:
    assert balances.compute(trip_of(FOUR, ("Ben", 1001, ("Ben", "Dora")))) == (
        Balance("Ada", 0, 0, 0),
        Balance("Ben", 1001, 501, 500),
        Balance("Cem", 0, 0, 0),
        Balance("Dora", 0, 500, -500),
    )


def test_a_payer_who_takes_no_part_has_no_share(balances: Balances) -> None:
    trip = trip_of(("Ada", "Ben", "Cem"), ("Ada", 301, ("Ben", "Cem")))
    assert balances.compute(trip) == (
        Balance("Ada", 301, 0, 301),
        Balance("Ben", 0, 151, -151),
        Balance("Cem", 0, 150, -150),
    )


def test_who_pays_for_oneself_alone_is_even(balances: Balances) -> None:
    trip = trip_of(("Ada", "Ben"), ("Ben", 777, ("Ben",)))
    assert balances.compute(trip) == (Balance("Ada", 0, 0, 0), Balance("Ben", 777, 777, 0))


def test_an_amount_below_the_number_of_participants_leaves_shares_of_nothing(balances: Balances) -> None:
    assert balances.compute(trip_of(FOUR, ("Dora", 1, FOUR))) == (
        Balance("Ada", 0, 1, -1),
        Balance("Ben", 0, 0, 0),
        Balance("Cem", 0, 0, 0),
        Balance("Dora", 1, 0, 1),
    )


def test_the_order_is_that_of_the_trip_not_of_the_alphabet(balances: Balances) -> None:
    people = ("Zoe", "ada", "Ben")
    assert balances.compute(trip_of(people, ("Ben", 100, people))) == (
        Balance("Zoe", 0, 34, -34),
        Balance("ada", 0, 33, -33),
        Balance("Ben", 100, 33, 67),
    )


def test_a_struck_expense_counts_nowhere_and_the_others_still_count(balances: Balances) -> None:
    trip = trip_of(("Ada", "Ben"), ("Ada", 501, ("Ada", "Ben")), ("Ben", 200, ("Ada",)))
    struck = replace(trip, expenses=(replace(trip.expenses[0], struck=True), trip.expenses[1]))
    assert balances.compute(struck) == (Balance("Ada", 0, 200, -200), Balance("Ben", 200, 0, 200))


def test_with_all_expenses_struck_everybody_is_even_with_nothing(balances: Balances) -> None:
    trip = TripValue(("Ada", "Ben"), (Expense("1", "Ada", 501, "dinner", ("Ada", "Ben"), struck=True),))
    assert balances.compute(trip) == (Balance("Ada", 0, 0, 0), Balance("Ben", 0, 0, 0))


def test_equal_expenses_count_each_and_large_sums_are_exact(balances: Balances) -> None:
    trip = trip_of(("Ada", "Ben"), *[("Ada", 99999999, ("Ada", "Ben"))] * 1000)
    assert balances.compute(trip) == (
        Balance("Ada", 99999999000, 50000000000, 49999999000),
        Balance("Ben", 0, 49999999000, -49999999000),
    )


def test_sixteen_people_share_to_the_cent_and_nets_add_up_to_nothing(balances: Balances) -> None:
    people = tuple("ABCDEFGHIJKLMNOP")
    result = balances.compute(trip_of(people, ("P", 1007, people), ("C", 10, people[1:4])))
    assert [balance.share for balance in result] == [63, 67, 66, 66, *[63] * 11, 62]
    assert [balance.paid for balance in result] == [0, 0, 10, *[0] * 12, 1007]
    assert sum(balance.net for balance in result) == 0


def test_asking_twice_gives_the_same_and_trips_do_not_mix(balances: Balances) -> None:
    trip = trip_of(("Ada", "Ben"), ("Ada", 3, ("Ada", "Ben")))
    expected = (Balance("Ada", 3, 2, 1), Balance("Ben", 0, 1, -1))
    assert balances.compute(trip) == expected
    assert balances.compute(TripValue(("Ben", "Cem"))) == (Balance("Ben", 0, 0, 0), Balance("Cem", 0, 0, 0))
    assert balances.compute(trip) == expected
