"""The tiny lane: a one-LEGO app in eight sessions with every proof; the full lane wins wherever a person wants it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import EXIT_WAITING
from engine.lifecycle.prove import prove_workspace
from engine.state.decisions import write_command, write_decision
from engine.state.models import Command, Decision
from engine.state.store import Store
from engine.workspace import Workspace
from tests.small_app import FILES, LEGO, UNIT_TESTS, build, sessions, small_tape, small_workspace

pytestmark = pytest.mark.xdist_group("lanes")

META = [sys.executable, "-m", "engine.cli"]
TINY = ["essence", "requirements", "lego_plan", "design", "tests", "code", "documentation", "deployment"]
"""The steps that have sessions in the tiny lane."""
LEFT_OUT = {"risk_and_trade_offs", "integration", "red_team", "evaluation"}


def meta(*arguments: str, folder: Path) -> str:
    done = subprocess.run([*META, *arguments], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def choose(workspace: Workspace, **values: str) -> None:
    write_command(workspace.root, Command(command="set", values=values))


def lane(workspace: Workspace) -> str:
    return str(json.loads(meta("status", "--json", folder=workspace.root))["run"]["lane"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The app, built once in the lane that its essence proposes. Tests only look at it."""
    place = tmp_path_factory.mktemp("tiny")
    workspace = small_workspace(place / "app")
    end = build(workspace, small_tape(place / "tape").path, yes=True)
    assert end.exit_code == 0
    return workspace


def test_a_one_lego_app_needs_eight_sessions_to_the_last_phase(built: Workspace) -> None:
    assert sessions(built) == [f"{step}-gen" for step in TINY]
    phases = json.loads(meta("status", "--json", folder=built.root))["phases"]
    assert phases[11]["status"] == "done"
    left_out = {i["step"] for phase in phases for i in phase["instances"] if i["status"] == "skipped"}
    assert left_out >= LEFT_OUT
    assert {i["status"] for phase in phases for i in phase["instances"]} == {"done", "skipped"}


def test_its_gates_were_passed(built: Workspace) -> None:
    state = Store.open(built.root, read_only=True).state
    decided = {fact.gate: fact.decision for record in state.records() for fact in record.gates}
    assert decided == dict.fromkeys(["requirements", "lego_plan", "deployment"], "approve")


def test_its_tree_is_clean_and_nothing_is_left_lying(built: Workspace) -> None:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=built.root, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert list((built.private / "worktrees").iterdir()) == []


def test_every_requirement_is_proven_by_tests_of_the_lego_with_everything_real(built: Workspace) -> None:
    page = (built.root / "PROOF.md").read_text()
    assert "3 of 3 requirements are shown" in page
    assert "there are none of the whole\napp in this lane" in page
    proof = json.loads((built.root / "proof.json").read_text())
    receipts = {receipt["id"]: receipt for receipt in proof["receipts"]}
    assert [row["id"] for row in proof["requirements"]] == ["R-001", "R-002", "R-003"]
    for row in proof["requirements"]:
        shown_by = [receipts[id_] for id_ in row["receipts"]]
        assert any(receipt["step"] == "merge" for receipt in shown_by)
        assert all(LEGO in receipt["real"] and receipt["exit_code"] == 0 for receipt in shown_by)
        assert all(test in receipt["passed"] for test in row["tests"] for receipt in shown_by)


def test_all_of_it_is_proven_again_on_what_is_checked_out(built: Workspace) -> None:
    assert "everything is proven" in meta("prove", folder=built.root)


def test_a_broken_line_is_found_though_there_are_no_tests_of_the_whole_app(built: Workspace, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(built.root), str(clone)], check=True)
    source = clone / "src" / "jot" / LEGO / "__init__.py"
    source.write_text(source.read_text().replace("len(notes) + 1", "len(notes)"))
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "x"], cwd=clone, check=True)
    assert not all(green for _, green in prove_workspace(clone))


def test_the_lane_is_shown_with_who_proposed_it(built: Workspace) -> None:
    assert lane(built) == "tiny"
    assert "lane tiny (proposed by essence.md; `meta set lane …` decides)" in meta("status", folder=built.root)


def test_a_lane_chosen_before_the_run_wins_over_the_proposal(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "app")
    meta("set", "lane", "full", folder=workspace.root)
    tape = small_tape(tmp_path / "tape").path
    assert build(workspace, tape, until=4, yes=True).exit_code == 0
    wanted = ["essence", "requirements", "risk_and_trade_offs"]
    assert sessions(workspace) == [f"{step}-{part}" for step in wanted for part in ("gen", "review")]
    assert lane(workspace) == "full"
    told = meta("status", folder=workspace.root)
    assert "lane full (chosen by hand; essence.md proposes tiny)" in told


def test_the_full_lane_chosen_at_a_gate_brings_the_reviews_that_were_spared(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "app")
    tape = small_tape(tmp_path / "tape").path
    assert build(workspace, tape).exit_code == EXIT_WAITING
    assert sessions(workspace) == ["essence-gen", "requirements-gen"]
    choose(workspace, lane="full")
    assert build(workspace, tape, until=4).exit_code == EXIT_WAITING
    assert sessions(workspace)[2:] == ["essence-review", "requirements-review"]
    assert "requirements: nothing found" in (workspace.root / "requirements.md").read_text()
    write_decision(workspace.root, "requirements", Decision(decision="approve"))
    assert build(workspace, tape, until=4).exit_code == 0
    assert sessions(workspace)[4:] == ["risk_and_trade_offs-gen", "risk_and_trade_offs-review"]


def test_a_finished_tiny_app_put_into_the_full_lane_gets_what_it_lacks(built: Workspace, tmp_path: Path) -> None:
    workspace = Workspace.at(shutil.copytree(built.root, tmp_path / "app", symlinks=True))
    choose(workspace, lane="full")
    end = build(workspace, small_tape(tmp_path / "tape").path, yes=True)
    assert end.exit_code == 0, end
    wanted = {f"{step}-review" for step in FILES if step != "red_team"}
    wanted |= {f"{step}-gen" for step in LEFT_OUT - {"red_team"}}
    assert set(sessions(workspace)[len(TINY) :]) == wanted
    page = (workspace.root / "PROOF.md").read_text()
    assert "tests.integration.test_jot::" in page
    assert "tests.unit" not in page


def test_a_requirement_that_no_test_of_a_lego_shows_goes_back_to_whoever_writes_its_tests(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "app")
    tape = small_tape(tmp_path / "tape")
    named_beside = UNIT_TESTS.replace('"""R-002"""', '"""A mistake."""').replace("def call(", "# R-002\n\n\ndef call(")
    tape.session("tests", lego=LEGO, files={"tests/unit/cli/test_cli.py": named_beside})
    tape.session("tests", lego=LEGO, take=2, files={"tests/unit/cli/test_cli.py": UNIT_TESTS})
    tape.session("code", lego=LEGO, take=2)
    said: list[str] = []
    assert build(workspace, tape.path, said, yes=True, refresh=True, until=10).exit_code == 0
    assert any("check proof failed, charged to tests_cli: every requirement is proven" in line for line in said), said
    record = Store.open(workspace.root, read_only=True).state.record("tests", LEGO)
    assert record is not None
    assert [one.substep for one in record.sessions] == ["gen", "gen"]
    assert (
        "R-002" in (workspace.session(record.sessions[1].id) / "brief.md").read_text().partition("happened before")[2]
    )
