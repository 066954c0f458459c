"""An engine that is killed while it plans or applies a change: the next one goes on, and no edit by hand is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import dying
from tests.changing import STEPS, changeable, edit, maintain, stew, wants
from tests.git_helpers import plain_git
from tests.scripted import Kitchen

PLANNING = {
    "the change has begun, nothing is started": ("engine.state.store:Store.commit", "after", "maintenance"),
    "a step is done again, its session is not started": ("engine.state.store:Store.commit", "after", "reopened"),
    "the plan's work is about to land": ("engine.git:Repository.fast_forward", "before", ""),
    "half of the files are there": ("engine.git.landing:put_file", "after", ""),
}
APPLYING = {
    "the person has agreed, nothing is started": ("engine.state.store:Store.commit", "before", "applying"),
    "their edits are about to be committed": ("engine.git:Repository.commit_files", "before", "edited by hand"),
    "their edits are committed, the branch has not moved": (
        "engine.git:Repository.commit_files",
        "after",
        "edited by hand",
    ),
    "their edits are merged, that is not written down": (
        "engine.git:Repository.commit_files",
        "after",
        "with the edits by hand",
    ),
    "what was generated is kept, that is not written down": (
        "engine.git:Repository.commit_files",
        "after",
        "As generated",
    ),
    "the merged work is about to land": ("engine.git:Repository.fast_forward", "before", ""),
    "half of the files are there": ("engine.git.landing:put_file", "after", "stew"),
}


def die(kitchen: Kitchen, command: str, place: str, when: str, needle: str) -> None:
    runtime = ("--runtime", "scripted", "--adapter-path", kitchen.agents.home)
    words = [sys.executable, dying.__file__, place, when, needle, "1", command, kitchen.root, *runtime, "--yes"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def is_as_it_was_asked_for(kitchen: Kitchen, kept: dict[str, bytes]) -> None:
    text = stew(kitchen)
    assert "not too small" in text and "hot broth" in text
    assert {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in kept} == kept
    assert plain_git(kitchen.root, "status", "--porcelain") == "?? .meta/\n"
    assert kitchen.state.orchestrator.run.change is None
    assert set(kitchen.words.values()) <= {"done", "skipped"}
    assert kitchen.record("dishes", "stew").failure_count == 0


def wanted(tmp_path: Path) -> tuple[Kitchen, dict[str, bytes]]:
    """A finished book, the wish for a hot stew, an edit by hand, and what is not to be touched."""
    kitchen = changeable(tmp_path)
    edit(kitchen, "Cut onions.", "Cut onions, not too small.")
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    return kitchen, {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in ("soup", "cake")}


@pytest.mark.parametrize(("place", "when", "needle"), PLANNING.values(), ids=PLANNING)
def test_killed_while_it_plans(tmp_path: Path, place: str, when: str, needle: str) -> None:
    kitchen, kept = wanted(tmp_path)
    die(kitchen, "plan", place, when, needle)
    assert maintain(kitchen, "plan", "--yes").code == 0
    assert maintain(kitchen, "apply", "--yes").code == 0
    is_as_it_was_asked_for(kitchen, kept)
    kitchen.end()


@pytest.mark.parametrize(("place", "when", "needle"), APPLYING.values(), ids=APPLYING)
def test_killed_while_it_applies(tmp_path: Path, place: str, when: str, needle: str) -> None:
    kitchen, kept = wanted(tmp_path)
    assert maintain(kitchen, "plan", "--yes").code == 0
    die(kitchen, "apply", place, when, needle)
    assert "not too small" in stew(kitchen)
    assert maintain(kitchen, "apply", "--yes").code == 0
    is_as_it_was_asked_for(kitchen, kept)
    kitchen.end()


def test_killed_again_and_again_while_it_plans_and_applies(tmp_path: Path) -> None:
    kitchen, kept = wanted(tmp_path)
    runtime = ("--runtime", "scripted", "--adapter-path", kitchen.agents.home, "--yes")
    for command in ("plan", "apply"):
        words = ["engine.state.store:Store.commit", "before", "", "4", "--again", command, kitchen.root, *runtime]
        done = subprocess.run(
            list(map(str, [sys.executable, dying.__file__, *words])), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    is_as_it_was_asked_for(kitchen, kept)
    kitchen.end()
