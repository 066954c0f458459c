"""What every implementation of `balances` must do."""

from __future__ import annotations

from dataclasses import replace

from evenly.contracts.balances import Balance, Balances, Total
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


def test_the_same_people_with_another_expense_are_reckoned_anew(balances: Balances) -> None:
    people = ("Ada", "Ben")
    first = trip_of(people, ("Ada", 300, people))
    assert balances.compute(first) == (Balance("Ada", 300, 150, 150), Balance("Ben", 0, 150, -150))
    more = replace(first, expenses=(*first.expenses, Expense("2", "Ben", 100, "taxi", people)))
    assert balances.compute(more) == (Balance("Ada", 300, 200, 100), Balance("Ben", 100, 200, -100))
    struck = replace(more, expenses=(replace(more.expenses[0], struck=True), more.expenses[1]))
    assert balances.compute(struck) == (Balance("Ada", 0, 50, -50), Balance("Ben", 100, 50, 50))


def test_names_that_differ_in_case_or_accent_are_different_people(balances: Balances) -> None:
    people = ("Ada", "ada", "\u00c1da")
    assert balances.compute(trip_of(people, ("ada", 500, people), ("\u00c1da", 70, ("Ada",)))) == (
        Balance("Ada", 0, 237, -237),
        Balance("ada", 500, 167, 333),
        Balance("\u00c1da", 70, 166, -96),
    )


def test_the_order_of_the_expenses_does_not_matter(balances: Balances) -> None:
    entries = [("Ada", 1003, FOUR), ("Dora", 10, FOUR[1:]), ("Ben", 5, FOUR[:2])]
    expected = (
        Balance("Ada", 1003, 254, 749),
        Balance("Ben", 5, 257, -252),
        Balance("Cem", 0, 254, -254),
        Balance("Dora", 10, 253, -243),
    )
    assert balances.compute(trip_of(FOUR, *entries)) == expected
    assert balances.compute(trip_of(FOUR, *reversed(entries))) == expected


def test_every_amount_is_an_int_also_when_it_is_nothing(balances: Balances) -> None:
    result = balances.compute(trip_of(FOUR, ("Ada", 1000, FOUR[:3])))
    assert [type(amount) for one in result for amount in (one.paid, one.share, one.net)] == [int] * 12


def test_the_total_of_nothing_and_of_struck_expenses_alone_is_zeros(balances: Balances) -> None:
    assert balances.total(TripValue(("Ada", "Ben"))) == Total(0, 0, 0)
    trip = TripValue(("Ada", "Ben"), (Expense("1", "Ada", 501, "dinner", ("Ada", "Ben"), struck=True),))
    assert balances.total(trip) == Total(0, 0, 0)


def test_the_average_is_for_all_people_of_the_trip_and_half_a_cent_goes_up(balances: Balances) -> None:
    dinner = ("Ada", 1250, ("Ada", "Ben"))
    assert balances.total(trip_of(FOUR, dinner)) == Total(1250, 1, 313)
    assert balances.total(trip_of(FOUR, dinner, ("Ben", 51, FOUR))) == Total(1301, 2, 325)
    assert balances.total(trip_of(FOUR, ("Dora", 1254, FOUR))) == Total(1254, 1, 314)


def test_the_average_is_rounded_to_the_nearest_cent(balances: Balances) -> None:
    three = ("Ada", "Ben", "Cem")
    assert balances.total(trip_of(three, ("Ben", 1000, three))) == Total(1000, 1, 333)
    assert balances.total(trip_of(three, ("Ben", 2000, three))) == Total(2000, 1, 667)
    assert balances.total(trip_of(FOUR, ("Ben", 1, FOUR))) == Total(1, 1, 0)


def test_the_average_is_rounded_once_from_the_sum(balances: Balances) -> None:
    assert balances.total(trip_of(FOUR, *[("Ada", 1, FOUR)] * 3)) == Total(3, 3, 1)
    assert balances.total(trip_of(FOUR, *[("Ada", 2, FOUR)] * 3)) == Total(6, 3, 2)


def test_a_struck_expense_is_not_in_the_total_and_the_others_still_are(balances: Balances) -> None:
    trip = trip_of(("Ada", "Ben"), ("Ada", 400, ("Ada", "Ben")), ("Ben", 900, ("Ada", "Ben")))
    assert balances.total(trip) == Total(1300, 2, 650)
    struck = replace(trip, expenses=(trip.expenses[0], replace(trip.expenses[1], struck=True)))
    assert balances.total(struck) == Total(400, 1, 200)
    more = replace(struck, expenses=(*struck.expenses, Expense("3", "Ben", 607, "bread", ("Ben",))))
    assert balances.total(more) == Total(1007, 2, 504)
    assert balances.total(trip) == Total(1300, 2, 650)


def test_the_order_of_the_expenses_does_not_matter_for_the_total(balances: Balances) -> None:
    entries = [("Ada", 1003, FOUR), ("Dora", 10, FOUR[1:]), ("Ben", 5, FOUR[:2])]
    assert balances.total(trip_of(FOUR, *entries)) == Total(1018, 3, 255)
    assert balances.total(trip_of(FOUR, *reversed(entries))) == Total(1018, 3, 255)


def test_a_large_total_is_exact_and_counts_equal_expenses_each(balances: Balances) -> None:
    people = tuple("ABCDEFGHIJKLMNOP")
    trip = trip_of(people, *[("C", 99999999, people[:2])] * 1016)
    assert balances.total(trip) == Total(101599998984, 1016, 6349999937)
    assert sum(balance.paid for balance in balances.compute(trip)) == 101599998984


def test_every_figure_of_the_total_is_an_int_also_when_it_is_nothing(balances: Balances) -> None:
    for trip in (TripValue(FOUR), trip_of(FOUR, ("Ada", 1000, FOUR[:3]))):
        result = balances.total(trip)
        assert [type(figure) for figure in (result.sum, result.count, result.average)] == [int] * 3
