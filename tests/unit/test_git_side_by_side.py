"""What sessions do in their worktrees waits for nobody; a commit there and the name it gets come together."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from engine.git import Repository
from tests.git_helpers import make_repository, plain_git, write

ATTEMPT = "refs/meta/attempts/0001-store"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "app")


@pytest.fixture
def first(repository: Repository) -> str:
    head = repository.head()
    assert head is not None
    return head


@pytest.fixture
def tree(repository: Repository, first: str) -> Path:
    made = repository.root / ".orchestrator/worktrees/store"
    repository.prepare_worktree(made, first)
    return made


def test_a_worktree_is_reused_and_committed_while_the_repository_is_being_changed(
    repository: Repository, first: str, tree: Path
) -> None:
    made: list[str] = []

    def work() -> None:
        repository.prepare_worktree(tree, first, ["src/"])
        write(tree, {"src/a.py": "a = 2\n"})
        assert [change.path for change in repository.worktree_changes(tree, first)] == ["src/a.py"]
        commit = repository.commit_worktree(tree, ["src/a.py"], "Two", ATTEMPT)
        made.append(repository.merge(first, commit, "Both"))

    with repository.lock:  # as a landing holds it
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(30)
        assert made, "it waits for the landing"
    assert repository.read(made[0], "src/a.py") == b"a = 2\n"


def test_a_commit_in_a_worktree_and_its_name_come_together(repository: Repository, first: str, tree: Path) -> None:
    write(tree, {"src/a.py": "a = 2\n"})
    commit = repository.commit_worktree(tree, ["src/a.py"], "Two", ATTEMPT)
    assert commit != first
    assert plain_git(tree, "rev-parse", "HEAD").strip() == repository.resolve(ATTEMPT) == commit
    assert plain_git(repository.root, "rev-parse", "HEAD").strip() == first


def test_the_name_is_given_to_what_was_committed_before_too(repository: Repository, first: str, tree: Path) -> None:
    assert repository.commit_worktree(tree, ["src/a.py"], "Nothing", ATTEMPT) == first
    assert repository.resolve(ATTEMPT) == first


def test_the_lock_that_a_killed_git_left_on_the_name_is_no_hindrance(repository: Repository, tree: Path) -> None:
    lock = repository.root / ".git" / f"{ATTEMPT}.lock"
    write(lock.parent, {lock.name: ""})
    os.utime(lock, (1, 1))
    write(tree, {"src/a.py": "a = 2\n"})
    assert repository.commit_worktree(tree, ["src/a.py"], "Two", ATTEMPT) == repository.resolve(ATTEMPT)
    assert not lock.exists()
