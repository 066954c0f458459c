"""Worktrees are sparse, reused and never somebody else's; what a session changed in one is told and committed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from engine.git import (
    Change,
    GitError,
    NestedRepository,
    NotOurWorktree,
    Repository,
)
from tests.git_helpers import files_on_disk, make_repository, plain_git, snapshot, write


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


class TestWorktrees:
    def test_only_the_named_files_and_folders_are_on_the_disk(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        repository.add_worktree(tree, first, ["src/", "README.md"])
        assert files_on_disk(tree) == ["README.md", "src/a.py", "src/b.py"]
        assert repository.worktree_changes(tree) == []
        assert repository.owns_worktree(tree)
        assert plain_git(tree, "rev-parse", "--abbrev-ref", "HEAD").strip() == "HEAD"
        assert (repository.head(), repository.branch(), repository.dirty()) == (first, "main", [])

    def test_a_name_deeper_down_is_not_taken_for_the_one_at_the_top(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        commit = repository.commit_files(first, {"deep/README.md": b"x", "deep/src/c.py": b"x"}, "deep")
        repository.add_worktree(tree, commit, ["README.md", "src/a.py"])
        assert files_on_disk(tree) == ["README.md", "src/a.py"]

    def test_without_a_choice_everything_is_there_and_with_an_empty_one_nothing(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        repository.prepare_worktree(tree, first)
        assert files_on_disk(tree) == sorted(repository.files(first))
        repository.prepare_worktree(tree, first, [])
        assert files_on_disk(tree) == []
        assert repository.worktree_changes(tree) == []
        repository.prepare_worktree(tree, first)
        assert files_on_disk(tree) == sorted(repository.files(first))

    def test_the_users_own_git_configuration_file_stays_as_it_is(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        before = (repository.root / ".git/config").read_bytes()
        repository.add_worktree(tree, first, ["src/"])
        assert (repository.root / ".git/config").read_bytes() == before
        assert plain_git(tree, "status", "--porcelain") == ""

    def test_reuse_resets_cleans_and_narrows_again(self, repository: Repository, first: str, tree: Path) -> None:
        repository.prepare_worktree(tree, first, ["src/", "tests/"])
        write(tree, {"src/a.py": "edited", "new/file": "x", "noise.log": "ignored", "README.md": "outside the set"})
        (tree / "src/b.py").unlink()
        plain_git(tree, "init", "-q", "nested")
        write(tree, {"nested/x": "x"})
        plain_git(tree, "add", "src", "new")
        record = repository.record_of(tree)
        second = repository.commit_files(first, {"src/a.py": b"a = 2\n"}, "second")

        repository.prepare_worktree(tree, second, ["src/"])

        assert files_on_disk(tree) == ["src/a.py", "src/b.py"]
        assert sorted(path.name for path in tree.iterdir()) == [".git", "src"]
        assert (tree / "src/a.py").read_text() == "a = 2\n"
        assert repository.worktree_changes(tree) == []
        assert repository.record_of(tree) == record

    def test_reuse_moves_no_branch_that_a_session_checked_out(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        repository.prepare_worktree(tree, first)
        plain_git(tree, "checkout", "-q", "-b", "own")
        second = repository.commit_files(first, {"x": b"x"}, "second")
        repository.prepare_worktree(tree, second)
        assert repository.resolve("refs/heads/own") == first
        assert plain_git(tree, "rev-parse", "HEAD").strip() == second

    @pytest.mark.parametrize("damage", ["index.lock", "HEAD.lock", "index", "HEAD", "merge"])
    def test_reuse_works_on_what_a_killed_session_left(
        self, repository: Repository, first: str, tree: Path, damage: str
    ) -> None:
        repository.prepare_worktree(tree, first, ["src/"])
        record = repository.record_of(tree)
        if damage == "merge":
            write(record, {"MERGE_HEAD": first + "\n"})
        else:
            write(record, {damage: "broken"})
        repository.prepare_worktree(tree, first, ["src/"])
        assert files_on_disk(tree) == ["src/a.py", "src/b.py"]
        assert repository.worktree_changes(tree) == []
        assert plain_git(repository.root, "worktree", "list").count("\n") == 2

    @pytest.mark.parametrize("kind", ["folder", "file", "link", "repository"])
    def test_whatever_else_is_there_gives_way(
        self, repository: Repository, first: str, tree: Path, tmp_path: Path, kind: str
    ) -> None:
        outside = tmp_path / "outside"
        write(outside, {"precious": "x"})
        tree.parent.mkdir(parents=True)
        if kind == "folder":
            write(tree, {"x": "x"})
        elif kind == "file":
            tree.write_text("x")
        elif kind == "link":
            tree.symlink_to(outside)
        else:
            Repository.init(tree)
        assert not repository.owns_worktree(tree)
        repository.prepare_worktree(tree, first, ["src/"])
        assert files_on_disk(tree) == ["src/a.py", "src/b.py"]
        assert files_on_disk(outside) == ["precious"]

    def test_removing_leaves_neither_folder_nor_record(self, repository: Repository, first: str, tree: Path) -> None:
        repository.add_worktree(tree, first, ["src/"])
        write(tree, {"locked/x": "x"})
        (tree / "locked").chmod(0o500)
        repository.remove_worktree(tree)
        repository.remove_worktree(tree)
        assert not tree.exists()
        assert list((repository.root / ".git/worktrees").iterdir()) == []

    def test_a_folder_deleted_by_hand_is_made_anew(self, repository: Repository, first: str, tree: Path) -> None:
        repository.add_worktree(tree, first, ["src/"])
        shutil.rmtree(tree)
        repository.prepare_worktree(tree, first, ["README.md"])
        assert files_on_disk(tree) == ["README.md"]
        assert [record.name for record in (repository.root / ".git/worktrees").iterdir()] == ["store"]

    def test_a_record_that_a_killed_git_left_half_made_is_dropped(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        write(repository.root / ".git/worktrees/store", {"locked": "initializing"})
        repository.prepare_worktree(tree, first, ["src/"])
        assert [record.name for record in (repository.root / ".git/worktrees").iterdir()] == ["store"]

    def test_a_folder_that_holds_the_repository_is_never_removed(self, repository: Repository, first: str) -> None:
        for folder in (repository.root, repository.root.parent):
            with pytest.raises(GitError, match="it holds the repository"):
                repository.remove_worktree(folder)
            with pytest.raises(GitError, match="it holds the repository"):
                repository.prepare_worktree(folder, first)
        assert repository.dirty() == []

    def test_the_users_own_worktrees_stay(self, repository: Repository, first: str, tree: Path, tmp_path: Path) -> None:
        plain_git(repository.root, "worktree", "add", "-q", "-b", "mine", str(tmp_path / "mine"))
        write(tmp_path / "mine", {"README.md": "edited"})
        before = snapshot(tmp_path / "mine")
        repository.prepare_worktree(tree, first)
        repository.remove_worktree(tree)
        assert snapshot(tmp_path / "mine") == before
        assert plain_git(tmp_path / "mine", "status", "--short") == " M README.md\n"


class TestChangesInAWorktree:
    @pytest.fixture
    def tree(self, repository: Repository, first: str, tree: Path) -> Path:
        repository.add_worktree(tree, first, ["src/", ".gitignore"])
        return tree

    def test_every_kind_is_told_also_outside_the_sparse_set(self, repository: Repository, tree: Path) -> None:
        write(tree, {"src/a.py": "edited", "new/deep/file": "x", "README.md": "outside", "noise.log": "ignored"})
        (tree / "src/b.py").rename(tree / "src/c.py")
        assert repository.worktree_changes(tree) == [
            Change("README.md", "modified"),
            Change("new/deep/file", "added"),
            Change("src/a.py", "modified"),
            Change("src/b.py", "deleted"),
            Change("src/c.py", "added"),
        ]

    def test_what_the_session_staged_makes_no_difference(self, repository: Repository, tree: Path) -> None:
        write(tree, {"src/a.py": "edited", "gone": "x", "kept": "x"})
        plain_git(tree, "add", ".")
        (tree / "gone").unlink()
        plain_git(tree, "rm", "-q", "--cached", "src/b.py")
        write(tree, {"src/b.py": "edited too"})
        assert repository.worktree_changes(tree) == [
            Change("kept", "added"),
            Change("src/a.py", "modified"),
            Change("src/b.py", "modified"),
        ]

    def test_commits_of_the_session_itself_are_seen_through(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        write(tree, {"src/a.py": "edited", "new": "x"})
        plain_git(tree, "checkout", "-q", "-b", "own")
        plain_git(tree, "add", "new", "src")
        plain_git(tree, "commit", "-qm", "by the session")
        assert repository.worktree_changes(tree) == []
        expected = [Change("new", "added"), Change("src/a.py", "modified")]
        assert repository.worktree_changes(tree, base=first) == expected
        assert repository.worktree_changes(tree) == expected

    def test_exactly_the_named_paths_are_committed(self, repository: Repository, first: str, tree: Path) -> None:
        write(tree, {"src/a.py": "edited", "src/new.py": "x", "README.md": "outside", "other": "x", "noise.log": "x"})
        (tree / "src/b.py").unlink()
        plain_git(tree, "add", "other", "src/a.py")
        commit = repository.commit_worktree(tree, ["src/", "README.md", "nothing", "tests/test_a.py"], "second")

        changed = repository.run("diff-tree", "-r", "--name-status", "--no-renames", first, commit).text.split()
        assert changed == ["M", "README.md", "M", "src/a.py", "D", "src/b.py", "A", "src/new.py"]
        assert repository.worktree_changes(tree) == [Change("other", "added")]
        assert repository.run("log", "-1", "--format=%P %s", commit).text == f"{first} second"
        assert (repository.head(), set(repository.refs("refs"))) == (first, {"refs/heads/main"})

    def test_a_file_that_becomes_a_folder_and_one_that_becomes_a_link_are_committed(
        self, repository: Repository, tree: Path
    ) -> None:
        (tree / "src/a.py").unlink()
        write(tree, {"src/a.py/inside": "x"})
        (tree / "src/b.py").unlink()
        (tree / "src/b.py").symlink_to("a.py/inside")
        commit = repository.commit_worktree(tree, ["src"], "second")
        assert repository.files(commit, ["src"]) == ["src/a.py/inside", "src/b.py"]
        shutil.rmtree(tree / "src/a.py")
        write(tree, {"src/a.py": "back"})
        commit = repository.commit_worktree(tree, ["src"], "third")
        assert repository.files(commit, ["src"]) == ["src/a.py", "src/b.py"]
        assert repository.worktree_changes(tree) == []

    def test_without_a_change_the_present_commit_is_the_answer(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        write(tree, {"other": "x"})
        assert repository.commit_worktree(tree, ["src/"], "nothing") == first
        plain_git(tree, "rm", "-q", "--cached", "src/b.py")
        assert repository.commit_worktree(tree, ["src/"], "nothing but staging") == first
        assert repository.worktree_changes(tree) == [Change("other", "added")]

    def test_locks_that_a_killed_git_left_are_no_hindrance(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        write(tree, {"src/a.py": "edited"})
        write(repository.record_of(tree), {"index.lock": "", "HEAD.lock": ""})
        assert repository.commit_worktree(tree, ["src"], "second") != first

    def test_a_branch_that_the_session_checked_out_stays_where_it_is(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        plain_git(tree, "checkout", "-q", "-b", "own")
        write(tree, {"src/a.py": "edited"})
        commit = repository.commit_worktree(tree, ["src"], "second")
        assert repository.resolve("refs/heads/own") == first
        assert plain_git(tree, "rev-parse", "HEAD").strip() == commit

    def test_a_merge_that_the_session_left_unfinished_is_no_hindrance(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        theirs = repository.commit_files(first, {"src/a.py": b"theirs\n"}, "theirs")
        write(tree, {"src/a.py": "ours\n"})
        plain_git(tree, "commit", "-qam", "ours")
        with pytest.raises(subprocess.CalledProcessError):
            plain_git(tree, "merge", theirs)
        assert repository.worktree_changes(tree, base=first) == [Change("src/a.py", "modified")]
        commit = repository.commit_worktree(tree, ["src"], "second")
        assert repository.run("log", "-1", "--format=%P", commit).text == first
        assert b"<<<<<<<" in repository.read(commit, "src/a.py")

    def test_a_repository_made_inside_is_told_and_not_committed(
        self, repository: Repository, first: str, tree: Path
    ) -> None:
        plain_git(tree, "init", "-q", "lib")
        write(tree, {"lib/x": "x"})
        assert repository.worktree_changes(tree) == [Change("lib/", "added")]
        with pytest.raises(NestedRepository, match="lib") as error:
            repository.commit_worktree(tree, ["lib"], "nested")
        assert error.value.paths == ["lib/"]

    def test_a_pointer_that_a_session_bent_elsewhere_is_not_followed(
        self, repository: Repository, tree: Path, tmp_path: Path
    ) -> None:
        victim = Repository.init(tmp_path / "victim")
        before = snapshot(victim.root)
        (tree / ".git").write_text(f"gitdir: {victim.root}/.git\n")
        with pytest.raises(NotOurWorktree):
            repository.commit_worktree(tree, ["src"], "elsewhere")
        assert snapshot(victim.root) == before
