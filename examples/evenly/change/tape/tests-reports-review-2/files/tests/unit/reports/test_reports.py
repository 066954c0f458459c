"""Unit tests of `reports`: the acceptance examples of its requirements, boundaries and awkward text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evenly.contracts.reports import Reports, Totals
from evenly.contracts.trip import Expense, Trip, TripValue

MARK = b"\xef\xbb\xbf"
HEADER = MARK + b"number,payer,amount,what,participants\r\n"
TEA = Expense("1", "Ada", 400, "tea", ("Ada", "Ben"))
WINE = Expense("2", "Ben", 900, "wine", ("Ada", "Ben"))
BREAD = Expense("3", "Ben", 600, "bread", ("Ada", "Ben"))


def test_r003_started_names_two_people_who_differ_in_case_only(reports: Reports) -> None:
    """R-003: upper and lower case differ, and two people are the fewest."""
    assert reports.started("evenly.txt", TripValue(("ada", "Ada"))) == "Started evenly.txt with ada, Ada"


def test_r003_started_names_all_sixteen_people_unsorted(reports: Reports) -> None:
    """R-003: the largest trip, with a name of 20 letters and names of other alphabets, keeps trip order."""
    people = ("Zoë", "Abcdefghijklmnopqrst", "李", "Жан", "P", "O", "N", "M", "L", "K", "J", "I", "H", "G", "F", "Jo-2")
    assert reports.started("t.txt", TripValue(people)) == (
        "Started t.txt with Zoë, Abcdefghijklmnopqrst, 李, Жан, P, O, N, M, L, K, J, I, H, G, F, Jo-2"
    )


def test_r003_started_copies_a_path_with_format_signs_and_an_undecodable_byte(reports: Reports) -> None:
    """R-003: PATH is shown as given, also where it looks like a template or cannot be encoded."""
    path = " {0} %s {path}\\\udcff.txt "
    assert reports.started(path, TripValue(("Ada", "Ben"))) == "Started  {0} %s {path}\\\udcff.txt  with Ada, Ben"


def test_r004_noted_shows_an_expense_that_trip_made(reports: Reports, trip: Trip) -> None:
    """R-004: an amount noted as 12.5 is shown as 12.50, and the people of `--for` in trip order, without the payer."""
    people = trip.start(["Ada", "Ben", "Cem"])
    expense = trip.note(people, "Ada", "12.5", "dinner", "Cem,Ben")
    assert reports.noted(expense) == "Noted 1: Ada paid 12.50 for dinner, shared by Ben, Cem"


def test_r004_noted_shows_the_third_expense_shared_by_everybody(reports: Reports) -> None:
    """R-004: the last line of the acceptance example."""
    bus = Expense("3", "Ben", 1250, "bus", ("Ada", "Ben", "Cem"))
    assert reports.noted(bus) == "Noted 3: Ben paid 12.50 for bus, shared by Ada, Ben, Cem"


def test_r004_noted_shows_people_in_trip_order_not_by_alphabet(reports: Reports, trip: Trip) -> None:
    """R-004: people are shown in trip order, whatever the order in `--for`."""
    people = trip.start(["Zoë", "Ben", "Ada"])
    expense = trip.note(people, "Ben", "3", "tea", "Ada,Zoë")
    assert reports.noted(expense) == "Noted 1: Ben paid 3.00 for tea, shared by Zoë, Ada"


def test_r004_noted_copies_a_what_of_sixty_characters_that_looks_like_the_line_itself(reports: Reports) -> None:
    """R-004: nothing in WHAT is read, shortened, quoted or filled in."""
    what = '1: Ada paid 1.00 for "x", shared by {what} %d \\n  \'é\' 🍕 abcd'
    expense = Expense("7", "Ada", 100, what, ("Ben",))
    assert reports.noted(expense) == (
        'Noted 7: Ada paid 1.00 for 1: Ada paid 1.00 for "x", shared by {what} %d \\n  \'é\' 🍕 abcd, shared by Ben'
    )


def test_r006_balance_words_the_acceptance_example(reports: Reports) -> None:
    """R-006: one line a person in trip order; owed, owed, owes and even."""
    rows = [("Ada", 1000, 668, 332), ("Ben", 1000, 666, 334), ("Cem", 0, 666, -666), ("Dora", 0, 0, 0)]
    assert reports.balance(rows) == (
        "Ada paid 10.00, share 6.68, is owed 3.32",
        "Ben paid 10.00, share 6.66, is owed 3.34",
        "Cem paid 0.00, share 6.66, owes 6.66",
        "Dora paid 0.00, share 0.00, is even",
    )


def test_r006_balance_takes_one_cent_as_owed_and_as_owing(reports: Reports) -> None:
    """R-006: one cent on either side of zero is not even, however large the sums are."""
    rows = [("Zoë", 100000000, 99999999, 1), ("Ada", 99999998, 99999999, -1), ("Ben", 99999999, 99999999, 0)]
    assert reports.balance(rows) == (
        "Zoë paid 1000000.00, share 999999.99, is owed 0.01",
        "Ada paid 999999.98, share 999999.99, owes 0.01",
        "Ben paid 999999.99, share 999999.99, is even",
    )


def test_r012_balance_before_the_first_expense_is_even_for_everybody(reports: Reports) -> None:
    """R-012: rows of zeros give a line for each person."""
    assert reports.balance([("Ada", 0, 0, 0), ("Ben", 0, 0, 0)]) == (
        "Ada paid 0.00, share 0.00, is even",
        "Ben paid 0.00, share 0.00, is even",
    )


def test_r001_settle_words_the_acceptance_example(reports: Reports) -> None:
    """R-001: one line a transfer, exactly three lines."""
    assert reports.settle([("Cem", "Ben", 500), ("Dora", "Ada", 300), ("Eli", "Ada", 300)]) == (
        "Cem gives Ben 5.00",
        "Dora gives Ada 3.00",
        "Eli gives Ada 3.00",
    )


def test_r001_settle_shows_one_cent_and_more_than_the_largest_expense(reports: Reports) -> None:
    """R-001: the smallest transfer, and one just beyond the largest amount of one expense."""
    assert reports.settle([("ada", "Ada", 1), ("Zoë", "Jo-2", 100000000)]) == (
        "ada gives Ada 0.01",
        "Zoë gives Jo-2 1000000.00",
    )


def test_r012_settle_of_an_empty_list_says_that_nobody_owes_after_other_calls_too(reports: Reports) -> None:
    """R-012: an earlier answer with transfers leaves nothing behind."""
    reports.settle([("Ben", "Ada", 200)])
    assert reports.settle([]) == ("Nobody owes anything.",)


def test_r007_listing_shows_the_acceptance_example(reports: Reports) -> None:
    """R-007: one line for each expense, lowest number first, not sorted by payer."""
    wine = Expense("1", "Ben", 900, "wine", ("Ada", "Ben"))
    bus = Expense("2", "Ada", 1250, "bus", ("Ben",))
    assert reports.listing(TripValue(("Ada", "Ben"), (wine, bus))) == (
        "1: Ben paid 9.00 for wine, shared by Ada, Ben",
        "2: Ada paid 12.50 for bus, shared by Ben",
    )


def test_r007_listing_keeps_9_before_10_and_99_before_100(reports: Reports) -> None:
    """R-007: lowest number first, where the number of digits changes."""
    pen = Expense("9", "Ada", 1, "pen", ("Ben",))
    rising = (pen, replace(pen, number="10"), replace(pen, number="99"), replace(pen, number="100"))
    assert reports.listing(TripValue(("Ada", "Ben"), rising)) == (
        "9: Ada paid 0.01 for pen, shared by Ben",
        "10: Ada paid 0.01 for pen, shared by Ben",
        "99: Ada paid 0.01 for pen, shared by Ben",
        "100: Ada paid 0.01 for pen, shared by Ben",
    )


def test_r008_struck_shows_an_expense_that_trip_struck(reports: Reports, trip: Trip) -> None:
    """R-008: the acceptance example, with the expense in full."""
    start = trip.start(["Ada", "Ben"])
    tea = trip.note(start, "Ada", "4", "tea", None)
    one = TripValue(start.people, (tea,))
    two = TripValue(start.people, (tea, trip.note(one, "Ben", "9", "wine", None)))
    assert reports.struck(trip.strike(two, "2")) == "Struck 2: Ben paid 9.00 for wine, shared by Ada, Ben"


def test_r008_listing_leaves_out_the_struck_expense_and_keeps_the_other_numbers(reports: Reports) -> None:
    """R-007, R-008: after 2 is struck and 3 noted, 1 and 3 are shown."""
    value = TripValue(("Ada", "Ben"), (TEA, replace(WINE, struck=True), BREAD))
    assert reports.listing(value) == (
        "1: Ada paid 4.00 for tea, shared by Ada, Ben",
        "3: Ben paid 6.00 for bread, shared by Ada, Ben",
    )


def test_r008_listing_shows_the_only_one_left_between_two_struck(reports: Reports) -> None:
    """R-008: the first and the last expense may be struck."""
    value = TripValue(("Ada", "Ben"), (replace(TEA, struck=True), WINE, replace(BREAD, struck=True)))
    assert reports.listing(value) == ("2: Ben paid 9.00 for wine, shared by Ada, Ben",)


def test_r012_listing_of_a_new_trip_says_no_expenses(reports: Reports) -> None:
    """R-012: nothing noted yet."""
    assert reports.listing(TripValue(("Ada", "Ben"))) == ("No expenses.",)


def test_r012_listing_says_no_expenses_once_the_only_expense_is_struck(reports: Reports) -> None:
    """R-008, R-012: the answer follows the trip handed in, not an earlier call."""
    reports.listing(TripValue(("Ada", "Ben"), (TEA,)))
    assert reports.listing(TripValue(("Ada", "Ben"), (replace(TEA, struck=True),))) == ("No expenses.",)


def test_r009_csv_holds_the_bytes_of_the_acceptance_example(reports: Reports) -> None:
    """R-009: mark, header and two lines, each ended by CR LF, with ë as two bytes."""
    pizza = Expense("1", "Zoë", 1250, '6" pizza, two', ("Zoë", "Ben"))
    tea = Expense("2", "Ben", 300, "tea", ("Zoë",))
    assert reports.csv(TripValue(("Zoë", "Ben"), (pizza, tea))) == (
        b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"
        b'1,Zo\xc3\xab,12.50,"6"" pizza, two","Zo\xc3\xab, Ben"\r\n'
        b"2,Ben,3.00,tea,Zo\xc3\xab\r\n"
    )


@pytest.mark.parametrize(
    ("what", "field"),
    [
        pytest.param('"', b'""""', id="one double quote alone"),
        pytest.param(",", b'","', id="one comma alone"),
        pytest.param('""', b'""""""', id="two double quotes in a row"),
        pytest.param("a; 'b' |\\ #1", b"a; 'b' |\\ #1", id="other signs stay bare"),
        pytest.param("李 🍕", b"\xe6\x9d\x8e \xf0\x9f\x8d\x95", id="characters of three and four bytes"),
    ],
)
def test_r009_csv_quotes_a_what_only_for_a_comma_or_a_double_quote(reports: Reports, what: str, field: bytes) -> None:
    """R-009: a field with a comma or a double quote is quoted, every other field is bare."""
    value = TripValue(("Ada", "Ben"), (Expense("1", "Ada", 100, what, ("Ben",)),))
    assert reports.csv(value) == HEADER + b"1,Ada,1.00," + field + b",Ben\r\n"


def test_r009_csv_writes_the_smallest_and_the_largest_amount_without_separators(reports: Reports) -> None:
    """R-009: amounts have a point and two decimals and are never quoted; 9 stands before 10."""
    low = Expense("9", "Ada", 1, "pen", ("Ada",))
    high = Expense("10", "Ben", 99999999, "yacht", ("Ada", "Ben"))
    assert reports.csv(TripValue(("Ada", "Ben"), (low, high))) == (
        HEADER + b'9,Ada,0.01,pen,Ada\r\n10,Ben,999999.99,yacht,"Ada, Ben"\r\n'
    )


def test_r008_csv_and_wrote_leave_out_the_struck_expense(reports: Reports) -> None:
    """R-008, R-009: the count is that of the lines after the header, and no number changes."""
    value = TripValue(("Ada", "Ben"), (replace(TEA, struck=True), WINE, BREAD))
    assert reports.csv(value) == HEADER + b'2,Ben,9.00,wine,"Ada, Ben"\r\n3,Ben,6.00,bread,"Ada, Ben"\r\n'
    assert reports.wrote("out.csv", value) == "Wrote out.csv, expenses: 2"


def test_r012_csv_of_a_new_trip_is_the_header_and_wrote_counts_zero(reports: Reports) -> None:
    """R-012: nothing noted, yet the file has its mark and header line."""
    value = TripValue(("Ada", "Ben"))
    assert reports.csv(value) == b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"
    assert reports.wrote("out.csv", value) == "Wrote out.csv, expenses: 0"


def test_r012_csv_is_the_header_once_the_only_expense_is_struck(reports: Reports) -> None:
    """R-008, R-012: the bytes follow the trip handed in, not an earlier call."""
    reports.csv(TripValue(("Ada", "Ben"), (TEA,)))
    assert reports.csv(TripValue(("Ada", "Ben"), (replace(TEA, struck=True),))) == HEADER


def test_r009_wrote_copies_a_path_with_format_signs_and_an_undecodable_byte(reports: Reports) -> None:
    """R-009: PATH is shown as given, with the spaces at its ends, and one expense is still called `expenses`."""
    value = TripValue(("Ada", "Ben"), (TEA, replace(WINE, struck=True)))
    assert reports.wrote(" a, {0} %s\udcff.csv ", value) == "Wrote  a, {0} %s\udcff.csv , expenses: 1"


@pytest.mark.parametrize(
    ("totals", "line"),
    [
        pytest.param((1250, 1, 313), "Total 12.50, expenses: 1, average per person 3.13", id="after dinner"),
        pytest.param((1301, 2, 325), "Total 13.01, expenses: 2, average per person 3.25", id="after tea"),
    ],
)
def test_r017_total_words_the_acceptance_example(reports: Reports, totals: Totals, line: str) -> None:
    """R-017: one line with sum, count and average, and one expense is still called `expenses`."""
    assert reports.total(totals) == line


@pytest.mark.parametrize(
    ("totals", "line"),
    [
        pytest.param((9, 9, 5), "Total 0.09, expenses: 9, average per person 0.05", id="one digit of cents"),
        pytest.param((99, 10, 50), "Total 0.99, expenses: 10, average per person 0.50", id="just below one"),
        pytest.param((100, 100, 50), "Total 1.00, expenses: 100, average per person 0.50", id="exactly one"),
        pytest.param(
            (99999999, 1000, 50000000),
            "Total 999999.99, expenses: 1000, average per person 500000.00",
            id="the largest amount of one expense",
        ),
        pytest.param(
            (200000000, 3, 100000000),
            "Total 2000000.00, expenses: 3, average per person 1000000.00",
            id="an average beyond the largest amount of one expense",
        ),
    ],
)
def test_r017_total_writes_amounts_with_two_decimals_and_groups_no_digits(
    reports: Reports, totals: Totals, line: str
) -> None:
    """R-017: sum and average look like any other amount, and the count is plain digits."""
    assert reports.total(totals) == line


def test_r017_total_takes_a_sum_and_an_average_of_thousands_of_digits(reports: Reports) -> None:
    """R-017: cents of any size are shown exactly."""
    line = f"Total 2{'0' * 4998}.02, expenses: 2, average per person 1{'0' * 4998}.01"
    assert reports.total((2 * 10**5000 + 2, 2, 10**5000 + 1)) == line


def test_r008_total_follows_the_totals_left_after_a_strike(reports: Reports) -> None:
    """R-008: once wine for 9.00 is struck, nothing of the earlier line is left."""
    reports.total((1300, 2, 650))
    assert reports.total((400, 1, 200)) == "Total 4.00, expenses: 1, average per person 2.00"


def test_r017_total_shows_the_count_as_given_beside_the_same_sum_and_average(reports: Reports) -> None:
    """R-017: 9.00 may be one expense or two."""
    assert reports.total((900, 1, 450)) == "Total 9.00, expenses: 1, average per person 4.50"
    assert reports.total((900, 2, 450)) == "Total 9.00, expenses: 2, average per person 4.50"


def test_r012_total_shows_zeros_once_the_only_expense_is_struck(reports: Reports) -> None:
    """R-008, R-012: there is no other text for nothing, and an earlier answer leaves nothing behind."""
    reports.total((400, 1, 200))
    assert reports.total((0, 0, 0)) == "Total 0.00, expenses: 0, average per person 0.00"
