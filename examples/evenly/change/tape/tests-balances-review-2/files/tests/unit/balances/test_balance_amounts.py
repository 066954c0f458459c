"""Unit tests of `balances`: the split to the cent, the sums a person, the total, and trips in which nothing counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evenly.contracts.balances import Balance, Balances, Total
from evenly.contracts.trip import Expense, Trip, TripValue

FOUR = ("Ada", "Ben", "Cem", "Dora")
SIXTEEN = tuple("ABCDEFGHIJKLMNOP")


def noted(
    trip: Trip,
    value: TripValue,
    payer: str,
    amount: str,
    what: str,
    for_names: str | None,
) -> TripValue:
    """The trip with one more expense, as `add` would note it."""
    return replace(
        value,
        expenses=(*value.expenses, trip.note(value, payer, amount, what, for_names)),
    )


def struck(trip: Trip, value: TripValue, number: str) -> TripValue:
    """The trip with the expense of that number struck."""
    gone = trip.strike(value, number)
    return replace(
        value,
        expenses=tuple(gone if one.number == number else one for one in value.expenses),
    )


def trip_of(
    people: tuple[str, ...], *entries: tuple[str, int, tuple[str, ...]]
) -> TripValue:
    """A trip with an expense for each (payer, cents, participants), numbered from 1."""
    expenses = (
        Expense(str(at), payer, cents, "taxi", who)
        for at, (payer, cents, who) in enumerate(entries, 1)
    )
    return TripValue(people, tuple(expenses))


def texts(trip: Trip, result: tuple[Balance, ...]) -> list[tuple[str, str, str, str]]:
    """Person, paid, share and net, the amounts as they are printed."""
    return [
        (
            b.person,
            trip.amount_text(b.paid),
            trip.amount_text(b.share),
            trip.amount_text(b.net),
        )
        for b in result
    ]


def total_texts(trip: Trip, result: Total) -> tuple[str, int, str]:
    """Sum, number and average, the amounts as they are printed."""
    return (trip.amount_text(result.sum), result.count, trip.amount_text(result.average))


def test_r005_dinner_named_backwards_gives_the_cents_left_over_in_trip_order(
    balances: Balances, trip: Trip
) -> None:
    """R-005: the acceptance example."""
    value = noted(trip, trip.start(FOUR), "Dora", "12.50", "dinner", "Dora,Cem,Ben,Ada")
    assert texts(trip, balances.compute(value)) == [
        ("Ada", "0.00", "3.13", "-3.13"),
        ("Ben", "0.00", "3.13", "-3.13"),
        ("Cem", "0.00", "3.12", "-3.12"),
        ("Dora", "12.50", "3.12", "9.38"),
    ]


@pytest.mark.parametrize("for_names", ["Ben,Cem,Dora", "Dora,Cem,Ben", "Cem,Dora,Ben"])
def test_r005_the_order_of_the_names_in_for_does_not_matter(
    balances: Balances, trip: Trip, for_names: str
) -> None:
    """R-005: two cents left over go to Ben and Cem, in whatever order `--for` names them."""
    value = noted(trip, trip.start(FOUR), "Ada", "0.05", "bread", for_names)
    assert [one.share for one in balances.compute(value)] == [0, 2, 2, 1]


@pytest.mark.parametrize(
    ("cents", "shares"),
    [
        (2, [1, 1, 0, 0]),
        (3, [1, 1, 1, 0]),
        (4, [1, 1, 1, 1]),
        (5, [2, 1, 1, 1]),
        (6, [2, 2, 1, 1]),
        (7, [2, 2, 2, 1]),
        (8, [2, 2, 2, 2]),
    ],
)
def test_r005_each_cent_left_over_goes_to_one_person(
    balances: Balances, cents: int, shares: list[int]
) -> None:
    """R-005: none to three cents left over among four people."""
    assert [
        one.share for one in balances.compute(trip_of(FOUR, ("Ben", cents, FOUR)))
    ] == shares


@pytest.mark.parametrize(
    ("payer", "nets"),
    [
        ("Ada", [751, -251, -250, -250]),
        ("Ben", [-251, 751, -250, -250]),
        ("Cem", [-251, -251, 752, -250]),
        ("Dora", [-251, -251, -250, 752]),
    ],
)
def test_r005_who_paid_does_not_change_the_shares(
    balances: Balances, payer: str, nets: list[int]
) -> None:
    """R-005: 10.02 for four is 251, 251, 250, 250, whoever paid."""
    assert [
        one.net for one in balances.compute(trip_of(FOUR, (payer, 1002, FOUR)))
    ] == nets


@pytest.mark.parametrize(
    ("people", "shares"),
    [
        (SIXTEEN[:2], [50000000, 49999999]),
        (SIXTEEN[:3], [33333333, 33333333, 33333333]),
        (SIXTEEN[:7], [14285715, *[14285714] * 6]),
        (SIXTEEN, [*[6250000] * 15, 6249999]),
    ],
)
def test_r005_the_largest_amount_is_split_to_the_cent(
    balances: Balances, people: tuple[str, ...], shares: list[int]
) -> None:
    """R-005: 999999.99 among 2, 3, 7 and 16 people."""
    assert [
        one.share for one in balances.compute(trip_of(people, ("B", 99999999, people)))
    ] == shares


def test_r005_another_trip_order_gives_the_cents_left_over_to_others(
    balances: Balances,
) -> None:
    """R-005: trip order decides, not the alphabet."""
    people = ("Dora", "Cem", "Ben", "Ada")
    assert balances.compute(trip_of(people, ("Ada", 6, people))) == (
        Balance("Dora", 0, 2, -2),
        Balance("Cem", 0, 2, -2),
        Balance("Ben", 0, 1, -1),
        Balance("Ada", 6, 1, 5),
    )


def test_r006_ferry_and_dinner_give_the_amounts_of_the_example(
    balances: Balances, trip: Trip
) -> None:
    """R-006: the acceptance example."""
    value = noted(trip, trip.start(FOUR), "Ada", "10", "ferry", "Ada,Ben,Cem")
    value = noted(trip, value, "Ben", "10", "dinner", "Ada,Ben,Cem")
    assert texts(trip, balances.compute(value)) == [
        ("Ada", "10.00", "6.68", "3.32"),
        ("Ben", "10.00", "6.66", "3.34"),
        ("Cem", "0.00", "6.66", "-6.66"),
        ("Dora", "0.00", "0.00", "0.00"),
    ]


def test_r005_r006_three_single_cents_all_fall_to_the_first_person(
    balances: Balances,
) -> None:
    """R-005, R-006: each expense is split by itself; the total of 3 cents is never split."""
    three = ("Ada", "Ben", "Cem")
    assert balances.compute(
        trip_of(three, ("Cem", 1, three), ("Cem", 1, three), ("Cem", 1, three))
    ) == (
        Balance("Ada", 0, 3, -3),
        Balance("Ben", 0, 0, 0),
        Balance("Cem", 3, 0, 3),
    )


def test_r006_several_payers_and_groups_are_summed_for_each_person(
    balances: Balances,
) -> None:
    """R-006: 25.00 each, then 6.67, 6.67, 6.66 for three, then 3.78, 3.77 for two."""
    value = trip_of(
        FOUR,
        ("Ben", 10000, FOUR),
        ("Cem", 2000, ("Ada", "Cem", "Dora")),
        ("Dora", 755, ("Ben", "Dora")),
    )
    assert balances.compute(value) == (
        Balance("Ada", 0, 3167, -3167),
        Balance("Ben", 10000, 2878, 7122),
        Balance("Cem", 2000, 3167, -1167),
        Balance("Dora", 755, 3543, -2788),
    )


def test_r006_who_paid_exactly_their_share_is_even(balances: Balances) -> None:
    """R-006: paid and share stay 10.00 although the net is nothing."""
    two = ("Ada", "Ben")
    assert balances.compute(trip_of(two, ("Ada", 1000, two), ("Ben", 1000, two))) == (
        Balance("Ada", 1000, 1000, 0),
        Balance("Ben", 1000, 1000, 0),
    )


def test_r006_people_who_treat_each_other_to_the_same_amount_are_even(
    balances: Balances,
) -> None:
    """R-006: nobody has a share in what they paid for the other."""
    assert balances.compute(
        trip_of(("Ada", "Ben"), ("Ada", 401, ("Ben",)), ("Ben", 401, ("Ada",)))
    ) == (
        Balance("Ada", 401, 401, 0),
        Balance("Ben", 401, 401, 0),
    )


def test_r006_a_single_cent_is_owed(balances: Balances) -> None:
    """R-006: the smallest amounts that are not even have opposite signs."""
    assert balances.compute(trip_of(("Ada", "Ben"), ("Ben", 1, ("Ada",)))) == (
        Balance("Ada", 0, 1, -1),
        Balance("Ben", 1, 0, 1),
    )


def test_r006_a_sum_may_be_one_cent_above_the_largest_amount(
    balances: Balances,
) -> None:
    """R-006: sums have no limit, only a single expense has."""
    assert balances.compute(
        trip_of(("Ada", "Ben"), ("Ada", 99999999, ("Ben",)), ("Ada", 1, ("Ben",)))
    ) == (
        Balance("Ada", 100000000, 0, 100000000),
        Balance("Ben", 0, 100000000, -100000000),
    )


def test_r006_tenths_add_up_without_drift(balances: Balances, trip: Trip) -> None:
    """R-006: 0.10 and 0.20 are exactly 0.30."""
    value = noted(trip, trip.start(("Ada", "Ben")), "Ada", "0.10", "tea", "Ben")
    value = noted(trip, value, "Ada", "0.20", "cake", "Ben")
    assert balances.compute(value) == (
        Balance("Ada", 30, 0, 30),
        Balance("Ben", 0, 30, -30),
    )


def test_r006_an_expense_for_everybody_has_a_line_for_each_of_sixteen(
    balances: Balances, trip: Trip
) -> None:
    """R-006: 0.17 for the largest trip, in trip order."""
    value = noted(trip, trip.start(SIXTEEN), "P", "0.17", "map", None)
    result = balances.compute(value)
    nets = [(one.person, one.net) for one in result]
    assert nets == [("A", -2), *[(name, -1) for name in "BCDEFGHIJKLMNO"], ("P", 16)]


def test_r012_a_new_trip_has_everybody_even(balances: Balances, trip: Trip) -> None:
    """R-012: the acceptance example, nothing noted."""
    assert texts(trip, balances.compute(trip.start(("Ada", "Ben")))) == [
        ("Ada", "0.00", "0.00", "0.00"),
        ("Ben", "0.00", "0.00", "0.00"),
    ]


def test_r012_striking_the_only_expenses_makes_everybody_even_again(
    balances: Balances, trip: Trip
) -> None:
    """R-012: no expense counts, although two are in the trip."""
    value = noted(trip, trip.start(("Ada", "Ben")), "Ada", "5.01", "taxi", None)
    value = noted(trip, value, "Ben", "7", "lunch", "Ada")
    value = struck(trip, struck(trip, value, "1"), "2")
    assert balances.compute(value) == (Balance("Ada", 0, 0, 0), Balance("Ben", 0, 0, 0))


def test_r006_of_two_equal_expenses_the_one_not_struck_still_counts(
    balances: Balances, trip: Trip
) -> None:
    """R-006: the expenses differ in their number only."""
    value = noted(trip, trip.start(("Ada", "Ben")), "Ben", "0.03", "stamp", None)
    value = struck(trip, noted(trip, value, "Ben", "0.03", "stamp", None), "1")
    assert balances.compute(value) == (
        Balance("Ada", 0, 2, -2),
        Balance("Ben", 3, 1, 2),
    )


def test_r006_recalled_expenses_with_gaps_and_long_numbers_count(
    balances: Balances, trip: Trip
) -> None:
    """R-006: the number says nothing about what counts; only the mark `struck` does."""
    start = trip.start(("Ada", "Ben"))
    first = trip.recall(start, "7", "Ada", "2.00", "Ben,Ada", "bus", struck=True)
    second = trip.recall(
        start,
        "123456789012345678901234567890",
        "Ben",
        "3.01",
        "Ben,Ada",
        "bus",
        struck=False,
    )
    assert balances.compute(replace(start, expenses=(first, second))) == (
        Balance("Ada", 0, 151, -151),
        Balance("Ben", 301, 150, 151),
    )


@pytest.mark.parametrize(
    "what",
    ["Ada", "Caf\u00e9 in Z\u00fcrich", "two  words", "100.00", "struck", "x" * 60],
)
def test_r006_the_description_changes_no_amount(balances: Balances, what: str) -> None:
    """R-006: only payer, amount and participants count."""
    value = TripValue(("Ada", "Ben"), (Expense("1", "Ben", 101, what, ("Ada", "Ben")),))
    assert balances.compute(value) == (
        Balance("Ada", 0, 51, -51),
        Balance("Ben", 101, 50, 51),
    )


def test_r006_names_that_begin_alike_are_different_people(balances: Balances) -> None:
    """R-006: a name is compared as a whole."""
    people = ("Annabel", "Anna", "Ann")
    assert balances.compute(trip_of(people, ("Ann", 301, ("Annabel", "Anna")))) == (
        Balance("Annabel", 0, 151, -151),
        Balance("Anna", 0, 150, -150),
        Balance("Ann", 301, 0, 301),
    )


def test_r006_the_trip_is_left_as_it_was(balances: Balances) -> None:
    """R-006: looking changes neither people nor expenses."""
    value = trip_of(("Ada", "Ben"), ("Ada", 3, ("Ada", "Ben")))
    result = balances.compute(value)
    assert (result, value) == (
        (Balance("Ada", 3, 2, 1), Balance("Ben", 0, 1, -1)),
        TripValue(("Ada", "Ben"), (Expense("1", "Ada", 3, "taxi", ("Ada", "Ben")),)),
    )


def test_r006_the_same_instance_reckons_changed_expenses_anew(
    balances: Balances,
) -> None:
    """R-006: nothing is kept between calls, also when the people stay the same; the same trip gives the same again."""
    two = ("Ada", "Ben")
    values = [
        trip_of(two),
        trip_of(two, ("Ada", 3, two)),
        trip_of(two, ("Ben", 3, two)),
        trip_of(two, ("Ada", 3, two)),
    ]
    ada_paid = (Balance("Ada", 3, 2, 1), Balance("Ben", 0, 1, -1))
    assert [balances.compute(value) for value in values] == [
        (Balance("Ada", 0, 0, 0), Balance("Ben", 0, 0, 0)),
        ada_paid,
        (Balance("Ada", 0, 2, -2), Balance("Ben", 3, 1, 2)),
        ada_paid,
    ]


def test_r008_a_struck_expense_is_in_no_balance_and_later_ones_are(
    balances: Balances, trip: Trip
) -> None:
    """R-008: the acceptance example, the wine struck and the bread noted after it."""
    value = noted(trip, trip.start(("Ada", "Ben")), "Ada", "4", "tea", None)
    value = struck(trip, noted(trip, value, "Ben", "9", "wine", None), "2")
    more = noted(trip, value, "Ben", "6", "bread", None)
    assert [balances.compute(value), balances.compute(more)] == [
        (Balance("Ada", 400, 200, 200), Balance("Ben", 0, 200, -200)),
        (Balance("Ada", 400, 500, -100), Balance("Ben", 600, 500, 100)),
    ]


def test_r008_a_struck_expense_is_not_in_the_total_and_later_ones_are(
    balances: Balances, trip: Trip
) -> None:
    """R-008, R-017: the acceptance example, the wine struck and the bread noted after it."""
    value = noted(trip, trip.start(("Ada", "Ben")), "Ada", "4", "tea", None)
    value = struck(trip, noted(trip, value, "Ben", "9", "wine", None), "2")
    more = noted(trip, value, "Ben", "6", "bread", None)
    assert [
        total_texts(trip, balances.total(value)),
        total_texts(trip, balances.total(more)),
    ] == [("4.00", 1, "2.00"), ("10.00", 2, "5.00")]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1", Total(601, 2, 301)),
        ("2", Total(501, 2, 251)),
        ("3", Total(300, 2, 150)),
    ],
)
def test_r008_only_the_struck_expense_leaves_the_total(
    balances: Balances, number: str, expected: Total
) -> None:
    """R-008, R-017: of 1.00, 2.00 and 4.01 the first, the middle or the last is struck."""
    two = ("Ada", "Ben")
    value = trip_of(two, ("Ada", 100, two), ("Ben", 200, two), ("Ada", 401, two))
    expenses = tuple(
        replace(one, struck=one.number == number) for one in value.expenses
    )
    assert balances.total(replace(value, expenses=expenses)) == expected


def test_r008_of_two_equal_expenses_the_one_not_struck_is_in_the_total(
    balances: Balances, trip: Trip
) -> None:
    """R-008, R-017: the expenses differ in their number only; 0.03 for two is 0.015 each."""
    value = noted(trip, trip.start(("Ada", "Ben")), "Ben", "0.03", "stamp", None)
    value = struck(trip, noted(trip, value, "Ben", "0.03", "stamp", None), "1")
    assert balances.total(value) == Total(3, 1, 2)


def test_r012_the_total_of_a_new_trip_is_zeros(balances: Balances, trip: Trip) -> None:
    """R-012: the acceptance example, nothing noted."""
    result = balances.total(trip.start(("Ada", "Ben")))
    assert total_texts(trip, result) == ("0.00", 0, "0.00")


def test_r012_striking_the_only_expenses_makes_the_total_zeros_again(
    balances: Balances, trip: Trip
) -> None:
    """R-012, R-008: 5.01 and 7.00 count, then the first is struck, then both are."""
    value = noted(trip, trip.start(("Ada", "Ben")), "Ada", "5.01", "taxi", None)
    value = noted(trip, value, "Ben", "7", "lunch", "Ada")
    fewer = struck(trip, value, "1")
    none = struck(trip, fewer, "2")
    assert [balances.total(one) for one in (value, fewer, none)] == [
        Total(1201, 2, 601),
        Total(700, 1, 350),
        Total(0, 0, 0),
    ]


def test_r017_dinner_and_tea_give_the_figures_of_the_example(
    balances: Balances, trip: Trip
) -> None:
    """R-017: the acceptance example, before and after the tea."""
    dinner = noted(trip, trip.start(FOUR), "Ada", "12.5", "dinner", "Ada,Ben")
    tea = noted(trip, dinner, "Ben", "0.51", "tea", None)
    assert [
        total_texts(trip, balances.total(dinner)),
        total_texts(trip, balances.total(tea)),
    ] == [("12.50", 1, "3.13"), ("13.01", 2, "3.25")]


@pytest.mark.parametrize(
    ("people", "cents", "average"),
    [
        (2, 1, 1),
        (2, 3, 2),
        (2, 5, 3),
        (3, 1, 0),
        (3, 2, 1),
        (3, 4, 1),
        (3, 5, 2),
        (4, 10, 3),
        (7, 3, 0),
        (7, 4, 1),
        (16, 7, 0),
        (16, 8, 1),
        (16, 23, 1),
        (16, 24, 2),
        (16, 25, 2),
        (2, 99999999, 50000000),
        (3, 99999999, 33333333),
        (7, 99999999, 14285714),
        (16, 99999999, 6250000),
    ],
)
def test_r017_the_average_is_the_nearest_cent_and_half_a_cent_goes_up(
    balances: Balances, people: int, cents: int, average: int
) -> None:
    """R-017: just below, at and above half a cent, from the smallest amount to the largest."""
    names = SIXTEEN[:people]
    value = trip_of(names, ("B", cents, names))
    assert balances.total(value) == Total(cents, 1, average)


@pytest.mark.parametrize(
    ("payer", "participants"),
    [
        ("Dora", FOUR),
        ("Ada", ("Ada",)),
        ("Ben", ("Cem", "Dora")),
        ("Cem", ("Ada", "Ben", "Cem")),
    ],
)
def test_r017_who_paid_or_took_part_does_not_change_the_average(
    balances: Balances, payer: str, participants: tuple[str, ...]
) -> None:
    """R-017: 12.53 for the four people of the trip is 3.1325 each, also for those in no expense."""
    value = trip_of(FOUR, (payer, 1253, participants))
    assert balances.total(value) == Total(1253, 1, 313)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ((7, 7, 7), Total(21, 3, 1)),
        ((7, 7, 10), Total(24, 3, 2)),
        ((8, 8, 7), Total(23, 3, 1)),
    ],
)
def test_r017_the_average_is_rounded_once_from_the_sum(
    balances: Balances, amounts: tuple[int, ...], expected: Total
) -> None:
    """R-017: sixteen people; rounding expense by expense would give 0, 1 and 2."""
    entries = [("A", cents, SIXTEEN) for cents in amounts]
    assert balances.total(trip_of(SIXTEEN, *entries)) == expected


def test_r017_the_sum_may_be_one_cent_above_the_largest_amount(
    balances: Balances,
) -> None:
    """R-017: the sum has no limit, only a single expense has."""
    value = trip_of(("Ada", "Ben"), ("Ada", 99999999, ("Ben",)), ("Ada", 1, ("Ben",)))
    assert balances.total(value) == Total(100000000, 2, 50000000)


def test_r017_people_whose_names_differ_in_case_or_accent_count_each(
    balances: Balances,
) -> None:
    """R-017: 0.05 for three people is 0.0167 each; for two it would be 0.03."""
    people = ("Ada", "ada", "\u00c1da")
    value = trip_of(people, ("Ada", 2, ("ada",)), ("\u00c1da", 3, people))
    assert balances.total(value) == Total(5, 2, 2)


def test_r017_asking_for_total_and_balances_by_turns_changes_neither(
    balances: Balances,
) -> None:
    """R-017: nothing is kept between calls for the same people, and the trip is left as it was."""
    two = ("Ada", "Ben")
    value = trip_of(two, ("Ada", 3, two))
    totals = [balances.total(value), balances.total(trip_of(two, ("Ben", 8, two)))]
    persons = balances.compute(value)
    assert (totals, persons, balances.total(value), value) == (
        [Total(3, 1, 2), Total(8, 1, 4)],
        (Balance("Ada", 3, 2, 1), Balance("Ben", 0, 1, -1)),
        Total(3, 1, 2),
        TripValue(two, (Expense("1", "Ada", 3, "taxi", two),)),
    )


def test_r017_recalled_expenses_with_gaps_and_long_numbers_are_counted(
    balances: Balances, trip: Trip
) -> None:
    """R-017, R-016: the number of expenses never comes from their numbers; 7.03 for two is 3.515 each."""
    start = trip.start(("Ada", "Ben"))
    first = trip.recall(start, "7", "Ada", "5.00", "Ada,Ben", "bus", struck=False)
    second = trip.recall(start, "12", "Ben", "3.00", "Ada,Ben", "tea", struck=True)
    third = trip.recall(start, "9" * 30, "Ben", "2.03", "Ada", "bread", struck=False)
    value = replace(start, expenses=(first, second, third))
    assert balances.total(value) == Total(703, 2, 352)
