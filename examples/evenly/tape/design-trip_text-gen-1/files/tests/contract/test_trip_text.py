"""What every trip_text must do."""

from __future__ import annotations

from typing import Any

import pytest

from evenly.contracts.trip import Expense, TripValue
from evenly.contracts.trip_text import BrokenLine, TripText, UnfitExpense

HEAD = b"evenly trip\npeople Ada Ben\n"
LONG = "1" + "0" * 5000
# A stored sample: it must stay readable for ever. Only hands write `9`, `4.5`, `Ben,Zoë` and gaps.
SAMPLE = (
    "evenly trip\npeople Zoë Ben Li-2\nstruck 1 Ben 9 Ben,Zoë red  wine\n"
    "expense 9 Zoë 4.5 Li-2 café expense 10 x\nexpense 10 Li-2 999999.99 Zoë,Ben,Li-2 expense\n"
).encode()
SAMPLE_TRIP = TripValue(
    ("Zoë", "Ben", "Li-2"),
    (
        Expense("1", "Ben", 900, "red  wine", ("Zoë", "Ben"), True),
        Expense("9", "Zoë", 450, "café expense 10 x", ("Li-2",)),
        Expense("10", "Li-2", 99999999, "expense", ("Zoë", "Ben", "Li-2")),
    ),
)
TEA = Expense("11", "Ben", 5, "tea", ("Zoë", "Ben"))
EXPENSE = "expected: expense NUMBER PAYER AMOUNT NAME,NAME WHAT"
PEOPLE = "expected: people NAME NAME ..."
NAME = 'name "2B" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'
WHAT = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)


def fault(call: Any, *arguments: object) -> tuple[int, str]:
    with pytest.raises(BrokenLine) as caught:
        call(*arguments)
    return caught.value.line, caught.value.reason


def test_the_stored_sample_is_read(trip_text: TripText) -> None:
    assert trip_text.read(SAMPLE) == SAMPLE_TRIP


def test_a_new_trip_is_two_lines_and_read_again(trip_text: TripText) -> None:
    assert trip_text.created(TripValue(("Ada", "Ben"))) == HEAD
    assert trip_text.read(HEAD) == TripValue(("Ada", "Ben"))


def test_a_whole_trip_is_written_in_one_form_and_read_again(trip_text: TripText) -> None:
    data = trip_text.created(SAMPLE_TRIP)
    assert data.split(b"\n")[2] == "struck 1 Ben 9.00 Zoë,Ben red  wine".encode()
    assert trip_text.read(data) == SAMPLE_TRIP


def test_an_added_expense_is_one_more_line(trip_text: TripText) -> None:
    data = trip_text.added(SAMPLE, TEA)
    assert data == SAMPLE + "expense 11 Ben 0.05 Zoë,Ben tea\n".encode()
    assert trip_text.read(data).expenses == (*SAMPLE_TRIP.expenses, TEA)


@pytest.mark.parametrize("number", ["10", "9", "2"])
def test_a_number_that_does_not_rise_is_not_added(trip_text: TripText, number: str) -> None:
    with pytest.raises(UnfitExpense) as caught:
        trip_text.added(SAMPLE, Expense(number, "Ben", 5, "tea", ("Ben",)))
    assert caught.value.number == number


def test_a_strike_changes_one_word(trip_text: TripText) -> None:
    assert trip_text.struck(SAMPLE, "10") == SAMPLE.replace(b"\nexpense 10 ", b"\nstruck 10 ")
    data = trip_text.struck(SAMPLE, "9")
    assert data == SAMPLE.replace(b"\nexpense 9 ", b"\nstruck 9 ")
    assert [e.struck for e in trip_text.read(data).expenses] == [True, True, False]


@pytest.mark.parametrize("number", ["1", "2", "09", "", "x"])
def test_only_an_expense_that_counts_is_struck(trip_text: TripText, number: str) -> None:
    with pytest.raises(UnfitExpense) as caught:
        trip_text.struck(SAMPLE, number)
    assert caught.value.number == number


def test_broken_bytes_are_never_changed(trip_text: TripText) -> None:
    assert fault(trip_text.added, HEAD + b"\n", TEA) == (3, EXPENSE)
    assert fault(trip_text.struck, HEAD + b"\n", "1") == (3, EXPENSE)


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", 1, "expected: evenly trip"),
        (b"\n", 1, "expected: evenly trip"),
        (b"evenly trip\r\npeople Ada Ben\r\n", 1, "expected: evenly trip"),
        (b"\xef\xbb\xbf" + HEAD, 1, "expected: evenly trip"),
        (b"evenly\n\xff\n", 1, "expected: evenly trip"),
        (b"evenly", 1, "the line must end with a line feed"),
        (b"evenly trip\n", 2, PEOPLE),
        (b"evenly trip\npeople  Ada Ben\n", 2, PEOPLE),
        (b"evenly trip\npeople Ada Ben \n", 2, PEOPLE),
        (b"evenly trip\npeople Ada \xff", 2, "not UTF-8 text"),
        (b"evenly trip\npeople Ada Ben", 2, "the line must end with a line feed"),
        (HEAD + b"expense 1 Ada 1 Ada \xed\xa0\x80\n", 3, "not UTF-8 text"),
        (HEAD + b"expense 1 Ada 1 Ada x", 3, "the line must end with a line feed"),
    ],
)
def test_the_first_broken_line_is_named(trip_text: TripText, data: bytes, line: int, reason: str) -> None:
    assert fault(trip_text.read, data) == (line, reason)


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ("people", "a trip needs 2 to 16 people, not 0"),
        ("people 1", "a trip needs 2 to 16 people, not 1"),
        ("people" + " A" * 17, "a trip needs 2 to 16 people, not 17"),
        ("people Ada 2B 2B", NAME),
        ("people Ada Ada", 'name "Ada" is given twice; give each person another name'),
    ],
)
def test_wrong_people_are_named(trip_text: TripText, people: str, reason: str) -> None:
    assert fault(trip_text.read, f"evenly trip\n{people}\n".encode()) == (2, reason)


@pytest.mark.parametrize(
    "row",
    [
        "",
        "expense 3",
        "Expense 3 Ada 1 Ada x",
        "expense  3 Ada 1 Ada x",
        "expense 3 Ada 1 Ada ",
        "expense 3 Ada 1 Ada  x",
    ],
)
def test_a_line_without_the_form_of_an_expense(trip_text: TripText, row: str) -> None:
    assert fault(trip_text.read, HEAD + f"struck 2 Ada 1 Ada x\n{row}\n".encode()) == (4, EXPENSE)


@pytest.mark.parametrize("number", ["2", "1", "0", "03", "+3", "3.0", "x", "\u0663", "\u00b3"])
def test_a_number_must_rise(trip_text: TripText, number: str) -> None:
    data = HEAD + f"struck 2 Ada 1 Ada x\nexpense {number} Bne 0 Bne x\n".encode()
    assert fault(trip_text.read, data) == (4, f'number "{number}" must be a whole number above 2')


def test_numbers_have_any_length(trip_text: TripText) -> None:
    data = HEAD + f"expense {'9' * 5000} Ada 1 Ada x\nexpense {LONG} Ada 1 Ada x\n".encode()
    assert trip_text.read(data).expenses[1].number == LONG
    reason = f'number "7" must be a whole number above {LONG}'
    assert fault(trip_text.read, data + b"expense 7 Ada 1 Ada x\n") == (5, reason)
    reason = 'number "0" must be a whole number above 0'
    assert fault(trip_text.read, HEAD + b"expense 0 Ada 1 Ada x\n") == (3, reason)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Bne 0 Bne =", 'unknown person "Bne"; possible: Ada, Ben'),
        ("Ada 0 Bne =", 'amount "0" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'),
        ("Ada 0000001 Ada =", 'amount "0000001" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'),
        ("Ada 4 Ben,Ben,Cem =", '"Ben" is named twice in the participants; name each person once'),
        ("Ada 4 Ada, =", 'unknown person ""; possible: Ada, Ben'),
        ("Ada 4 Ada =x", WHAT),
        ("Ada 4 Ada x ", WHAT),
        ("Ada 4 Ada x\r", WHAT),
        ("Ada 4 Ada x\u2028y", WHAT),
        ("Ada 4 Ada " + "x" * 61, WHAT),
    ],
)
def test_the_first_wrong_value_of_an_expense(trip_text: TripText, row: str, reason: str) -> None:
    assert fault(trip_text.read, HEAD + f"expense 1 {row}\nbroken\n".encode()) == (3, reason)
