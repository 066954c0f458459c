"""`meta adopt` on a real repository: mapped, asked for, written in one step, and nothing of it changed."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.assessor import assess
from engine.errors import EXIT_ERROR, EXIT_USAGE, EXIT_WAITING
from engine.facts import assess_workspace
from engine.gates.receipts import ReceiptStore
from engine.gates.sandbox import available
from engine.legos.plan import parse_plan
from engine.lifecycle.drift import look_for_drift
from engine.lifecycle.manifest import read_manifest
from tests.adopted_shop import CODE, META, adopted, commit, is_as_it_was, meta
from tests.git_helpers import plain_git, snapshot


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small shop, committed by its author."""
    return commit(tmp_path / "shop", CODE)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop, adopted once. Tests that change it work on a copy."""
    return adopted(commit(tmp_path_factory.mktemp("ready") / "shop", CODE))


@pytest.fixture
def mine(ready: Path, tmp_path: Path) -> Path:
    """A copy of the adopted shop."""
    return shutil.copytree(ready, tmp_path / "mine", symlinks=True)


def test_the_code_is_mapped_into_legos(mine: Path) -> None:
    plan = parse_plan((mine / "lego_plan.json").read_text())
    assert plan.app == "shop"
    assert {lego.name: (lego.kind, lego.dependencies) for lego in plan.legos} == {
        "prices": ("component", []),
        "orders": ("component", ["prices"]),
        "web": ("component", ["orders"]),
        "cli": ("entry", ["web"]),
    }
    assert {(lego.decision, lego.reason) for lego in plan.legos} == {("KEEP", "adopted")}
    assert plan.lego("web").files["source"] == ["shop/web/"]
    assert plan.lego("web").files["unit tests"] == ["tests/test_views.py"]
    assert plan.lego("orders").purpose == "Keeps orders. Holds also shop.customers."
    started = ["shop/__init__.py", "shop/__main__.py", "shop/cli.py"]
    assert plan.lego("cli").files["source"] == [*started, "tests/conftest.py"]
    assert plan.lego("cli").packages == ["PyYAML>=6"]


def test_not_one_byte_of_the_code_changes_and_one_commit_is_added(shop: Path) -> None:
    before, branch = plain_git(shop, "rev-parse", "HEAD"), plain_git(shop, "symbolic-ref", "HEAD")
    adopted(shop)
    assert is_as_it_was(shop)
    assert plain_git(shop, "rev-parse", "HEAD~1") == before
    assert plain_git(shop, "symbolic-ref", "HEAD") == branch
    assert plain_git(shop, "log", "-1", "--format=%s") == "Adopted\n"
    assert plain_git(shop, "diff", "--name-status", "HEAD~1").splitlines() == [
        "M\t.gitignore",
        "A\t.meta-manifest.json",
        "A\t.meta-version",
        "A\tapp_intent.md",
        "A\tlego_plan.json",
    ]
    assert (shop / ".gitignore").read_text() == "*.pyc\n__pycache__/\n/.orchestrator/\n/.session/\n"
    assert plain_git(shop, "status", "--porcelain") == ""


def test_nothing_has_drifted_in_an_adopted_app_nor_in_its_clone(mine: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", str(mine), str(tmp_path / "clone")], check=True)
    assert look_for_drift(mine).drifts == ()
    assert look_for_drift(tmp_path / "clone").drifts == ()


def test_an_edit_after_the_adoption_is_drift_of_its_lego(mine: Path) -> None:
    (mine / "shop/prices.py").write_text("TAX = 8\n")
    (only,) = look_for_drift(mine).drifts
    assert (only.kind, only.subject, only.lego) == ("edited", "shop/prices.py", "prices")


def test_the_manifest_has_every_file_of_a_lego(mine: Path) -> None:
    listed = {file.path: file.lego for file in read_manifest(mine) or ()}
    code = {path for path in CODE if path.startswith(("shop/", "tests/"))}
    assert listed.keys() == code | {".meta-version", "lego_plan.json"}
    assert listed["tests/conftest.py"] == "cli"


def test_what_exists_counts_as_done_and_the_rest_is_left_to_the_first_change(mine: Path) -> None:
    facts = assess_workspace(mine)
    words = {instance.name: instance.status for instance in assess(facts.snapshot).instances()}
    assert {words[f"{step}_{lego}"] for step in ("tests", "code", "merge") for lego in ("prices", "web")} == {"skipped"}
    assert words["essence"] == words["requirements"] == "pending"
    assert words["lego_plan"] == "done"
    assert "stale" not in words.values()
    done = {(step, lego) for lego, state in facts.state.legos.items() for step, r in state.steps.items() if r.outputs}
    assert {("merge", "prices"), ("code", "web"), ("tests", "web"), ("merge", "cli")} <= done
    assert ("tests", "orders") not in done
    run = facts.state.orchestrator.run
    assert (run.app, run.mode, run.finished_at is not None) == ("Shop", "maintenance", True)
    assert meta("status", mine).returncode == 0


def test_a_lego_that_is_to_be_changed_has_its_tests_and_code_done_again_once_it_has_a_design(mine: Path) -> None:
    plan = json.loads((mine / "lego_plan.json").read_text())
    plan["legos"][0]["decision"] = "REFACTOR"
    (mine / "lego_plan.json").write_text(json.dumps(plan))
    facts = assess_workspace(mine)
    name = plan["legos"][0]["name"]
    record = facts.state.record("code", name)
    assert record is not None
    assert record.inputs[f"design/design_{name}.md"] == ""
    words = {instance.name: instance.status for instance in assess(facts.snapshot).instances()}
    assert words[f"design_{name}"] == "pending"
    assert words[f"code_{name}"] == "stale"


def test_the_intent_is_a_draft_from_the_readme(mine: Path) -> None:
    text = (mine / "app_intent.md").read_text()
    assert text.startswith("# Shop\n\n> **Draft**")
    assert text.endswith("## What it is for\n\nSells things to people,\none at a time.\n")


def test_an_intent_that_is_there_stays(shop: Path) -> None:
    commit(shop, {"app_intent.md": "# Mine\n\nMine.\n"})
    adopted(shop)
    assert (shop / "app_intent.md").read_text() == "# Mine\n\nMine.\n"


def test_a_gitignore_that_has_it_already_is_left_alone(shop: Path) -> None:
    commit(shop, {".gitignore": ".orchestrator/\n.session\n"})
    adopted(shop)
    assert plain_git(shop, "diff", "HEAD~1", "--", ".gitignore") == ""


def test_a_second_adoption_is_refused(mine: Path) -> None:
    before = snapshot(mine)
    again = meta("adopt", mine, "--yes")
    assert again.returncode == EXIT_USAGE
    assert "this is a workspace already. `meta status" in again.stderr
    assert snapshot(mine) == before


@pytest.mark.parametrize("options", [["--dry-run"], [], ["--json"], ["--dry-run", "--json"]])
def test_without_approval_nothing_is_written(shop: Path, options: list[str]) -> None:
    before = snapshot(shop)
    done = meta("adopt", shop, *options)
    assert done.returncode == (0 if "--dry-run" in options else EXIT_WAITING)
    assert snapshot(shop) == before


def test_a_file_name_that_is_no_text_is_escaped_in_the_json(shop: Path) -> None:
    (shop / os.fsdecode(b"od\xff.txt")).write_text("x")
    done = meta("adopt", commit(shop, {}), "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert os.fsdecode(b"od\xff.txt") in json.loads(done.stdout)["unplaced"]


def test_the_mapping_is_shown_first(shop: Path) -> None:
    said = meta("adopt", shop, "--dry-run").stdout
    rows = [line.split() for line in said.splitlines()]
    assert ["web", "component", "S", "1", "1", "orders"] in rows
    assert "In no LEGO, and left to you (4): .gitignore, AGENTS.md, README.md, pyproject.toml" in said
    assert "- shop.customers and shop.orders import each other in a circle: they are one LEGO." in said
    assert "It adds lines at the end of .gitignore; no other file changes." in said


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", EXIT_WAITING)])
def test_at_a_terminal_a_person_is_asked(shop: Path, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    command = [*META, "adopt", str(shop), "--no-tests"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(ours, 4096)
    os.write(ours, f"{answer}\n".encode())
    while _more(ours):
        pass
    assert process.wait(60) == code
    assert (shop / ".orchestrator").is_dir() == (code == 0)


def _more(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side has closed it
        return b""


def baseline(root: Path) -> dict[str, Any]:
    done = meta("adopt", root, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["adopted"] is True
    assert found["commit"] == plain_git(root, "rev-parse", "HEAD").strip()
    result = found["baseline"]
    assert isinstance(result, dict)
    return result


needs_sandbox = pytest.mark.skipif(available() is None, reason="tests of adopted code run in a sandbox only")


@needs_sandbox
def test_the_tests_that_are_there_are_run_once_and_the_receipt_is_kept(shop: Path) -> None:
    found = baseline(shop)
    assert (found["green"], len(found["passed"]), found["failed"]) == (True, 2, [])
    (receipt,) = ReceiptStore(shop).all()
    assert (receipt.id, receipt.passed) == (found["receipt"], found["passed"])
    assert is_as_it_was(shop)


@needs_sandbox
def test_a_red_suite_is_told_and_hinders_nothing(shop: Path) -> None:
    commit(shop, {"tests/test_more.py": "def test_more():\n    assert False\n"})
    said = meta("adopt", shop, "--yes").stdout
    assert "Its tests do NOT all pass: 2 passed, 1 failed, 0 skipped." in said
    assert "failed: tests.test_more::test_more" in said
    assert (shop / ".orchestrator").is_dir()


@needs_sandbox
def test_a_suite_that_cannot_be_loaded_is_told(shop: Path) -> None:
    commit(shop, {"tests/test_more.py": "import no_such_package\n"})
    said = meta("adopt", shop, "--yes").stdout
    assert "Its tests could NOT be run (exit code 2" in said


@needs_sandbox
def test_the_sources_folder_is_found_by_the_tests(tmp_path: Path) -> None:
    files = {"src/app/__init__.py": "A = 1\n", "test_a.py": "from app import A\n\n\ndef test_a():\n    assert A\n"}
    assert baseline(commit(tmp_path / "app", files))["green"] is True


def bare(root: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "--bare", str(root), str(root.parent / "bare")], check=True)
    return root.parent / "bare"


def empty(root: Path) -> Path:
    plain_git(root.parent, "init", "-q", "empty")
    return root.parent / "empty"


def no_repository(root: Path) -> Path:
    shutil.rmtree(root / ".git")
    return root


def dirty(root: Path) -> Path:
    (root / "shop/prices.py").write_text("TAX = 8\n")
    return root


def untracked(root: Path) -> Path:
    (root / "shop/more.py").write_text("")
    return root


def detached(root: Path) -> Path:
    plain_git(root, "checkout", "-q", "--detach")
    return root


def with_submodule(root: Path) -> Path:
    head = plain_git(root, "rev-parse", "HEAD").strip()
    plain_git(root, "update-index", "--add", "--cacheinfo", f"160000,{head},vendor/lib")
    plain_git(root, "commit", "-q", "-m", "submodule")
    return root


def without_code(root: Path) -> Path:
    plain_git(root, "rm", "-q", "-r", "shop", "tests")
    plain_git(root, "commit", "-q", "-m", "nothing")
    return root


def made_before(root: Path) -> Path:
    return commit(root, {"lego_plan.json": "{}"})


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (lambda root: root / "nowhere", EXIT_USAGE, "there is no such folder"),
        (lambda root: root / "README.md", EXIT_USAGE, "this is a file"),
        (lambda root: root / "shop", EXIT_USAGE, "inside a git repository. Name its top"),
        (no_repository, EXIT_USAGE, "`git init` there, commit the code"),
        (bare, EXIT_USAGE, "Clone it, and adopt the clone"),
        (empty, EXIT_ERROR, "no commit yet"),
        (dirty, EXIT_ERROR, "shop/prices.py is not committed"),
        (untracked, EXIT_ERROR, "shop/more.py is not committed"),
        (detached, EXIT_ERROR, "`git switch`"),
        (with_submodule, EXIT_ERROR, "submodules (vendor/lib)"),
        (without_code, EXIT_ERROR, "nothing to adopt"),
        (made_before, EXIT_ERROR, "adopted before"),
    ],
)
def test_what_cannot_be_adopted_is_refused_with_what_to_do(shop: Path, spoil: Any, code: int, told: str) -> None:
    place = spoil(shop)
    before = snapshot(shop)
    done = meta("adopt", place, "--yes")
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr
    assert snapshot(shop) == before


def test_the_engine_works_on_an_adopted_app(mine: Path) -> None:
    done = meta("run", mine, "--until", "1", "--runtime", "handoff")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "done as far as asked" in done.stdout
    assert is_as_it_was(mine)
