"""Unit tests of `cli`: every call runs in an empty temporary folder, on real files there."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from evenly.contracts.cli import Cli

FIXED = datetime(2020, 2, 3, 4, 5, 6)
TRIP = Path("evenly.txt")
HEAD = b"evenly trip\npeople Ada Ben\n"
FORM = "usage: evenly [--file PATH] "
ADD = FORM + "add PAYER AMOUNT WHAT [--for NAME,NAME,...]"
LIST = "possible: start, add, list, strike, balance, settle, total, csv"
AMOUNT = 'amount "{}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'
NAME = 'name "{}" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'
PEOPLE = 'unknown person "{}"; possible: Ada, Ben'
EXPENSE = "expected: expense NUMBER PAYER AMOUNT NAME,NAME WHAT"
UNPRINTED = "error: cannot write standard output; choose a place where you may write\n"
WHAT = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)


class Watcher(io.StringIO):
    """Keeps what a file held at the moment when the first text came."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.seen: list[bytes] = []

    def write(self, text: str) -> int:
        self.seen.append(self.path.read_bytes())
        return super().write(text)


class Stuck(io.RawIOBase):
    """Takes nothing, and tells so by the result of `write`."""

    def __init__(self, result: int | None) -> None:
        self.result = result

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> Any:
        return self.result


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_to(cli: Cli, out: Any, *argv: str) -> tuple[int, str]:
    err = io.StringIO()
    code = cli.main(list(argv), env={}, clock=lambda: FIXED, stdin=io.StringIO(), stdout=out, stderr=err)
    return code, err.getvalue()


def run(cli: Cli, *argv: str) -> tuple[int, str, str]:
    out = io.StringIO()
    code, err = run_to(cli, out, *argv)
    return code, out.getvalue(), err


def prints(cli: Cli, *argv: str) -> list[str]:
    code, out, err = run(cli, *argv)
    assert (code, err) == (0, "")
    assert out.endswith("\n")
    return out[:-1].split("\n")


def folder() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir()}


def fails(cli: Cli, code: int, message: str, *argv: str) -> None:
    """One error line, nothing on standard output, and the whole folder as it was."""
    before = folder()
    assert run(cli, *argv) == (code, "", f"error: {message}\n")
    assert folder() == before


def test_r001_only_who_owes_gives_and_one_person_may_give_to_several(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem", "Dora")
    prints(cli, "add", "Ben", "3", "tea", "--for", "Ada")
    prints(cli, "add", "Cem", "4.05", "bus", "--for", "Ada")
    assert prints(cli, "settle") == ["Ada gives Ben 3.00", "Ada gives Cem 4.05"]


@pytest.mark.parametrize(
    ("first", "second", "lines"),
    [
        ("2", "2", ["Ada gives Cem 2.00", "Ben gives Dora 2.00"]),
        ("5", "3", ["Ada gives Dora 5.00", "Ben gives Cem 3.00"]),
    ],
    ids=["a tie goes by trip order", "the shortest list goes first"],
)
def test_r002_the_receiver_is_the_first_that_keeps_the_list_shortest(
    cli: Cli, first: str, second: str, lines: list[str]
) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem", "Dora")
    prints(cli, "add", "Dora", first, "tea", "--for", "Ada")
    prints(cli, "add", "Cem", second, "bus", "--for", "Ben")
    assert prints(cli, "settle") == lines


def test_r003_start_writes_the_trip_and_prints_the_people_in_the_order_given(cli: Cli) -> None:
    assert prints(cli, "start", "Zoë", "Ben", "Jo-2") == ["Started evenly.txt with Zoë, Ben, Jo-2"]
    assert folder() == {"evenly.txt": "evenly trip\npeople Zoë Ben Jo-2\n".encode()}
    assert prints(cli, "balance") == [
        "Zoë paid 0.00, share 0.00, is even",
        "Ben paid 0.00, share 0.00, is even",
        "Jo-2 paid 0.00, share 0.00, is even",
    ]


def test_r003_r014_start_takes_16_people_and_20_letters_and_no_more(cli: Cli) -> None:
    names = "A B C D E F G H I J K L M N O P".split()
    longest = "Wolfeschlegelsteinha"
    fails(cli, 2, "a trip needs 2 to 16 people, not 17", "start", *names, "Q")
    fails(cli, 2, NAME.format("Wolfeschlegelsteinhau"), "start", "Ada", "Wolfeschlegelsteinhau")
    fails(cli, 2, NAME.format(""), "start", "Ada", "")
    line = "Started evenly.txt with Wolfeschlegelsteinha, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P"
    assert prints(cli, "start", longest, *names[1:]) == [line]


@pytest.mark.parametrize(
    ("amount", "what", "shown"),
    [
        ("0.01", "x", "0.01 for x"),
        ("999999.99", "château, à deux", "999999.99 for château, à deux"),
        ("007.5", "two  spaces", "7.50 for two  spaces"),
        ("1", "a" * 60, "1.00 for " + "a" * 60),
        ("1", '"quoted" --for', '1.00 for "quoted" --for'),
    ],
)
def test_r004_add_takes_values_at_the_limits_and_awkward_text(cli: Cli, amount: str, what: str, shown: str) -> None:
    prints(cli, "start", "Ada", "Ben")
    assert prints(cli, "add", "Ben", amount, what) == [f"Noted 1: Ben paid {shown}, shared by Ada, Ben"]


def test_r005_cents_left_over_go_to_the_first_participants_in_trip_order(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem", "Dora")
    prints(cli, "add", "Dora", "12.50", "dinner", "--for", "Dora,Cem,Ben,Ada")
    assert prints(cli, "balance") == [
        "Ada paid 0.00, share 3.13, owes 3.13",
        "Ben paid 0.00, share 3.13, owes 3.13",
        "Cem paid 0.00, share 3.12, owes 3.12",
        "Dora paid 12.50, share 3.12, is owed 9.38",
    ]


def test_r006_the_share_in_balance_is_the_sum_of_the_shares_of_each_expense(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem")
    prints(cli, "add", "Cem", "0.01", "nut")
    prints(cli, "add", "Cem", "0.01", "nut")
    prints(cli, "add", "Ben", "0.01", "nut", "--for", "Ben")
    assert prints(cli, "balance") == [
        "Ada paid 0.00, share 0.02, owes 0.02",
        "Ben paid 0.01, share 0.01, is even",
        "Cem paid 0.02, share 0.00, is owed 0.02",
    ]


def test_r007_r008_a_struck_expense_leaves_list_and_the_other_numbers_stay(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben")
    prints(cli, "add", "Ben", "9", "wine")
    prints(cli, "add", "Ada", "12.5", "bus", "--for", "Ben")
    assert prints(cli, "list") == [
        "1: Ben paid 9.00 for wine, shared by Ada, Ben",
        "2: Ada paid 12.50 for bus, shared by Ben",
    ]
    assert prints(cli, "strike", "1") == ["Struck 1: Ben paid 9.00 for wine, shared by Ada, Ben"]
    assert prints(cli, "add", "Ben", "6", "bread") == ["Noted 3: Ben paid 6.00 for bread, shared by Ada, Ben"]
    assert prints(cli, "list") == [
        "2: Ada paid 12.50 for bus, shared by Ben",
        "3: Ben paid 6.00 for bread, shared by Ada, Ben",
    ]


@pytest.mark.parametrize(
    ("people", "amounts", "line"),
    [
        ("Ada Ben", ["0.01"], "Total 0.01, expenses: 1, average per person 0.01"),
        ("Ada Ben", ["0.05"], "Total 0.05, expenses: 1, average per person 0.03"),
        ("Ada Ben", ["2.01"], "Total 2.01, expenses: 1, average per person 1.01"),
        ("Ada Ben Cem", ["0.01"], "Total 0.01, expenses: 1, average per person 0.00"),
        ("Ada Ben Cem", ["0.02"], "Total 0.02, expenses: 1, average per person 0.01"),
        ("Ada B C D E F G H I J K L M N O P", ["0.07"], "Total 0.07, expenses: 1, average per person 0.00"),
        ("Ada B C D E F G H I J K L M N O P", ["0.08"], "Total 0.08, expenses: 1, average per person 0.01"),
        ("Ada Ben", ["0.01", "0.01", "0.01", "0.01"], "Total 0.04, expenses: 4, average per person 0.02"),
        ("Ada Ben Cem", ["0.01", "0.01", "0.01"], "Total 0.03, expenses: 3, average per person 0.01"),
    ],
)
def test_r017_the_average_is_the_sum_over_all_people_rounded_once_half_a_cent_up(
    cli: Cli, people: str, amounts: list[str], line: str
) -> None:
    lines = [f"expense {n} Ada {amount} Ada tea\n" for n, amount in enumerate(amounts, 1)]
    TRIP.write_text(f"evenly trip\npeople {people}\n{''.join(lines)}", encoding="utf-8", newline="")
    assert prints(cli, "total") == [line]


def test_r017_total_reads_lines_written_by_hand_and_changes_no_file(cli: Cli) -> None:
    content = (
        b"evenly trip\npeople Ada Ben Cem Dora\nstruck 1 Cem 100 Cem boat\nexpense 2 Ada 012.5 Ben,Ada dinner\n"
        b"struck 5 Ben 9.00 Ada,Ben wine\nexpense 7 Ben 0.51 Ada,Ben,Cem,Dora 5.00 tea\n"
    )
    TRIP.write_bytes(content)
    assert prints(cli, "total") == ["Total 13.01, expenses: 2, average per person 3.25"]
    assert folder() == {"evenly.txt": content}


def test_r008_r017_strike_takes_one_of_two_equal_expenses_out_of_total(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben")
    prints(cli, "add", "Ada", "4.5", "tea")
    prints(cli, "add", "Ada", "4.5", "tea")
    assert prints(cli, "total") == ["Total 9.00, expenses: 2, average per person 4.50"]
    prints(cli, "strike", "1")
    assert prints(cli, "total") == ["Total 4.50, expenses: 1, average per person 2.25"]


def test_r009_csv_writes_the_expenses_that_count_to_the_path_as_given(cli: Cli) -> None:
    prints(cli, "start", "Zoë", "Ben")
    prints(cli, "add", "Zoë", "12.5", '6" pizza, two')
    prints(cli, "add", "Ben", "8", "mistake")
    prints(cli, "add", "Ben", "3", "tea", "--for", "Zoë")
    prints(cli, "strike", "2")
    before = TRIP.read_bytes()
    assert prints(cli, "csv", ".//out.csv") == ["Wrote .//out.csv, expenses: 2"]
    assert Path("out.csv").read_bytes() == (
        b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"
        b'1,Zo\xc3\xab,12.50,"6"" pizza, two","Zo\xc3\xab, Ben"\r\n'
        b"3,Ben,3.00,tea,Zo\xc3\xab\r\n"
    )
    assert TRIP.read_bytes() == before


def test_r010_a_trip_lives_in_the_file_that_the_call_names(cli: Cli) -> None:
    trip = ("--file", "Été à Nice.txt")
    assert prints(cli, *trip, "start", "Ada", "Ben") == ["Started Été à Nice.txt with Ada, Ben"]
    prints(cli, *trip, "add", "Ben", "9", "red wine", "--for", "Ben,Ada")
    prints(cli, *trip, "add", "Ada", "4", "tea", "--for", "Ben")
    prints(cli, *trip, "strike", "1")
    assert folder() == {
        "Été à Nice.txt": HEAD + b"struck 1 Ben 9.00 Ada,Ben red wine\nexpense 2 Ada 4.00 Ben tea\n"
    }
    assert prints(cli, *trip, "list") == ["2: Ada paid 4.00 for tea, shared by Ben"]


def test_r010_add_and_strike_keep_lines_written_by_hand(cli: Cli) -> None:
    old = HEAD + b"expense 7 Ada 4 Ben,Ada tea\n"
    TRIP.write_bytes(old)
    assert prints(cli, "list") == ["7: Ada paid 4.00 for tea, shared by Ada, Ben"]
    assert prints(cli, "add", "Ben", "1.5", "bus") == ["Noted 8: Ben paid 1.50 for bus, shared by Ada, Ben"]
    assert TRIP.read_bytes() == old + b"expense 8 Ben 1.50 Ada,Ben bus\n"
    assert prints(cli, "strike", "7") == ["Struck 7: Ada paid 4.00 for tea, shared by Ada, Ben"]
    assert TRIP.read_bytes() == HEAD + b"struck 7 Ada 4 Ben,Ada tea\nexpense 8 Ben 1.50 Ada,Ben bus\n"


def test_r010_two_trips_called_in_turn_do_not_mix(cli: Cli) -> None:
    prints(cli, "--file", "alps.txt", "start", "Cem", "Dora")
    prints(cli, "start", "Ada", "Ben")
    prints(cli, "--file", "alps.txt", "add", "Cem", "4", "tea")
    assert prints(cli, "add", "Ben", "9", "wine") == ["Noted 1: Ben paid 9.00 for wine, shared by Ada, Ben"]
    assert prints(cli, "--file", "alps.txt", "list") == ["1: Cem paid 4.00 for tea, shared by Cem, Dora"]
    assert prints(cli, "settle") == ["Ada gives Ben 4.50"]


def test_r008_a_number_of_5000_digits_is_followed_by_the_next(cli: Cli) -> None:
    TRIP.write_bytes(HEAD + b"struck " + b"9" * 5000 + b" Ada 4.00 Ada,Ben tea\n")
    number = "1" + "0" * 5000
    assert prints(cli, "add", "Ada", "1", "bus") == [f"Noted {number}: Ada paid 1.00 for bus, shared by Ada, Ben"]
    assert prints(cli, "strike", number) == [f"Struck {number}: Ada paid 1.00 for bus, shared by Ada, Ben"]


@pytest.mark.parametrize(
    ("path", "words", "content"),
    [
        ("new.txt", ["--file", "new.txt", "start", "Ada", "Ben"], HEAD),
        (
            "evenly.txt",
            ["add", "Ben", "2", "bus"],
            HEAD + b"expense 1 Ada 4.00 Ada,Ben tea\nexpense 2 Ben 2.00 Ada,Ben bus\n",
        ),
        ("evenly.txt", ["strike", "1"], HEAD + b"struck 1 Ada 4.00 Ada,Ben tea\n"),
        (
            "out.csv",
            ["csv", "out.csv"],
            b'\xef\xbb\xbfnumber,payer,amount,what,participants\r\n1,Ada,4.00,tea,"Ada, Ben"\r\n',
        ),
    ],
    ids=["start", "add", "strike", "csv"],
)
def test_r011_the_file_holds_the_new_content_before_the_line_is_printed(
    cli: Cli, path: str, words: list[str], content: bytes
) -> None:
    TRIP.write_bytes(HEAD + b"expense 1 Ada 4.00 Ada,Ben tea\n")
    out = Watcher(Path(path))
    assert run_to(cli, out, *words) == (0, "")
    assert out.seen[0] == content


def test_r011_calls_at_once_lose_no_expense(cli: Cli) -> None:
    TRIP.write_bytes(HEAD)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: run(cli, "add", "Ada", "1", "tea"), range(16)))
    line = "{}: Ada paid 1.00 for tea, shared by Ada, Ben"
    assert set(results) == {(0, f"Noted {line.format(n)}\n", "") for n in range(1, 17)}
    assert prints(cli, "list") == [line.format(n) for n in range(1, 17)]


def test_r012_a_trip_with_struck_expenses_only_has_views_without_expenses(cli: Cli) -> None:
    TRIP.write_bytes(HEAD + b"struck 1 Ada 4.00 Ada,Ben tea\n")
    assert prints(cli, "list") == ["No expenses."]
    assert prints(cli, "settle") == ["Nobody owes anything."]
    assert prints(cli, "balance") == ["Ada paid 0.00, share 0.00, is even", "Ben paid 0.00, share 0.00, is even"]
    assert prints(cli, "total") == ["Total 0.00, expenses: 0, average per person 0.00"]
    assert prints(cli, "csv", "out.csv") == ["Wrote out.csv, expenses: 0"]
    assert Path("out.csv").read_bytes() == b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"


def test_r012_settle_says_so_when_everybody_is_even_after_expenses(cli: Cli) -> None:
    TRIP.write_bytes(HEAD + b"expense 1 Ada 4.00 Ada,Ben tea\nexpense 2 Ben 4.00 Ada,Ben bus\n")
    assert prints(cli, "settle") == ["Nobody owes anything."]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (f'unknown command "ad"; {LIST}', ["ad", "Ada", "5", "tea"]),
        (f'unknown command "-h"; {LIST}', ["-h"]),
        (f'unknown command "LIST"; {LIST}', ["LIST"]),
        (f'unknown command " list"; {LIST}', [" list"]),
        (f'unknown command "--for"; {LIST}', ["--for", "Ada"]),
        (f"{FORM}list", ["list", ""]),
        (f"{FORM}balance", ["balance", "--help"]),
        (f"{FORM}total", ["total", ""]),
        (f"{FORM}total", ["total", "--help"]),
        (f"{FORM}strike NUMBER", ["strike", "--"]),
        (f"{FORM}strike NUMBER", ["strike", "1", "2"]),
        (f"{FORM}csv PATH", ["csv"]),
        (f"{FORM}csv PATH", ["csv", "--for"]),
        (f"{FORM}start NAME NAME ...", ["start", "--", "Ada", "Ben"]),
        (ADD, ["add"]),
        (ADD, ["add", "Ada", "5", "--for"]),
        (ADD, ["add", "--for", "Ben", "Ada", "5", "tea"]),
        (ADD, ["add", "Ada", "5", "tea", "--for=Ben"]),
        (ADD, ["add", "Ada", "5", "tea", "--for", "Ada", "Ben"]),
    ],
)
def test_r013_a_wrong_call_is_told_before_a_broken_trip_and_changes_nothing(
    cli: Cli, message: str, words: list[str]
) -> None:
    TRIP.write_bytes(b"broken")
    fails(cli, 2, message, *words)


def test_r013_a_word_that_starts_with_one_dash_is_a_value(cli: Cli) -> None:
    fails(cli, 2, NAME.format("-Ada"), "start", "-Ada", "Ben")
    TRIP.write_bytes(HEAD)
    assert prints(cli, "csv", "-") == ["Wrote -, expenses: 0"]
    assert Path("-").read_bytes() == b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"


def test_r013_the_trip_file_is_told_before_the_values_and_these_before_the_file_to_write(cli: Cli) -> None:
    fails(cli, 1, "no trip in evenly.txt; start one with: evenly start NAME NAME", "add", "", "x", "")
    fails(cli, 1, "no trip in evenly.txt; start one with: evenly start NAME NAME", "csv", "none/out.csv")
    fails(cli, 2, NAME.format("2Ben"), "--file", "none/evenly.txt", "start", "Ada", "2Ben")


def test_r013_path_bytes_that_are_not_utf_8_reach_the_system_and_are_shown_as_question_marks(cli: Cli) -> None:
    path = os.fsdecode(b"caf\xe9\n.txt")
    assert prints(cli, "--file", path, "start", "Ada", "Ben") == ["Started caf??.txt with Ada, Ben"]
    assert os.listdir(b".") == [b"caf\xe9\n.txt"]
    fails(cli, 1, "caf??.txt already exists; choose another file", "--file", path, "start", "Ada", "Ben")


@pytest.mark.parametrize("result", [None, 0])
def test_r013_a_raw_stream_that_takes_nothing_counts_as_failed(cli: Cli, result: int | None) -> None:
    TRIP.write_bytes(HEAD)
    stream = io.TextIOWrapper(io.BufferedWriter(Stuck(result)), encoding="utf-8")
    assert run_to(cli, stream, "list") == (1, UNPRINTED)
    assert run_to(cli, stream, "total") == (1, UNPRINTED)
    assert run_to(cli, stream, "add", "Ada", "1", "tea") == (0, "")
    assert TRIP.read_bytes() == HEAD + b"expense 1 Ada 1.00 Ada,Ben tea\n"


def test_r013_text_that_waited_in_the_stream_comes_out_first(cli: Cli) -> None:
    TRIP.write_bytes(HEAD)
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    stream.write("before\n")
    assert run_to(cli, stream, "list") == (0, "")
    assert raw.getvalue() == b"before\nNo expenses.\n"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (PEOPLE.format("Bne"), ["add", "Bne", "5", "tea"]),
        (PEOPLE.format("ada"), ["add", "ada", "5", "tea"]),
        pytest.param(PEOPLE.format("é" * 5000), ["add", "é" * 5000, "5", "tea"], id="a name of 5000 letters"),
        (PEOPLE.format("A?a"), ["add", "A\udcffa", "5", "tea"]),
        (PEOPLE.format("-Ben"), ["add", "Ada", "5", "tea", "--for", "-Ben"]),
        (PEOPLE.format(" Ben"), ["add", "Ada", "5", "tea", "--for", "Ada, Ben"]),
        ('"Ben" is named twice in --for; name each person once', ["add", "Ada", "5", "tea", "--for", "Ben,Ben"]),
        (AMOUNT.format("12,50"), ["add", "Ada", "12,50", "tea"]),
        (AMOUNT.format("12.505"), ["add", "Ada", "12.505", "tea"]),
        (AMOUNT.format("0.00"), ["add", "Ada", "0.00", "tea"]),
        (AMOUNT.format("-5"), ["add", "Ada", "-5", "tea"]),
        (AMOUNT.format("1000000"), ["add", "Ada", "1000000", "tea"]),
        (AMOUNT.format("5?"), ["add", "Ada", "5\n", "tea"]),
        (WHAT, ["add", "Ada", "5", "=tea"]),
        (WHAT, ["add", "Ada", "5", "-tea"]),
        (WHAT, ["add", "Ada", "5", "tea "]),
        (WHAT, ["add", "Ada", "5", "te\na"]),
        (WHAT, ["add", "Ada", "5", "te\udce9"]),
        (WHAT, ["add", "Ada", "5", "a" * 61]),
        ('no expense "2"; possible: 1, 3', ["strike", "2"]),
        ('no expense "01"; possible: 1, 3', ["strike", "01"]),
        ('no expense "-1"; possible: 1, 3', ["strike", "-1"]),
        ('no expense ""; possible: 1, 3', ["strike", ""]),
    ],
)
def test_r014_a_wrong_value_is_told_and_changes_nothing(cli: Cli, message: str, words: list[str]) -> None:
    TRIP.write_bytes(HEAD + b"expense 1 Ada 4.00 Ada tea\nstruck 2 Ben 9.00 Ben wine\nexpense 3 Ben 6.00 Ada bus\n")
    fails(cli, 2, message, *words)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "no trip in none/a.txt; start one with: evenly --file none/a.txt start NAME NAME",
            ["--file", "none/a.txt", "list"],
        ),
        ("evenly.txt already exists; choose another file", ["start", "Ada", "Ben"]),
        ("./evenly.txt already exists; choose another file", ["csv", "./evenly.txt"]),
        (". already exists; choose another file", ["--file", ".", "start", "Ada", "Ben"]),
        ("cannot read .; choose a file that you may read", ["--file", ".", "list"]),
        ("cannot read ./; choose a file that you may read", ["--file", "./", "add", "Bne", "x", ""]),
        ("cannot read .; choose a file that you may read", ["--file", ".", "strike", "1"]),
        ("cannot read .; choose a file that you may read", ["--file", ".", "csv", "out.csv"]),
        ("cannot write none/out.csv; choose a place where you may write", ["csv", "none/out.csv"]),
        (
            "cannot write ./none/b.csv; choose a place where you may write",
            ["--file", "./evenly.txt", "csv", "./none/b.csv"],
        ),
        (
            "cannot write none/a.txt; choose a place where you may write",
            ["--file", "none/a.txt", "start", "Ada", "Ben"],
        ),
    ],
)
def test_r015_a_file_that_cannot_be_used_is_shown_as_given(cli: Cli, message: str, words: list[str]) -> None:
    TRIP.write_bytes(HEAD)
    fails(cli, 1, message, *words)


@pytest.mark.parametrize("words", [["add", "Ada", "5", "bus"], ["list"], ["total"]], ids=["add", "list", "total"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: expected: evenly trip"),
        (b"evenly trip", "line 1: the line must end with a line feed"),
        (b"evenly trip\n", "line 2: expected: people NAME NAME ..."),
        (b"evenly trip\npeople Ada\n", "line 2: a trip needs 2 to 16 people, not 1"),
        (HEAD + b"\n", f"line 3: {EXPENSE}"),
        (HEAD + b"expense 1 Ada 4.00 Ada t\xe9\n", "line 3: not UTF-8 text"),
        (HEAD + b"expense 01 Ada 4.00 Ada tea\n", 'line 3: number "01" must be a whole number above 0'),
        (
            HEAD + b"expense 1 Ada 4.00 Ben,Ben tea\n",
            'line 3: "Ben" is named twice in the participants; name each person once',
        ),
        (HEAD + b"expense 1 A\x07a 4.00 Ada tea\n", f"line 3: {PEOPLE.format('A?a')}"),
        (
            HEAD + b"expense 1 Ada 4.00 Ada,Ben tea\nexpense 2 Bne 9.00 Ada,Ben wine\nexpense 3\n",
            f"line 4: {PEOPLE.format('Bne')}",
        ),
        (
            HEAD + b"expense 1 Ada 4.00 Ada,Ben tea\nexpense 2 Ben 9.00 Ada,Ben wine\nexpense 3\n",
            f"line 5: {EXPENSE}",
        ),
        (
            HEAD + b"expense 1 Ada 4.00 Ada,Ben tea\nexpense 2 Ben 9.00 Ada,Ben wine\nexpense 2 Bne 5.00 Ada tea\n",
            'line 5: number "2" must be a whole number above 2',
        ),
    ],
)
def test_r016_the_first_broken_line_is_told_and_the_file_stays(
    cli: Cli, content: bytes, message: str, words: list[str]
) -> None:
    TRIP.write_bytes(content)
    fails(cli, 1, f"evenly.txt, {message}", *words)
