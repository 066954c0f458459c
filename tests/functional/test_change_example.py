"""The finished example is changed from a recording: a new command, and an edit by hand in a file that it touches."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.sessions.tape import Tape
from tests.example_change import EDITED, KEPT, MINE, TAPE, bytes_of, wish
from tests.git_helpers import plain_git
from tests.scripted import Said, meta

pytestmark = pytest.mark.xdist_group("example")


def maintain(root: Path, command: str, *words: str) -> Said:
    return meta(command, root, "--runtime", "replay", "--tape", TAPE, *words)


@pytest.fixture(scope="module")
def before(built_example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished example with the wish in it."""
    root = tmp_path_factory.mktemp("change") / "app"
    shutil.copytree(built_example, root, symlinks=True)
    wish(root)
    return root


@pytest.fixture(scope="module")
def kept_before(before: Path) -> dict[str, bytes]:
    return bytes_of(before)


@pytest.fixture(scope="module")
def planned(before: Path, kept_before: dict[str, bytes]) -> Said:
    return maintain(before, "plan", "--yes")


@pytest.fixture(scope="module")
def applied(before: Path, planned: Said) -> Said:
    assert planned.code == 0, planned
    return maintain(before, "apply", "--yes")


def test_the_plan_keeps_what_the_change_does_not_concern(planned: Said, before: Path) -> None:
    assert planned.code == 0, planned
    assert "+ R-017 `evenly total`" in planned.out
    assert f"your edits: {EDITED} (" in planned.out
    expected = next(line for line in planned.out.splitlines() if line.startswith("expected: 26 sessions"))
    assert re.search(r"[1-9]\d* minutes \(p90 [1-9]\d*\) of sessions", expected), "as long as the recorded ones took"
    plan = json.loads((before / "lego_plan.json").read_text())
    decisions = {lego["name"]: lego["decision"] for lego in plan["legos"]}
    assert {name for name, decision in decisions.items() if decision == "KEEP"} == set(KEPT)


def test_the_feature_is_there_and_works(applied: Said, before: Path, tmp_path: Path) -> None:
    assert applied.code == 0, applied.out[-4000:]
    environment = {"PYTHONPATH": str(before / "src"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def evenly(*words: str) -> str:
        command = [sys.executable, "-m", "evenly", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    evenly("start", "Ada", "Ben", "Cem")
    evenly("add", "Ada", "10", "ferry")
    evenly("add", "Ben", "2.50", "bread", "--for", "Ada,Ben")
    assert evenly("total") == "Total 12.50, expenses: 2, average per person 4.17\n"


def test_the_edit_by_hand_is_still_there(applied: Said, before: Path) -> None:
    assert f"kept your edits in {EDITED}" in applied.out
    text = (before / EDITED).read_text()
    assert MINE in text and "or (_NOTHING_NOTED,)" in text and "total" in text


def test_what_is_kept_has_every_byte(applied: Said, before: Path, kept_before: dict[str, bytes]) -> None:
    assert len(kept_before) > 15
    assert bytes_of(before) == kept_before


def test_everything_is_finished_landed_and_known_as_the_persons(applied: Said, before: Path) -> None:
    status = json.loads(meta("status", before, "--json").out)
    assert {phase["status"] for phase in status["phases"]} == {"done"}
    assert plain_git(before, "status", "--porcelain") == ""
    drift = meta("drift", before).out
    assert EDITED in drift


def test_all_proofs_hold_in_a_clone(applied: Said, before: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", str(before), str(tmp_path / "clone")], check=True)
    done = meta("prove", tmp_path / "clone")
    assert (done.code, "everything is proven" in done.out) == (0, True), done
    assert "R-017" in (tmp_path / "clone" / "PROOF.md").read_text()


def test_the_recording_is_whole() -> None:
    Tape(TAPE).verify()
