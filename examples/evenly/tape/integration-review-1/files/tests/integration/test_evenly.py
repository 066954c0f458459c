"""The whole app, every LEGO real: each requirement with its own example, then journeys of several commands."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

import evenly.contracts
from evenly.contracts.cli import Cli

FIXED = datetime(2000, 1, 1, tzinfo=timezone.utc)
SOURCE = Path(evenly.contracts.__file__ or "").resolve().parents[2]
COMMANDS = "start, add, list, strike, balance, settle, csv"
FORM = "usage: evenly [--file PATH] "
ADD_FORM = FORM + "add PAYER AMOUNT WHAT [--for NAME,NAME,...]"
EXPENSE_FORM = "expected: expense NUMBER PAYER AMOUNT NAME,NAME WHAT"
WHAT_LINE = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)
HEADER = b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"


def amount_line(amount: str) -> str:
    return f'amount "{amount}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99'


def name_line(name: str) -> str:
    return f'name "{name}" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'


class Answer(NamedTuple):
    code: int
    out: str
    err: str


class App:
    """The app as its user has it: a current folder, the words of a call, two streams and an exit code."""

    def __init__(self, cli: Cli, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cli = cli
        self.root = root
        self.monkeypatch = monkeypatch
        self.folders = 0
        self.home = root / "home"
        self.home.mkdir()
        self.fresh()

    def fresh(self, *names: str) -> Path:
        """Go to a new empty folder and start a trip there if there are names; the path of the trip file."""
        self.folders += 1
        self.folder = self.root / f"folder{self.folders}"
        self.folder.mkdir()
        self.monkeypatch.chdir(self.folder)
        if names:
            self.ok("start", *names)
        return self.folder / "evenly.txt"

    def run(self, *words: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        code = self.cli.main(
            list(words),
            env={"HOME": str(self.home)},
            clock=lambda: FIXED,
            stdin=io.StringIO(),
            stdout=out,
            stderr=err,
        )
        return Answer(code, out.getvalue(), err.getvalue())

    def ok(self, *words: str) -> list[str]:
        """The printed lines of a call that succeeds."""
        answer = self.run(*words)
        assert (answer.code, answer.err) == (0, ""), (words, answer)
        assert answer.out.endswith("\n"), (words, answer)
        return answer.out[:-1].split("\n")

    def fails(self, code: int, line: str, *words: str) -> None:
        """The call prints only this error, exits with this code and leaves every file as it was."""
        before = self.files()
        answer = self.run(*words)
        assert answer == Answer(code, "", f"error: {line}\n"), (words, answer)
        assert self.files() == before, words

    def files(self) -> dict[str, bytes]:
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def process(self, *words: str) -> subprocess.Popen[bytes]:
        """The command in a process of its own, as in a new terminal."""
        return subprocess.Popen(
            [sys.executable, "-m", "evenly", *words],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.home), "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def terminal(self, *words: str) -> Answer:
        with self.process(*words) as process:
            out, err = process.communicate()
        return Answer(process.returncode, out.decode("utf-8"), err.decode("utf-8"))

    def killed(self, seconds: float, *words: str) -> bytes:
        """Start the command, kill it (signal 9) after this time; what it had printed until then.

        A command that ends before the kill must have succeeded, whatever earlier kills left behind.
        """
        with self.process(*words) as process:
            try:
                out, err = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                out, _ = process.communicate()
            else:
                assert (process.returncode, err) == (0, b""), (words, err)
                assert out, words
        return out

    def moments(self) -> Iterator[float]:
        """1 to 50 milliseconds, then 25 moments in the second half of a whole run, where the file is written."""
        begin = time.monotonic()
        self.terminal("--file", "missing.txt", "list")
        whole = time.monotonic() - begin
        yield from (milliseconds / 1000 for milliseconds in range(1, 51))
        yield from (whole * (0.5 + part / 40) for part in range(25))


@pytest.fixture(name="app")
def the_app(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    return App(cli, tmp_path, monkeypatch)


# Settling


def test_r001_settle_prints_the_fewest_transfers(app: App) -> None:
    """R-001: three transfers where taking everybody in turn would need four."""
    app.fresh("Ada", "Ben", "Cem", "Dora", "Eli")
    app.ok("add", "Ada", "5", "ferry", "--for", "Cem")
    app.ok("add", "Ada", "1", "tea", "--for", "Dora")
    app.ok("add", "Ben", "2", "bread", "--for", "Dora")
    app.ok("add", "Ben", "3", "bus", "--for", "Eli")
    assert app.ok("settle") == ["Cem gives Ben 5.00", "Dora gives Ada 3.00", "Eli gives Ada 3.00"]


def test_r001_the_fewest_transfers_are_found_where_no_two_amounts_match(app: App) -> None:
    """R-001, R-002: owed 7 and 6, owing 3, 1, 4 and 5: four transfers, since 3 + 4 = 7 and 1 + 5 = 6."""
    app.fresh("Ada", "Ben", "Cem", "Dora", "Eli", "Finn")
    app.ok("add", "Ada", "3", "ferry", "--for", "Cem")
    app.ok("add", "Ben", "1", "tea", "--for", "Dora")
    app.ok("add", "Ada", "4", "bread", "--for", "Eli")
    app.ok("add", "Ben", "5", "bus", "--for", "Finn")
    assert app.ok("settle") == [
        "Cem gives Ada 3.00",
        "Dora gives Ben 1.00",
        "Eli gives Ada 4.00",
        "Finn gives Ben 5.00",
    ]


def test_r002_of_equally_short_lists_always_the_same_one(app: App) -> None:
    """R-002: trip order alone decides; the order in which expenses were noted plays no part."""
    expenses = [
        ("Ada", "5", "ferry", "--for", "Cem"),
        ("Ada", "1", "tea", "--for", "Dora"),
        ("Ben", "2", "bread", "--for", "Dora"),
        ("Ben", "3", "bus", "--for", "Gus"),
        ("Finn", "3", "ice", "--for", "Eli"),
    ]
    for order in (expenses, expenses[::-1]):
        app.fresh("Ada", "Ben", "Cem", "Dora", "Eli", "Finn", "Gus")
        for expense in order:
            app.ok("add", *expense)
        assert app.ok("settle") == [
            "Cem gives Ben 5.00",
            "Dora gives Ada 3.00",
            "Eli gives Ada 3.00",
            "Gus gives Finn 3.00",
        ]


# Noting


def test_r003_start_makes_a_trip_of_2_to_16_people(app: App) -> None:
    """R-003: names of any alphabet, upper and lower case differ, 16 people and 20 letters are possible."""
    assert app.ok("start", "Zoë", "Ben", "Jo-2") == ["Started evenly.txt with Zoë, Ben, Jo-2"]
    assert [line.split(" ")[0] for line in app.ok("balance")] == ["Zoë", "Ben", "Jo-2"]
    app.fresh()
    people = ["ada", "Ada", "Ольга", "a" * 20, *(f"P-{number}" for number in range(12))]
    assert app.ok("start", *people) == ["Started evenly.txt with " + ", ".join(people)]
    assert [line.split(" ")[0] for line in app.ok("balance")] == people


def test_r004_add_notes_one_expense(app: App) -> None:
    """R-004: the printed line, the numbers, trip order, and that the same expense twice is two expenses."""
    app.fresh("Ada", "Ben", "Cem")
    assert app.ok("add", "Ada", "12", "ferry, return") == [
        "Noted 1: Ada paid 12.00 for ferry, return, shared by Ada, Ben, Cem"
    ]
    assert app.ok("add", "Ada", "12.5", "dinner", "--for", "Cem,Ben") == [
        "Noted 2: Ada paid 12.50 for dinner, shared by Ben, Cem"
    ]
    bus = "Ben paid 12.50 for bus, shared by Ada, Ben, Cem"
    assert app.ok("add", "Ben", "12.50", "bus") == [f"Noted 3: {bus}"]
    assert app.ok("add", "Ben", "12.50", "bus") == [f"Noted 4: {bus}"]
    assert app.ok("list")[2:] == [f"3: {bus}", f"4: {bus}"]


def test_r004_the_smallest_and_largest_values_are_taken(app: App) -> None:
    """R-004: 0.01, 999999.99, six digits with zeros in front, WHAT of 1 and of 60 characters."""
    app.fresh("Ada", "Ben")
    long = "ü" * 60
    app.ok("add", "Ada", "0.01", "x", "--for", "Ben")
    app.ok("add", "Ada", "999999.99", long, "--for", "Ben")
    app.ok("add", "Ben", "000007.5", "2 = 1 + 1", "--for", "Ada")
    assert app.ok("list") == [
        "1: Ada paid 0.01 for x, shared by Ben",
        f"2: Ada paid 999999.99 for {long}, shared by Ben",
        "3: Ben paid 7.50 for 2 = 1 + 1, shared by Ada",
    ]
    assert app.ok("settle") == ["Ben gives Ada 999992.50"]


def test_r005_cents_left_over_go_to_the_first_in_trip_order(app: App) -> None:
    """R-005: neither the payer nor the order of --for moves a cent."""
    app.fresh("Ada", "Ben", "Cem", "Dora")
    app.ok("add", "Dora", "12.50", "dinner", "--for", "Dora,Cem,Ben,Ada")
    assert app.ok("balance") == [
        "Ada paid 0.00, share 3.13, owes 3.13",
        "Ben paid 0.00, share 3.13, owes 3.13",
        "Cem paid 0.00, share 3.12, owes 3.12",
        "Dora paid 12.50, share 3.12, is owed 9.38",
    ]


# Looking and correcting


def test_r006_balance_sums_the_shares_of_each_expense(app: App) -> None:
    """R-006: the odd cent of each expense adds up; somebody in no expense is even."""
    app.fresh("Ada", "Ben", "Cem", "Dora")
    app.ok("add", "Ada", "10", "ferry", "--for", "Ada,Ben,Cem")
    app.ok("add", "Ben", "10", "dinner", "--for", "Ada,Ben,Cem")
    assert app.ok("balance") == [
        "Ada paid 10.00, share 6.68, is owed 3.32",
        "Ben paid 10.00, share 6.66, is owed 3.34",
        "Cem paid 0.00, share 6.66, owes 6.66",
        "Dora paid 0.00, share 0.00, is even",
    ]


def test_r007_list_prints_each_expense_by_number(app: App) -> None:
    """R-007: one line an expense, lowest number first."""
    app.fresh("Ada", "Ben")
    app.ok("add", "Ben", "9", "wine")
    app.ok("add", "Ada", "12.5", "bus", "--for", "Ben")
    assert app.ok("list") == [
        "1: Ben paid 9.00 for wine, shared by Ada, Ben",
        "2: Ada paid 12.50 for bus, shared by Ben",
    ]


def test_r008_a_struck_expense_counts_nowhere_and_its_number_stays_taken(app: App) -> None:
    """R-008: gone from list, balance, settle and csv; the next number is the highest plus 1."""
    app.fresh("Ada", "Ben")
    app.ok("add", "Ada", "4", "tea")
    app.ok("add", "Ben", "9", "wine")
    assert app.ok("strike", "2") == ["Struck 2: Ben paid 9.00 for wine, shared by Ada, Ben"]
    assert app.ok("settle") == ["Ben gives Ada 2.00"]
    assert app.ok("balance") == ["Ada paid 4.00, share 2.00, is owed 2.00", "Ben paid 0.00, share 2.00, owes 2.00"]
    assert app.ok("csv", "out.csv") == ["Wrote out.csv, expenses: 1"]
    assert (app.folder / "out.csv").read_bytes() == HEADER + b'1,Ada,4.00,tea,"Ada, Ben"\r\n'
    assert app.ok("add", "Ben", "6", "bread") == ["Noted 3: Ben paid 6.00 for bread, shared by Ada, Ben"]
    assert app.ok("list") == [
        "1: Ada paid 4.00 for tea, shared by Ada, Ben",
        "3: Ben paid 6.00 for bread, shared by Ada, Ben",
    ]


def test_r009_csv_writes_a_new_file_for_a_spreadsheet(app: App) -> None:
    """R-009: byte order mark, CR LF and quotes, byte for byte; the trip file stays as it is."""
    trip_file = app.fresh("Zoë", "Ben")
    app.ok("add", "Zoë", "12.5", '6" pizza, two')
    app.ok("add", "Ben", "3", "tea", "--for", "Zoë")
    before = trip_file.read_bytes()
    assert app.ok("csv", "out.csv") == ["Wrote out.csv, expenses: 2"]
    rows = '1,Zoë,12.50,"6"" pizza, two","Zoë, Ben"\r\n2,Ben,3.00,tea,Zoë\r\n'
    assert (app.folder / "out.csv").read_bytes() == HEADER + rows.encode()
    assert trip_file.read_bytes() == before


# Keeping


def test_r010_a_trip_lives_in_one_text_file(app: App) -> None:
    """R-010: each command in a process of its own; the file holds exactly the promised lines after each."""
    path = app.folder / "alps.txt"

    def alps(*words: str) -> str:
        answer = app.terminal("--file", "alps.txt", *words)
        assert (answer.code, answer.err) == (0, ""), (words, answer)
        return answer.out

    assert alps("start", "Ada", "Ben") == "Started alps.txt with Ada, Ben\n"
    head = b"evenly trip\npeople Ada Ben\n"
    assert path.read_bytes() == head
    alps("add", "Ben", "9", "red wine", "--for", "Ben,Ada")
    assert path.read_bytes() == head + b"expense 1 Ben 9.00 Ada,Ben red wine\n"
    alps("add", "Ada", "4", "tea", "--for", "Ben")
    assert path.read_bytes() == head + b"expense 1 Ben 9.00 Ada,Ben red wine\nexpense 2 Ada 4.00 Ben tea\n"
    alps("strike", "1")
    assert path.read_bytes() == head + b"struck 1 Ben 9.00 Ada,Ben red wine\nexpense 2 Ada 4.00 Ben tea\n"
    assert alps("list") == "2: Ada paid 4.00 for tea, shared by Ben\n"
    assert set(app.files()) == {"alps.txt"}


def test_r010_r016_a_file_written_by_hand_is_read_and_kept(app: App) -> None:
    """R-010, R-016: amounts and participants in any way that add takes, gaps in the numbers, nothing rewritten."""
    trip_file = app.folder / "evenly.txt"
    hand = "evenly trip\npeople Zoë Ben\nexpense 3 Ben 4.5 Ben,Zoë tea\nstruck 7 Zoë 9 Ben red wine\n".encode()
    trip_file.write_bytes(hand)
    assert app.ok("list") == ["3: Ben paid 4.50 for tea, shared by Zoë, Ben"]
    assert app.ok("add", "Zoë", "1", "bus") == ["Noted 8: Zoë paid 1.00 for bus, shared by Zoë, Ben"]
    assert trip_file.read_bytes() == hand + "expense 8 Zoë 1.00 Zoë,Ben bus\n".encode()
    app.ok("strike", "3")
    after = hand.replace(b"expense 3", b"struck 3") + "expense 8 Zoë 1.00 Zoë,Ben bus\n".encode()
    assert trip_file.read_bytes() == after


def test_r011_a_killed_add_or_strike_leaves_the_old_or_the_new_trip(app: App) -> None:
    """R-011: on a trip of 500 expenses; what was printed before the kill is in the file."""
    trip_file = app.fresh("Ada", "Ben")
    for _ in range(500):
        app.ok("add", "Ada", "1", "tea")
    rows = "".join(f"expense {number} Ada 1.00 Ada,Ben tea\n" for number in range(1, 501))
    assert trip_file.read_bytes() == b"evenly trip\npeople Ada Ben\n" + rows.encode()
    for seconds in app.moments():
        old = trip_file.read_bytes()
        number = old.count(b"\n") - 1
        new = old + f"expense {number} Ada 1.00 Ada,Ben tea\n".encode()
        printed = app.killed(seconds, "add", "Ada", "1", "tea")
        assert trip_file.read_bytes() in ((new,) if printed else (old, new)), seconds
        assert len(app.ok("list")) == trip_file.read_bytes().count(b"\n") - 2
    for number, seconds in enumerate(app.moments(), start=1):
        old = trip_file.read_bytes()
        new = old.replace(f"\nexpense {number} ".encode(), f"\nstruck {number} ".encode())
        printed = app.killed(seconds, "strike", str(number))
        assert trip_file.read_bytes() in ((new,) if printed else (old, new)), seconds
        assert len(app.ok("list")) == trip_file.read_bytes().count(b"\nexpense ")
    struck = "Struck 500: Ada paid 1.00 for tea, shared by Ada, Ben\n"
    assert app.terminal("strike", "500") == Answer(0, struck, "")
    assert not any(line.startswith("500:") for line in app.ok("list"))


def test_r011_a_killed_start_or_csv_leaves_no_file_or_a_complete_one(app: App) -> None:
    """R-011: each start in an empty folder, each csv to a new path."""
    for seconds in app.moments():
        trip_file = app.fresh()
        printed = app.killed(seconds, "start", "Ada", "Ben")
        assert trip_file.exists() or not printed
        if trip_file.exists():
            assert trip_file.read_bytes() == b"evenly trip\npeople Ada Ben\n", seconds
        else:
            app.ok("start", "Ada", "Ben")
        assert app.ok("list") == ["No expenses."]
    app.fresh("Ada", "Ben")
    app.ok("add", "Ada", "4", "tea", "--for", "Ben")
    for number, seconds in enumerate(app.moments()):
        out = app.folder / f"out{number}.csv"
        printed = app.killed(seconds, "csv", out.name)
        assert out.exists() or not printed
        if not out.exists():
            app.ok("csv", out.name)
        assert out.read_bytes() == HEADER + b"1,Ada,4.00,tea,Ben\r\n", seconds


# Before the first expense


def test_r012_every_view_answers_while_no_expense_counts(app: App) -> None:
    """R-012: in a new trip, and again when the only expense is struck; everybody even is nobody owing."""
    app.fresh("Ada", "Ben")
    for out in ("out.csv", "again.csv"):
        assert app.ok("list") == ["No expenses."]
        assert app.ok("settle") == ["Nobody owes anything."]
        assert app.ok("balance") == ["Ada paid 0.00, share 0.00, is even", "Ben paid 0.00, share 0.00, is even"]
        assert app.ok("csv", out) == [f"Wrote {out}, expenses: 0"]
        assert (app.folder / out).read_bytes() == HEADER
        if out == "out.csv":
            app.ok("add", "Ada", "4", "tea")
            app.ok("strike", "1")
    app.ok("add", "Ada", "4", "tea")
    app.ok("add", "Ben", "4", "bus")
    assert app.ok("settle") == ["Nobody owes anything."]


# When something is wrong


def test_r013_a_wrong_call_prints_one_line_and_exits_2(app: App) -> None:
    """R-013: unknown and missing commands, missing, extra and unknown arguments; nothing changes."""
    app.fresh("Ada", "Ben")
    app.ok("add", "Ada", "4", "tea")
    for word in ("ad", "--help", "-h", "", "List", "--file=x"):
        app.fails(2, f'unknown command "{word}"; possible: {COMMANDS}', word)
    app.fails(2, f'unknown command "ad"; possible: {COMMANDS}', "ad", "Ada", "5", "tea")
    app.fails(2, f'unknown command "--file"; possible: {COMMANDS}', "--file", "a.txt", "--file", "b.txt", "list")
    app.fails(2, f"no command; possible: {COMMANDS}")
    app.fails(2, f"no command; possible: {COMMANDS}", "--file", "evenly.txt")
    app.fails(2, FORM + "COMMAND", "--file")
    app.fails(2, FORM + "COMMAND", "--file", "", "list")
    calls = {
        "start NAME NAME ...": [["start", "--new", "Cem", "Dora"]],
        "list": [["list", "1"], ["list", "--all"]],
        "strike NUMBER": [["strike"], ["strike", "1", "2"], ["strike", "--last"]],
        "balance": [["balance", "Ada"]],
        "settle": [["settle", "--now"]],
        "csv PATH": [["csv"], ["csv", ""], ["csv", "a.csv", "b.csv"]],
    }
    for form, wrong in calls.items():
        for words in wrong:
            app.fails(2, FORM + form, *words)
    app.fails(2, ADD_FORM, "add", "Ada", "5")
    for more in (["--for"], ["Ben"], ["--by", "Ben"], ["--for", "Ben", "Ada"], ["--for", "Ben", "--for", "Ada"]):
        app.fails(2, ADD_FORM, "add", "Ada", "5", "tea", *more)
    app.fails(2, ADD_FORM, "add", "--for", "Ben", "Ada", "5", "tea")
    before = app.files()
    assert app.terminal("ad", "Ada", "5", "tea") == Answer(
        2, "", f'error: unknown command "ad"; possible: {COMMANDS}\n'
    )
    assert app.files() == before


def test_r013_the_first_fault_is_reported(app: App) -> None:
    """R-013: the call, the trip file, the values from left to right, the file to write; for start values first."""
    no_trip = "no trip in evenly.txt; start one with: evenly start NAME NAME"
    app.fails(2, FORM + "strike NUMBER", "strike")
    app.fails(1, no_trip, "add", "Nobody", "0", "=tea")
    app.fails(1, no_trip, "csv", "none/out.csv")
    app.fresh("Ada", "Ben")
    app.fails(2, 'unknown person "Bne"; possible: Ada, Ben', "add", "Bne", "0", "=tea", "--for", "X")
    app.fails(2, amount_line("0"), "add", "Ada", "0", "=tea", "--for", "X")
    app.fails(2, WHAT_LINE, "add", "Ada", "5", "=tea", "--for", "X")
    app.fails(2, 'unknown person "X"; possible: Ada, Ben', "add", "Ada", "5", "tea", "--for", "Ben,X,Ben")
    app.fails(2, "a trip needs 2 to 16 people, not 1", "start", "2Ben")
    app.fails(2, name_line("2Ben"), "start", "Ada", "2Ben")
    (app.folder / "evenly.txt").write_bytes(b"evenly trip\n")
    app.fails(1, "evenly.txt, line 2: expected: people NAME NAME ...", "csv", "none/out.csv")


def test_r013_control_characters_are_shown_as_question_marks(app: App) -> None:
    """R-013: a value or PATH with control characters still gives one clean line."""
    app.fails(2, f'unknown command "a?b"; possible: {COMMANDS}', "a\nb")
    app.fails(2, name_line("A?a"), "start", "A\x1ba", "Ben")
    app.fails(
        1,
        "no trip in a?b.txt; start one with: evenly --file a?b.txt start NAME NAME",
        "--file",
        "a\x07b.txt",
        "list",
    )
    app.fresh("Ada", "Ben")
    app.fails(2, 'unknown person "B?n"; possible: Ada, Ben', "add", "B\tn", "5", "tea")
    app.fails(2, amount_line("5?"), "add", "Ada", "5\n", "tea")


def test_r014_a_wrong_value_in_add_or_strike_exits_2(app: App) -> None:
    """R-014: persons, amounts, WHAT and numbers; the trip file stays byte for byte as it was."""
    app.fresh("Ada", "Ben")
    app.fails(2, 'no expense "1"; there is none to strike', "strike", "1")
    for what in ("tea", "wine", "bus"):
        app.ok("add", "Ada", "5", what)
    app.ok("strike", "2")
    people = "; possible: Ada, Ben"
    for person in ("Bne", "ada", ""):
        app.fails(2, f'unknown person "{person}"{people}', "add", person, "5", "tea")
    app.fails(2, f'unknown person ""{people}', "add", "Ada", "5", "tea", "--for", "Ben,")
    app.fails(2, '"Ben" is named twice in --for; name each person once', "add", "Ada", "5", "tea", "--for", "Ben,Ben")
    amounts = ["12,50", "12.505", "0", "-5", "1000000", "0.00", "", "5.", ".5", "+5", "1e3", " 5", "0000005", "٣"]
    for amount in amounts:
        app.fails(2, amount_line(amount), "add", "Ada", amount, "tea")
    for what in ("=tea", "+tea", "-tea", "@tea", "", " tea", "tea ", "x" * 61, "te\na", "te\ta"):
        app.fails(2, WHAT_LINE, "add", "Ada", "5", what)
    for number in ("2", "4", "0", "01", "-1", "", "tea"):
        app.fails(2, f'no expense "{number}"; possible: 1, 3', "strike", number)
    assert len(app.ok("list")) == 2


def test_r014_a_wrong_value_in_start_exits_2_and_makes_no_file(app: App) -> None:
    """R-014: the number of people, names that are not possible, a name given twice."""
    app.fails(2, "a trip needs 2 to 16 people, not 0", "start")
    app.fails(2, "a trip needs 2 to 16 people, not 1", "start", "Ada")
    app.fails(2, "a trip needs 2 to 16 people, not 17", "start", *(f"P{number}" for number in range(17)))
    for name in ("2Ben", "", "-Ben", "Ben Cem", "Ben,Cem", "B_n", "b" * 21):
        app.fails(2, name_line(name), "start", "Ada", name)
    app.fails(2, 'name "Ada" is given twice; give each person another name', "start", "Ada", "Ada")
    assert app.files() == {}


def test_r015_a_file_that_cannot_be_used_exits_1(app: App) -> None:
    """R-015: no trip, a file in the way, no place to write, nothing to read; the trip file stays as it is."""
    for words in (["list"], ["balance"], ["settle"], ["strike", "1"], ["add", "Ada", "5", "tea"], ["csv", "o.csv"]):
        app.fails(1, "no trip in evenly.txt; start one with: evenly start NAME NAME", *words)
        named = "no trip in alps.txt; start one with: evenly --file alps.txt start NAME NAME"
        app.fails(1, named, "--file", "alps.txt", *words)
    app.fails(
        1,
        "cannot write none/trip.txt; choose a place where you may write",
        *("--file", "none/trip.txt", "start", "Ada", "Ben"),
    )
    assert app.files() == {}
    no_trip = "error: no trip in evenly.txt; start one with: evenly start NAME NAME\n"
    assert app.terminal("list") == Answer(1, "", no_trip)
    app.ok("start", "Ada", "Ben")
    app.fails(1, "evenly.txt already exists; choose another file", "start", "Cem", "Dora")
    app.fails(1, "evenly.txt already exists; choose another file", "csv", "evenly.txt")
    app.fails(1, "cannot write none/out.csv; choose a place where you may write", "csv", "none/out.csv")
    app.fails(1, "cannot read .; choose a file that you may read", "--file", ".", "list")
    app.fails(1, "cannot read .; choose a file that you may read", "--file", ".", "add", "Ada", "5", "tea")
    assert app.files() == {"evenly.txt": b"evenly trip\npeople Ada Ben\n"}


def test_r016_a_damaged_trip_file_is_named_by_line_and_left_alone(app: App) -> None:
    """R-016: the first broken line with the first reason, from every command except start."""
    trip_file = app.folder / "evenly.txt"
    head = "evenly trip\npeople Ada Ben\n"
    first = head + "expense 1 Ada 4.00 Ada,Ben tea\n"
    people = "; possible: Ada, Ben"
    damaged: list[tuple[str, int, str]] = [
        (first + "expense 2 Bne 9.00 Ada,Ben wine\nexpense 3\n", 4, f'unknown person "Bne"{people}'),
        (first + "expense 2 Ben 9.00 Ada,Ben wine\nexpense 3\n", 5, EXPENSE_FORM),
        (
            first + "expense 2 Ben 9.00 Ada,Ben wine\nexpense 2 Bne 5.00 Ada tea\n",
            5,
            'number "2" must be a whole number above 2',
        ),
        ("", 1, "expected: evenly trip"),
        ("evenly trip", 1, "the line must end with a line feed"),
        ("evenly trip\r\npeople Ada Ben\n", 1, "expected: evenly trip"),
        ("evenly trip\n", 2, "expected: people NAME NAME ..."),
        ("evenly trip\npeople Ada  Ben\n", 2, "expected: people NAME NAME ..."),
        ("evenly trip\npeople Ada\n", 2, "a trip needs 2 to 16 people, not 1"),
        ("evenly trip\npeople Ada 2Ben\n", 2, name_line("2Ben")),
        ("evenly trip\npeople Ada Ada\n", 2, 'name "Ada" is given twice; give each person another name'),
        (head + "\n", 3, EXPENSE_FORM),
        (first[:-1], 3, "the line must end with a line feed"),
        (head + "expense 01 Ada 4.00 Ada tea\n", 3, 'number "01" must be a whole number above 0'),
        (head + "struck 1 Ada 0.00 Ada tea\n", 3, amount_line("0.00")),
        (head + "expense 1 Ada 4.00 Ada,Cem tea\n", 3, f'unknown person "Cem"{people}'),
        (
            head + "expense 1 Ada 4.00 Ada,Ada tea\n",
            3,
            '"Ada" is named twice in the participants; name each person once',
        ),
        (head + "expense 1 Ada 4.00 Ada =tea\n", 3, WHAT_LINE),
    ]
    contents = [(text.encode(), line, reason) for text, line, reason in damaged]
    contents.append((head.encode() + b"expense 1 Ada 4.00 Ada t\xff\n", 3, "not UTF-8 text"))
    calls = [["add", "Ada", "5", "bus"], ["list"], ["strike", "1"], ["balance"], ["settle"], ["csv", "out.csv"]]
    for content, line, reason in contents:
        trip_file.write_bytes(content)
        for words in calls:
            app.fails(1, f"evenly.txt, line {line}: {reason}", *words)
        app.fails(1, "evenly.txt already exists; choose another file", "start", "Ada", "Ben")
        assert app.files() == {"evenly.txt": content}


# Journeys


def test_journey_a_weekend_is_noted_settled_and_paid_back(app: App) -> None:
    """R-001, R-004, R-005, R-006, R-012: 174.95 in all, worked out by hand, and even after paying back.

    Shares: hut 25.00 each; dinner 16.67, 16.67, 16.66; stamp 0.03, 0.02; bus 6.23, 6.23, 6.22, 6.22.
    """
    app.fresh("Zoë", "Ben", "Cem", "Dora")
    app.ok("add", "Ben", "100", "hut")
    app.ok("add", "Zoë", "50", "dinner", "--for", "Cem,Ben,Zoë")
    app.ok("add", "Dora", "0.05", "stamp", "--for", "Dora,Cem")
    app.ok("add", "Cem", "24.9", "bus, return")
    assert app.ok("balance") == [
        "Zoë paid 50.00, share 47.90, is owed 2.10",
        "Ben paid 100.00, share 47.90, is owed 52.10",
        "Cem paid 24.90, share 47.91, owes 23.01",
        "Dora paid 0.05, share 31.24, owes 31.19",
    ]
    assert app.ok("settle") == ["Cem gives Zoë 2.10", "Cem gives Ben 20.91", "Dora gives Ben 31.19"]
    for line in app.ok("settle"):
        giver, _, receiver, amount = line.split(" ")
        app.ok("add", giver, amount, "paid back", "--for", receiver)
    assert app.ok("settle") == ["Nobody owes anything."]
    assert all(line.endswith(", is even") for line in app.ok("balance"))
    assert len(app.ok("list")) == 7


def test_journey_a_mistake_is_struck_and_noted_again(app: App) -> None:
    """R-007, R-008, R-009, R-014, R-015: 60.00 counts in the end: fuel 30, lunch 21 (not 12), ice 9."""
    app.fresh("Ada", "Ben", "Cem")
    app.ok("add", "Ada", "30", "fuel")
    app.ok("add", "Ben", "12", "lunch")
    app.fails(2, amount_line("21,00"), "add", "Ben", "21,00", "lunch")
    app.ok("strike", "2")
    app.fails(2, 'no expense "2"; possible: 1', "strike", "2")
    assert app.ok("add", "Ben", "21", "lunch") == ["Noted 3: Ben paid 21.00 for lunch, shared by Ada, Ben, Cem"]
    app.ok("add", "Cem", "9", "ice", "--for", "Cem,Ada")
    assert app.ok("balance") == [
        "Ada paid 30.00, share 21.50, is owed 8.50",
        "Ben paid 21.00, share 17.00, is owed 4.00",
        "Cem paid 9.00, share 21.50, owes 12.50",
    ]
    assert app.ok("settle") == ["Cem gives Ada 8.50", "Cem gives Ben 4.00"]
    assert app.ok("csv", "trip.csv") == ["Wrote trip.csv, expenses: 3"]
    assert (app.folder / "trip.csv").read_bytes() == HEADER + (
        b'1,Ada,30.00,fuel,"Ada, Ben, Cem"\r\n3,Ben,21.00,lunch,"Ada, Ben, Cem"\r\n4,Cem,9.00,ice,"Ada, Cem"\r\n'
    )
    app.fails(1, "trip.csv already exists; choose another file", "csv", "trip.csv")
    assert app.ok("csv", "trip2.csv") == ["Wrote trip2.csv, expenses: 3"]


def test_journey_an_expense_noted_twice_by_mistake_is_taken_back(app: App) -> None:
    """R-004, R-008, R-014: a refused add uses up no number; without the second copy the debt is as before."""
    app.fresh("Ada", "Ben")
    app.ok("add", "Ada", "9", "red wine")
    assert app.ok("settle") == ["Ben gives Ada 4.50"]
    app.fails(2, amount_line("9,00"), "add", "Ada", "9,00", "red wine")
    assert app.ok("add", "Ada", "9", "red wine") == ["Noted 2: Ada paid 9.00 for red wine, shared by Ada, Ben"]
    assert app.ok("settle") == ["Ben gives Ada 9.00"]
    app.ok("strike", "2")
    assert app.ok("settle") == ["Ben gives Ada 4.50"]
    app.ok("strike", "1")
    app.fails(2, 'no expense "1"; there is none to strike', "strike", "1")
    assert app.ok("settle") == ["Nobody owes anything."]
    assert app.ok("add", "Ben", "2", "tea") == ["Noted 3: Ben paid 2.00 for tea, shared by Ada, Ben"]
    assert app.ok("list") == ["3: Ben paid 2.00 for tea, shared by Ada, Ben"]


def test_journey_two_trips_in_one_folder_stay_apart(app: App) -> None:
    """R-003, R-009, R-010, R-015: one in evenly.txt, one in a file with a space in its name, used in turn."""
    app.fresh("Ada", "Ben")
    lake = ("--file", "lake trip.txt")
    assert app.ok(*lake, "start", "Cem", "Dora") == ["Started lake trip.txt with Cem, Dora"]
    assert app.ok("add", "Ada", "4", "tea") == ["Noted 1: Ada paid 4.00 for tea, shared by Ada, Ben"]
    assert app.ok(*lake, "add", "Dora", "6", "boat") == ["Noted 1: Dora paid 6.00 for boat, shared by Cem, Dora"]
    app.fails(2, 'unknown person "Ada"; possible: Cem, Dora', *lake, "add", "Ada", "6", "boat")
    assert app.ok("settle") == ["Ben gives Ada 2.00"]
    assert app.ok(*lake, "settle") == ["Cem gives Dora 3.00"]
    app.ok("strike", "1")
    assert app.ok("list") == ["No expenses."]
    assert app.ok(*lake, "list") == ["1: Dora paid 6.00 for boat, shared by Cem, Dora"]
    assert app.ok(*lake, "csv", "lake list.csv") == ["Wrote lake list.csv, expenses: 1"]
    assert (app.folder / "lake list.csv").read_bytes() == HEADER + b'1,Dora,6.00,boat,"Cem, Dora"\r\n'
    app.fails(1, "lake list.csv already exists; choose another file", "csv", "lake list.csv")
    assert set(app.files()) == {"evenly.txt", "lake list.csv", "lake trip.txt"}
