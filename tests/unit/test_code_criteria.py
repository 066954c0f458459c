"""Faults in the text of code that are criteria: each rule finds its fault, and leaves alone what only looks like it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.document.model import Criterion, Position, Step, Valves
from engine.gates import criteria, sandbox
from engine.gates.criteria import Context
from engine.gates.receipts import ReceiptStore
from engine.gates.report import Report, read_report
from engine.git import Repository
from engine.legos.plan import Plan, parse_plan
from engine.legos.scaffold import scaffold
from engine.legos.toolchain import Toolchain, find_toolchain

PLAN = parse_plan(
    json.dumps(
        {
            "schema_version": 1,
            "app": "notes",
            "legos": [{"name": "store", "purpose": "Keeps notes.", "kind": "entry", "requirements": ["R-001"]}],
        }
    )
)
SOURCE, TEST = "src/notes/store/notes.py", "tests/unit/store/test_store.py"


@dataclass(frozen=True)
class Ran:
    """How a command of the toolchain ended."""

    code: int
    report: Report
    said: str

    @property
    def faults(self) -> dict[str, str]:
        """Test id → the account of what was found."""
        return {problem.test: problem.account for problem in self.report.problems}


class App:
    """A checkout with the shared files that these commands are."""

    def __init__(self, root: Path, toolchain: Toolchain, plan: Plan = PLAN) -> None:
        self.root, self.toolchain, self.plan = root, toolchain, plan
        self.shared = {
            path: data.decode()
            for path, data in scaffold(plan, toolchain, "Notes").items()
            if path.startswith("tests/")
        }
        self.write(self.shared)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def run(
        self, command: str, files: Mapping[str, str], lego: str | None = "store", python: str = sys.executable
    ) -> Ran:
        self.write(files)
        report = self.root / "report.xml"
        argv, env = self.toolchain.render(command, plan=self.plan, lego=lego, interpreter=python, report=str(report))
        done = subprocess.run(argv, cwd=self.root, env=env, capture_output=True, text=True, timeout=30)
        return Ran(done.returncode, read_report(report), done.stdout + done.stderr)


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain("python")


@pytest.fixture
def app(tmp_path: Path, toolchain: Toolchain) -> App:
    return App(tmp_path, toolchain)


def function(*lines: str, name: str = "work") -> str:
    return "\n    ".join([f"def {name}(values, other):", *lines]) + "\n"


LONG = function(*[f"values[{number}] = {number}" for number in range(61)])
AS_LONG_AS_ALLOWED = function('"""Says what it does."""', *[f"values[{number}] = {number}" for number in range(60)])
DEEP = function(
    "for a in values:", "    if a:", "        with a:", "            while a:", "                if other:",
    "                    a()",
)  # fmt: skip
CHAIN = function("if values:", "    return 1", *[f"elif other == {n}:\n        return {n}" for n in range(8)])
BLOCK = ("total = 0", "for {0} in values:", "    if {0}.amount > 0:", "        total += {0}.amount * {0}.rate",
         "        other.append(total)", "return total")  # fmt: skip


def block(name: str, variable: str) -> str:
    return function(*(line.format(variable) for line in BLOCK), name=name)


SOURCES = [
    # rule, source, line of the fault, words of it
    ("over-long function", LONG, 1, "work has 61 lines, at most 60"),
    ("large module", "x = 1\n" * 401, 1, "the file has 401 lines"),
    ("large module", "class A:\n" + "".join(f"    def m{n}(self): ...\n" for n in range(21)), 1, "A has 21 methods"),
    ("deep nesting", DEEP, 7, "work nests 5 blocks"),
    ("swallowed error", "try:\n    x = 1\nexcept:\n    x = 2\n", 3, "catches every error"),
    ("swallowed error", "try:\n    x = 1\nexcept Exception as e:\n    log(e)\n", 3, "catches every error"),
    ("swallowed error", "try:\n    x = 1\nexcept (KeyError, BaseException):\n    x = 2\n", 3, "catches every error"),
    ("swallowed error", "try:\n    x = 1\nexcept OSError:\n    pass\n", 3, "does nothing about the error"),
    ("swallowed error", "try:\n    x = 1\nexcept (A, ValueError):\n    ...\n", 3, "does nothing about the error"),
    ("swallowed error", "with contextlib.suppress(Exception):\n    x = 1\n", 1, "suppresses every error"),
    ("swallowed error", function("try:", "    return 1", "finally:", "    return 2"), 5, "a return in finally"),
    ("hidden input", "from datetime import datetime\nx = datetime.now()\n", 2, "asks datetime.datetime.now"),
    ("hidden input", "import datetime as d\nx = d.date.today\n", 2, "asks datetime.date.today"),
    ("hidden input", "import os\nx = os.environ.get('A')\n", 2, "asks os.environ.get"),
    ("hidden input", "from random import choice\nx = choice([1])\n", 2, "asks random.choice"),
    ("hidden input", "from pathlib import Path\nx = Path.home() / 'a'\n", 2, "asks pathlib.Path.home"),
    ("hidden input", "print('done')\n", 1, "calls print()"),
    ("duplicated block", block("one", "a") + block("two", "b"), 1, "stand in src/notes/store/notes.py:9 to 14"),
    ("syntax", "def work(:\n", 1, "cannot be parsed"),
]


@pytest.mark.parametrize(("rule", "source", "line", "words"), SOURCES)
def test_a_fault_in_source_is_found(app: App, rule: str, source: str, line: int, words: str) -> None:
    ran = app.run("inspect", {SOURCE: source})
    assert ran.code == 1
    assert list(ran.faults) == [f"{rule}::{SOURCE}"]
    first = ran.faults[f"{rule}::{SOURCE}"].splitlines()[0]
    assert words in first
    if rule != "duplicated block":
        assert first.startswith(f"{SOURCE}:{line}: ")


@pytest.mark.parametrize(
    "source",
    [
        AS_LONG_AS_ALLOWED,
        CHAIN,
        "try:\n    x = 1\nexcept Exception as e:\n    raise Broken(1) from e\n",
        "try:\n    x = 1\nexcept KeyError:\n    x = 2\n",
        "try:\n    x = 1\nexcept UnknownNote:\n    pass\n",
        "with suppress(FileNotFoundError):\n    x = 1\n",
        "from datetime import datetime\n\ndef due(now: datetime): return now.date()\nx = datetime(2026, 1, 2)\n",
        "def work(time): return time.time()\n",
        "import random\nx = random.Random(7)\n",
        "print('done', file=out)\n",
        block("one", "a") + block("two", "b").replace("+=", "-="),
        function("a = 1", "b = 2", name="one") + function("a = 1", "b = 2", name="two"),
    ],
)
def test_what_only_looks_like_a_fault_is_left_alone(app: App, source: str) -> None:
    ran = app.run("inspect", {SOURCE: source})
    assert (ran.code, ran.faults) == (0, {})
    assert len(ran.report.passed) == 8


TESTS = [
    # rule, test, words of the fault
    ("test without teeth", "def test_a(store):\n    store.add(1)\n", "test_a asserts nothing"),
    (
        "test without teeth",
        "class TestA:\n    def test_a(self, store):\n        store.add(1)\n",
        "test_a asserts nothing",
    ),
    ("test without teeth", "def test_a(store):\n    assert store.add(1) or True\n", "holds whatever the app does"),
    ("test without teeth", "def test_a(store):\n    assert (store.all(), [])\n", "holds whatever the app does"),
    ("test without teeth", "def test_a(store):\n    assert store == store\n", "holds whatever the app does"),
    (
        "test without teeth",
        "def test_a(store):\n    with pytest.raises(Exception):\n        store.add(1)\n",
        "any error",
    ),
    ("flaky wait", "import time\ndef test_a(store):\n    time.sleep(1)\n    assert store\n", "waits for a while"),
    (
        "flaky wait",
        "from time import sleep as s\ndef test_a(store):\n    s(1)\n    assert store\n",
        "waits for a while",
    ),
]


@pytest.mark.parametrize(("rule", "test", "words"), TESTS)
def test_a_fault_in_a_test_is_found(app: App, rule: str, test: str, words: str) -> None:
    ran = app.run("inspect_tests", {TEST: test})
    assert ran.code == 1
    assert list(ran.faults) == [f"{rule}::{TEST}"]
    assert words in ran.faults[f"{rule}::{TEST}"]


@pytest.mark.parametrize(
    "test",
    [
        "def test_a(store):\n    assert store.all() == []\n",
        "def test_a(store):\n    with pytest.raises(UnknownNote):\n        store.remove(1)\n",
        "def same(a, b): assert a == b\n\ndef twice(a, b): same(a, b)\n\ndef test_a(store):\n    twice(store, 1)\n",
        "def test_a(store):\n    assert store.next() == store.next()\n",
        "def test_a(store):\n    check_all(store)\n",
        "def helper(store):\n    store.add(1)\n",
    ],
)
def test_a_test_that_states_something_is_left_alone(app: App, test: str) -> None:
    ran = app.run("inspect_tests", {TEST: test})
    assert (ran.code, ran.faults) == (0, {})


def test_helpers_that_never_assert_call_each_other_without_end(app: App) -> None:
    test = "def a(): b()\n\ndef b(): a()\n\ndef test_a():\n    a()\n"
    assert list(app.run("inspect_tests", {TEST: test}).faults) == [f"test without teeth::{TEST}"]


def test_a_helper_in_another_file_of_the_tests_counts(app: App) -> None:
    helper = {"tests/unit/store/helpers.py": "def same(a, b):\n    assert a == b\n"}
    ran = app.run(
        "inspect_tests", helper | {TEST: "from .helpers import same\n\ndef test_a(store):\n    same(store, 1)\n"}
    )
    assert ran.code == 0


def test_a_copy_in_another_lego_is_found_by_the_inspection_of_the_app(app: App) -> None:
    other = "src/notes/cli/words.py"
    files = {SOURCE: block("one", "a"), other: block("two", "b")}
    assert app.run("inspect", files).code == 0, "a LEGO is inspected alone"
    assert set(app.run("inspect", files, lego=None).faults) == {
        f"duplicated block::{SOURCE}",
        f"duplicated block::{other}",
    }


def test_the_entrys_wiring_and_the_contracts_may_know_the_outside(app: App) -> None:
    outside = "import sys\nx = sys.argv\n"
    files = {"src/notes/__main__.py": outside, "src/notes/contracts/store.py": outside}
    assert app.run("inspect", files, lego=None).code == 0


@pytest.mark.parametrize("command", ["inspect", "inspect_tests", "lint"])
def test_looking_at_nothing_proves_nothing(app: App, command: str) -> None:
    ran = app.run(command, {})
    assert ran.code not in app.toolchain.exit_codes
    assert not ran.report.passed
    assert "there is nothing to look at" in ran.said


def test_the_shared_tools_keep_their_own_rules(app: App) -> None:
    (app.root / "tests/unit/store").mkdir(parents=True)
    for name, text in app.shared.items():
        if name in ("tests/inspection.py", "tests/inspection_rules.py", "tests/lint.py"):
            (app.root / "tests/unit/store" / Path(name).name).write_text(text, encoding="utf-8")
    ran = app.run("inspect_tests", {})
    assert (ran.code, ran.faults) == (0, {})
    assert len(ran.report.passed) == 24


# The linter


def test_the_linter_finds_mistakes_and_names_rule_and_place(app: App) -> None:
    ran = app.run("lint", {SOURCE: "import os\n\n\ndef work(values=[]):\n    return unknown\n"})
    assert ran.code == 1
    account = ran.faults[f"lint::{SOURCE}"].splitlines()
    assert [line.split()[:2] for line in account] == [
        [f"{SOURCE}:1:", "F401"],
        [f"{SOURCE}:4:", "B006"],
        [f"{SOURCE}:5:", "F821"],
    ]


def test_the_linter_passes_file_by_file_and_obeys_no_settings_of_the_folder(app: App) -> None:
    ran = app.run("lint", {SOURCE: "x = 1\n", "ruff.toml": "this is no setting", "src/notes/store/__init__.py": ""})
    assert ran.code == 0
    assert ran.report.passed == ("lint::src/notes/store/__init__.py", f"lint::{SOURCE}")


def test_a_linter_that_is_not_there_proves_nothing(app: App, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    ran = app.run("lint", {SOURCE: "x = 1\n"}, python=str(tmp_path / "bare" / "bin" / "python"))
    assert ran.code not in app.toolchain.exit_codes
    assert not ran.report.passed
    assert "No module named ruff" in ran.said


# As a criterion of the document


def finding(root: Path, toolchain: Toolchain, sentence: str, files: Mapping[str, str]) -> criteria.Finding:
    root.mkdir()
    shared = App(root, toolchain).shared
    repository = Repository.init(root)
    everything = {path: text.encode() for path, text in (shared | dict(files)).items()}
    context = Context(
        repository=repository,
        commit=repository.commit_files(None, everything, "work"),
        step="code",
        lego="store",
        plan=PLAN,
        toolchain=toolchain,
        result=None,
        valves=Valves(),
        sandbox=sandbox.choose(consented=True),
        view=["src/", "tests/"],
        interpreter=Path(sys.executable),
        receipts=ReceiptStore(root),
    )
    nowhere = Position(1, 1)
    step = Step("code", 7, nowhere, criteria=(Criterion(sentence, nowhere),))
    [found] = asyncio.run(criteria.evaluate(step, context))
    return found


def test_the_inspection_is_a_criterion_with_a_receipt(tmp_path: Path, toolchain: Toolchain) -> None:
    found = finding(tmp_path / "a", toolchain, "`inspect` of the toolchain passes for {lego}", {SOURCE: "x = 1\n"})
    assert found.passed
    assert found.receipt is not None
    assert (found.receipt.check, found.receipt.about, found.receipt.real) == ("inspect", "store", [])
    assert len(found.receipt.passed) == 8


def test_a_fault_turns_the_criterion_red_and_names_the_place_on_every_machine(
    tmp_path: Path, toolchain: Toolchain
) -> None:
    files = {SOURCE: "try:\n    x = 1\nexcept OSError:\n    pass\n"}
    found = finding(tmp_path / "a", toolchain, "`inspect` of the toolchain passes for {lego}", files)
    assert not found.passed
    assert [problem.test for problem in found.problems] == [f"swallowed error::{SOURCE}"]
    assert found.problems[0].message.startswith(f"{SOURCE}:3: does nothing about the error")
    assert str(tmp_path) not in found.detail + found.problems[0].account
