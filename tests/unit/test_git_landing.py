"""A landing moves the checkout, finishes after any kill, and leaves the user's own edits alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.git import (
    DirtyPaths,
    GitError,
    HeadMoved,
    Repository,
    index,
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


def edited(root: Path) -> set[str]:
    write(root, {"src/a.py": "mine", "tests/test_a.py": "not in the way"})
    return {"src/a.py"}


def deleted(root: Path) -> set[str]:
    (root / "src/a.py").unlink()
    return {"src/a.py"}


def file_where_a_file_comes(root: Path) -> set[str]:
    write(root, {"new": "mine"})
    return {"new"}


def folder_where_a_file_comes(root: Path) -> set[str]:
    write(root, {"new/inside": "mine", "new/noise.log": "ignored, and yet not to be lost"})
    return {"new/inside", "new/noise.log"}


def file_where_a_folder_comes(root: Path) -> set[str]:
    write(root, {"deep": "mine"})
    return {"deep"}


def link_where_a_folder_comes(root: Path) -> set[str]:
    (root / "deep").symlink_to(root.parent)
    return {"deep"}


def edit_where_a_deletion_comes(root: Path) -> set[str]:
    write(root, {"src/b.py": "mine"})
    return {"src/b.py"}


def folder_replaced_by_a_link(root: Path) -> set[str]:
    (root / "src").rename(root.parent / "src")
    (root / "src").symlink_to(root.parent / "src")
    return {"src"}


def file_replaced_by_a_link(root: Path) -> set[str]:
    (root / "src/a.py").unlink()
    (root / "src/a.py").symlink_to("b.py")
    return {"src/a.py"}


def file_replaced_by_a_folder(root: Path) -> set[str]:
    (root / "src/a.py").unlink()
    (root / "src/a.py").mkdir()
    return {"src/a.py"}


def staged_only(root: Path) -> set[str]:
    write(root, {"src/a.py": "mine"})
    plain_git(root, "add", "src/a.py")
    write(root, {"src/a.py": "a = 1\n"})
    return {"src/a.py"}


EDITS = (
    edited,
    deleted,
    file_where_a_file_comes,
    folder_where_a_file_comes,
    file_where_a_folder_comes,
    link_where_a_folder_comes,
    edit_where_a_deletion_comes,
    folder_replaced_by_a_link,
    file_replaced_by_a_link,
    file_replaced_by_a_folder,
    staged_only,
)


class TestLanding:
    def test_the_first_commit_lands_in_an_empty_repository(self, tmp_path: Path) -> None:
        made = Repository.init(tmp_path / "app")
        commit = made.commit_files(None, {"a/b": b"x"}, "first", ref="refs/heads/main")
        made.fast_forward(None, commit)
        assert (made.head(), made.branch(), made.dirty(), files_on_disk(made.root)) == (commit, "main", [], ["a/b"])

    def test_a_branch_that_moved_ahead_of_the_files_is_followed(self, repository: Repository, first: str) -> None:
        new = repository.commit_files(first, {"src/a.py": b"a = 2\n", "x": b"x"}, "new", ref="refs/heads/main")
        repository.fast_forward(first, new)
        assert (repository.dirty(), (repository.root / "x").read_text()) == ([], "x")

    @pytest.mark.parametrize("edit", EDITS, ids=[edit.__name__ for edit in EDITS])
    def test_an_edit_in_the_way_is_told_before_anything_changes(
        self, repository: Repository, first: str, edit: Callable[[Path], set[str]]
    ) -> None:
        changes = {"README.md": b"two\n", "src/a.py": b"a = 2\n", "src/b.py": None, "new": b"n", "deep/x": b"x"}
        new = repository.commit_files(first, changes, "new")
        told = edit(repository.root)
        before = snapshot(repository.root.parent)
        with pytest.raises(DirtyPaths, match="Commit these uncommitted edits") as error:
            repository.fast_forward(first, new)
        assert set(error.value.paths) == told
        assert snapshot(repository.root.parent) == before

    def test_a_deletion_does_not_reach_through_a_link(self, repository: Repository, first: str) -> None:
        new = repository.commit_files(first, {"src/a.py": None, "src/b.py": None}, "new")
        folder_replaced_by_a_link(repository.root)
        repository.fast_forward(first, new)
        assert files_on_disk(repository.root.parent / "src") == ["a.py", "b.py"]
        assert repository.dirty() == ["src"]

    def test_an_edit_that_equals_the_new_side_is_no_hindrance(self, repository: Repository, first: str) -> None:
        new = repository.commit_files(first, {"src/a.py": b"a = 2\n", "src/b.py": None, "new": b"n"}, "new")
        write(repository.root, {"src/a.py": "a = 2\n", "new": "n"})
        plain_git(repository.root, "rm", "-q", "src/b.py")
        plain_git(repository.root, "add", "src/a.py")
        repository.fast_forward(first, new)
        assert (repository.head(), repository.dirty()) == (new, [])

    def test_an_edit_made_after_the_branch_moved_is_left_alone(self, repository: Repository, first: str) -> None:
        new = repository.commit_files(first, {"src/a.py": b"a = 2\n", "x": b"x"}, "new")
        repository.fast_forward(first, new)
        write(repository.root, {"src/a.py": "later edit"})
        plain_git(repository.root, "add", "src/a.py")
        repository.fast_forward(first, new)
        assert plain_git(repository.root, "status", "--porcelain") == "M  src/a.py\n"

    def test_the_users_own_execute_bit_stays(self, repository: Repository, first: str) -> None:
        (repository.root / "src/a.py").chmod(0o755)
        repository.fast_forward(first, repository.commit_files(first, {"src/a.py": b"a = 2\n"}, "new"))
        assert (repository.root / "src/a.py").read_text() == "a = 2\n"
        assert (repository.root / "src/a.py").stat().st_mode & stat.S_IXUSR

    def test_files_that_git_converts_are_compared_and_written_as_git_does(
        self, repository: Repository, first: str
    ) -> None:
        old = repository.commit_files(first, {".gitattributes": b"*.bat eol=crlf\n", "x.bat": b"1\n"}, "old")
        repository.fast_forward(first, old)
        assert (repository.root / "x.bat").read_bytes() == b"1\r\n"
        new = repository.commit_files(old, {"x.bat": b"2\n"}, "new")
        repository.fast_forward(old, new)
        assert (repository.root / "x.bat").read_bytes() == b"2\r\n"
        assert repository.dirty() == []

    def test_a_branch_that_is_somewhere_else_is_not_moved(self, repository: Repository, first: str) -> None:
        new = repository.commit_files(first, {"x": b"x"}, "new")
        plain_git(repository.root, "commit", "-q", "--allow-empty", "-m", "by the user")
        before = snapshot(repository.root)
        with pytest.raises(HeadMoved, match="somebody committed"):
            repository.fast_forward(first, new)
        assert snapshot(repository.root) == before

    def test_a_detached_head_moves_and_no_branch_does(self, repository: Repository, first: str) -> None:
        plain_git(repository.root, "checkout", "-q", "--detach")
        new = repository.commit_files(first, {"x": b"x"}, "new")
        repository.fast_forward(first, new)
        assert (repository.head(), repository.resolve("main"), repository.dirty()) == (new, first, [])

    def test_while_the_user_holds_the_index_it_waits_then_says_so_and_goes_on_later(
        self, repository: Repository, first: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        new = repository.commit_files(first, {"x": b"x"}, "new")
        monkeypatch.setattr(index, "_PAUSE", 0)
        lock = repository.root / ".git/index.lock"
        lock.write_text("")
        with pytest.raises(GitError, match="Another git command"):
            repository.fast_forward(first, new)
        assert lock.exists()
        lock.unlink()
        repository.fast_forward(first, new)
        assert (repository.head(), repository.dirty()) == (new, [])

    def test_a_file_system_without_hard_links_is_good_enough(
        self, repository: Repository, first: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        new = repository.commit_files(first, {"x": b"x"}, "new")
        monkeypatch.setattr(os, "link", refused)
        repository.fast_forward(first, new)
        assert (repository.head(), repository.dirty()) == (new, [])

    def test_a_folder_that_cannot_be_written_is_named(
        self, repository: Repository, first: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device", "src/a.py")

        new = repository.commit_files(first, {"src/a.py": b"a = 2\n"}, "new")
        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", full)
            with pytest.raises(GitError, match=r"stopped at `src/a\.py`: No space left on device"):
                repository.fast_forward(first, new)
        repository.fast_forward(first, new)
        assert (repository.head(), repository.dirty()) == (new, [])
