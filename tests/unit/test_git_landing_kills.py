"""A landing that is killed at any point is finished by the same call, around a user in the middle of work."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import stat
import subprocess
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.git import (
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


EFFECTS = ((os, "replace"), (os, "unlink"), (os, "rmdir"), (os, "link"), (os, "chmod"), (subprocess, "run"))


def killed_before_effect(number: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child that kills itself (-9) before its n-th effect; False if there are not so many."""
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)
    left = itertools.count(number, -1)

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def effect(*args: object, **kwargs: object) -> object:
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return effect

    for owner, name in EFFECTS:
        setattr(owner, name, counted(getattr(owner, name)))
    failed = True
    try:
        work()
        failed = False
    finally:
        if failed:
            traceback.print_exc()
        os._exit(failed)


@dataclass
class Situation:
    """A user in the middle of work, and a landing that is due."""

    repository: Repository
    old: str
    new: str

    def land(self) -> None:
        self.repository.fast_forward(self.old, self.new)

    def check(self) -> None:
        """The landing is complete, and the user's own things are as they were."""
        root = self.repository.root
        assert self.repository.head() == self.new
        assert self.repository.branch() == "main"
        assert files_on_disk(root) == sorted(
            {*self.repository.files(self.new), "mine/untracked", "noise.log", "staged"} - {"tests/test_a.py"}
        )
        assert plain_git(root, "status", "--porcelain").splitlines() == [
            " M README.md",
            "A  staged",
            " D tests/test_a.py",
            "?? mine/",
        ]
        assert (root / "README.md").read_text() == "edited by the user\n"
        assert (root / "staged").read_text() == "staged\n"
        assert plain_git(root, "diff", "--cached", "--name-only") == "staged\n"
        assert not (root / "src/gone").exists()
        assert (root / "tool").stat().st_mode & stat.S_IXUSR
        assert (root / "link").readlink() == Path("src/a.py")
        left = [path.name for path in (root / ".git").iterdir() if path.name.startswith("meta-") or path.suffix]
        assert left == []


@pytest.fixture
def situation(repository: Repository, first: str) -> Situation:
    old = repository.commit_files(
        first, {"src/gone/deep/x": b"x", "was_file": b"x", "was_folder/x": b"x", "tool": b"echo"}, "old"
    )
    repository.fast_forward(first, old)
    root = repository.root
    write(root, {"README.md": "edited by the user\n", "staged": "staged\n", "mine/untracked": "x", "noise.log": "x"})
    (root / "tests/test_a.py").unlink()
    plain_git(root, "add", "staged")
    new = _commit_with_link(
        repository,
        old,
        {
            "src/a.py": b"a = 2\n",
            "src/new/deep/y": b"y",
            'ünï "q"': b"#!odd",
            "src/gone/deep/x": None,
            "was_file": None,
            "was_file/inside": b"1",
            "was_folder/x": None,
            "was_folder": b"2",
        },
    )
    return Situation(repository, old, new)


def _commit_with_link(repository: Repository, base: str, changes: dict[str, bytes | None]) -> str:
    """A commit with `changes`, a link `link` and the execute bit on `tool`."""
    tree = repository.root / ".orchestrator/worktrees/other"
    repository.add_worktree(tree, repository.commit_files(base, changes, "files"))
    (tree / "link").symlink_to("src/a.py")
    (tree / "tool").chmod(0o755)
    commit = repository.commit_worktree(tree, ["link", "tool"], "new")
    repository.remove_worktree(tree)
    (repository.root / ".orchestrator/worktrees").rmdir()
    (repository.root / ".orchestrator").rmdir()
    return commit


class TestAKilledLanding:
    def test_the_checkout_moves_and_nothing_else_of_the_user_is_touched(self, situation: Situation) -> None:
        situation.land()
        situation.check()
        before = snapshot(situation.repository.root)
        situation.land()
        assert snapshot(situation.repository.root) == before

    def test_killed_before_any_effect_the_same_call_finishes_the_job(
        self, situation: Situation, tmp_path: Path
    ) -> None:
        saved = tmp_path / "saved"
        shutil.copytree(situation.repository.root, saved, symlinks=True)
        for number in itertools.count():
            killed = killed_before_effect(number, situation.land)
            situation.land()
            situation.check()
            if not killed:
                assert number > 20
                return
            shutil.rmtree(situation.repository.root)
            shutil.copytree(saved, situation.repository.root, symlinks=True)

    def test_killed_again_and_again_it_still_gets_there(self, situation: Situation) -> None:
        for number in range(30):
            killed_before_effect(number, situation.land)
        situation.land()
        situation.check()
