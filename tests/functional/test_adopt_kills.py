"""`meta adopt`, killed with -9 at every step: then it is nothing, or the next call finishes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.legos.plan import parse_plan
from engine.lifecycle.drift import look_for_drift
from engine.state.store import Store
from tests.adopted_shop import CODE, adopted, commit, is_as_it_was, meta
from tests.git_helpers import plain_git


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small shop, committed by its author."""
    return commit(tmp_path / "shop", CODE)


DEATHS = [
    ("engine.adoption.write:prepare", "after", 1),
    ("engine.adoption.write:Store.open", "before", 1),
    ("engine.adoption.write:make_ready", "before", 1),
    ("engine.adoption.write:write_atomic", "before", 1),
    ("engine.adoption.write:write_atomic", "after", 1),
    ("engine.adoption.write:finish", "before", 1),
    ("engine.git:Repository.update_ref", "before", 1),
    ("engine.git:Repository.update_ref", "after", 1),
    ("engine.git:Repository.fast_forward", "before", 1),
    *(("engine.git.landing:put_file", when, count) for when in ("before", "after") for count in range(1, 6)),
    ("engine.git:Repository._change_refs", "before", 2),
    ("engine.git:Repository._change_refs", "after", 2),
    ("engine.git:Repository.fast_forward", "after", 1),
    ("engine.adoption.write:state_files", "before", 1),
    ("pathlib:Path.rename", "before", 1),
    ("pathlib:Path.rename", "after", 1),
    ("engine.adoption.write:sync_folder", "after", 7),
    ("shutil:rmtree", "before", 5),
]


@pytest.mark.parametrize(("place", "when", "count"), DEATHS)
def test_killed_at_any_step_the_next_adoption_finishes_it(shop: Path, place: str, when: str, count: int) -> None:
    words = ["adopt", str(shop), "--yes", "--no-tests"]
    command = [sys.executable, "-m", "tests.dying", place, when, "", str(count), *words]
    died = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr
    assert is_as_it_was(shop)
    again = meta(*words)
    finished = (shop / ".orchestrator").is_dir()
    assert again.returncode in ((0, 2) if finished else (0,)), again.stderr
    assert finished
    assert is_as_it_was(shop)
    assert plain_git(shop, "log", "--format=%s").splitlines() == ["Adopted", "theirs"]
    assert plain_git(shop, "status", "--porcelain") == ""
    assert look_for_drift(shop).drifts == ()
    assert Store.open(shop, read_only=True).state.legos.keys() == {"prices", "orders", "web", "cli"}
    assert left_behind(shop, ["meta-adoption", "meta-landing"]) == []


def left_behind(root: Path, names: Sequence[str]) -> list[str]:
    meta("adopt", root)  # a finished one that was killed before it tidied up tidies up at the next call
    return [name for name in names if (root / ".git" / name).exists()]


def test_an_adoption_that_can_no_longer_be_finished_is_made_anew(shop: Path) -> None:
    words = ["adopt", str(shop), "--yes", "--no-tests"]
    command = [sys.executable, "-m", "tests.dying", "engine.adoption.write:finish", "before", "", "1", *words]
    assert subprocess.run(command, capture_output=True, timeout=300).returncode == -signal.SIGKILL
    commit(shop, {"shop/more.py": '"""More."""\n'})
    adopted(shop)
    assert "more" in parse_plan((shop / "lego_plan.json").read_text()).names
    assert plain_git(shop, "log", "--format=%s").splitlines() == ["Adopted", "theirs", "theirs"]
