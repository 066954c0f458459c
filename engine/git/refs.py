"""Where the repository stands: HEAD, the branch, and other references."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Self

from engine.git.base import RepositoryBase
from engine.git.errors import GitError, reported
from engine.git.process import run_git

_DEAD_AFTER = 2.0  # seconds; git has waited this long for the lock before it gave up (core.filesRefLockTimeout)


class References(RepositoryBase):
    """Read and move references."""

    def exists(self) -> bool:
        """Whether `root` itself is the top of a git work tree."""
        return (self.root / ".git").exists() and self.run("rev-parse", "--git-dir", ok=(0, 128)).code == 0

    @classmethod
    def init(cls, root: Path) -> Self:
        """The repository at `root`, made with an unborn branch `main` if there is none. Raises GitError."""
        repository = cls(root)
        with reported("Making the folder of a repository"):
            repository.root.mkdir(parents=True, exist_ok=True)
        with repository.lock:
            if not repository.exists():
                command = ["init", "--quiet", "--template=", "--object-format=sha1", str(repository.root)]
                run_git(command, folder=repository.root)
        return repository

    def head(self) -> str | None:
        """The commit that is checked out; None before the first."""
        return self.resolve("HEAD")

    def branch(self) -> str | None:
        """The name of the branch that is checked out; None when HEAD is detached."""
        return self.run("symbolic-ref", "--quiet", "--short", "HEAD", ok=(0, 1)).text or None

    def resolve(self, ref: str) -> str | None:
        """The commit that a reference, branch name or id means; None when there is none."""
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        return self.run(*asked, ok=(0, 1)).text or None

    def refs(self, prefix: str) -> dict[str, str]:
        """Full name → id of every reference below `prefix` (`refs/meta/attempts`)."""
        listed = self.run("for-each-ref", "--format=%(objectname) %(refname)", prefix).text
        return {name: id_ for id_, _, name in (line.partition(" ") for line in listed.splitlines())}

    def update_ref(self, ref: str, commit: str) -> None:
        """Let `ref` (full name) point to `commit`."""
        self._change_refs("update-ref", ref, commit)

    def delete_ref(self, ref: str) -> None:
        """Remove `ref`; nothing to do when it does not exist."""
        self._change_refs("update-ref", "-d", ref)

    def _change_refs(self, *command: str) -> None:
        with self.lock:
            try:
                self.run(*command)
            except GitError as error:
                if not _broke_dead_lock(str(error), self.common_dir, self.git_dir):
                    raise
                self.run(*command)


def _broke_dead_lock(message: str, *directories: Path) -> bool:
    """Remove the lock file that `message` complains about if a killed git left it in one of the directories.

    A living git holds a reference for milliseconds. The index has another kind of lock, which is never touched here.
    """
    found = re.search(r"Unable to create '(.+\.lock)': File exists", message)
    if found is None:
        return False
    lock = Path(found[1])
    if lock.name == "index.lock" or not any(lock.resolve().is_relative_to(directory) for directory in directories):
        return False
    try:
        age = time.time() - lock.stat().st_mtime
        if age < _DEAD_AFTER:
            return False
        lock.unlink()
    except FileNotFoundError:
        return True
    return True
