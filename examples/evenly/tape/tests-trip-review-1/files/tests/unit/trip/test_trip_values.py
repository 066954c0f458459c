"""Unit tests of `trip`: the people, the checks on values, the numbers, striking and amounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evenly.contracts.trip import Expense, Trip, TripValue, WrongValue

PAIR = ("Ada", "Ben")
PEOPLE = ("Ada", "Ben", "Cem")
EMPTY = TripValue(PEOPLE)
WHAT = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)


def reason(operation: Callable[..., object], *values: Any, **named: Any) -> str:
    """Return the reason for which the operation refuses the values."""
    with pytest.raises(WrongValue) as caught:
        operation(*values, **named)
    return caught.value.reason


def tea(number: str, *, struck: bool = False) -> Expense:
    return Expense(number, "Ada", 400, "tea", PAIR, struck)


# start


def test_start_returns_the_people_of_the_acceptance_example(trip: Trip) -> None:
    """R-003: Zoë, Ben and Jo-2 are the people, in this order, without expenses."""
    assert trip.start(["Zoë", "Ben", "Jo-2"]) == TripValue(("Zoë", "Ben", "Jo-2"), ())


@pytest.mark.parametrize(
    "name",
    [
        "Q", "A-", "a--1", "Z9-9", "é", "ß", "Ωmega", "Жанна", "שרה", "\u01c5", "\u02b0", "\u00aa",
        "\U00010400" * 20, "ada",
    ],
)  # fmt: skip
def test_start_takes_letters_of_any_alphabet(trip: Trip, name: str) -> None:
    """R-003: upper, lower, title case, modifier and other letters are letters; case differs."""
    assert trip.start(["Ada", name]).people == ("Ada", name)


def test_start_takes_16_names_of_20_characters(trip: Trip) -> None:
    """R-003: both upper limits are allowed together."""
    names = tuple(letter + "-234567890123456789" for letter in "ABCDEFGHIJKLMNOP")
    assert trip.start(names) == TripValue(names, ())


def test_start_is_independent_of_the_list_it_was_given(trip: Trip) -> None:
    """R-003: a later change of the list does not change the trip."""
    names = ["Ada", "Ben"]
    started = trip.start(names)
    names.append("Cem")
    assert started == TripValue(("Ada", "Ben"), ())


@pytest.mark.parametrize(
    ("names", "count"),
    [
        pytest.param([], "0", id="nobody"),
        pytest.param(["Ada"], "1", id="one"),
        pytest.param([""], "1", id="one-empty"),
        pytest.param([f"P{n}" for n in range(17)], "17", id="seventeen"),
        pytest.param(["2Ben"] * 100, "100", id="hundred-wrong"),
    ],
)
def test_start_refuses_fewer_than_2_or_more_than_16_people(trip: Trip, names: list[str], count: str) -> None:
    """R-003, R-014, R-016: the count is checked first."""
    assert reason(trip.start, names) == f"a trip needs 2 to 16 people, not {count}"


@pytest.mark.parametrize(
    "name",
    [
        "2Ben", "-", " Ben", "Ben ", "B\u00a0n", "B'en", "B.en", 'B"n', "_Ben", "=Ben", "Ben🙂", "Ben\u200d", "Ben\t",
        "Jo\u20102", "Jo\u00ad2", "Jo\u20132", "Jo２", "Jo½", "٣Ben", "क\u093f", "\u0301Ben", "é" * 21,
        pytest.param("A" * 500, id="500-letters"),
    ],
)  # fmt: skip
def test_start_refuses_a_name_that_is_not_possible(trip: Trip, name: str) -> None:
    """R-003, R-014: only letters, 0 to 9 and U+002D, at most 20, a letter first; the name is quoted as given."""
    expected = f'name "{name}" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'
    assert reason(trip.start, ["Ada", name]) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Ada", "Ada"], 'name "Ada" is given twice; give each person another name'),
        (["Ada", "Ben", "Cem", "Ben", "Ada"], 'name "Ben" is given twice; give each person another name'),
        (["Zoë", "ZOË", "zoë", "Zoë"], 'name "Zoë" is given twice; give each person another name'),
        (
            ["Ada", "2B", "2B", "Ada"],
            'name "2B" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter',
        ),
    ],
    ids=["neighbours", "apart", "case-differs", "impossible-first"],
)
def test_start_names_the_first_repeated_name_from_the_left(trip: Trip, names: list[str], expected: str) -> None:
    """R-014, R-016: each name is checked for its form, then against those before it."""
    assert reason(trip.start, names) == expected


# note


def test_three_expenses_are_noted_as_in_the_acceptance_example(trip: Trip) -> None:
    """R-004: ferry, dinner and bus get 1, 2 and 3, with everybody or the people named, in trip order."""
    first = trip.note(EMPTY, "Ada", "12", "ferry, return", None)
    second = trip.note(TripValue(PEOPLE, (first,)), "Ada", "12.5", "dinner", "Cem,Ben")
    third = trip.note(TripValue(PEOPLE, (first, second)), "Ben", "12.50", "bus", None)
    assert (first, second, third) == (
        Expense("1", "Ada", 1200, "ferry, return", ("Ada", "Ben", "Cem"), False),
        Expense("2", "Ada", 1250, "dinner", ("Ben", "Cem"), False),
        Expense("3", "Ben", 1250, "bus", ("Ada", "Ben", "Cem"), False),
    )


@pytest.mark.parametrize(
    ("for_names", "participants"),
    [
        (None, ("Zoë", "Ben", "Ada")),
        ("Ada,Ben,Zoë", ("Zoë", "Ben", "Ada")),
        ("Ada,Zoë", ("Zoë", "Ada")),
        ("Ada", ("Ada",)),
        ("Ben", ("Ben",)),
    ],
)
def test_note_shows_participants_in_trip_order_not_by_alphabet(
    trip: Trip, for_names: str | None, participants: tuple[str, ...]
) -> None:
    """R-004: exactly the named people take part; the payer may be missing or alone."""
    noted = trip.note(TripValue(("Zoë", "Ben", "Ada")), "Ben", "3", "tea", for_names)
    assert noted == Expense("1", "Ben", 300, "tea", participants)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("0.01", 1), ("0.02", 2), ("000000.1", 10), ("1", 100), ("1.10", 110), ("1.15", 115), ("4.35", 435),
        ("8.7", 870), ("010.05", 1005), ("19.99", 1999), ("100000", 10000000), ("262144.13", 26214413),
        ("999999", 99999900), ("999999.9", 99999990), ("999999.99", 99999999),
    ],
)  # fmt: skip
def test_note_turns_an_amount_into_exact_cents(trip: Trip, amount: str, cents: int) -> None:
    """R-004: 1 to 6 digits, optionally a point and 1 or 2 digits."""
    assert trip.note(EMPTY, "Ada", amount, "tea", None).cents == cents


@pytest.mark.parametrize(
    "amount",
    [
        "12,50", "12.505", "0", "-5", "1000000", "0.0", "000000.00", "0.001", "0000001", "1.", ".50", ".", "1..2",
        "1.2.3",
        "1 000", "1,000", "5 ", "\t5", "5\r", "1.5\n", "1.٣", "²", "５.00", "\u22125", "12€", "nan", "inf", "0x10", "1_000",
        "twelve", pytest.param("9" * 5000, id="5000-digits"), pytest.param("1." + "0" * 5000, id="5000-decimals"),
    ],
)  # fmt: skip
def test_note_refuses_an_amount_that_is_not_possible(trip: Trip, amount: str) -> None:
    """R-004, R-014: the amount is quoted as given."""
    expected = f'amount "{amount}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'
    assert reason(trip.note, EMPTY, "Ada", amount, "tea", None) == expected


@pytest.mark.parametrize(
    "what",
    [
        "x", "7", "a  b", "a=+-@", "#tea", "'tea'", "tea -", ",", "\u00a0", "\u22125", "＝tea", "\u200etea", "日本茶",
        "x" + " " * 58 + "x", "🧀" * 60,
    ],
)  # fmt: skip
def test_note_keeps_what_as_given(trip: Trip, what: str) -> None:
    """R-004: up to 60 code points; only U+0020 at an end and the first characters = + - @ are forbidden."""
    assert trip.note(EMPTY, "Ada", "5", what, None) == Expense("1", "Ada", 500, what, PEOPLE)


@pytest.mark.parametrize(
    "what",
    [
        "", "  ", "=", "+", "-", "@", "=1+1", "-- tea", " =tea", "x" * 60 + " ", "🧀" * 61, "\ttea", "tea\r",
        "tea\r\n", "a\x0bb", "a\x1cb", "\x1b[31mtea", "a\x80b", "a\x9fb", "\u2028tea", "tea\u2029", "\ud800", "tea\udc80",
        pytest.param("x" * 5000, id="5000-characters"),
    ],
)  # fmt: skip
def test_note_refuses_a_what_that_is_not_possible(trip: Trip, what: str) -> None:
    """R-004, R-014: one line of 1 to 60 characters that can be written as UTF-8."""
    assert reason(trip.note, EMPTY, "Ada", "5", what, None) == WHAT


@pytest.mark.parametrize(
    ("for_names", "name"),
    [
        ("", ""), (",", ""), (",Ben", ""), ("Ben,,Cem", ""), ("Ben,", ""), ("Ben, Cem", " Cem"), ("Ben ,Cem", "Ben "),
        ("ben", "ben"), ("Ben;Cem", "Ben;Cem"), ("Zoë,Ben,Ada,Dan", "Dan"), ("Dan,Dan", "Dan"), ("Dan,Ben,Ben", "Dan"),
        ("Zoe\u0308", "Zoe\u0308"),
    ],
)  # fmt: skip
def test_note_refuses_an_unknown_participant(trip: Trip, for_names: str, name: str) -> None:
    """R-014: names are split at each comma and not trimmed; all people are offered in trip order."""
    given = TripValue(("Zoë", "Cem", "Ben", "Ada"))
    expected = f'unknown person "{name}"; possible: Zoë, Cem, Ben, Ada'
    assert reason(trip.note, given, "Ada", "5", "tea", for_names) == expected


@pytest.mark.parametrize(
    ("for_names", "name"),
    [("Ben,Ben", "Ben"), ("Ada,Ben,Ada", "Ada"), ("Cem,Ben,Ben,Cem", "Ben"), ("Ben,Ben,Dan", "Ben")],
)
def test_note_refuses_a_participant_named_twice(trip: Trip, for_names: str, name: str) -> None:
    """R-014: the first name from the left that equals one before it is reported."""
    expected = f'"{name}" is named twice in --for; name each person once'
    assert reason(trip.note, EMPTY, "Ada", "5", "tea", for_names) == expected


@pytest.mark.parametrize(
    ("payer", "amount", "what", "for_names", "expected"),
    [
        ("Bne", "5", "tea", None, 'unknown person "Bne"; possible: Ada, Ben'),
        ("Bne", "0", "", "Ben,Ben", 'unknown person "Bne"; possible: Ada, Ben'),
        ("Ada", "0", "", "Ben,Ben", 'amount "0" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'),
        ("Ada", "5", "=tea", "Ben,Ben", WHAT),
        ("Ada", "5", "tea", "Ben,Ben", '"Ben" is named twice in --for; name each person once'),
    ],
)
def test_a_refused_note_names_the_first_fault_and_uses_up_no_number(
    trip: Trip, payer: str, amount: str, what: str, for_names: str | None, expected: str
) -> None:
    """R-014: with expenses 1, 2 (struck) and 3 the trip stays as it was and the next number is still 4."""
    given = TripValue(PAIR, (tea("1"), tea("2", struck=True), tea("3")))
    assert reason(trip.note, given, payer, amount, what, for_names) == expected
    assert given == TripValue(PAIR, (tea("1"), tea("2", struck=True), tea("3")))
    assert trip.note(given, "Ada", "4", "tea", None) == tea("4")


@pytest.mark.parametrize(
    ("last", "following"),
    [
        ("1", "2"), ("8", "9"), ("9", "10"), ("19", "20"), ("99", "100"), ("109", "110"), ("9099", "9100"),
        ("999999", "1000000"), pytest.param("1" + "9" * 6000, "2" + "0" * 6000, id="6001-digits"),
        pytest.param("7" * 6000 + "1", "7" * 6000 + "2", id="6001-digits-no-carry"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("struck", [False, True])
def test_note_counts_on_from_the_last_number(trip: Trip, last: str, following: str, struck: bool) -> None:
    """R-004, R-008: the next number is the highest plus 1, whether that expense is struck or not."""
    given = TripValue(PAIR, (tea(last, struck=struck),))
    assert trip.note(given, "Ada", "4", "tea", None) == tea(following)


def test_note_counts_on_from_the_highest_number_by_size_not_by_text(trip: Trip) -> None:
    """R-008: after 2, 9 and 10 comes 11, although "9" is above "10" as text and three expenses are there."""
    given = TripValue(PAIR, (tea("2"), tea("9", struck=True), tea("10")))
    assert trip.note(given, "Ada", "4", "tea", None) == tea("11")


# recall


@pytest.mark.parametrize(
    ("line", "struck", "expected"),
    [
        (("1", "Ben", "9.00", "Ada,Ben", "red wine"), True, Expense("1", "Ben", 900, "red wine", PAIR, True)),
        (("2", "Ada", "4.00", "Ben", "tea"), False, Expense("2", "Ada", 400, "tea", ("Ben",), False)),
        (("7", "Ada", "000004.5", "Ben,Ada", "a, b"), False, Expense("7", "Ada", 450, "a, b", PAIR, False)),
    ],
    ids=["struck", "counts", "written-otherwise-after-a-gap"],
)
def test_recall_returns_what_the_line_holds(
    trip: Trip, line: tuple[str, str, str, str, str], struck: bool, expected: Expense
) -> None:
    """R-010, R-016: amounts and participants may be written in any way that `add` takes."""
    assert trip.recall(TripValue(PAIR), *line, struck=struck) == expected


@pytest.mark.parametrize("struck", [False, True])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (("2", "Bne", "9.00", "Ada,Ben", "wine"), 'unknown person "Bne"; possible: Ada, Ben'),
        (("2", "Bne", "9,00", "Ben,Ben", "=wine"), 'unknown person "Bne"; possible: Ada, Ben'),
        (
            ("2", "Ben", "9,00", "Ben,Ben", "=wine"),
            'amount "9,00" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99',
        ),
        (("2", "Ben", "9", "Ada,Ben,Ada", "=wine"), '"Ada" is named twice in the participants; name each person once'),
        (("2", "Ben", "9", "Ada,", "=wine"), 'unknown person ""; possible: Ada, Ben'),
        (("2", "Ben", "9", "Ada", "wine "), WHAT),
    ],
    ids=["payer", "payer-first", "amount", "twice", "unknown-participant", "what"],
)
def test_recall_refuses_the_first_wrong_value_of_the_line(
    trip: Trip, line: tuple[str, str, str, str, str], expected: str, struck: bool
) -> None:
    """R-016: struck lines are checked like the others, from left to right."""
    assert reason(trip.recall, TripValue(PAIR), *line, struck=struck) == expected


# strike


def test_a_struck_number_is_not_given_again(trip: Trip) -> None:
    """R-008: after striking 2, the last of two, bread gets number 3."""
    wine = Expense("2", "Ben", 900, "wine", PAIR)
    struck = trip.strike(TripValue(PAIR, (tea("1"), wine)), "2")
    bread = trip.note(TripValue(PAIR, (tea("1"), struck)), "Ben", "6", "bread", None)
    assert struck == Expense("2", "Ben", 900, "wine", ("Ada", "Ben"), True)
    assert bread == Expense("3", "Ben", 600, "bread", ("Ada", "Ben"), False)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("2", Expense("2", "Ada", 400, "tea", PAIR, True)),
        ("3", Expense("3", "Ben", 905, "a, b", ("Ben",), True)),
        ("10", Expense("10", "Cem", 1, "tea", PEOPLE, True)),
    ],
)
def test_strike_finds_an_expense_by_its_number_not_by_its_place(trip: Trip, number: str, expected: Expense) -> None:
    """R-008: with 2, 3 and 10 in the trip the expense asked for comes back in full, struck."""
    third, tenth = Expense("3", "Ben", 905, "a, b", ("Ben",)), Expense("10", "Cem", 1, "tea", PEOPLE)
    assert trip.strike(TripValue(PEOPLE, (tea("2"), third, tenth)), number) == expected


@pytest.mark.parametrize(
    "number",
    [
        "2", "0", "4", "01", "+1", "-1", "1.0", "1 ", "1\n", "１", "1,3", "", "tea", 'a"b', "\udcff",
        pytest.param("1" * 5000, id="5000-digits"),
    ],
)  # fmt: skip
def test_strike_refuses_a_number_that_does_not_count_and_changes_nothing(trip: Trip, number: str) -> None:
    """R-008, R-014: of 1, 2 and 3, where 2 is struck, 1 and 3 are possible."""
    given = TripValue(PAIR, (tea("1"), tea("2", struck=True), tea("3")))
    assert reason(trip.strike, given, number) == f'no expense "{number}"; possible: 1, 3'
    assert given == TripValue(PAIR, (tea("1"), tea("2", struck=True), tea("3")))


@pytest.mark.parametrize(
    ("expenses", "expected"),
    [
        ((), 'no expense "5"; there is none to strike'),
        ((tea("5", struck=True), tea("6", struck=True)), 'no expense "5"; there is none to strike'),
        ((tea("5", struck=True), tea("6")), 'no expense "5"; possible: 6'),
        ((tea("2"), tea("9", struck=True), tea("10"), tea("100")), 'no expense "5"; possible: 2, 10, 100'),
    ],
    ids=["no-expenses", "all-struck", "one-counts", "by-size"],
)
def test_strike_offers_the_numbers_that_count(trip: Trip, expenses: tuple[Expense, ...], expected: str) -> None:
    """R-014: the numbers rise; if none counts, there is none to strike."""
    assert reason(trip.strike, TripValue(PAIR, expenses), "5") == expected


# amount_text


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0.00"), (1, "0.01"), (9, "0.09"), (10, "0.10"), (99, "0.99"), (100, "1.00"), (101, "1.01"), (400, "4.00"),
        (1250, "12.50"), (100000000, "1000000.00"), (-1, "-0.01"), (-99, "-0.99"), (-100, "-1.00"), (-101, "-1.01"),
        (9007199254740993, "90071992547409.93"),
    ],
)  # fmt: skip
def test_amount_text_writes_two_decimals(trip: Trip, cents: int, text: str) -> None:
    """R-004, R-010: units, a point and two digits; a minus before a negative sum; nothing is rounded."""
    assert trip.amount_text(cents) == text


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (10**4300 - 1, "9" * 4298 + ".99"),
        (10**4300, "1" + "0" * 4298 + ".00"),
        (-(10**4302) - 5, "-1" + "0" * 4300 + ".05"),
        (10**9000 + 10**4300 + 5, "1" + "0" * 4699 + "1" + "0" * 4298 + ".05"),
    ],
    ids=["4300-digits", "4301-digits", "negative", "zeros-inside"],
)
def test_amount_text_keeps_every_digit_of_a_very_long_sum(trip: Trip, cents: int, text: str) -> None:
    """R-010: sums above 4300 digits are written in full, with the zeros inside them."""
    assert trip.amount_text(cents) == text
