"""What every `cli` must do. The tests use files only through `main`, so they hold for a store in memory too."""

from __future__ import annotations

import errno
import io
from datetime import datetime
from pathlib import Path

import pytest

from evenly.contracts.cli import Cli

UNPRINTED = "error: cannot write standard output; choose a place where you may write\n"
LIST = "possible: start, add, list, strike, balance, settle, total, csv"
FORM = "usage: evenly [--file PATH] "
ADD = FORM + "add PAYER AMOUNT WHAT [--for NAME,NAME,...]"
AMOUNT = 'amount "{}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'
WHAT = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "full")


class Disk(io.RawIOBase):
    """Takes at most `step` bytes a write; full if `step` is 0."""

    def __init__(self, step: int) -> None:
        self.step, self.data = step, b""

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def,override]
        if not self.step:
            raise OSError(errno.ENOSPC, "full")
        part = bytes(data)[: self.step]
        self.data += part
        return len(part)


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def no_clock() -> datetime:
    raise AssertionError("the clock is not used")


def call(cli: Cli, argv: tuple[str, ...], stdout: io.TextIOBase | None, stderr: io.TextIOBase | None) -> int:
    return cli.main(
        argv,
        env={},
        clock=no_clock,
        stdin=closed(),
        stdout=stdout,  # type: ignore[arg-type]
        stderr=stderr,  # type: ignore[arg-type]
    )


def run(cli: Cli, *argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = call(cli, argv, out, err)
    return code, out.getvalue(), err.getvalue()


def run_to(cli: Cli, stdout: io.TextIOBase | None, *argv: str) -> tuple[int, str]:
    err = io.StringIO()
    return call(cli, argv, stdout, err), err.getvalue()


def prints(cli: Cli, *argv: str) -> list[str]:
    code, out, err = run(cli, *argv)
    assert (code, err) == (0, "")
    assert out.endswith("\n")
    return out[:-1].split("\n")


def fails(cli: Cli, code: int, message: str, *argv: str) -> None:
    assert run(cli, *argv) == (code, "", f"error: {message}\n")


def test_start_prints_the_people_and_every_view_answers_before_the_first_expense(cli: Cli) -> None:
    assert prints(cli, "start", "Zoë", "Jo-2") == ["Started evenly.txt with Zoë, Jo-2"]
    assert prints(cli, "list") == ["No expenses."]
    assert prints(cli, "settle") == ["Nobody owes anything."]
    assert prints(cli, "balance") == ["Zoë paid 0.00, share 0.00, is even", "Jo-2 paid 0.00, share 0.00, is even"]
    assert prints(cli, "total") == ["Total 0.00, expenses: 0, average per person 0.00"]
    assert prints(cli, "csv", "out.csv") == ["Wrote out.csv, expenses: 0"]


def test_add_notes_everybody_or_the_named_in_trip_order_and_twice_is_two(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem")
    ferry = "Ada paid 12.00 for ferry, return, shared by Ada, Ben, Cem"
    dinner = "Ada paid 12.50 for dinner, shared by Ben, Cem"
    assert prints(cli, "add", "Ada", "12", "ferry, return") == [f"Noted 1: {ferry}"]
    assert prints(cli, "add", "Ada", "12.5", "dinner", "--for", "Cem,Ben") == [f"Noted 2: {dinner}"]
    assert prints(cli, "add", "Ada", "12", "ferry, return") == [f"Noted 3: {ferry}"]
    assert prints(cli, "list") == [f"1: {ferry}", f"2: {dinner}", f"3: {ferry}"]


def test_strike_takes_out_one_expense_and_its_number_is_not_given_again(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben")
    fails(cli, 2, 'no expense "1"; there is none to strike', "strike", "1")
    prints(cli, "add", "Ada", "4", "tea")
    prints(cli, "add", "Ben", "9", "wine")
    assert prints(cli, "strike", "2") == ["Struck 2: Ben paid 9.00 for wine, shared by Ada, Ben"]
    assert prints(cli, "settle") == ["Ben gives Ada 2.00"]
    assert prints(cli, "total") == ["Total 4.00, expenses: 1, average per person 2.00"]
    assert prints(cli, "add", "Ben", "6", "bread") == ["Noted 3: Ben paid 6.00 for bread, shared by Ada, Ben"]
    fails(cli, 2, 'no expense "2"; possible: 1, 3', "strike", "2")
    assert prints(cli, "csv", "out.csv") == ["Wrote out.csv, expenses: 2"]


def test_balance_prints_paid_share_and_what_is_left(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem", "Dora")
    prints(cli, "add", "Ada", "10", "ferry", "--for", "Ada,Ben,Cem")
    prints(cli, "add", "Ben", "10", "dinner", "--for", "Ada,Ben,Cem")
    assert prints(cli, "balance") == [
        "Ada paid 10.00, share 6.68, is owed 3.32",
        "Ben paid 10.00, share 6.66, is owed 3.34",
        "Cem paid 0.00, share 6.66, owes 6.66",
        "Dora paid 0.00, share 0.00, is even",
    ]


def test_settle_prints_the_fewest_transfers(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem", "Dora", "Eli")
    prints(cli, "add", "Ada", "5", "ferry", "--for", "Cem")
    prints(cli, "add", "Ada", "1", "tea", "--for", "Dora")
    prints(cli, "add", "Ben", "2", "bread", "--for", "Dora")
    prints(cli, "add", "Ben", "3", "bus", "--for", "Eli")
    assert prints(cli, "settle") == ["Cem gives Ben 5.00", "Dora gives Ada 3.00", "Eli gives Ada 3.00"]


@pytest.mark.parametrize("step", [1, -1])
def test_settle_prints_one_list_whatever_the_order_of_the_expenses(cli: Cli, step: int) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem", "Dora", "Eli", "Finn", "Gus")
    notes = ["Ada 5 ferry Cem", "Ada 1 tea Dora", "Ben 2 bread Dora", "Ben 3 bus Gus", "Finn 3 ice Eli"]
    for note in notes[::step]:
        payer, amount, what, name = note.split()
        prints(cli, "add", payer, amount, what, "--for", name)
    assert prints(cli, "settle") == [
        "Cem gives Ben 5.00",
        "Dora gives Ada 3.00",
        "Eli gives Ada 3.00",
        "Gus gives Finn 3.00",
    ]


def test_total_prints_sum_number_and_average_over_all_people_rounded_once_half_up(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben", "Cem", "Dora")
    prints(cli, "add", "Ada", "12.5", "dinner", "--for", "Ada,Ben")
    assert prints(cli, "total") == ["Total 12.50, expenses: 1, average per person 3.13"]
    prints(cli, "add", "Ben", "0.51", "tea")
    assert prints(cli, "total") == ["Total 13.01, expenses: 2, average per person 3.25"]


def test_total_reads_the_trip_that_file_chooses(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben")
    hint = "no trip in alps.txt; start one with: evenly --file alps.txt start NAME NAME"
    fails(cli, 1, hint, "--file", "alps.txt", "total")
    prints(cli, "--file", "alps.txt", "start", "Cem", "Dora")
    prints(cli, "--file", "alps.txt", "add", "Cem", "4", "tea")
    total = "Total 4.00, expenses: 1, average per person 2.00"
    assert prints(cli, "--file", "alps.txt", "total") == [total]
    assert prints(cli, "total") == ["Total 0.00, expenses: 0, average per person 0.00"]


def test_the_word_after_file_is_the_path_whatever_it_starts_with(cli: Cli) -> None:
    assert prints(cli, "--file", "--file", "start", "Ada", "Ben") == ["Started --file with Ada, Ben"]
    assert prints(cli, "--file", "./a.txt", "start", "Ada", "Ben") == ["Started ./a.txt with Ada, Ben"]
    hint = "no trip in evenly.txt; start one with: evenly --file evenly.txt start NAME NAME"
    fails(cli, 1, hint, "--file", "evenly.txt", "list")


def test_file_chooses_another_trip_and_the_hint_names_it(cli: Cli) -> None:
    fails(cli, 1, "no trip in evenly.txt; start one with: evenly start NAME NAME", "list")
    hint = "no trip in alps.txt; start one with: evenly --file alps.txt start NAME NAME"
    fails(cli, 1, hint, "--file", "alps.txt", "add", "Ada", "5", "tea")
    assert prints(cli, "--file", "alps.txt", "start", "Ada", "Ben") == ["Started alps.txt with Ada, Ben"]
    assert prints(cli, "--file", "alps.txt", "list") == ["No expenses."]
    fails(cli, 1, "no trip in evenly.txt; start one with: evenly start NAME NAME", "strike", "1")


def test_start_and_csv_never_touch_a_file_that_exists(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben")
    prints(cli, "csv", "out.csv")
    fails(cli, 1, "evenly.txt already exists; choose another file", "start", "Cem", "Dora")
    fails(cli, 1, "evenly.txt already exists; choose another file", "csv", "evenly.txt")
    fails(cli, 1, "out.csv already exists; choose another file", "csv", "out.csv")
    assert prints(cli, "balance")[0] == "Ada paid 0.00, share 0.00, is even"


def test_a_file_of_another_form_is_broken_for_every_command_but_start(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben")
    prints(cli, "csv", "out.csv")
    views = (["list"], ["balance"], ["settle"], ["total"])
    for words in (*views, ["strike", "x"], ["add", "Bne", "x", ""], ["csv", "out.csv"]):
        fails(cli, 1, "out.csv, line 1: expected: evenly trip", "--file", "out.csv", *words)
    fails(cli, 1, "out.csv already exists; choose another file", "--file", "out.csv", "start", "Ada", "Ben")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (f"no command; {LIST}", []),
        (f"no command; {LIST}", ["--file", "a.txt"]),
        (f'unknown command "ad"; {LIST}', ["ad", "Ada", "5", "tea"]),
        (f'unknown command "--help"; {LIST}', ["--help"]),
        (f'unknown command ""; {LIST}', [""]),
        (f'unknown command "--file=a.txt"; {LIST}', ["--file=a.txt", "list"]),
        (f'unknown command "--file"; {LIST}', ["--file", "a.txt", "--file", "b.txt", "list"]),
        (f"{FORM}start NAME NAME ...", ["start", "--for", "Ada"]),
        (ADD, ["add", "Ada", "5", "--tea"]),
        (ADD, ["add", "Ada", "5", "tea", "--for", "--Ben"]),
        (f"{FORM}COMMAND", ["--file"]),
        (f"{FORM}COMMAND", ["--file", "", "list"]),
        (f"{FORM}strike NUMBER", ["strike"]),
        (f"{FORM}strike NUMBER", ["strike", "--for"]),
        (f"{FORM}list", ["list", "all"]),
        (f"{FORM}balance", ["balance", "Ada"]),
        (f"{FORM}settle", ["settle", "--file", "a.txt"]),
        (f"{FORM}total", ["total", "Ada"]),
        (f"{FORM}total", ["total", "--for"]),
        (f"{FORM}csv PATH", ["csv", ""]),
        (f"{FORM}csv PATH", ["csv", "a.csv", "b.csv"]),
        (f"{FORM}start NAME NAME ...", ["start", "Ada", "Ben", "--force"]),
        (ADD, ["add", "Ada", "5"]),
        (ADD, ["add", "Ada", "5", "tea", "Ben"]),
        (ADD, ["add", "Ada", "5", "tea", "--for"]),
        (ADD, ["add", "Ada", "5", "--for", "Ben", "tea"]),
        (ADD, ["add", "Ada", "5", "tea", "--for", "Ben", "--for", "Ben"]),
        (ADD, ["add", "Ada", "5", "tea", "--four", "Ben"]),
    ],
)
def test_a_wrong_call_is_told_before_the_missing_trip(cli: Cli, message: str, words: list[str]) -> None:
    fails(cli, 2, message, *words)


def test_a_wrong_value_changes_nothing_and_the_first_from_the_left_is_told(cli: Cli) -> None:
    prints(cli, "start", "Ada", "Ben")
    fails(cli, 2, 'unknown person "Bne"; possible: Ada, Ben', "add", "Bne", "x", "=tea", "--for", "Cem")
    for amount in ("12,50", "12.505", "0", "-5", "1000000"):
        fails(cli, 2, AMOUNT.format(amount), "add", "Ada", amount, "=tea")
    fails(cli, 2, WHAT, "add", "Ada", "5", "=tea", "--for", "Cem")
    fails(cli, 2, 'unknown person ""; possible: Ada, Ben', "add", "", "5", "tea")
    fails(cli, 2, AMOUNT.format(""), "add", "Ada", "", "tea")
    fails(cli, 2, WHAT, "add", "Ada", "5", "")
    fails(cli, 2, 'no expense ""; there is none to strike', "strike", "")
    fails(cli, 2, 'unknown person ""; possible: Ada, Ben', "add", "Ada", "5", "tea", "--for", "")
    twice = '"Ben" is named twice in --for; name each person once'
    fails(cli, 2, twice, "add", "Ada", "5", "tea", "--for", "Ben,Ben,Cem")
    assert prints(cli, "list") == ["No expenses."]


def test_start_checks_count_then_names_then_the_file(cli: Cli) -> None:
    fails(cli, 2, "a trip needs 2 to 16 people, not 0", "start")
    fails(cli, 2, "a trip needs 2 to 16 people, not 1", "start", "2Ben")
    fails(cli, 1, "no trip in evenly.txt; start one with: evenly start NAME NAME", "list")
    prints(cli, "start", "Ada", "Ben")
    name = 'name "2Ben" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'
    fails(cli, 2, name, "start", "Ada", "2Ben")
    fails(cli, 2, 'name "Ada" is given twice; give each person another name', "start", "Ada", "Ada")


def test_control_characters_and_undecodable_bytes_are_shown_as_question_marks(cli: Cli) -> None:
    fails(cli, 2, f'unknown command "a?b?c?d?"; {LIST}', "a\nb\x1bc\x85d\udcff")
    fails(cli, 2, f'unknown command "a?b?"; {LIST}', "a\ud800b\u2029")
    hint = "no trip in a?b.txt; start one with: evenly --file a?b.txt start NAME NAME"
    fails(cli, 1, hint, "--file", "a\tb.txt", "list")
    prints(cli, "start", "Ada", "Ben")
    fails(cli, 2, 'no expense "1?2"; there is none to strike', "strike", "1\u20282")


def test_output_is_utf_8_whatever_the_encoding_of_the_stream(cli: Cli) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\r\n")
    assert run_to(cli, stream, "start", "Zoë", "李") == (0, "")
    assert raw.getvalue() == "Started evenly.txt with Zoë, 李\n".encode()


def test_errors_are_utf_8_whatever_the_encoding_of_the_stream(cli: Cli) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\r\n")
    assert call(cli, ("李",), io.StringIO(), stream) == 2
    assert raw.getvalue() == f'error: unknown command "李"; {LIST}\n'.encode()


def test_short_writes_lose_nothing(cli: Cli) -> None:
    disk = Disk(3)
    stream = io.TextIOWrapper(io.BufferedWriter(disk), encoding="ascii")
    assert run_to(cli, stream, "start", "Zoë", "Ben") == (0, "")
    assert disk.data == "Started evenly.txt with Zoë, Ben\n".encode()


def test_a_failed_write_leaves_nothing_to_flush(cli: Cli) -> None:
    stream = io.TextIOWrapper(io.BufferedWriter(Disk(0)), encoding="utf-8")
    assert run_to(cli, stream, "start", "Ada", "Ben") == (0, "")
    stream.flush()
    assert run_to(cli, stream, "list") == (1, UNPRINTED)
    stream.flush()


@pytest.mark.parametrize("stream", [Full(), closed(), None], ids=["full", "closed", "none"])
def test_a_failing_error_stream_changes_no_exit_code(cli: Cli, stream: io.StringIO | None) -> None:
    out = io.StringIO()
    assert call(cli, ("ad",), out, stream) == 2
    assert call(cli, ("list",), out, stream) == 1
    assert out.getvalue() == ""
    prints(cli, "start", "Ada", "Ben")
    assert call(cli, ("list",), Full(), stream) == 1


@pytest.mark.parametrize("stream", [Full(), closed(), None], ids=["full", "closed", "none"])
def test_a_change_in_place_is_a_success_even_if_printing_fails(cli: Cli, stream: io.StringIO | None) -> None:
    for words in (["start", "Ada", "Ben"], ["add", "Ada", "4", "tea"], ["csv", "out.csv"], ["strike", "1"]):
        assert run_to(cli, stream, *words) == (0, "")
    fails(cli, 1, "out.csv already exists; choose another file", "csv", "out.csv")
    assert prints(cli, "list") == ["No expenses."]
    assert prints(cli, "add", "Ben", "2", "bus")[0].startswith("Noted 2: ")


@pytest.mark.parametrize("stream", [Full(), closed(), None], ids=["full", "closed", "none"])
def test_a_view_that_cannot_print_fails(cli: Cli, stream: io.StringIO | None) -> None:
    prints(cli, "start", "Ada", "Ben")
    for view in ("list", "balance", "settle", "total"):
        assert run_to(cli, stream, view) == (1, UNPRINTED)
