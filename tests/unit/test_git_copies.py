"""A copied or moved workspace never writes into the original."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.git import (
    Change,
    NotOurWorktree,
    Repository,
)
from tests.git_helpers import make_repository, plain_git, snapshot, write


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "app")


@pytest.fixture
def first(repository: Repository) -> str:
    head = repository.head()
    assert head is not None
    return head


@pytest.fixture
def tree(repository: Repository) -> Path:
    return repository.root / ".orchestrator/worktrees/store"


class TestACopiedWorkspace:
    @pytest.fixture
    def copy(self, repository: Repository, first: str, tree: Path, tmp_path: Path) -> Repository:
        """A `cp -r` of a workspace with two worktrees in use."""
        repository.add_worktree(tree, first, ["src/"])
        repository.add_worktree(tree.with_name("other"), first, ["tests/"])
        write(tree, {"src/a.py": "half done", "new": "x"})
        plain_git(tree, "add", "new")
        shutil.copytree(repository.root, tmp_path / "copy", symlinks=True)
        return Repository(tmp_path / "copy")

    def test_never_writes_into_the_original(
        self, repository: Repository, copy: Repository, first: str, tree: Path
    ) -> None:
        before = snapshot(repository.root)
        copied = copy.root / tree.relative_to(repository.root)
        other = copied.with_name("other")
        assert not copy.owns_worktree(copied)
        for use in (
            lambda: copy.worktree_changes(copied),
            lambda: copy.commit_worktree(copied, ["src/a.py"], "into the wrong one"),
        ):
            with pytest.raises(NotOurWorktree, match="is not a git worktree of"):
                use()

        copy.prepare_worktree(copied, first, ["README.md"])
        write(copied, {"README.md": "two\n"})
        landed = copy.commit_worktree(copied, ["README.md"], "second")
        copy.fast_forward(first, landed)
        copy.remove_worktree(other)
        copy.remove_worktree(copied)
        plain_git(copy.root, "worktree", "repair")
        plain_git(copy.root, "worktree", "prune")

        assert (copy.root / "README.md").read_text() == "two\n"
        assert snapshot(repository.root) == before
        assert repository.owns_worktree(tree)
        assert repository.worktree_changes(tree) == [Change("new", "added"), Change("src/a.py", "modified")]

    def test_the_original_does_not_take_the_copy_for_its_own(
        self, repository: Repository, copy: Repository, first: str, tree: Path
    ) -> None:
        copied = copy.root / tree.relative_to(repository.root)
        assert not repository.owns_worktree(copied)
        repository.prepare_worktree(tree, first, ["src/"])
        assert (copied / "src/a.py").read_text() == "half done"

    def test_a_moved_workspace_makes_its_worktrees_anew(
        self, repository: Repository, first: str, tree: Path, tmp_path: Path
    ) -> None:
        repository.add_worktree(tree, first, ["src/"])
        moved = Repository(repository.root.rename(tmp_path / "moved"))
        place = moved.root / tree.relative_to(repository.root)
        assert not moved.owns_worktree(place)
        moved.prepare_worktree(place, first, ["src/"])
        assert moved.owns_worktree(place)
        assert [record.name for record in (moved.root / ".git/worktrees").iterdir()] == ["store"]

    def test_a_copied_folder_inside_the_same_repository_is_not_taken_for_the_worktree(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        repository.add_worktree(tree, first, ["src/"])
        twin = tree.with_name("twin")
        shutil.copytree(tree, twin)
        assert not repository.owns_worktree(twin)
        before = snapshot(tree), snapshot(repository.record_of(tree))
        repository.prepare_worktree(twin, first, ["README.md"])
        assert (snapshot(tree), snapshot(repository.record_of(tree))) == before

    def test_a_worktree_of_another_repository_is_not_ours(
        self, repository: Repository, first: str, tree: Path, tmp_path: Path
    ) -> None:
        other = make_repository(tmp_path / "other")
        head = other.head()
        assert head is not None
        other.add_worktree(tree, head)
        before = snapshot(other.root)
        assert not repository.owns_worktree(tree)
        repository.prepare_worktree(tree, first, ["src/"])
        assert repository.owns_worktree(tree)
        assert snapshot(other.root) == before

    def test_a_copy_of_a_workspace_that_is_itself_a_worktree_is_refused(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        plain_git(repository.root, "worktree", "add", "-q", "-b", "mine", str(tmp_path / "mine"))
        mine = Repository(tmp_path / "mine")
        assert mine.exists()
        shutil.copytree(mine.root, tmp_path / "copy")
        with pytest.raises(NotOurWorktree, match="is a copy of the git worktree"):
            Repository(tmp_path / "copy").head()

    def test_a_workspace_that_is_itself_a_worktree_works_like_any_other(
        self, repository: Repository, first: str, tmp_path: Path
    ) -> None:
        plain_git(repository.root, "worktree", "add", "-q", "-b", "mine", str(tmp_path / "mine"))
        mine = Repository(tmp_path / "mine")
        inner = mine.root / ".orchestrator/worktrees/store"
        mine.prepare_worktree(inner, first, ["src/"])
        assert mine.owns_worktree(inner)
        write(inner, {"src/a.py": "a = 2\n"})
        mine.fast_forward(first, mine.commit_worktree(inner, ["src"], "second"))
        assert (mine.root / "src/a.py").read_text() == "a = 2\n"
        assert (mine.dirty(), repository.dirty(), repository.head()) == ([], [], first)
        mine.remove_worktree(inner)
