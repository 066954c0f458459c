"""What the engine may rely on when it asks for git: how it is called, what it costs, reading."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.git import (
    BadPath,
    GitError,
    GitMissing,
    NotInCommit,
    Repository,
    blob_id,
    check_git,
    refs,
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


class TestHowGitIsCalled:
    def test_the_users_configuration_hooks_and_signing_are_ignored(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = tmp_path / "home"
        hooks = home / "hooks"
        for hook in ("pre-commit", "post-checkout", "reference-transaction", "commit-msg"):
            write(hooks, {hook: f"#!/bin/sh\ntouch {home}/ran-{hook}\nexit 1\n"})
            (hooks / hook).chmod(0o755)
        settings = f"[core]\nhooksPath = {hooks}\n[commit]\ngpgsign = true\n[gpg]\nprogram = /bin/false\n"
        write(home, {".gitconfig": settings + "[user]\nname = Somebody\n[init]\ndefaultBranch = trunk\n"})
        write(home, {".config/git/ignore": "b\n", "xdg/git/ignore": "b\n"})
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
        monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")

        made = Repository.init(tmp_path / "app")
        shutil.copytree(hooks, made.root / ".git/hooks")
        commit = made.commit_files(None, {"a": b"a"}, "first")
        made.fast_forward(None, commit)
        tree = tmp_path / "tree"
        made.add_worktree(tree, commit)
        write(tree, {"b": "b"})
        committed = made.commit_worktree(tree, ["b"], "second")
        assert made.files(committed) == ["a", "b"]

        assert made.branch() == "main"
        for id_ in (commit, committed):
            shown = made.run("log", "-1", "--format=%an <%ae> %cn <%ce> %G?", id_).text
            assert shown == "Meta Orchestrator <meta@localhost> Meta Orchestrator <meta@localhost> N"
        assert not list(home.glob("ran-*"))

    def test_git_variables_in_the_environment_lead_nowhere_else(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Repository.init(tmp_path / "other")
        before = snapshot(other.root)
        for name in ("GIT_DIR", "GIT_COMMON_DIR"):
            monkeypatch.setenv(name, str(other.root / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
        monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
        monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.root / ".git/objects"))

        head = repository.head()
        assert head is not None
        commit = repository.commit_files(head, {"new": b"new"}, "second")
        repository.fast_forward(head, commit)
        repository.prepare_worktree(tmp_path / "tree", commit, ["src/"])

        assert repository.read(commit, "new") == b"new"
        assert repository.dirty() == []
        assert snapshot(other.root) == before

    def test_a_repository_around_the_folder_is_not_taken_for_it(self, repository: Repository) -> None:
        inner = repository.root / "src"
        assert repository.exists()
        assert not Repository(inner).exists()
        with pytest.raises(GitError, match="not a git repository"):
            Repository(inner).dirty()

    def test_a_failing_command_is_named_with_its_exit_code_and_words(self, repository: Repository) -> None:
        with pytest.raises(GitError, match=r"`git ls-tree .* no_such_commit .*exit code 128: fatal: .*no_such_commit"):
            repository.files("no_such_commit")

    def test_a_missing_folder_is_said_plainly(self, tmp_path: Path) -> None:
        with pytest.raises(GitError, match="this folder does not exist"):
            Repository(tmp_path / "nowhere").head()

    def test_without_git_the_message_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        check_git()
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(GitMissing, match=r"Install git 2\.38 or newer"):
            check_git()

    def test_a_git_that_is_too_old_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, {"git": "#!/bin/sh\necho git version 2.37.9\n"})
        (tmp_path / "git").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(GitMissing, match=r"git version 2\.37\.9, which is too old"):
            check_git()

    def test_threads_wait_for_each_other(self, repository: Repository, first: str) -> None:
        commits: list[str] = []

        def work(number: int) -> None:
            same = Repository(repository.root)
            with same.lock:
                base = same.resolve("refs/meta/state") or first
                commits.append(same.commit_files(base, {f"{number}": b""}, "one more", ref="refs/meta/state"))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {f"{number}" for number in range(8)} <= set(repository.files("refs/meta/state"))
        assert len(set(commits)) == 8


class TestReading:
    def test_init_makes_a_repository_without_a_commit_and_leaves_one_that_is_there(self, tmp_path: Path) -> None:
        made = Repository.init(tmp_path / "deep/app")
        assert (made.exists(), made.head(), made.branch()) == (True, None, "main")
        before = snapshot(made.root)
        Repository.init(made.root)
        assert snapshot(made.root) == before

    def test_a_folder_that_cannot_be_made_is_an_error_with_its_name(self, tmp_path: Path) -> None:
        write(tmp_path, {"file": ""})
        with pytest.raises(GitError, match=r"Making the folder of a repository stopped at .*Not a directory"):
            Repository.init(tmp_path / "file/app")

    def test_a_detached_head_has_no_branch(self, repository: Repository, first: str) -> None:
        plain_git(repository.root, "checkout", "-q", "--detach")
        assert (repository.branch(), repository.head()) == (None, first)

    def test_blob_id_is_gits_own(self, repository: Repository, first: str) -> None:
        assert repository.ids(first, ["src/a.py"]) == {"src/a.py": blob_id(b"a = 1\n")}

    def test_ids_tell_files_and_folders_with_or_without_slash_and_leave_out_what_is_missing(
        self, repository: Repository, first: str
    ) -> None:
        found = repository.ids(first, ["src", "src/", "README.md", "", "nothing", "src/nothing/"])
        tree = repository.run("rev-parse", f"{first}:src").text
        top = repository.run("rev-parse", f"{first}^{{tree}}").text
        assert found == {"src": tree, "src/": tree, "README.md": blob_id(b"one\n"), "": top}

    def test_read_gives_the_bytes_or_says_what_is_not_there(self, repository: Repository, first: str) -> None:
        data = bytes(range(256)) + b"\n\n"
        commit = repository.commit_files(first, {"binary": data, "empty": b""}, "binary")
        assert repository.read(commit, "binary") == data
        assert repository.read(commit, "empty") == b""
        for path in ("nothing", "src", "README.md/x"):
            with pytest.raises(NotInCommit, match=f"`{path}` is not a file in commit {commit}"):
                repository.read(commit, path)

    def test_files_are_listed_recursively_or_below_paths(self, repository: Repository, first: str) -> None:
        assert repository.files(first, ["src/", "README.md", "nothing"]) == ["README.md", "src/a.py", "src/b.py"]
        assert len(repository.files(first)) == 6

    @pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../b", ".git/config", "a/.GIT/x", "a//b", ".", "a\nb"])
    def test_a_path_that_could_leave_the_repository_is_refused(
        self, repository: Repository, first: str, path: str
    ) -> None:
        with pytest.raises(BadPath):
            repository.commit_files(first, {path: b"x"}, "bad")
        with pytest.raises(BadPath):
            repository.ids(first, [path])

    def test_references_are_set_listed_and_removed(self, repository: Repository, first: str) -> None:
        repository.update_ref("refs/meta/attempts/one", first)
        repository.update_ref("refs/meta/attempts/two/deep", first)
        repository.update_ref("refs/meta/attemptsx", first)
        assert repository.refs("refs/meta/attempts") == {
            "refs/meta/attempts/one": first,
            "refs/meta/attempts/two/deep": first,
        }
        repository.delete_ref("refs/meta/attempts/one")
        repository.delete_ref("refs/meta/attempts/one")
        assert repository.resolve("refs/meta/attempts/one") is None
        assert repository.resolve("main") == first

    def test_locks_that_a_killed_git_left_on_references_are_removed_once_they_are_old(
        self, repository: Repository, first: str
    ) -> None:
        locks = [repository.root / ".git" / name for name in ("HEAD.lock", "refs/heads/main.lock")]
        for lock in locks:
            lock.write_text("")
            os.utime(lock, (1, 1))
        new = repository.commit_files(first, {"x": b"x"}, "new")
        repository.fast_forward(first, new)
        assert repository.head() == new
        assert not any(lock.exists() for lock in locks)

    def test_a_young_lock_on_a_reference_is_waited_for(
        self, repository: Repository, first: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lock = repository.root / ".git/refs/meta/state.lock"
        write(lock.parent, {lock.name: ""})
        with monkeypatch.context() as patched:
            patched.setattr(refs, "_PATIENCE", 0.0)
            with pytest.raises(GitError, match="Unable to create"):
                repository.update_ref("refs/meta/state", first)
        assert lock.exists()
        monkeypatch.setattr(time, "sleep", lambda _: lock.unlink())
        repository.update_ref("refs/meta/state", first)
        assert repository.resolve("refs/meta/state") == first


class TestDirtyPaths:
    def test_edits_staged_and_untracked_files_count_and_ignored_ones_do_not(self, repository: Repository) -> None:
        root = repository.root
        write(root, {"src/a.py": "edited", "new/x": "x", "noise.log": "x", "README.md": "staged"})
        (root / "run").unlink()
        plain_git(root, "add", "README.md")
        assert repository.dirty() == ["README.md", "new/x", "run", "src/a.py"]
        assert repository.dirty(["src/", "new"]) == ["new/x", "src/a.py"]

    def test_a_star_in_a_path_is_only_a_star(self, repository: Repository) -> None:
        write(repository.root, {"a*": "x", "ab": "x"})
        assert repository.dirty(["a*"]) == ["a*"]

    def test_looking_writes_nothing(self, repository: Repository) -> None:
        os.utime(repository.root / "README.md", (1, 1))
        before = snapshot(repository.root)
        assert repository.dirty() == []
        assert snapshot(repository.root) == before


class TestCost:
    """Processes are what git costs: each takes some milliseconds."""

    @pytest.fixture
    def started(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        commands: list[str] = []
        real = subprocess.run

        def counted(command: list[str], **kwargs: Any) -> object:
            commands.append(" ".join(command))
            return real(command, **kwargs)

        monkeypatch.setattr(subprocess, "run", counted)
        yield commands

    def test_each_call_starts_few_processes(
        self, repository: Repository, first: str, tmp_path: Path, started: list[str]
    ) -> None:
        def cost(call: Callable[[], object]) -> int:
            started.clear()
            call()
            return len(started)

        tree = tmp_path / "tree"
        many = ["src/", "tests/", "README.md"] * 20
        assert cost(lambda: repository.ids(first, many)) == 1
        assert cost(lambda: repository.read(first, "README.md")) == 1
        assert cost(lambda: repository.commit_files(first, {"x": b"1", "y": b"2"}, "m")) == 2
        assert cost(lambda: repository.prepare_worktree(tree, first, ["src/"])) == 2
        assert cost(lambda: repository.prepare_worktree(tree, first, ["src/"])) == 2
        assert cost(lambda: repository.worktree_changes(tree, base=first)) == 1
        write(tree, {"src/a.py": "edited"})
        assert cost(lambda: repository.commit_worktree(tree, ["src/"], "m")) == 5
        assert cost(lambda: repository.remove_worktree(tree)) == 0
        assert cost(lambda: repository.export(first, tmp_path / "export")) == 2
        new = repository.commit_files(first, {"x": b"1"}, "m")
        assert cost(lambda: repository.fast_forward(first, new)) == 6
