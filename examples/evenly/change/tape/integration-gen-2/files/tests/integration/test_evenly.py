"""The whole app, every LEGO real, driven through its entry as a user drives it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

FIXED = datetime(2001, 2, 3, 4, 5, tzinfo=timezone.utc)
SOURCE = Path(__file__).resolve().parents[2] / "src"
COMMANDS = "possible: start, add, list, strike, balance, settle, total, csv"
USAGE = "usage: evenly [--file PATH] "
ADD_USAGE = USAGE + "add PAYER AMOUNT WHAT [--for NAME,NAME,...]"
EXPENSE = "expected: expense NUMBER PAYER AMOUNT NAME,NAME WHAT"
NAME_RULE = "use 1 to 20 letters, digits or hyphens, starting with a letter"
AMOUNT_RULE = "write 12, 12.5 or 12.50, from 0.01 to 999999.99"
WHAT_RULE = (
    "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
    "not starting with = + - or @"
)
HEADER = "number,payer,amount,what,participants\r\n"
BOM = b"\xef\xbb\xbf"
KILLS = 10


class Evenly:
    """The command in one folder, which is the current one."""

    def __init__(self, cli: Any, folder: Path) -> None:
        self.cli = cli
        self.folder = folder
        self.env = {"HOME": str(folder / "home"), "XDG_DATA_HOME": str(folder / "home" / "data")}

    def run(self, *words: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        code = self.cli.main(
            list(words), env=self.env, clock=lambda: FIXED, stdin=io.StringIO(), stdout=out, stderr=err
        )
        return code, out.getvalue(), err.getvalue()

    def prints(self, *words: str, lines: list[str]) -> None:
        """The call succeeds and prints exactly these lines."""
        assert self.run(*words) == (0, "".join(f"{line}\n" for line in lines), ""), words

    def does(self, *words: str) -> str:
        """The call succeeds; what it printed."""
        code, out, err = self.run(*words)
        assert (code, err) == (0, ""), (words, err)
        return out

    def fails(self, *words: str, code: int, error: str) -> None:
        """The call prints this one error, exits with this code and changes no file."""
        before = self.files()
        assert self.run(*words) == (code, "", f"error: {error}\n"), words
        assert self.files() == before, words

    def files(self) -> dict[str, bytes | None]:
        """Everything in the folder: the bytes of a file, None for a folder."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes() if path.is_file() else None
            for path in self.folder.rglob("*")
        }

    def write(self, content: bytes) -> None:
        (self.folder / "evenly.txt").write_bytes(content)


@pytest.fixture
def app(cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evenly:
    monkeypatch.chdir(tmp_path)
    return Evenly(cli, tmp_path)


def command(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """The real command as a process in `folder`."""
    env = {"PATH": os.defpath, "HOME": str(folder), "PYTHONPATH": str(SOURCE), "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, "-S", "-m", "evenly", *words],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def full_run(folder: Path, *words: str) -> float:
    """Run the command to its end; the seconds it took."""
    begin = time.monotonic()
    process = command(folder, *words)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b""), (words, out, err)
    return time.monotonic() - begin


def killed_run(folder: Path, seconds: float, *words: str) -> bytes:
    """Run the command and kill it (signal 9) after that time; what it had printed until then."""
    process = command(folder, *words)
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
    return out


def moments(whole: float) -> list[float]:
    """Times for the kills, most of them late, where the command is past its start and works on the file."""
    return [whole * (0.1 + 0.9 * ((step + 1) / KILLS) ** 0.5) for step in range(KILLS)]


# Settling


def test_r001_settle_prints_the_fewest_transfers(app: Evenly) -> None:
    app.does("start", "Ada", "Ben", "Cem", "Dora", "Eli")
    app.does("add", "Ada", "5", "ferry", "--for", "Cem")
    app.does("add", "Ada", "1", "tea", "--for", "Dora")
    app.does("add", "Ben", "2", "bread", "--for", "Dora")
    app.does("add", "Ben", "3", "bus", "--for", "Eli")
    app.prints("settle", lines=["Cem gives Ben 5.00", "Dora gives Ada 3.00", "Eli gives Ada 3.00"])


def test_r002_of_equally_short_lists_it_is_always_the_same_one(app: Evenly) -> None:
    expenses = [
        ("Ada", "5", "ferry", "Cem"),
        ("Ada", "1", "tea", "Dora"),
        ("Ben", "2", "bread", "Dora"),
        ("Ben", "3", "bus", "Gus"),
        ("Finn", "3", "ice", "Eli"),
    ]
    for path, order in (("there.txt", expenses), ("back.txt", expenses[::-1])):
        app.does("--file", path, "start", "Ada", "Ben", "Cem", "Dora", "Eli", "Finn", "Gus")
        for payer, amount, what, names in order:
            app.does("--file", path, "add", payer, amount, what, "--for", names)
        app.prints(
            "--file",
            path,
            "settle",
            lines=["Cem gives Ben 5.00", "Dora gives Ada 3.00", "Eli gives Ada 3.00", "Gus gives Finn 3.00"],
        )


# Noting


def test_r003_start_makes_a_trip_in_the_order_given(app: Evenly) -> None:
    app.prints("start", "Zoë", "Ben", "Jo-2", lines=["Started evenly.txt with Zoë, Ben, Jo-2"])
    even = "paid 0.00, share 0.00, is even"
    app.prints("balance", lines=[f"Zoë {even}", f"Ben {even}", f"Jo-2 {even}"])


def test_r003_sixteen_people_long_names_and_names_that_differ_in_case(app: Evenly) -> None:
    names = ["Ada", "ada", "x" * 20, *(f"P{number}" for number in range(13))]
    app.prints("start", *names, lines=["Started evenly.txt with " + ", ".join(names)])
    assert [line.split(" ")[0] for line in app.does("balance").splitlines()] == names


def test_r004_add_notes_an_expense_and_says_so(app: Evenly) -> None:
    app.does("start", "Ada", "Ben", "Cem")
    first = "1: Ada paid 12.00 for ferry, return, shared by Ada, Ben, Cem"
    second = "2: Ada paid 12.50 for dinner, shared by Ben, Cem"
    third = "3: Ben paid 12.50 for bus, shared by Ada, Ben, Cem"
    fourth = "4: Ben paid 12.50 for bus, shared by Ada, Ben, Cem"
    longest = f"5: Cem paid 999999.99 for {'w' * 60}, shared by Cem"
    smallest = "6: Cem paid 0.01 for pin, shared by Cem"
    app.prints("add", "Ada", "12", "ferry, return", lines=[f"Noted {first}"])
    app.prints("add", "Ada", "12.5", "dinner", "--for", "Cem,Ben", lines=[f"Noted {second}"])
    app.prints("add", "Ben", "12.50", "bus", lines=[f"Noted {third}"])
    app.prints("add", "Ben", "12.50", "bus", lines=[f"Noted {fourth}"])
    app.prints("add", "Cem", "999999.99", "w" * 60, "--for", "Cem", lines=[f"Noted {longest}"])
    app.prints("add", "Cem", "0.01", "pin", "--for", "Cem", lines=[f"Noted {smallest}"])
    app.prints("list", lines=[first, second, third, fourth, longest, smallest])


def test_r005_cents_left_over_go_to_the_first_participants_in_trip_order(app: Evenly) -> None:
    app.does("start", "Ada", "Ben", "Cem", "Dora")
    app.does("add", "Dora", "12.50", "dinner", "--for", "Dora,Cem,Ben,Ada")
    app.prints(
        "balance",
        lines=[
            "Ada paid 0.00, share 3.13, owes 3.13",
            "Ben paid 0.00, share 3.13, owes 3.13",
            "Cem paid 0.00, share 3.12, owes 3.12",
            "Dora paid 12.50, share 3.12, is owed 9.38",
        ],
    )


def test_r005_one_cent_among_three_is_borne_by_the_first(app: Evenly) -> None:
    """R-004, R-005: short amounts and leading zeros are taken; the payer gets no cent because of having paid."""
    app.does("start", "Ada", "Ben", "Cem")
    app.prints("add", "Cem", "0.01", "pin", lines=["Noted 1: Cem paid 0.01 for pin, shared by Ada, Ben, Cem"])
    app.prints("settle", lines=["Ada gives Cem 0.01"])
    app.prints("add", "Ben", "0.2", "nut", lines=["Noted 2: Ben paid 0.20 for nut, shared by Ada, Ben, Cem"])
    app.prints("add", "Ben", "000012", "bus", lines=["Noted 3: Ben paid 12.00 for bus, shared by Ada, Ben, Cem"])
    app.prints(
        "balance",
        lines=[
            "Ada paid 0.00, share 4.08, owes 4.08",  # 0.01 + 0.07 + 4.00
            "Ben paid 12.20, share 4.07, is owed 8.13",
            "Cem paid 0.01, share 4.06, owes 4.05",
        ],
    )


# Looking and correcting


def test_r006_balance_adds_up_the_shares_of_each_expense(app: Evenly) -> None:
    app.does("start", "Ada", "Ben", "Cem", "Dora")
    app.does("add", "Ada", "10", "ferry", "--for", "Ada,Ben,Cem")
    app.does("add", "Ben", "10", "dinner", "--for", "Ada,Ben,Cem")
    app.prints(
        "balance",
        lines=[
            "Ada paid 10.00, share 6.68, is owed 3.32",
            "Ben paid 10.00, share 6.66, is owed 3.34",
            "Cem paid 0.00, share 6.66, owes 6.66",
            "Dora paid 0.00, share 0.00, is even",
        ],
    )


def test_r007_list_shows_each_expense_that_counts(app: Evenly) -> None:
    app.does("start", "Ada", "Ben")
    app.does("add", "Ben", "9", "wine")
    app.does("add", "Ada", "12.5", "bus", "--for", "Ben")
    app.prints(
        "list", lines=["1: Ben paid 9.00 for wine, shared by Ada, Ben", "2: Ada paid 12.50 for bus, shared by Ben"]
    )


def test_r008_strike_takes_an_expense_out_and_keeps_its_number_taken(app: Evenly) -> None:
    tea = "1: Ada paid 4.00 for tea, shared by Ada, Ben"
    bread = "3: Ben paid 6.00 for bread, shared by Ada, Ben"
    app.does("start", "Ada", "Ben")
    app.does("add", "Ada", "4", "tea")
    app.does("add", "Ben", "9", "wine")
    app.prints("strike", "2", lines=["Struck 2: Ben paid 9.00 for wine, shared by Ada, Ben"])
    app.prints("settle", lines=["Ben gives Ada 2.00"])
    app.prints("total", lines=["Total 4.00, expenses: 1, average per person 2.00"])
    app.prints(
        "balance", lines=["Ada paid 4.00, share 2.00, is owed 2.00", "Ben paid 0.00, share 2.00, owes 2.00"]
    )
    app.prints("add", "Ben", "6", "bread", lines=[f"Noted {bread}"])
    app.prints("list", lines=[tea, bread])
    app.prints("csv", "out.csv", lines=["Wrote out.csv, expenses: 2"])
    rows = HEADER + '1,Ada,4.00,tea,"Ada, Ben"\r\n3,Ben,6.00,bread,"Ada, Ben"\r\n'
    assert app.files()["out.csv"] == BOM + rows.encode()


def test_r008_the_same_expense_cannot_be_struck_twice(app: Evenly) -> None:
    app.does("start", "Ada", "Ben")
    app.does("add", "Ada", "4", "tea")
    app.does("add", "Ada", "4", "tea")
    app.prints("strike", "1", lines=["Struck 1: Ada paid 4.00 for tea, shared by Ada, Ben"])
    app.fails("strike", "1", code=2, error='no expense "1"; possible: 2')
    app.prints("list", lines=["2: Ada paid 4.00 for tea, shared by Ada, Ben"])


def test_r007_looking_twice_shows_the_same_and_leaves_the_trip_file_alone(app: Evenly) -> None:
    """R-006, R-007, R-009, R-017: a view changes nothing."""
    app.does("start", "Ada", "Ben")
    app.does("add", "Ada", "4", "tea")
    before = app.files()
    for _ in range(2):
        app.prints("list", lines=["1: Ada paid 4.00 for tea, shared by Ada, Ben"])
        app.prints("settle", lines=["Ben gives Ada 2.00"])
        app.prints("total", lines=["Total 4.00, expenses: 1, average per person 2.00"])
        app.prints(
            "balance", lines=["Ada paid 4.00, share 2.00, is owed 2.00", "Ben paid 0.00, share 2.00, owes 2.00"]
        )
    assert app.files() == before
    app.does("csv", "out.csv")
    assert app.files()["evenly.txt"] == before["evenly.txt"]


def test_r009_csv_writes_the_table_byte_for_byte(app: Evenly) -> None:
    app.does("start", "Zoë", "Ben")
    app.does("add", "Zoë", "12.5", '6" pizza, two')
    app.does("add", "Ben", "3", "tea", "--for", "Zoë")
    app.prints("csv", "out.csv", lines=["Wrote out.csv, expenses: 2"])
    rows = HEADER + '1,Zoë,12.50,"6"" pizza, two","Zoë, Ben"\r\n2,Ben,3.00,tea,Zoë\r\n'
    assert app.files()["out.csv"] == BOM + rows.encode()


def test_r009_csv_quotes_a_field_for_a_comma_or_a_quote_alone_and_no_other(app: Evenly) -> None:
    app.does("start", "Ada", "Ben")
    for what in ("ferry, return", '5" nails', "red wine; bread"):
        app.does("add", "Ada", "4", what, "--for", "Ben")
    app.prints("csv", "my table.csv", lines=["Wrote my table.csv, expenses: 3"])
    rows = '1,Ada,4.00,"ferry, return",Ben\r\n2,Ada,4.00,"5"" nails",Ben\r\n'
    rows += "3,Ada,4.00,red wine; bread,Ben\r\n"
    assert app.files()["my table.csv"] == BOM + (HEADER + rows).encode()


def test_r017_total_shows_sum_number_and_average_over_the_people_named_at_the_start(app: Evenly) -> None:
    app.does("start", "Ada", "Ben", "Cem", "Dora")
    app.does("add", "Ada", "12.5", "dinner", "--for", "Ada,Ben")
    app.prints("total", lines=["Total 12.50, expenses: 1, average per person 3.13"])  # 3.125
    app.does("add", "Ben", "0.51", "tea")
    app.prints("total", lines=["Total 13.01, expenses: 2, average per person 3.25"])  # 3.2525


# Keeping


def test_r010_the_trip_file_holds_exactly_the_lines_promised(app: Evenly) -> None:
    head = b"evenly trip\npeople Ada Ben\n"
    tail = b"1 Ben 9.00 Ada,Ben red wine\n"
    last = b"expense 2 Ada 4.00 Ben tea\n"
    app.does("--file", "alps.txt", "start", "Ada", "Ben")
    assert app.files() == {"alps.txt": head}
    app.does("--file", "alps.txt", "add", "Ben", "9", "red wine", "--for", "Ben,Ada")
    assert app.files() == {"alps.txt": head + b"expense " + tail}
    app.does("--file", "alps.txt", "add", "Ada", "4", "tea", "--for", "Ben")
    assert app.files() == {"alps.txt": head + b"expense " + tail + last}
    app.does("--file", "alps.txt", "strike", "1")
    assert app.files() == {"alps.txt": head + b"struck " + tail + last}
    app.prints("--file", "alps.txt", "list", lines=["2: Ada paid 4.00 for tea, shared by Ben"])


def test_r010_lines_written_by_hand_are_taken_and_kept_as_they_are(app: Evenly) -> None:
    """R-010, R-016: gaps in the numbers, short amounts and any order of participants are allowed."""
    hand = b"evenly trip\npeople Ada Ben\nexpense 3 Ben 9 Ben,Ada red wine\nstruck 7 Ada 2.5 Ben tea\n"
    app.write(hand)
    app.prints("list", lines=["3: Ben paid 9.00 for red wine, shared by Ada, Ben"])
    app.prints("add", "Ada", "1", "bus", lines=["Noted 8: Ada paid 1.00 for bus, shared by Ada, Ben"])
    hand += b"expense 8 Ada 1.00 Ada,Ben bus\n"
    assert app.files() == {"evenly.txt": hand}
    app.does("strike", "3")
    assert app.files() == {"evenly.txt": hand.replace(b"expense 3", b"struck 3")}


def test_r011_a_kill_leaves_the_old_or_the_new_file(app: Evenly) -> None:
    """R-011: `add`, `csv` and `strike` on 500 expenses and `start`, killed at ten moments each."""
    folder = app.folder
    trip = folder / "evenly.txt"
    lines = "".join(f"expense {number} Ada 1.00 Ada,Ben tea\n" for number in range(1, 501))
    app.write(f"evenly trip\npeople Ada Ben\n{lines}".encode())

    full_run(folder, "list")
    whole = full_run(folder, "add", "Ada", "1", "tea")
    assert trip.read_bytes().endswith(b"\nexpense 501 Ada 1.00 Ada,Ben tea\n")
    number = 502
    for moment in moments(whole):
        before = trip.read_bytes()
        out = killed_run(folder, moment, "add", "Ada", "1", "tea")
        new = before + f"expense {number} Ada 1.00 Ada,Ben tea\n".encode()
        now = trip.read_bytes()
        assert now in (before, new)
        if out:
            assert now == new
        number += now == new
        assert app.run("list")[0] == 0

    before = trip.read_bytes()
    rows = "".join(f'{noted},Ada,1.00,tea,"Ada, Ben"\r\n' for noted in range(1, number))
    for step, moment in enumerate(moments(whole)):
        out = killed_run(folder, moment, "csv", f"out-{step}.csv")
        table = folder / f"out-{step}.csv"
        if out or table.exists():
            assert table.read_bytes() == BOM + (HEADER + rows).encode()
        assert trip.read_bytes() == before

    for struck, moment in enumerate(moments(whole), start=1):
        before = trip.read_bytes()
        out = killed_run(folder, moment, "strike", str(struck))
        new = before.replace(f"\nexpense {struck} ".encode(), f"\nstruck {struck} ".encode())
        now = trip.read_bytes()
        assert now in (before, new)
        if out:
            assert now == new
        assert app.run("list")[0] == 0

    for step, moment in enumerate(moments(whole)):
        empty = folder / f"empty-{step}"
        empty.mkdir()
        out = killed_run(empty, moment, "start", "Ada", "Ben")
        made = empty / "evenly.txt"
        if out or made.exists():
            assert made.read_bytes() == b"evenly trip\npeople Ada Ben\n"

    app.does("add", "Ben", "2", "bread")
    assert trip.read_bytes().endswith(f"\nexpense {number} Ben 2.00 Ada,Ben bread\n".encode())


# Before the first expense


@pytest.mark.parametrize("struck", [False, True], ids=["nothing noted", "all struck"])
def test_r012_without_an_expense_every_view_answers(app: Evenly, struck: bool) -> None:
    app.does("start", "Ada", "Ben")
    if struck:
        app.does("add", "Ada", "4", "tea")
        app.does("strike", "1")
    app.prints("list", lines=["No expenses."])
    app.prints("settle", lines=["Nobody owes anything."])
    app.prints("balance", lines=["Ada paid 0.00, share 0.00, is even", "Ben paid 0.00, share 0.00, is even"])
    app.prints("total", lines=["Total 0.00, expenses: 0, average per person 0.00"])
    app.prints("csv", "out.csv", lines=["Wrote out.csv, expenses: 0"])
    assert app.files()["out.csv"] == BOM + HEADER.encode()
    app.fails("strike", "1", code=2, error='no expense "1"; there is none to strike')


# When something is wrong


def test_r013_a_wrong_call_says_what_is_possible(app: Evenly) -> None:
    app.does("start", "Ada", "Ben")
    for words, error in (
        ([], f"no command; {COMMANDS}"),
        (["ad", "Ada", "5", "tea"], f'unknown command "ad"; {COMMANDS}'),
        (["--help"], f'unknown command "--help"; {COMMANDS}'),
        (["a\td"], f'unknown command "a?d"; {COMMANDS}'),
        (["--file", "evenly.txt"], f"no command; {COMMANDS}"),
        (["--file"], f"{USAGE}COMMAND"),
        (["--file", "", "list"], f"{USAGE}COMMAND"),
        (["strike"], f"{USAGE}strike NUMBER"),
        (["strike", "1", "2"], f"{USAGE}strike NUMBER"),
        (["list", "all"], f"{USAGE}list"),
        (["balance", "--all"], f"{USAGE}balance"),
        (["settle", "now"], f"{USAGE}settle"),
        (["total", "now"], f"{USAGE}total"),
        (["csv"], f"{USAGE}csv PATH"),
        (["csv", ""], f"{USAGE}csv PATH"),
        (["start", "Ada", "--ben"], f"{USAGE}start NAME NAME ..."),
        (["add", "Ada", "5"], ADD_USAGE),
        (["add", "Ada", "5", "tea", "Ben"], ADD_USAGE),
        (["add", "Ada", "5", "tea", "--for"], ADD_USAGE),
        (["add", "--for", "Ben", "Ada", "5", "tea"], ADD_USAGE),
        (["add", "Ada", "5", "tea", "--for", "Ben", "--for", "Ada"], ADD_USAGE),
    ):
        app.fails(*words, code=2, error=error)


def test_r013_the_first_fault_is_reported(app: Evenly) -> None:
    """R-013: the call, the trip file, the values from left to right with --for last, the file to write."""
    app.fails("strike", code=2, error=f"{USAGE}strike NUMBER")
    no_trip = "no trip in evenly.txt; start one with: evenly start NAME NAME"
    app.fails("add", "Nobody", "x", "=", code=1, error=no_trip)
    app.fails("csv", "none/out.csv", code=1, error=no_trip)
    app.fails("start", "2Ben", code=2, error="a trip needs 2 to 16 people, not 1")
    app.does("start", "Ada", "Ben")
    app.fails("start", "Ada", "2Ben", code=2, error=f'name "2Ben" is not possible; {NAME_RULE}')
    unknown = 'unknown person "Bne"; possible: Ada, Ben'
    app.fails("add", "Bne", "0", "=tea", "--for", "Eve", code=2, error=unknown)
    app.fails("add", "Ada", "0", "=tea", "--for", "Eve", code=2, error=f'amount "0" is not possible; {AMOUNT_RULE}')
    app.fails("add", "Ada", "5", "=tea", "--for", "Eve", code=2, error=WHAT_RULE)
    app.fails("add", "Ada", "5", "tea", "--for", "Eve", code=2, error='unknown person "Eve"; possible: Ada, Ben')


def test_r014_a_wrong_value_is_refused_and_nothing_changes(app: Evenly) -> None:
    app.does("start", "Ada", "Ben")
    for what in ("tea", "wine", "bread"):
        app.does("add", "Ada", "4", what)
    app.does("strike", "2")
    app.fails("add", "Bne", "5", "tea", code=2, error='unknown person "Bne"; possible: Ada, Ben')
    app.fails("add", "ada", "5", "tea", code=2, error='unknown person "ada"; possible: Ada, Ben')
    twice = '"Ben" is named twice in --for; name each person once'
    app.fails("add", "Ada", "5", "tea", "--for", "Ben,Ben", code=2, error=twice)
    for amount in ("12,50", "12.505", "0", "-5", "1000000", "", "5.", ".5", "٣"):
        error = f'amount "{amount}" is not possible; {AMOUNT_RULE}'
        app.fails("add", "Ada", amount, "tea", code=2, error=error)
    for what in ("=tea", "+tea", "-tea", "@tea", "", " tea", "tea ", "a\nb", "a\tb", "w" * 61):
        app.fails("add", "Ada", "5", what, code=2, error=WHAT_RULE)
    for number in ("2", "4", "01", "x"):
        app.fails("strike", number, code=2, error=f'no expense "{number}"; possible: 1, 3')


def test_r014_a_wrong_start_leaves_no_file(app: Evenly) -> None:
    app.fails("start", code=2, error="a trip needs 2 to 16 people, not 0")
    app.fails("start", "Ada", code=2, error="a trip needs 2 to 16 people, not 1")
    many = [f"P{number}" for number in range(17)]
    app.fails("start", *many, code=2, error="a trip needs 2 to 16 people, not 17")
    for name in ("2Ben", "-Ben", "", "Be n", "Be,n", "x" * 21):
        app.fails("start", "Ada", name, code=2, error=f'name "{name}" is not possible; {NAME_RULE}')
    app.fails("start", "Ada", "B\ten", code=2, error=f'name "B?en" is not possible; {NAME_RULE}')
    app.fails("start", "Ada", "Ada", code=2, error='name "Ada" is given twice; give each person another name')
    assert app.files() == {}


def test_r015_a_file_that_cannot_be_used_is_named(app: Evenly) -> None:
    no_trip = "no trip in evenly.txt; start one with: evenly start NAME NAME"
    for words in (["list"], ["balance"], ["settle"], ["csv", "out.csv"], ["add", "Ada", "5", "tea"], ["strike", "1"]):
        app.fails(*words, code=1, error=no_trip)
    app.fails("total", code=1, error=no_trip)
    app.fails(
        "--file",
        "a\tb.txt",
        "list",
        code=1,
        error="no trip in a?b.txt; start one with: evenly --file a?b.txt start NAME NAME",
    )
    for path in ("alps.txt", "none/alps.txt"):
        error = f"no trip in {path}; start one with: evenly --file {path} start NAME NAME"
        app.fails("--file", path, "list", code=1, error=error)
    error = "cannot write none/alps.txt; choose a place where you may write"
    app.fails("--file", "none/alps.txt", "start", "Ada", "Ben", code=1, error=error)
    app.does("start", "Ada", "Ben")
    exists = "evenly.txt already exists; choose another file"
    app.fails("start", "Cem", "Dora", code=1, error=exists)
    app.fails("csv", "evenly.txt", code=1, error=exists)
    error = "cannot write none/out.csv; choose a place where you may write"
    app.fails("csv", "none/out.csv", code=1, error=error)
    app.fails("--file", ".", "list", code=1, error="cannot read .; choose a file that you may read")
    assert app.files() == {"evenly.txt": b"evenly trip\npeople Ada Ben\n"}


def test_r016_a_broken_line_is_named_until_the_user_has_mended_it(app: Evenly) -> None:
    """R-016: a journey of a user who damaged the file in an editor and mends one line after the other."""
    broken = b"evenly trip\npeople Ada Ben\nexpense 1 Ada 4.00 Ada,Ben tea\nexpense 2 Bne 9.00 Ada,Ben wine\nexpense 3\n"
    mended = broken.replace(b"Bne", b"Ben")
    again = mended.replace(b"expense 3\n", b"expense 2 Bne 5.00 Ada tea\n")
    for content, error in (
        (broken, 'line 4: unknown person "Bne"; possible: Ada, Ben'),
        (mended, f"line 5: {EXPENSE}"),
        (again, 'line 5: number "2" must be a whole number above 2'),
    ):
        app.write(content)
        app.fails("add", "Ada", "5", "bus", code=1, error=f"evenly.txt, {error}")
        app.fails("list", code=1, error=f"evenly.txt, {error}")
    app.write(again.replace(b"expense 2 Bne", b"expense 3 Ben"))
    app.prints("add", "Ada", "5", "bus", lines=["Noted 4: Ada paid 5.00 for bus, shared by Ada, Ben"])
    # Ada paid 4 + 5 = 9 and bears 2 + 4.50 + 5 + 2.50 = 14.
    app.prints("settle", lines=["Ada gives Ben 5.00"])


def test_r016_every_command_but_start_refuses_a_broken_file(app: Evenly) -> None:
    head = "evenly trip\npeople Ada Ben\n"
    views = (["list"], ["balance"], ["settle"], ["total"])
    commands = (*views, ["csv", "out.csv"], ["add", "Nobody", "x", "="], ["strike", "99"])
    for content, error in (
        (b"evenly trips\npeople Ada Ben\n", "line 1: expected: evenly trip"),
        (b"evenly trip\r\npeople Ada Ben\r\n", "line 1: expected: evenly trip"),
        (b"evenly trip\npersons Ada Ben\n", "line 2: expected: people NAME NAME ..."),
        (b"evenly trip\npeople Ada\n", "line 2: a trip needs 2 to 16 people, not 1"),
        (b"evenly trip\npeople Ada Ada\n", 'line 2: name "Ada" is given twice; give each person another name'),
        (b"evenly trip\npeople Ada Ben", "line 2: the line must end with a line feed"),
        (head.encode() + b"expense 1 Ada 4.00 Ada t\xff\n", "line 3: not UTF-8 text"),
        (f"{head}expense 1 Ada 4.00 Ada tea".encode(), "line 3: the line must end with a line feed"),
        (f"{head}\n".encode(), f"line 3: {EXPENSE}"),
        (f"{head}expense  1 Ada 4.00 Ada tea\n".encode(), f"line 3: {EXPENSE}"),
        (f"{head}expense 01 Ada 4.00 Ada tea\n".encode(), 'line 3: number "01" must be a whole number above 0'),
        (f"{head}expense 1 Ada 4,00 Ada tea\n".encode(), f'line 3: amount "4,00" is not possible; {AMOUNT_RULE}'),
        (
            f"{head}struck 1 Ada 4.00 Ada,Ada tea\n".encode(),
            'line 3: "Ada" is named twice in the participants; name each person once',
        ),
        (f"{head}expense 1 Ada 4.00 Ada =tea\n".encode(), f"line 3: {WHAT_RULE}"),
    ):
        app.write(content)
        for words in commands:
            app.fails(*words, code=1, error=f"evenly.txt, {error}")
        app.fails("start", "Cem", "Dora", code=1, error="evenly.txt already exists; choose another file")
    for content, place in ((b"", "line 1"), (b"evenly trip\n", "line 2")):
        app.write(content)
        code, out, err = app.run("list")
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith(f"error: evenly.txt, {place}: ")
        assert app.files() == {"evenly.txt": content}


# Journeys


def test_journey_a_trip_with_a_correction_until_everybody_is_even(app: Evenly) -> None:
    """R-001, R-004, R-005, R-006, R-008, R-009, R-012: three people, a wrong amount noted again, and paying back."""
    app.does("start", "Ada", "Ben", "Cem")
    app.does("add", "Ada", "60", "hut")  # 20.00 each
    app.does("add", "Ben", "30.50", "food")  # 10.17, 10.17, 10.16
    app.does("add", "Cem", "9", "tea", "--for", "Ben,Ada")  # 4.50, 4.50
    app.prints(
        "balance",
        lines=[
            "Ada paid 60.00, share 34.67, is owed 25.33",
            "Ben paid 30.50, share 34.67, owes 4.17",
            "Cem paid 9.00, share 30.16, owes 21.16",
        ],
    )
    app.prints("settle", lines=["Ben gives Ada 4.17", "Cem gives Ada 21.16"])

    app.prints("strike", "2", lines=["Struck 2: Ben paid 30.50 for food, shared by Ada, Ben, Cem"])
    app.prints("add", "Ben", "35", "food", lines=["Noted 4: Ben paid 35.00 for food, shared by Ada, Ben, Cem"])
    app.prints("settle", lines=["Ben gives Ada 1.17", "Cem gives Ada 22.66"])  # food: 11.67, 11.67, 11.66

    app.does("add", "Ben", "1.17", "paid back", "--for", "Ada")
    app.does("add", "Cem", "22.66", "paid back", "--for", "Ada")
    app.prints("settle", lines=["Nobody owes anything."])
    app.prints(
        "balance",
        lines=[
            "Ada paid 60.00, share 60.00, is even",
            "Ben paid 36.17, share 36.17, is even",
            "Cem paid 31.66, share 31.66, is even",
        ],
    )
    app.prints("csv", "trip.csv", lines=["Wrote trip.csv, expenses: 5"])
    app.fails("csv", "trip.csv", code=1, error="trip.csv already exists; choose another file")


def test_journey_two_trips_side_by_side_do_not_mix(app: Evenly) -> None:
    """R-003, R-005, R-010, R-015: one trip in the usual file, one in a file of its own."""
    app.does("start", "Ada", "Ben")
    app.prints("--file", "alps.txt", "start", "Cem", "Dora", lines=["Started alps.txt with Cem, Dora"])
    app.does("add", "Ada", "7", "tea")
    app.does("--file", "alps.txt", "add", "Dora", "0.01", "pin")
    app.does("--file", "alps.txt", "add", "Dora", "3", "bus", "--for", "Cem")
    app.prints("settle", lines=["Ben gives Ada 3.50"])
    app.prints("--file", "alps.txt", "settle", lines=["Cem gives Dora 3.01"])
    app.fails("--file", "alps.txt", "add", "Ada", "1", "tea", code=2, error='unknown person "Ada"; possible: Cem, Dora')
    app.does("--file", "alps.txt", "strike", "2")
    app.prints("--file", "alps.txt", "list", lines=["1: Dora paid 0.01 for pin, shared by Cem, Dora"])
    app.prints("list", lines=["1: Ada paid 7.00 for tea, shared by Ada, Ben"])


def test_journey_the_total_follows_every_change_of_a_trip(app: Evenly) -> None:
    """R-008, R-009, R-010, R-012, R-014, R-017: nothing, one, many, one struck, a large one, all struck."""
    nothing = "Total 0.00, expenses: 0, average per person 0.00"
    large = "Total 1000060.01, expenses: 3, average per person 333353.34"  # 333353.3366...
    app.does("start", "Ada", "Ben", "Cem")
    app.prints("total", lines=[nothing])
    app.does("add", "Ada", "60", "hut")
    app.prints("total", lines=["Total 60.00, expenses: 1, average per person 20.00"])
    app.does("add", "Ben", "30.50", "food", "--for", "Ben")
    app.prints("total", lines=["Total 90.50, expenses: 2, average per person 30.17"])  # 30.1666...
    app.does("add", "Cem", "0.02", "pin", "--for", "Cem")
    app.prints("total", lines=["Total 90.52, expenses: 3, average per person 30.17"])  # 30.1733...
    app.does("strike", "2")
    app.prints("total", lines=["Total 60.02, expenses: 2, average per person 20.01"])  # 20.0066...
    app.does("add", "Ben", "999999.99", "boat")
    app.prints("total", lines=[large])
    app.fails("add", "Bne", "5", "tea", code=2, error='unknown person "Bne"; possible: Ada, Ben, Cem')
    app.prints("total", lines=[large])
    app.prints("csv", "out.csv", lines=["Wrote out.csv, expenses: 3"])
    app.prints(
        "balance",
        lines=[
            "Ada paid 60.00, share 333353.33, owes 333293.33",  # 20 + 333333.33
            "Ben paid 999999.99, share 333353.33, is owed 666646.66",
            "Cem paid 0.02, share 333353.35, owes 333353.33",
        ],
    )
    app.does("--file", "alps.txt", "start", "Ada", "Ben")
    app.prints("--file", "alps.txt", "total", lines=[nothing])
    for number in ("1", "3", "4"):
        app.does("strike", number)
    app.prints("total", lines=[nothing])


def test_journey_a_trip_file_of_the_version_before_is_carried_on(app: Evenly) -> None:
    """R-004, R-005, R-007, R-008, R-010, R-017: a file stored before there was `total`, read and kept as it is."""
    old = (
        "evenly trip\npeople Zoë Ben Cem\nexpense 1 Zoë 12.50 Zoë,Ben,Cem dinner\n"
        "struck 2 Ben 9.00 Zoë,Ben red wine\nexpense 3 Cem 4.00 Ben tea\n"
    ).encode()
    app.write(old)
    app.prints("total", lines=["Total 16.50, expenses: 2, average per person 5.50"])
    dinner = "1: Zoë paid 12.50 for dinner, shared by Zoë, Ben, Cem"
    app.prints("list", lines=[dinner, "3: Cem paid 4.00 for tea, shared by Ben"])
    assert app.files() == {"evenly.txt": old}
    app.prints("add", "Ben", "0.5", "bread", lines=["Noted 4: Ben paid 0.50 for bread, shared by Zoë, Ben, Cem"])
    app.prints("total", lines=["Total 17.00, expenses: 3, average per person 5.67"])  # 5.666...
    app.prints("strike", "1", lines=[f"Struck {dinner}"])
    app.prints("total", lines=["Total 4.50, expenses: 2, average per person 1.50"])
    # Bread: 0.17, 0.17, 0.16. Ben bears 4.00 + 0.17 and paid 0.50.
    app.prints("settle", lines=["Zoë gives Cem 0.17", "Ben gives Cem 3.67"])
    new = old.replace(b"expense 1", b"struck 1") + "expense 4 Ben 0.50 Zoë,Ben,Cem bread\n".encode()
    assert app.files() == {"evenly.txt": new}


def test_journey_with_the_command_itself(app: Evenly) -> None:
    """R-003, R-004, R-013, R-017: real processes, their two streams in UTF-8 and their exit codes."""
    runs: list[tuple[list[str], int, str, str]] = [
        (["start", "Zoë", "Ben"], 0, "Started evenly.txt with Zoë, Ben\n", ""),
        (["add", "Zoë", "5", "café"], 0, "Noted 1: Zoë paid 5.00 for café, shared by Zoë, Ben\n", ""),
        (["settle"], 0, "Ben gives Zoë 2.50\n", ""),
        (["total"], 0, "Total 5.00, expenses: 1, average per person 2.50\n", ""),
        (["add", "Bne", "5", "tea"], 2, "", 'error: unknown person "Bne"; possible: Zoë, Ben\n'),
        (["start", "Ada", "Ben"], 1, "", "error: evenly.txt already exists; choose another file\n"),
    ]
    for words, code, out, err in runs:
        process = command(app.folder, *words)
        got_out, got_err = process.communicate(timeout=30)
        assert (process.returncode, got_out.decode(), got_err.decode()) == (code, out, err), words
    assert app.files() == {"evenly.txt": "evenly trip\npeople Zoë Ben\nexpense 1 Zoë 5.00 Zoë,Ben café\n".encode()}
