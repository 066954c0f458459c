"""Unit tests of trip_text: R-010 (the form of the trip file) and R-016 (the first broken line)."""

from __future__ import annotations

from typing import Any

import pytest

from evenly.contracts.trip import Expense, Trip, TripValue
from evenly.contracts.trip_text import BrokenLine, TripText, UnfitExpense

HEAD = b"evenly trip\npeople Ada Ben\n"
THREE = "evenly trip\npeople Ada Ben Zoë\n".encode()
# Written by hand: short amounts, names out of trip order, numbers with a common start, gaps.
HAND = HEAD + b"expense 1 Ben 9 Ben,Ada red  wine\nexpense 10 Ada 4.5 Ben expense 11 x\nexpense 11 Ada 0.01 Ada expense\n"
# An expense that is struck already, and characters of more than one byte before the lines that follow.
PARTLY = (
    "evenly trip\npeople Ada Zoë\nstruck 3 Zoë 9 Zoë,Ada thé\n"
    "expense 4 Ada 1.5 Zoë café\nexpense 5 Zoë 1 Ada x\n"
).encode()
FORM_1 = "expected: evenly trip"
FORM_2 = "expected: people NAME NAME ..."
FORM_3 = "expected: expense NUMBER PAYER AMOUNT NAME,NAME WHAT"
BYTES = "not UTF-8 text"
UNENDED = "the line must end with a line feed"
WHAT = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)
WINE = Expense("1", "Ben", 900, "red wine", ("Ada", "Ben"))


def fault(call: Any, *arguments: object) -> tuple[int, str]:
    with pytest.raises(BrokenLine) as caught:
        call(*arguments)
    return caught.value.line, caught.value.reason


def unfit(call: Any, *arguments: object) -> str:
    with pytest.raises(UnfitExpense) as caught:
        call(*arguments)
    return caught.value.number


# What is written


def test_r010_start_add_add_and_strike_leave_exactly_four_lines(trip_text: TripText, trip: Trip) -> None:
    """R-010: the acceptance example, each command working from the bytes alone."""
    data = trip_text.created(trip.start(["Ada", "Ben"]))
    data = trip_text.added(data, trip.note(trip_text.read(data), "Ben", "9", "red wine", "Ben,Ada"))
    data = trip_text.added(data, trip.note(trip_text.read(data), "Ada", "4", "tea", "Ben"))
    data = trip_text.struck(data, trip.strike(trip_text.read(data), "1").number)
    assert data == (
        b"evenly trip\npeople Ada Ben\nstruck 1 Ben 9.00 Ada,Ben red wine\nexpense 2 Ada 4.00 Ben tea\n"
    )
    assert trip_text.read(data).expenses[1] == Expense("2", "Ada", 400, "tea", ("Ben",))


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (1, b"0.01"),
        (10, b"0.10"),
        (99, b"0.99"),
        (100, b"1.00"),
        (115, b"1.15"),
        (100000, b"1000.00"),
        (99999999, b"999999.99"),
    ],
)
def test_an_added_amount_has_two_decimals(trip_text: TripText, cents: int, text: bytes) -> None:
    """R-010: `add` writes AMOUNT with two decimals."""
    data = trip_text.added(HEAD, Expense("1", "Ada", cents, "tea", ("Ben",)))
    assert data == HEAD + b"expense 1 Ada " + text + b" Ben tea\n"


def test_a_new_file_holds_struck_expenses_gaps_and_accents_in_the_order_given(trip_text: TripText) -> None:
    """R-010: one line an expense, `expense` or `struck`, in UTF-8."""
    value = TripValue(
        ("Zoë", "Ada"),
        (
            Expense("3", "Ada", 5, "thé  à la menthe", ("Zoë", "Ada"), True),
            Expense("20", "Zoë", 120, "struck 3", ("Ada",)),
        ),
    )
    data = trip_text.created(value)
    assert data == (
        b"evenly trip\npeople Zo\xc3\xab Ada\n"
        b"struck 3 Ada 0.05 Zo\xc3\xab,Ada th\xc3\xa9  \xc3\xa0 la menthe\n"
        b"expense 20 Zo\xc3\xab 1.20 Ada struck 3\n"
    )
    assert trip_text.read(data) == value


def test_adding_keeps_what_an_editor_wrote_byte_for_byte(trip_text: TripText) -> None:
    """R-010: `add` only adds a line at the end."""
    data = trip_text.added(HAND, Expense("12", "Ben", 250, "bus", ("Ada", "Ben")))
    assert data == HAND + b"expense 12 Ben 2.50 Ada,Ben bus\n"


def test_adding_does_not_check_the_other_values_again(trip_text: TripText) -> None:
    """R-010: the line is written from the values as given."""
    data = trip_text.added(HEAD, Expense("7", "Cem", 5, "tea", ("Cem",)))
    assert data == HEAD + b"expense 7 Cem 0.05 Cem tea\n"


@pytest.mark.parametrize("number", ["0", "01", "", " 1", "1 ", "1\n", "-1", "1.0", "\uff11", "\u00b2", "\u0661"])
def test_a_number_in_another_writing_is_not_added_to_an_empty_trip(trip_text: TripText, number: str) -> None:
    """R-010: NUMBER is digits 0 to 9, the first not 0."""
    assert unfit(trip_text.added, HEAD, Expense(number, "Ada", 5, "tea", ("Ben",))) == number


@pytest.mark.parametrize(("last", "next_number"), [("9", "10"), ("99", "100"), ("19", "20"), ("2", "1000")])
def test_a_number_is_above_the_last_as_a_number_and_not_as_text(
    trip_text: TripText, last: str, next_number: str
) -> None:
    """R-010, R-016: 10 is above 9; gaps are allowed."""
    data = HEAD + f"expense {last} Ada 1 Ada x\n".encode()
    result = trip_text.added(data, Expense(next_number, "Ben", 5, "tea", ("Ben",)))
    assert result == data + f"expense {next_number} Ben 0.05 Ben tea\n".encode()
    assert [e.number for e in trip_text.read(result).expenses] == [last, next_number]


# Striking


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        ("1", b"\nexpense 1 Ben", b"\nstruck 1 Ben"),
        ("10", b"\nexpense 10 Ada", b"\nstruck 10 Ada"),
        ("11", b"\nexpense 11 Ada", b"\nstruck 11 Ada"),
    ],
)
def test_striking_changes_one_word_of_the_right_line(
    trip_text: TripText, number: str, before: bytes, after: bytes
) -> None:
    """R-010: numbers with a common start and WHAT that looks like a line are not mixed up."""
    assert trip_text.struck(HAND, number) == HAND.replace(before, after)


def test_every_expense_can_be_struck_one_after_the_other(trip_text: TripText) -> None:
    """R-010: nothing but the word `expense` at the start of the lines changes."""
    data = trip_text.struck(trip_text.struck(trip_text.struck(HAND, "11"), "1"), "10")
    assert data == (
        HEAD + b"struck 1 Ben 9 Ben,Ada red  wine\nstruck 10 Ada 4.5 Ben expense 11 x\nstruck 11 Ada 0.01 Ada expense\n"
    )


@pytest.mark.parametrize(
    "number",
    ["1 ", " 1", "1\n", "+1", "01", "1 Ben", ".", "1|10", "\uff11", "0", "12", "Ben", "1" * 5000],
)
def test_a_number_not_written_exactly_so_is_not_struck(trip_text: TripText, number: str) -> None:
    """R-010: only an expense with exactly this number can be struck."""
    assert unfit(trip_text.struck, HAND, number) == number


def test_a_strike_behind_accents_and_a_struck_line_keeps_all_other_bytes(trip_text: TripText) -> None:
    """R-010: `strike` only changes the word `expense` in one line; lines are found by bytes."""
    assert trip_text.struck(PARTLY, "5") == PARTLY.replace(b"\nexpense 5 Zo", b"\nstruck 5 Zo")


def test_an_expense_is_not_struck_a_second_time(trip_text: TripText) -> None:
    """R-010: a line that starts with `struck` has no word to change."""
    assert unfit(trip_text.struck, PARTLY, "3") == "3"
    assert unfit(trip_text.struck, trip_text.struck(PARTLY, "4"), "4") == "4"


def test_the_number_of_a_struck_last_line_is_not_added_again(trip_text: TripText) -> None:
    """R-010, R-016: struck lines count for NUMBER too."""
    data = trip_text.struck(PARTLY, "5")
    assert unfit(trip_text.added, data, Expense("5", "Ada", 5, "tea", ("Ada",))) == "5"


def test_nothing_can_be_struck_in_a_trip_without_expenses(trip_text: TripText) -> None:
    """R-010: a file of two lines has no word to change."""
    assert unfit(trip_text.struck, HEAD, "1") == "1"


# What is read


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0.01", 1),
        ("0.1", 10),
        ("0.29", 29),
        ("1.15", 115),
        ("12", 1200),
        ("12.5", 1250),
        ("12.50", 1250),
        ("4.35", 435),
        ("999999", 99999900),
        ("999999.99", 99999999),
    ],
)
def test_an_amount_in_any_writing_is_read_as_exact_cents(trip_text: TripText, text: str, cents: int) -> None:
    """R-016: amounts may be written in any way that `add` takes."""
    value = trip_text.read(HEAD + f"expense 1 Ada {text} Ben tea\n".encode())
    assert value.expenses == (Expense("1", "Ada", cents, "tea", ("Ben",)),)


def test_participants_in_any_order_are_read_in_trip_order(trip_text: TripText) -> None:
    """R-016: participants may be written in any way that `add` takes."""
    value = trip_text.read(THREE + "struck 4 Zoë 6 Zoë,Ben,Ada soup\n".encode())
    assert value == TripValue(
        ("Ada", "Ben", "Zoë"), (Expense("4", "Zoë", 600, "soup", ("Ada", "Ben", "Zoë"), True),)
    )


@pytest.mark.parametrize(
    "what",
    ["x", "expense 1 Ben 1 Ben x", "a   b", "tea, \"hot\" #2", "caf\u00e9 \u2615", "\u00e9" * 60, "evenly trip"],
)
def test_what_is_the_whole_rest_of_the_line(trip_text: TripText, what: str) -> None:
    """R-010: WHAT keeps its spaces, accents and up to 60 characters, also when they are more bytes."""
    value = trip_text.read(HEAD + f"expense 1 Ada 4 Ben {what}\n".encode())
    assert value.expenses == (Expense("1", "Ada", 400, what, ("Ben",)),)


@pytest.mark.parametrize(
    "names",
    [
        ("B", "A"),
        tuple("ABCDEFGHIJKLMNOP"),
        ("A" * 20, "Zo\u00eb", "Li-2"),
    ],
)
def test_two_to_sixteen_people_are_read_in_the_order_of_the_line(trip_text: TripText, names: tuple[str, ...]) -> None:
    """R-010: line 2 is `people NAME NAME ...`."""
    assert trip_text.read(f"evenly trip\npeople {' '.join(names)}\n".encode()) == TripValue(names)


# The first broken line


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (b"expense 2 Bne 9.00 Ada,Ben wine\nexpense 3\n", 4, 'unknown person "Bne"; possible: Ada, Ben'),
        (b"expense 2 Ben 9.00 Ada,Ben wine\nexpense 3\n", 5, FORM_3),
        (
            b"expense 2 Ben 9.00 Ada,Ben wine\nexpense 2 Bne 5.00 Ada tea\n",
            5,
            'number "2" must be a whole number above 2',
        ),
    ],
)
def test_r016_reading_adding_and_striking_name_the_same_first_fault(
    trip_text: TripText, lines: bytes, line: int, reason: str
) -> None:
    """R-016: the acceptance example; the fault of the file comes before a number that does not fit."""
    data = HEAD + b"expense 1 Ada 4.00 Ada,Ben tea\n" + lines
    assert fault(trip_text.read, data) == (line, reason)
    assert fault(trip_text.added, data, WINE) == (line, reason)
    assert fault(trip_text.struck, data, "77") == (line, reason)


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (b"expense 1 \xff", 3, BYTES),
        (b"\xff\n", 3, BYTES),
        (b"expense 0 Bne", 3, UNENDED),
        (b"expense 0 Bne 0 Cem\n", 3, FORM_3),
        (b"expense 0 Bne 0 Cem =\n", 3, 'number "0" must be a whole number above 0'),
        (b"expense 1 Bne 4 Ada x\n\xff\n", 3, 'unknown person "Bne"; possible: Ada, Ben'),
        (b"expense 1 Ada 4 Ada x\nexpense 1 Ada 4 Ada x\nx", 4, 'number "1" must be a whole number above 1'),
        (b"expense 1 Ada 4 Ada x\n\nexpense 0 Ada 4 Ada x\n", 4, FORM_3),
    ],
)
def test_the_first_line_and_its_first_fitting_reason_win(
    trip_text: TripText, lines: bytes, line: int, reason: str
) -> None:
    """R-016: line by line; bytes, line feed, form, values in this order."""
    assert fault(trip_text.read, HEAD + lines) == (line, reason)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"evenly trip\xff\n", 1),
        (b"\xc3", 1),
        (b"evenly trip\npeople Ada Zo\xeb\n", 2),
        (HEAD + b"expense 1 Ada 4 Ada caf\xc3\n\xa9\n", 3),
        (HEAD + b"expense 1 Ada 4 Ada x\nexpense 2 Ada 4 Ada \xc0\xaf\n", 4),
        (HEAD + b"expense 1 Ada 4 Ada \xf5\x80\x80\x80\n", 3),
    ],
)
def test_bytes_that_are_not_strict_utf_8_are_named_in_their_line(trip_text: TripText, data: bytes, line: int) -> None:
    """R-016: `not UTF-8 text`: Latin-1, a cut, an overlong and a too high character."""
    assert fault(trip_text.read, data) == (line, BYTES)


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        ("Evenly trip\n", 1, FORM_1),
        ("evenly  trip\n", 1, FORM_1),
        (" evenly trip\n", 1, FORM_1),
        ("evenly\u00a0trip\n", 1, FORM_1),
        ("evenly trip 2\n", 1, FORM_1),
        ("evenly trip\n\n", 2, FORM_2),
        ("evenly trip\npeople\u00a0Ada Ben\n", 2, FORM_2),
        ("evenly trip\npeople Ada  Ben\n", 2, FORM_2),
        ("evenly trip\npeoples Ada Ben\n", 2, FORM_2),
        ("evenly trip\npeople Ada Ben\nexpense 1 Ada 4 Ada\u00a0x\n", 3, FORM_3),
        ("evenly trip\npeople Ada Ben\nstruck  1 Ada 4 Ada x\n", 3, FORM_3),
        ("evenly trip\npeople Ada Ben\nStruck 1 Ada 4 Ada x\n", 3, FORM_3),
        ("evenly trip\npeople Ada Ben\nexpenses 1 Ada 4 Ada x\n", 3, FORM_3),
        ("evenly trip\npeople Ada Ben\npeople Ada Ben\n", 3, FORM_3),
        ("evenly trip\npeople Ada Ben\n\r\n", 3, FORM_3),
    ],
)
def test_a_line_of_another_form_is_told_the_form(trip_text: TripText, data: str, line: int, reason: str) -> None:
    """R-016: parts stand exactly one space apart, and only U+0020 is a space."""
    assert fault(trip_text.read, data.encode()) == (line, reason)


@pytest.mark.parametrize("character", ["\r", "\t", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\u3000"])
def test_only_a_line_feed_ends_a_line_and_only_a_space_a_part(trip_text: TripText, character: str) -> None:
    """R-016: any other character belongs to its value and stands in the reason as it is."""
    data = HEAD + f"expense 1 A{character}b 4 Ada x\n".encode()
    assert fault(trip_text.read, data) == (3, f'unknown person "A{character}b"; possible: Ada, Ben')


@pytest.mark.parametrize(
    ("name", "people"),
    [("Ben\r", "Ada Ben\r"), ("A" * 21, "A" * 21 + " Ben"), ("Ada,Ben", "Ada,Ben Cem"), ("Ada\tBen", "Ada\tBen Cem")],
)
def test_a_name_that_is_not_possible_is_named_in_line_2(trip_text: TripText, name: str, people: str) -> None:
    """R-016: a wrong name is a wrong value, not a wrong form."""
    reason = f'name "{name}" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'
    assert fault(trip_text.read, f"evenly trip\npeople {people}\n".encode()) == (2, reason)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ("Ada 1000000 Ada x", 'amount "1000000" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'),
        ("Ada 0.00 Ada x", 'amount "0.00" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'),
        ("Ada 4,50 Ada x", 'amount "4,50" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'),
        ("Ada 4.505 Cem x", 'amount "4.505" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'),
        ("Ada 4 Ada,,Ben x", 'unknown person ""; possible: Ada, Ben'),
        ("Ada 4 ,Ada x", 'unknown person ""; possible: Ada, Ben'),
        ("Ada 4 Ada, Ben x", 'unknown person ""; possible: Ada, Ben'),
        ("Ada 4 Ada,Ada,Cem x", '"Ada" is named twice in the participants; name each person once'),
        ("Ada 4 Cem,Ada,Ada x", 'unknown person "Cem"; possible: Ada, Ben'),
        ("Ada 4 Ada " + "\u00e9" * 61, WHAT),
        ("Ada 4 Ada @x", WHAT),
    ],
)
def test_the_first_wrong_value_from_left_to_right_is_the_reason(
    trip_text: TripText, values: str, reason: str
) -> None:
    """R-016: just beyond the limits, and empty, unknown and doubled names, in a struck line too."""
    assert fault(trip_text.read, HEAD + f"expense 1 {values}\n".encode()) == (3, reason)
    assert fault(trip_text.read, HEAD + f"struck 1 {values}\n".encode()) == (3, reason)


@pytest.mark.parametrize(
    ("last", "number"),
    [
        ("10", "9"),
        ("20", "19"),
        ("100", "99"),
        ("7", "7"),
        ("7", "08"),
        ("7", "8x"),
        ("7", "-8"),
        ("7", "8\t"),
        ("7", "\uff19"),
    ],
)
def test_a_number_that_is_not_above_the_one_before_is_named_with_it(
    trip_text: TripText, last: str, number: str
) -> None:
    """R-016: Y is the number of the line before, struck or not; leading zeros are not allowed."""
    reason = f'number "{number}" must be a whole number above {last}'
    for first, second in (("expense", "struck"), ("struck", "expense")):
        data = HEAD + f"{first} {last} Ada 1 Ada x\n{second} {number} Ada 1 Ada x\n".encode()
        assert fault(trip_text.read, data) == (4, reason)


def test_a_fault_far_down_is_named_by_its_line(trip_text: TripText) -> None:
    """R-016: the line after two head lines and 1000 good expenses is line 1003."""
    rows = "".join(f"expense {number} Ada 1 Ben x\n" for number in range(1, 1001))
    assert fault(trip_text.read, HEAD + rows.encode() + b"expense 1001 Ada 1 Ben") == (1003, UNENDED)


def test_a_refused_call_leaves_no_trace_in_the_next_one(trip_text: TripText) -> None:
    """R-010, R-016: people and numbers of a file looked at before are forgotten."""
    assert fault(trip_text.read, b"evenly trip\npeople Cem Dora\nexpense 99 Cem 1 Cem x\n\n") == (4, FORM_3)
    assert unfit(trip_text.added, HAND, WINE) == "1"
    assert trip_text.read(HAND).expenses == (
        Expense("1", "Ben", 900, "red  wine", ("Ada", "Ben")),
        Expense("10", "Ada", 450, "expense 11 x", ("Ben",)),
        Expense("11", "Ada", 1, "expense", ("Ada",)),
    )
