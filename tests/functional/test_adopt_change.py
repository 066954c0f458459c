"""Maintenance of adopted code, end to end: planned, applied with real checks, proven, and nothing of it lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.gates.receipts import ReceiptStore
from engine.gates.sandbox import available
from engine.lifecycle.drift import look_for_drift
from engine.lifecycle.prove import prove_workspace
from tests.adopted_shop import commit
from tests.adopted_till import CODE, INTENT, OF_LEGOS, changers
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, Said, meta

pytestmark = pytest.mark.skipif(available() is None, reason="tests of adopted code run in a sandbox only")

MINE = "Hello, and welcome"


@dataclass(frozen=True)
class Changed:
    """The till after its first change, and what was said on the way."""

    till: Kitchen
    before: dict[str, bytes]
    plan: Said
    apply: Said

    @property
    def root(self) -> Path:
        return self.till.root

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def maintain(self, *words: object) -> Said:
        return meta(*words, self.root, "--runtime", "scripted", "--adapter-path", self.till.agents.home)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """Adopted; its author edits a line of the code and wishes for a discount; planned and applied."""
    place = tmp_path_factory.mktemp("till")
    root = commit(place / "till", CODE)
    assert "Its tests pass: 3 passed" in meta("adopt", root, "--yes").out
    till = Kitchen(root, changers(place / "agents", (root / "lego_plan.json").read_text()))
    (root / "app_intent.md").write_text(INTENT)
    code = root / "till/request.py"
    code.write_text(code.read_text().replace("Good day", MINE))
    before = {path: (root / path).read_bytes() for path in CODE}
    runtime = ("--runtime", "scripted", "--adapter-path", till.agents.home)
    assert "requirements" in meta("plan", root, *runtime).out
    assert meta("approve", "requirements", root).code == 0
    planned = meta("plan", root, *runtime)
    assert planned.code == 3, planned.out + planned.err
    done = meta("apply", root, "--yes", *runtime)
    assert done.code == 0, done.out + done.err
    return Changed(till, before, planned, done)


def test_the_plan_keeps_most_changes_one_and_adds_one(changed: Changed) -> None:
    words = [line.split()[:2] for line in changed.plan.lines]
    assert ["till_request", "REFACTOR"] in words and ["discounts", "NEW"] in words
    assert ["prices", "KEEP"] in words and ["cli", "KEEP"] in words


def test_what_is_kept_keeps_every_byte_and_what_is_changed_stays_where_it_is(changed: Changed) -> None:
    now = {path: (changed.root / path).read_bytes() for path in changed.before}
    moved = {path for path in now if now[path] != changed.before[path]}
    assert moved == {"till/request.py", "tests/test_request.py", "README.md"}
    assert plain_git(changed.root, "status", "--porcelain") == ""


def test_the_work_of_both_lies_beside_the_code_that_was_there(changed: Changed) -> None:
    for (lego, step), files in OF_LEGOS.items():
        for path, text in files.items():
            written = changed.text(path)
            assert written == text or "## REVIEW NOTES" in written or (lego, step) == ("till_request", "code"), path
    assert not (changed.root / "src").exists()
    assert not (changed.root / "tests/__init__.py").exists()


def test_an_edit_made_in_between_is_in_the_changed_file(changed: Changed) -> None:
    code = changed.text("till/request.py")
    assert MINE in code and "off(article, pieces)" in code
    assert "kept your edits in till/request.py" in changed.apply.out


def test_the_whole_suite_ran_with_the_tests_that_were_there(changed: Changed) -> None:
    (whole,) = [r for r in ReceiptStore(changed.root).latest().values() if (r.check, r.about) == ("test", None)]
    assert whole.green
    files = {test.partition("::")[0].rpartition(".")[2] for test in whole.passed}
    old = {"test_prices", "test_request", "test_cli"}
    assert files == old | {"test_discounts", "test_till_request", "test_till", "test_architecture"}


def test_everything_is_proven_and_only_the_authors_edit_differs_from_what_was_generated(changed: Changed) -> None:
    proved = meta("prove", changed.root)
    assert (proved.code, proved.lines[-1]) == (0, "everything is proven"), proved.out
    assert "the tests that the code brought along pass (15 passed" in proved.out
    assert changed.text("PROOF.md").startswith("# Proof\n\n2 of 2 requirements are shown")
    drift = meta("drift", changed.root)
    told = ["Edited since they were generated (1)", "  till/request.py (code_till_request)"]
    assert (drift.code, drift.lines[:2], len(drift.lines)) == (1, told, 4), drift.out
    assert set(changed.till.words.values()) == {"done", "skipped"}


def test_a_clone_proves_itself_too(changed: Changed, tmp_path: Path) -> None:
    plain_git(tmp_path, "clone", "-q", str(changed.root), "clone")
    edited = [(drift.kind, drift.subject) for drift in look_for_drift(tmp_path / "clone").drifts]
    assert edited == [("edited", "till/request.py")]
    assert [line for line, green in prove_workspace(tmp_path / "clone") if not green] == []


@pytest.mark.parametrize("start", [["pytest"], ["-m", "pytest"]])
def test_a_person_runs_all_tests_as_ever(changed: Changed, tmp_path: Path, start: list[str]) -> None:
    copy = shutil.copytree(changed.root, tmp_path / "till", symlinks=True)
    command = [str(Path(sys.executable).with_name("pytest"))] if start == ["pytest"] else [sys.executable, *start]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run([*command, "-q"], cwd=copy, env=environment, capture_output=True, text=True)
    assert "15 passed" in done.stdout, done.stdout


def test_the_app_does_what_was_wished_for(changed: Changed) -> None:
    command = [sys.executable, "-c", "from till.cli import main; main(['10', 'egg'])"]
    done = subprocess.run(command, cwd=changed.root, capture_output=True, text=True, check=True)
    assert done.stdout == f"{MINE}. 360 cents\n"


def test_builders_were_told_how_adopted_code_is_different(changed: Changed) -> None:
    brief = (changed.till.session("till_request-code-gen-1") / "brief.md").read_text()
    assert "the files named as outputs stay where they are" in brief and "`till/request.py`" in brief
    new = (changed.till.session("discounts-code-gen-1") / "brief.md").read_text()
    assert "is imported directly" in new and "`till/discounts/`" in new
