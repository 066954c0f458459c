"""What every `trip` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evenly.contracts.trip import Expense, Trip, TripValue, WrongValue

PEOPLE = ("Ada", "Ben", "Cem")
EMPTY = TripValue(PEOPLE)
TEA = Expense("1", "Ada", 400, "tea", PEOPLE)
WINE = Expense("2", "Ben", 900, "wine", ("Ada", "Ben"), struck=True)
BREAD = Expense("3", "Ben", 600, "bread", ("Cem",))
WHAT = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)


def reason(operation: Callable[..., object], *values: Any, **named: Any) -> str:
    with pytest.raises(WrongValue) as caught:
        operation(*values, **named)
    return caught.value.reason


def unknown(name: str) -> str:
    return f'unknown person "{name}"; possible: Ada, Ben, Cem'


def not_an_amount(text: str) -> str:
    return f'amount "{text}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'


def test_start_keeps_the_people_in_order(trip: Trip) -> None:
    assert trip.start(["Zoë", "Ben", "Jo-2"]) == TripValue(("Zoë", "Ben", "Jo-2"), ())
    assert trip.start(("Ada", "Ben")).people == ("Ada", "Ben")
    sixteen = [f"P{count}" for count in range(16)]
    assert trip.start(sixteen).people == tuple(sixteen)
    assert trip.start(["ada", "Ada", "李", "x" * 20]).people == ("ada", "Ada", "李", "x" * 20)


def test_start_compares_names_without_normalising(trip: Trip) -> None:
    names = ("\u00c5", "\u212b", "\u00e5", "ë" * 20)
    assert trip.start(names).people == names


def test_start_needs_2_to_16_people_before_it_looks_at_names(trip: Trip) -> None:
    for names in ([], ["2Ben"], ["Ada"] * 17):
        assert reason(trip.start, names) == f"a trip needs 2 to 16 people, not {len(names)}"


def test_start_refuses_a_wrong_name(trip: Trip) -> None:
    for name in (
        "2Ben", "-Ben", "", "B n", "B,n", "B_n", "x" * 21, "Ben\n", "Ben٣", "1", "Ⅷ", "Ben²", "Zoe\u0308", "Be\udcff",
    ):
        rule = "use 1 to 20 letters, digits or hyphens, starting with a letter"
        assert reason(trip.start, ["Ada", name]) == f'name "{name}" is not possible; {rule}'


def test_start_names_the_first_fault_from_the_left(trip: Trip) -> None:
    twice = 'name "Ada" is given twice; give each person another name'
    assert reason(trip.start, ["Ada", "Ada", "2Ben"]) == twice
    assert reason(trip.start, ["2Ben", "Ada", "Ada"]).startswith('name "2Ben" is not possible')


def test_note_without_names_is_shared_by_all(trip: Trip) -> None:
    assert trip.note(EMPTY, "Ada", "12", "ferry, return", None) == Expense("1", "Ada", 1200, "ferry, return", PEOPLE)


def test_note_with_names_puts_them_in_trip_order(trip: Trip) -> None:
    assert trip.note(EMPTY, "Ada", "12.5", "dinner", "Cem,Ben") == Expense("1", "Ada", 1250, "dinner", ("Ben", "Cem"))


def test_note_gives_the_number_after_the_highest_even_if_struck_or_very_long(trip: Trip) -> None:
    assert trip.note(TripValue(PEOPLE, (TEA, WINE)), "Ben", "6", "bread", "Cem") == BREAD
    for last, following in (("9", "10"), ("1299", "1300"), ("9" * 5000, "1" + "0" * 5000)):
        long = Expense(last, "Ada", 1, "tea", PEOPLE)
        assert trip.note(TripValue(PEOPLE, (TEA, long)), "Ada", "1", "tea", None).number == following


def test_note_keeps_nothing_between_calls(trip: Trip) -> None:
    first = trip.note(EMPTY, "Ada", "4", "tea", None)
    assert first == TEA
    assert trip.note(EMPTY, "Ada", "4", "tea", None) == first
    assert trip.note(TripValue(PEOPLE, (first,)), "Ada", "4", "tea", None) == Expense("2", "Ada", 400, "tea", PEOPLE)


def test_note_takes_names_exactly_as_written(trip: Trip) -> None:
    for name in ("", "Ada ", "ada", "Ada,Ben"):
        assert reason(trip.note, EMPTY, name, "5", "tea", None) == unknown(name)
    assert reason(trip.note, EMPTY, "Ada", "5", "tea", "Ben, Cem") == unknown(" Cem")
    assert reason(trip.note, EMPTY, "Ada", "5", "tea", "") == unknown("")


def test_amounts_are_whole_cents(trip: Trip) -> None:
    amounts = {
        "0.01": 1, "12": 1200, "12.5": 1250, "0.1": 10, "0.29": 29, "000000.01": 1, "000012": 1200,
        "999999.99": 99999999,
    }
    for text, cents in amounts.items():
        assert trip.note(EMPTY, "Ada", text, "tea", None).cents == cents


def test_a_wrong_amount_is_refused(trip: Trip) -> None:
    wrong = ("12,50", "12.505", "0", "0.00", "-5", "+5", "1000000", "0000012", "", ".5", "5.", "1e2", " 5", "5\n", "٣")
    for text in (*wrong, "1_0", "1000000.00", "999999.999", "５"):
        assert reason(trip.note, EMPTY, "Ada", text, "tea", None) == not_an_amount(text)


def test_what_is_kept_as_given_or_refused(trip: Trip) -> None:
    for what in (
        "x" * 60, "ä" * 60, "\u00a0tea\u3000", "e\u0301", "a\u200bb", "tea+", "red  wine", "a=b", '"', "Käse 🧀",
    ):
        assert trip.note(EMPTY, "Ada", "5", what, None).what == what
    lines = ("a\nb", "a\tb", "a\x7fb", "a\x85b", "a\x00b", "tea\n", "a\u2028b", "a\u2029b", "a\udcffb")
    for what in ("", " ", "x" * 61, " tea", "tea ", "=tea", "+tea", "-tea", "@tea", *lines):
        assert reason(trip.note, EMPTY, "Ada", "5", what, None) == WHAT


def test_note_checks_payer_amount_what_and_names_in_this_order(trip: Trip) -> None:
    assert reason(trip.note, EMPTY, "Bne", "x", "=", "Xi") == unknown("Bne")
    assert reason(trip.note, EMPTY, "Ada", "x", "=", "Xi") == not_an_amount("x")
    assert reason(trip.note, EMPTY, "Ada", "5", "=", "Xi") == WHAT
    assert reason(trip.note, EMPTY, "Ada", "5", "tea", "Ben,Xi,Ben") == unknown("Xi")
    assert reason(trip.note, EMPTY, "Ada", "5", "tea", "Ben,") == unknown("")
    twice = '"Ben" is named twice in --for; name each person once'
    assert reason(trip.note, EMPTY, "Ada", "5", "tea", "Ben,Ben,Xi") == twice


def test_recall_returns_the_line_as_an_expense(trip: Trip) -> None:
    assert trip.recall(EMPTY, "2", "Ben", "9", "Ben,Ada", "wine", struck=True) == WINE
    long = "7" * 5000
    expected = Expense(long, "Ben", 600, "bread", ("Cem",))
    assert trip.recall(TripValue(PEOPLE, (TEA,)), long, "Ben", "6.00", "Cem", "bread", struck=False) == expected


def test_recall_looks_at_the_people_only(trip: Trip) -> None:
    noted = TripValue(PEOPLE, (TEA, WINE, BREAD))
    assert trip.recall(noted, "1", "Ada", "4", "Cem,Ada,Ben", "tea", struck=False) == TEA
    assert reason(trip.recall, noted, "4", "Ada", "4", "", "tea", struck=False) == unknown("")


def test_recall_checks_payer_amount_participants_and_what_in_this_order(trip: Trip) -> None:
    assert reason(trip.recall, EMPTY, "1", "ada", "x", "Xi", "=", struck=False) == unknown("ada")
    assert reason(trip.recall, EMPTY, "1", "Ada", "x", "Xi", "=", struck=False) == not_an_amount("x")
    assert reason(trip.recall, EMPTY, "1", "Ada", "5", "Xi", "=", struck=True) == unknown("Xi")
    twice = '"Ben" is named twice in the participants; name each person once'
    assert reason(trip.recall, EMPTY, "1", "Ada", "5", "Ben,Ben", "=", struck=False) == twice
    assert reason(trip.recall, EMPTY, "1", "Ada", "5", "Ben", "=", struck=False) == WHAT


def test_strike_returns_the_struck_expense_or_names_the_numbers_that_count(trip: Trip) -> None:
    noted = TripValue(PEOPLE, (TEA, WINE, BREAD))
    assert trip.strike(noted, "3") == Expense("3", "Ben", 600, "bread", ("Cem",), struck=True)
    for number in ("2", "4", "03", "", "x", "٣"):
        assert reason(trip.strike, noted, number) == f'no expense "{number}"; possible: 1, 3'
    for nothing in (EMPTY, TripValue(PEOPLE, (WINE,))):
        assert reason(trip.strike, nothing, "2") == 'no expense "2"; there is none to strike'


def test_strike_lists_numbers_by_size_and_takes_any_text(trip: Trip) -> None:
    long = "9" * 5000
    later = tuple(Expense(number, "Ada", 400, "tea", PEOPLE) for number in ("9", "10", long))
    noted = TripValue(PEOPLE, later)
    for number in ("8" * 5000, "9\n", " 9"):
        assert reason(trip.strike, noted, number) == f'no expense "{number}"; possible: 9, 10, {long}'
    assert trip.strike(noted, long) == Expense(long, "Ada", 400, "tea", PEOPLE, struck=True)


def test_strike_leaves_the_given_trip_as_it_was(trip: Trip) -> None:
    noted = TripValue(PEOPLE, (TEA,))
    struck = trip.strike(noted, "1")
    assert noted == TripValue(PEOPLE, (Expense("1", "Ada", 400, "tea", PEOPLE),))
    assert trip.strike(noted, "1") == struck
    assert reason(trip.strike, TripValue(PEOPLE, (struck,)), "1") == 'no expense "1"; there is none to strike'


def test_amount_text_has_two_decimals_and_no_limit(trip: Trip) -> None:
    texts = {
        0: "0.00", 5: "0.05", 1250: "12.50", 99999999: "999999.99", -5: "-0.05", -1250: "-12.50",
        10**17 + 1: "1000000000000000.01",
    }
    for cents, text in texts.items():
        assert trip.amount_text(cents) == text
    assert trip.amount_text(10**5000 + 7) == "1" + "0" * 4998 + ".07"
    assert trip.amount_text(-(10**13000)) == "-1" + "0" * 12998 + ".00"
