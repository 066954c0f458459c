"""What every `reports` must do."""

from __future__ import annotations

from dataclasses import replace

from evenly.contracts.reports import Reports
from evenly.contracts.trip import Expense, TripValue

HEADER = b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"
TEA = Expense("1", "Ada", 400, "tea", ("Ada", "Ben"))
WINE = Expense("2", "Ben", 900, "wine", ("Ada", "Ben"))
BUS = Expense("10", "Ada", 1250, "bus", ("Ben",))
NOTHING = TripValue(("Ada", "Ben"))
ALL_STRUCK = TripValue(("Ada", "Ben"), (replace(TEA, struck=True), replace(WINE, struck=True)))
SOME_STRUCK = TripValue(("Ada", "Ben"), (TEA, replace(WINE, struck=True), BUS))
LONG = "9" * 5000
ZOE = Expense("2", "Zoë", 700, "50% {x} Cafe\u0301", ("Zoë", "Ben", "Ada"))
RISING = TripValue(("Zoë", "Ben", "Ada"), (ZOE, BUS, replace(BUS, number=LONG)))


def test_started_names_the_path_and_all_people_in_trip_order(reports: Reports) -> None:
    assert reports.started("evenly.txt", TripValue(("Zoë", "Ben", "Jo-2"))) == "Started evenly.txt with Zoë, Ben, Jo-2"


def test_started_shows_the_path_as_given(reports: Reports) -> None:
    trip = TripValue(("Ben", "Ada"))
    assert reports.started("./my \ttrips/a, b.txt", trip) == "Started ./my \ttrips/a, b.txt with Ben, Ada"


def test_noted_shows_the_expense_in_full(reports: Reports) -> None:
    ferry = Expense("1", "Ada", 1200, "ferry, return", ("Ada", "Ben", "Cem"))
    dinner = Expense("2", "Ada", 1250, "dinner", ("Ben", "Cem"))
    assert reports.noted(ferry) == "Noted 1: Ada paid 12.00 for ferry, return, shared by Ada, Ben, Cem"
    assert reports.noted(dinner) == "Noted 2: Ada paid 12.50 for dinner, shared by Ben, Cem"


def test_noted_shows_the_smallest_and_largest_amount_and_a_number_of_any_length(reports: Reports) -> None:
    assert reports.noted(replace(BUS, cents=1)) == "Noted 10: Ada paid 0.01 for bus, shared by Ben"
    largest = replace(BUS, number=LONG, cents=99999999)
    assert reports.noted(largest) == f"Noted {LONG}: Ada paid 999999.99 for bus, shared by Ben"


def test_noted_and_struck_keep_the_order_of_the_participants_and_every_character(reports: Reports) -> None:
    full = "2: Zoë paid 7.00 for 50% {x} Cafe\u0301, shared by Zoë, Ben, Ada"
    assert reports.noted(ZOE) == f"Noted {full}"
    assert reports.struck(ZOE) == f"Struck {full}"


def test_noted_shows_the_same_whether_the_flag_is_set_or_not(reports: Reports) -> None:
    assert reports.noted(replace(WINE, struck=True)) == reports.noted(WINE)
    assert reports.noted(WINE) == "Noted 2: Ben paid 9.00 for wine, shared by Ada, Ben"


def test_struck_shows_the_expense_in_full_whether_its_flag_is_set_or_not(reports: Reports) -> None:
    line = "Struck 2: Ben paid 9.00 for wine, shared by Ada, Ben"
    assert reports.struck(replace(WINE, struck=True)) == line
    assert reports.struck(WINE) == line


def test_listing_shows_what_counts_in_the_order_of_the_trip(reports: Reports) -> None:
    assert reports.listing(SOME_STRUCK) == (
        "1: Ada paid 4.00 for tea, shared by Ada, Ben",
        "10: Ada paid 12.50 for bus, shared by Ben",
    )


def test_listing_puts_2_before_10_and_takes_a_number_of_any_length(reports: Reports) -> None:
    lines = (
        "2: Zoë paid 7.00 for 50% {x} Cafe\u0301, shared by Zoë, Ben, Ada",
        "10: Ada paid 12.50 for bus, shared by Ben",
        f"{LONG}: Ada paid 12.50 for bus, shared by Ben",
    )
    assert reports.listing(RISING) == lines
    assert reports.listing(RISING) == lines


def test_listing_keeps_two_expenses_that_differ_in_number_only(reports: Reports) -> None:
    twice = TripValue(("Ada", "Ben"), (TEA, replace(TEA, number="2")))
    assert reports.listing(twice) == (
        "1: Ada paid 4.00 for tea, shared by Ada, Ben",
        "2: Ada paid 4.00 for tea, shared by Ada, Ben",
    )


def test_listing_says_so_if_no_expense_counts(reports: Reports) -> None:
    assert reports.listing(NOTHING) == ("No expenses.",)
    assert reports.listing(ALL_STRUCK) == ("No expenses.",)


def test_balance_words_owed_owing_and_even_in_the_order_given(reports: Reports) -> None:
    rows = [("Dora", 0, 0, 0), ("Ada", 1000, 668, 332), ("Cem", 0, 666, -666), ("Ben", 5, 5, 0), ("Eli", 0, 1, -1)]
    before = list(rows)
    lines = (
        "Dora paid 0.00, share 0.00, is even",
        "Ada paid 10.00, share 6.68, is owed 3.32",
        "Cem paid 0.00, share 6.66, owes 6.66",
        "Ben paid 0.05, share 0.05, is even",
        "Eli paid 0.00, share 0.01, owes 0.01",
    )
    assert reports.balance(rows) == lines
    assert rows == before
    assert reports.balance(tuple(rows)) == lines


def test_balance_of_no_rows_is_no_lines(reports: Reports) -> None:
    assert reports.balance(()) == ()


def test_sums_have_no_limit_and_stay_exact(reports: Reports) -> None:
    cents = 10**30 + 1
    amount = "1" + "0" * 28 + ".01"
    assert reports.balance([("Ada", cents, 0, cents)]) == (f"Ada paid {amount}, share 0.00, is owed {amount}",)
    assert reports.settle([("Ben", "Ada", cents)]) == (f"Ben gives Ada {amount}",)


def test_settle_shows_each_transfer_in_the_order_given(reports: Reports) -> None:
    transfers = [("Eli", "Ada", 300), ("Cem", "Ben", 500), ("Dora", "Ada", 300)]
    before = list(transfers)
    assert reports.settle(transfers) == ("Eli gives Ada 3.00", "Cem gives Ben 5.00", "Dora gives Ada 3.00")
    assert transfers == before


def test_settle_keeps_equal_transfers_apart(reports: Reports) -> None:
    transfers = (("Cem", "Ben", 5), ("Ada", "Ben", 1), ("Cem", "Ben", 5))
    assert reports.settle(transfers) == ("Cem gives Ben 0.05", "Ada gives Ben 0.01", "Cem gives Ben 0.05")


def test_settle_without_transfers_says_that_nobody_owes(reports: Reports) -> None:
    assert reports.settle(()) == ("Nobody owes anything.",)


def test_csv_has_mark_header_and_quotes_only_where_needed(reports: Reports) -> None:
    pizza = Expense("1", "Zoë", 1250, '6" pizza, two', ("Zoë", "Ben"))
    tea = Expense("2", "Ben", 300, "tea; it's  hot", ("Zoë",))
    disc = Expense("3", "Ben", 5, '7" disc', ("Ben",))
    rows = '1,Zoë,12.50,"6"" pizza, two","Zoë, Ben"\r\n2,Ben,3.00,tea; it\'s  hot,Zoë\r\n3,Ben,0.05,"7"" disc",Ben\r\n'
    assert reports.csv(TripValue(("Zoë", "Ben"), (pizza, tea, disc))) == HEADER + rows.encode()


def test_csv_puts_2_before_10_and_gives_the_same_bytes_twice(reports: Reports) -> None:
    rows = f'2,Zoë,7.00,50% {{x}} Cafe\u0301,"Zoë, Ben, Ada"\r\n10,Ada,12.50,bus,Ben\r\n{LONG},Ada,12.50,bus,Ben\r\n'
    assert reports.csv(RISING) == HEADER + rows.encode()
    assert reports.csv(RISING) == HEADER + rows.encode()


def test_csv_keeps_two_expenses_that_differ_in_number_only(reports: Reports) -> None:
    twice = TripValue(("Ada", "Ben"), (BUS, replace(BUS, number="11")))
    assert reports.csv(twice) == HEADER + b"10,Ada,12.50,bus,Ben\r\n11,Ada,12.50,bus,Ben\r\n"
    assert reports.wrote("out.csv", twice) == "Wrote out.csv, expenses: 2"


def test_csv_leaves_out_struck_expenses_and_keeps_the_header(reports: Reports) -> None:
    assert reports.csv(SOME_STRUCK) == HEADER + b'1,Ada,4.00,tea,"Ada, Ben"\r\n10,Ada,12.50,bus,Ben\r\n'
    assert reports.csv(NOTHING) == HEADER
    assert reports.csv(ALL_STRUCK) == HEADER


def test_wrote_says_expenses_for_one_too(reports: Reports) -> None:
    assert reports.wrote("out.csv", TripValue(("Ada", "Ben"), (TEA,))) == "Wrote out.csv, expenses: 1"


def test_wrote_counts_what_counts_and_shows_the_path_as_given(reports: Reports) -> None:
    assert reports.wrote("out.csv", SOME_STRUCK) == "Wrote out.csv, expenses: 2"
    assert reports.wrote("my \tout.csv", ALL_STRUCK) == "Wrote my \tout.csv, expenses: 0"


def test_total_shows_sum_count_and_average(reports: Reports) -> None:
    assert reports.total((1250, 1, 313)) == "Total 12.50, expenses: 1, average per person 3.13"
    assert reports.total((1301, 2, 325)) == "Total 13.01, expenses: 2, average per person 3.25"


def test_total_without_expenses_shows_zeros(reports: Reports) -> None:
    assert reports.total((0, 0, 0)) == "Total 0.00, expenses: 0, average per person 0.00"


def test_total_shows_an_average_of_zero_beside_a_sum(reports: Reports) -> None:
    assert reports.total((1, 1, 0)) == "Total 0.01, expenses: 1, average per person 0.00"


def test_total_has_no_limit_stays_exact_and_groups_no_digits(reports: Reports) -> None:
    line = f"Total 1{'0' * 28}.01, expenses: 1234567, average per person 5{'0' * 27}.01"
    assert reports.total((10**30 + 1, 1234567, 5 * 10**29 + 1)) == line
    assert reports.total((10**30 + 1, 1234567, 5 * 10**29 + 1)) == line
