"""Where the repository stands: HEAD, the branch, and other references."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from engine.git.base import RepositoryBase
from engine.git.errors import GitError, reported
from engine.git.process import run_git

_DEAD_AFTER = 2.0  # seconds; a living git holds the lock of a reference for milliseconds
_PAUSE = 0.05
_PATIENCE = 10.0
_COMMIT = re.compile(r"[0-9a-f]{40}")


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
        """The commit that is checked out; None before the first. Usually told by two small files, without git."""
        try:
            said = (self.git_dir / "HEAD").read_text(encoding="utf-8").strip()
            if said.startswith("ref: "):
                said = (self.common_dir / said.removeprefix("ref: ")).read_text(encoding="utf-8").strip()
        except OSError:
            said = ""
        return said if _COMMIT.fullmatch(said) else self.resolve("HEAD")

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
            self._around_locks(lambda: self.run(*command))

    def _around_locks(self, change: Callable[[], object]) -> None:
        """Run git, which locks references, around the locks of others; those of killed ones are removed."""
        give_up = time.monotonic() + _PATIENCE
        while True:
            try:
                change()
                return
            except GitError as error:
                lock = _lock_in_the_way(str(error))
                if lock is None or time.monotonic() > give_up:
                    raise
                _remove_if_dead(lock)


def _lock_in_the_way(message: str) -> Path | None:
    """The lock file of a reference that git complains about. The index has another kind of lock: it is not meant."""
    found = re.search(r"Unable to create '(.+\.lock)': File exists", message)
    return Path(found[1]) if found and not found[1].endswith("/index.lock") else None


def _remove_if_dead(lock: Path) -> None:
    try:
        if time.time() - lock.stat().st_mtime < _DEAD_AFTER:
            time.sleep(_PAUSE)
        else:
            lock.unlink()
    except FileNotFoundError:
        return  # its owner was alive and has let go
