"""Commits: made without touching the checkout, merged, exported; odd file names survive every way."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.git import (
    Change,
    MergeConflict,
    Repository,
    blob_id,
)
from tests.git_helpers import files_on_disk, make_repository, plain_git, snapshot, write

ODD_NAMES = [
    "with space.txt",
    "quo\"te's.txt",
    "ünïcode – 日本.txt",
    "back\\slash.txt",
    "star*[x]?.txt",
    " edges ",
    "#!x",
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "app")


@pytest.fixture
def first(repository: Repository) -> str:
    head = repository.head()
    assert head is not None
    return head


class TestCommitting:
    def test_a_commit_is_made_from_changed_files_without_touching_the_checkout(
        self, repository: Repository, first: str
    ) -> None:
        before = snapshot(repository.root / "src"), repository.dirty(), (repository.root / ".git/index").read_bytes()
        changes = {"src/a.py": b"a = 2\n", "src/b.py": None, "deep/er/new": b"new", "tool": b"#!/bin/sh\n"}
        commit = repository.commit_files(first, changes, "second\n\nwith ünicode")

        assert repository.read(commit, "src/a.py") == b"a = 2\n"
        assert "src/b.py" not in repository.files(commit)
        assert repository.run("log", "-1", "--format=%P %B", commit).text.strip() == f"{first} second\n\nwith ünicode"
        assert _mode(repository, commit, "tool") == "100755"
        assert _mode(repository, commit, "deep/er/new") == "100644"
        after = snapshot(repository.root / "src"), repository.dirty(), (repository.root / ".git/index").read_bytes()
        assert after == before
        assert repository.head() == first

    def test_the_mode_of_a_file_that_is_there_is_kept(self, repository: Repository, first: str) -> None:
        commit = repository.commit_files(first, {"run": b"no script\n", "README.md": b"#! no script\n"}, "second")
        assert _mode(repository, commit, "run") == "100755"
        assert _mode(repository, commit, "README.md") == "100644"

    def test_when_nothing_changes_the_base_is_the_answer(self, repository: Repository, first: str) -> None:
        same = repository.commit_files(first, {"README.md": b"one\n", "nothing": None}, "none", ref="refs/meta/x")
        assert same == first
        assert repository.resolve("refs/meta/x") == first

    def test_a_file_can_become_a_folder_and_back(self, repository: Repository, first: str) -> None:
        folder = repository.commit_files(first, {"README.md": None, "README.md/inside": b"x"}, "folder")
        assert repository.files(folder, ["README.md"]) == ["README.md/inside"]
        file = repository.commit_files(folder, {"README.md/inside": None, "README.md": b"x"}, "file")
        assert repository.files(file, ["README.md"]) == ["README.md"]

    def test_nothing_is_left_under_the_name_that_the_import_uses(self, repository: Repository, first: str) -> None:
        repository.commit_files(first, {"x": b"x"}, "second")
        assert set(repository.refs("refs")) == {"refs/heads/main"}

    def test_thousands_of_files_fit_into_one_commit(self, repository: Repository, first: str) -> None:
        many: dict[str, bytes | None] = {f"many/{number:05}": b"%d" % number for number in range(1200)}
        commit = repository.commit_files(first, many, "many")
        assert len(repository.files(commit, ["many"])) == 1200
        assert repository.commit_files(commit, many, "again") == commit

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_odd_file_names_survive_every_way(
        self, repository: Repository, first: str, tmp_path: Path, name: str
    ) -> None:
        path = f"odd {name}/{name}"
        commit = repository.commit_files(first, {path: b"1\n"}, "odd")
        assert repository.files(commit, [f"odd {name}/"]) == [path]
        assert repository.ids(commit, [path]) == {path: blob_id(b"1\n")}
        assert repository.read(commit, path) == b"1\n"
        repository.export(commit, tmp_path / "export", [path])
        assert files_on_disk(tmp_path / "export") == [path]

        tree = tmp_path / "tree"
        repository.prepare_worktree(tree, commit, [path])
        assert files_on_disk(tree) == [path]
        write(tree, {path: "2\n", f"new {name}": "n"})
        assert repository.worktree_changes(tree) == sorted([Change(f"new {name}", "added"), Change(path, "modified")])
        second = repository.commit_worktree(tree, [path], "second")
        assert repository.read(second, path) == b"2\n"

        repository.fast_forward(first, second)
        assert (repository.root / path).read_bytes() == b"2\n"
        write(repository.root, {path: "3\n"})
        assert repository.dirty([f"odd {name}"]) == [path]


def _mode(repository: Repository, commit: str, path: str) -> str:
    return repository.run("ls-tree", commit, "--", path).text.split(" ")[0]


class TestMerging:
    def test_both_sides_are_in_the_merge(self, repository: Repository, first: str) -> None:
        ours = repository.commit_files(first, {"ours": b"1"}, "ours")
        theirs = repository.commit_files(first, {"theirs": b"2"}, "theirs")
        merged = repository.merge(ours, theirs, "unite")
        assert {"ours", "theirs"} <= set(repository.files(merged))
        assert repository.run("log", "-1", "--format=%P %s", merged).text == f"{ours} {theirs} unite"
        assert (repository.head(), repository.dirty()) == (first, [])

    def test_a_side_that_holds_the_other_is_the_answer(self, repository: Repository, first: str) -> None:
        later = repository.commit_files(first, {"x": b"1"}, "later")
        assert repository.merge(later, first, "no") == later
        assert repository.merge(first, later, "no") == later
        assert repository.merge(first, first, "no") == first

    def test_a_conflict_names_the_files_and_changes_nothing(self, repository: Repository, first: str) -> None:
        ours = repository.commit_files(first, {"src/a.py": b"a = 2\n", "ünï x": b"1"}, "ours")
        theirs = repository.commit_files(first, {"src/a.py": b"a = 3\n", "ünï x": b"2"}, "theirs")
        before = snapshot(repository.root / "src"), repository.refs("refs")
        with pytest.raises(MergeConflict, match=r"`src/a\.py`, `ünï x`") as conflict:
            repository.merge(ours, theirs, "unite")
        assert conflict.value.paths == ["src/a.py", "ünï x"]
        assert (snapshot(repository.root / "src"), repository.refs("refs")) == before


class TestExporting:
    def test_a_whole_commit_comes_out_with_modes_and_links_and_without_git(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        (repository.root / "link").symlink_to("src/a.py")
        plain_git(repository.root, "add", "link")
        plain_git(repository.root, "commit", "-qm", "link")
        write(repository.root, {"uncommitted": "x"})
        head = repository.head()
        assert head is not None
        repository.export(head, tmp_path / "export")
        assert files_on_disk(tmp_path / "export") == sorted(repository.files(head))
        assert not (tmp_path / "export/.git").exists()
        assert (tmp_path / "export/link").readlink() == Path("src/a.py")
        assert (tmp_path / "export/run").stat().st_mode & stat.S_IXUSR
        assert not (tmp_path / "export/README.md").stat().st_mode & stat.S_IXUSR

    def test_a_part_comes_out_and_missing_paths_are_ignored(
        self, repository: Repository, first: str, tmp_path: Path
    ) -> None:
        repository.export(first, tmp_path / "export", ["src/", "README.md", "nothing"])
        assert files_on_disk(tmp_path / "export") == ["README.md", "src/a.py", "src/b.py"]
        repository.export(first, tmp_path / "none", [])
        repository.export(first, tmp_path / "none", ["nothing"])
        assert files_on_disk(tmp_path / "none") == []

    def test_attributes_in_the_commit_hide_and_rewrite_nothing(
        self, repository: Repository, first: str, tmp_path: Path
    ) -> None:
        attributes = b"tests export-ignore\nsrc/a.py export-subst\n"
        changes = {".gitattributes": attributes, "src/a.py": b"$Format:%H$\n"}
        commit = repository.commit_files(first, changes, "attributes")
        repository.export(commit, tmp_path / "export")
        assert (tmp_path / "export/tests/test_a.py").exists()
        assert (tmp_path / "export/src/a.py").read_bytes() == b"$Format:%H$\n"

    def test_a_link_that_is_in_the_way_is_not_followed(
        self, repository: Repository, first: str, tmp_path: Path
    ) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (tmp_path / "export").mkdir()
        (tmp_path / "export/src").symlink_to(outside)
        repository.export(first, tmp_path / "export")
        assert files_on_disk(outside) == []
