"""`meta drift` on a finished app: every kind of drift, in the workspace, in a copy and in a clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import EXIT_ERROR, EXIT_USAGE
from engine.lifecycle.drift import Drift, look_for_drift
from engine.lifecycle.manifest import MANIFEST, read_manifest
from engine.lifecycle.release import release_files
from engine.state.store import Store
from engine.workspace import NotAWorkspace, Workspace
from tests.git_helpers import plain_git, snapshot
from tests.small_app import build, small_tape, small_workspace

pytestmark = pytest.mark.xdist_group("drift")

META = [sys.executable, "-m", "engine.cli"]
SOURCE = "src/jot/cli/__init__.py"
CONTRACT = "src/jot/contracts/cli.py"
TESTS = "tests/unit/cli/test_cli.py"
DESIGN = "design/design_cli.md"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app, built once. Tests that change it work on a copy."""
    place = tmp_path_factory.mktemp("drift")
    workspace = small_workspace(place / "app")
    assert build(workspace, small_tape(place / "tape").path, yes=True).exit_code == 0
    return workspace.root


@pytest.fixture
def workspace(built: Path, tmp_path: Path) -> Path:
    """A copy with everything, the state of the run too."""
    return shutil.copytree(built, tmp_path / "workspace", symlinks=True)


@pytest.fixture
def clone(built: Path, tmp_path: Path) -> Path:
    """What `git clone` gives: no `.orchestrator/`."""
    subprocess.run(["git", "clone", "-q", str(built), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of the files alone: neither `.orchestrator/` nor git."""
    return shutil.copytree(built, tmp_path / "copy", ignore=shutil.ignore_patterns(".orchestrator", ".git"))


@pytest.fixture(params=["workspace", "clone", "copy"])
def app(request: pytest.FixtureRequest) -> Path:
    """The app in each of these shapes."""
    place = request.getfixturevalue(request.param)
    assert isinstance(place, Path)
    return place


def meta(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*META, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=300)


def found(folder: Path, *kinds: str) -> list[tuple[str, str]]:
    """Kind and subject of what drifted; of these kinds, if any are named."""
    drifts = look_for_drift(folder).drifts
    return [(one.kind, one.subject) for one in drifts if not kinds or one.kind in kinds]


def one_of(folder: Path, kind: str) -> Drift:
    (only,) = (one for one in look_for_drift(folder).drifts if one.kind == kind)
    return only


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_finished_app_has_not_drifted(app: Path) -> None:
    assert found(app) == []


def test_an_edit_and_a_deletion_are_told_with_step_and_lego(app: Path) -> None:
    replace(app / SOURCE, "MISTAKE = 2", "MISTAKE = 3")
    (app / "docs/guide.md").unlink()
    assert found(app, "edited", "deleted") == [("edited", SOURCE), ("deleted", "docs/guide.md")]
    edited = one_of(app, "edited")
    assert (edited.step, edited.lego) == ("merge", "cli")


def test_a_committed_edit_is_still_an_edit(clone: Path, workspace: Path) -> None:
    for place in (clone, workspace):
        replace(place / SOURCE, "MISTAKE = 2", "MISTAKE = 3")
        plain_git(place, "commit", "-qam", "three")
        assert found(place, "edited") == [("edited", SOURCE)]


def test_what_is_no_change_of_content_is_no_drift(app: Path) -> None:
    (app / SOURCE).chmod(0o755)
    os.utime(app / TESTS)
    (app / DESIGN).write_text((app / DESIGN).read_text() + "- me: read twice\n")
    assert found(app) == []


def test_line_ends_and_links_are_edits_that_are_told_as_such(app: Path) -> None:
    (app / "deploy/smoke.sh").write_bytes((app / "deploy/smoke.sh").read_bytes().replace(b"\n", b"\r\n"))
    assert one_of(app, "edited").why == "only its line ends differ: CRLF"
    (app / "deploy/smoke.sh").unlink()
    (app / "deploy/smoke.sh").symlink_to("/bin/true")
    assert one_of(app, "edited").why == "a symbolic link is in its place"


def test_a_file_that_nobody_generated_is_unknown_unless_git_ignores_it(app: Path) -> None:
    (app / "src/jot/cli/größe 日本.py").write_text("x = 1\n")
    (app / "docs/mine").mkdir()
    (app / "docs/mine/line\nbreak.md").write_text("x\n")
    (app / "src/jot/cli/__pycache__").mkdir()
    (app / "src/jot/cli/__pycache__/x.pyc").write_bytes(b"")
    (app / "my notes.txt").write_text("at the top everybody keeps their own things\n")
    assert found(app) == [("unknown", "docs/mine/line\nbreak.md"), ("unknown", "src/jot/cli/größe 日本.py")]


def test_a_contract_that_changed_since_its_code_was_checked_is_told(app: Path) -> None:
    replace(app / CONTRACT, "Run one call;", "Run exactly one call;")
    drift = one_of(app, "contract")
    assert (drift.subject, drift.lego) == (CONTRACT, "cli")
    assert drift.why == "changed since code_cli, merge_cli were checked with it"


def test_code_that_changed_leaves_the_contract_as_checked(app: Path) -> None:
    replace(app / SOURCE, "MISTAKE = 2", "MISTAKE = 3")
    assert found(app, "contract") == []


def test_a_requirement_whose_test_is_gone_or_that_is_new_is_unproven(app: Path) -> None:
    replace(app / TESTS, "test_r003_notes", "test_notes")
    counting = "- **R-004** `jot count` prints how many there are.\n  - Acceptance: 0 in an empty home.\n"
    replace(app / "requirements.md", "## Listing\n\n", f"## Listing\n\n{counting}")
    assert found(app, "unproven") == [("unproven", "R-003"), ("unproven", "R-004")]
    assert {one.why for one in look_for_drift(app).drifts if one.kind == "unproven"} == {
        "no passed test of cli names it",
        "no passed test names it",
    }


def test_an_edit_makes_stale_what_was_made_from_it_and_a_clone_says_that_it_cannot_know(
    workspace: Path, clone: Path
) -> None:
    for place in (workspace, clone):
        replace(place / DESIGN, "One note a line", "One note in each line")
    stale = {subject for _, subject in found(workspace, "stale")}
    assert {SOURCE, TESTS} <= stale
    assert DESIGN not in stale
    assert "essence.md" not in stale
    assert found(clone, "stale") == []
    assert any("stale" in what and ".orchestrator" in what for what in look_for_drift(clone).unknowable)
    assert look_for_drift(workspace).unknowable == ()


def test_a_copy_without_git_says_what_that_hides(copy: Path, clone: Path) -> None:
    assert any("no repository" in what for what in look_for_drift(copy).unknowable)
    assert not any("no repository" in what for what in look_for_drift(clone).unknowable)


def test_a_clone_without_its_proof_says_what_it_cannot_know(clone: Path) -> None:
    (clone / "proof.json").unlink()
    assert found(clone) == [("deleted", "proof.json")]
    assert any("proof.json" in what for what in look_for_drift(clone).unknowable)


def test_the_command_groups_plain_lines_by_kind_says_what_to_do_and_exits_with_1(clone: Path) -> None:
    replace(clone / CONTRACT, "Run one call;", "Run exactly one call;")
    (clone / "docs/line\nbreak.md").write_text("x\n")
    done = meta("drift", "clone", folder=clone.parent)
    assert (done.returncode, done.stderr) == (EXIT_ERROR, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "Edited since they were generated (1)",
        "Generated by nobody, in folders of generated files (1)",
        "Contracts that their code was not checked with (1)",
        "Cannot be known here",
    ]
    assert f"  {CONTRACT} (design_cli)" in lines
    assert r"  'docs/line\nbreak.md'" in lines
    assert sum(line.startswith("  next: ") for line in lines) == 3


def test_looking_changes_not_a_byte_and_without_drift_the_exit_code_is_0(workspace: Path) -> None:
    before = snapshot(workspace)
    done = meta("drift", folder=workspace)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No drift: ")
    assert snapshot(workspace) == before


def test_as_json_every_file_has_its_hash_then_and_now_and_whether_a_person_changed_it(clone: Path) -> None:
    replace(clone / SOURCE, "MISTAKE = 2", "MISTAKE = 3")
    (clone / "docs/guide.md").unlink()
    done = meta("drift", "--json", folder=clone)
    told = json.loads(done.stdout)
    assert done.returncode == EXIT_ERROR
    assert (told["schema_version"], told["drift"], len(told["unknowable"])) == (1, True, 2)
    assert {(one["kind"], one["subject"]) for one in told["drifts"]} == {
        ("edited", SOURCE),
        ("deleted", "docs/guide.md"),
    }
    files = {file["path"]: file for file in told["files"]}
    recorded = json.loads((clone / MANIFEST).read_text())["files"]
    assert {path: file["id"] for path, file in files.items()} == {p: f["id"] for p, f in recorded.items()}
    assert {path for path, file in files.items() if file["user_modified"]} == {SOURCE, "docs/guide.md"}
    assert files["docs/guide.md"]["now"] is None
    assert files[SOURCE]["now"] not in (None, files[SOURCE]["id"])
    assert files[TESTS]["now"] == files[TESTS]["id"]


def test_a_broken_manifest_is_one_clear_error(app: Path) -> None:
    (app / MANIFEST).write_text("<<<<<<< HEAD\n")
    done = meta("drift", app, folder=app.parent)
    assert (done.returncode, done.stdout) == (EXIT_ERROR, "")
    assert str(app / MANIFEST) in done.stderr
    assert f"git checkout HEAD -- {MANIFEST}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_proof_is_one_clear_error(clone: Path) -> None:
    (clone / "proof.json").write_text('{"receipts": [{}]}')
    done = meta("drift", folder=clone)
    assert (done.returncode, done.stdout) == (EXIT_ERROR, "")
    assert "git checkout HEAD -- proof.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_app_is_told(tmp_path: Path) -> None:
    done = meta("drift", folder=tmp_path)
    assert (done.returncode, done.stdout) == (EXIT_USAGE, "")
    assert MANIFEST in done.stderr


def test_a_file_or_nothing_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name in ("file", "nothing"):
        with pytest.raises(NotAWorkspace, match=f"{name}: there is no such folder"):
            look_for_drift(tmp_path / name)


def test_a_workspace_in_which_nothing_was_generated_yet_has_not_drifted(tmp_path: Path) -> None:
    report = look_for_drift(small_workspace(tmp_path / "app").root)
    assert (report.files, report.drifts) == ((), ())
    assert any("not come to its proof" in what for what in report.unknowable)


def test_the_manifest_lists_all_that_is_committed_but_the_intent_and_itself(built: Path) -> None:
    files = read_manifest(built)
    assert files
    committed = set(plain_git(built, "ls-files").split())
    assert committed - {file.path for file in files} == {"app_intent.md", ".gitignore", MANIFEST}
    assert {file.path for file in files if file.step == "release"} == {
        ".app_orchestration.md",
        ".meta-version",
        "AGENTS.md",
        "proof.json",
    }


def test_work_that_waits_for_its_merge_is_not_missed_and_the_contract_it_was_checked_with_is_known(
    tmp_path: Path,
) -> None:
    place = small_workspace(tmp_path / "app")
    build(place, small_tape(tmp_path / "tape").path, yes=True, until=7)
    assert not (place.root / SOURCE).exists()
    report = look_for_drift(place.root)
    assert report.drifts == ()
    assert any(what.startswith("which edits of code_cli") for what in report.unknowable)
    replace(place.root / CONTRACT, "Run one call;", "Run exactly one call;")
    assert one_of(place.root, "contract").why == "changed since code_cli was checked with it"


def test_two_builds_give_the_same_manifest(built: Path, tmp_path: Path) -> None:
    again = small_workspace(tmp_path / "another place")
    assert build(again, small_tape(tmp_path / "tape").path, yes=True).exit_code == 0
    assert (again.root / MANIFEST).read_bytes() == (built / MANIFEST).read_bytes()


def test_writing_the_release_again_gives_the_same_manifest_byte_for_byte_also_after_an_edit(workspace: Path) -> None:
    before = (workspace / MANIFEST).read_bytes()
    replace(workspace / SOURCE, "MISTAKE = 2", "MISTAKE = 3")
    plain_git(workspace, "commit", "-qam", "three")
    place = Workspace.at(workspace)
    state, plan, head = Store.open(workspace, read_only=True).state, place.plan(), place.repository.head()
    assert plan
    assert head
    files = release_files(place, place.orchestration(), place.toolchain("python"), state, plan, head)
    assert files[MANIFEST] == before
