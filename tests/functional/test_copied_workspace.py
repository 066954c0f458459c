"""A copy of a workspace, taken in the middle of a run, lives its own life: the original is never written to."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.sessions.folder import SessionFolder
from engine.sessions.processes import processes_of
from tests.cookbook import DISHES, dish
from tests.git_helpers import plain_git, snapshot
from tests.scripted import Kitchen, cooks, kitchen_with_cooks, meta, patiently

GENS = [f"{name}-dishes-gen" for name in DISHES]


@pytest.fixture
def original(tmp_path: Path) -> Iterator[Kitchen]:
    """Its engine is dead. Soup has ended and nobody has taken it over; stew and cake are still being written."""
    made = kitchen_with_cooks(tmp_path).approved()
    made.agents.hold(*GENS)
    engine = made.start()
    patiently(lambda: len(made.agents.starts()) == 5)
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait(60)
    made.agents.go("soup-dishes-gen")
    patiently(lambda: SessionFolder(made.session("soup-dishes-gen-1")).exit())
    (made.root / "menu.md").write_text("# Menu\n\n## Courses\n\nEdited, not committed.\n")
    yield made
    made.end()


def copied(original: Kitchen, folder: Path) -> Kitchen:
    """`cp -r`, with agents of its own."""
    subprocess.run(["cp", "-r", original.root, folder / "copy"], check=True)
    return Kitchen(folder / "copy", cooks(folder / "agents of the copy"))


def test_a_run_in_the_copy_builds_everything_and_changes_not_a_byte_of_the_original(
    original: Kitchen, tmp_path: Path
) -> None:
    copy = copied(original, tmp_path)
    before = snapshot(original.root)
    done = copy.run("--yes")
    assert done.code == 0, done
    assert snapshot(original.root) == before
    assert set(copy.words.values()) <= {"done", "stale"}
    assert (copy.root / "dishes" / "soup.md").read_text().startswith(dish("soup"))
    assert plain_git(copy.root, "worktree", "list").count("\n") == 1
    assert list((copy.root / ".orchestrator" / "worktrees").iterdir()) == []
    assert str(original.root) not in plain_git(copy.root, "worktree", "list")


def test_the_copy_starts_what_was_under_way_anew_and_takes_nothing_from_the_originals_sessions(
    original: Kitchen, tmp_path: Path
) -> None:
    copy = copied(original, tmp_path)
    alive = [SessionFolder(original.session(f"{name}-1")) for name in GENS[1:]]
    assert all(folder.host_pid() in processes_of(folder) for folder in alive)
    assert copy.run("--yes", "--until", 1).code == 0
    assert {copy.record("dishes", name).sessions[0].outcome for name in DISHES} == {"interrupted"}
    assert {copy.record("dishes", name).failure_count for name in DISHES} == {0}
    started = [name.split("-", 1)[1] for name in copy.agents.starts()]
    assert sorted(name for name in started if name.endswith("gen-2")) == sorted(f"1-{name}-2" for name in GENS)
    assert all(folder.host_pid() in processes_of(folder) for folder in alive)


def test_the_original_goes_on_as_if_nobody_had_copied_it(original: Kitchen, tmp_path: Path) -> None:
    copy = copied(original, tmp_path)
    assert copy.run("--yes").code == 0
    original.agents.go(*GENS)
    assert original.run("--yes").code == 0
    starts = [name for name in original.agents.starts() if "-dishes-gen-" in name]
    assert len(starts) == len(DISHES)


def test_looking_into_the_copy_changes_neither(original: Kitchen, tmp_path: Path) -> None:
    copy = copied(original, tmp_path)
    before = snapshot(original.root), snapshot(copy.root)
    for words in (["status"], ["doctor"], ["handoff", "list"], ["stop"]):
        assert meta(*words, copy.root).code == 0
    assert (snapshot(original.root), snapshot(copy.root)) == before
