"""Changing some paths of the user's index so that a kill never leaves it locked."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from engine.git.base import RepositoryBase
from engine.git.errors import GitError
from engine.git.objects import Entry, entry

_TRIES = 20
_PAUSE = 0.1  # seconds


class IndexCopy:
    """Works on a copy of the index, which then takes the index's place.

    git's own lock file, `index.lock`, would outlive a killed git and then block the user; nobody could tell whose it
    is. Ours is a second name (hard link) of the copy, so a leftover is known as ours and removed.
    """

    def __init__(self, repository: RepositoryBase) -> None:
        self._repository = repository
        self._index = repository.git_dir / "index"
        self._lock = repository.git_dir / "index.lock"
        self._copy = repository.git_dir / "meta-index"

    def differences(self, commit: str) -> dict[str, Entry | None]:
        """What is staged for every path whose staged content is not that of `commit`."""
        fields = self._repository.run("diff-index", "--cached", "-z", "--raw", "--no-renames", commit).fields()
        staged: dict[str, Entry | None] = {}
        for described, path in zip(fields[::2], fields[1::2], strict=True):
            _, mode, _, id_, _ = described.split(" ")
            staged[path] = entry(mode, id_)
        return staged

    def set_paths(self, commit: str, paths: Sequence[str]) -> None:
        """Stage for `paths` what `commit` holds. Raises GitError while another git works on the index."""
        for _ in range(_TRIES):
            if not paths or self._try(commit, paths):
                return
            time.sleep(_PAUSE)
        raise GitError(
            f"Another git command keeps changing `{self._index}` or holds `{self._lock}`. Let it end (or delete the "
            "lock if none is running), then run again: the landing goes on."
        )

    def drop_leftovers(self) -> None:
        """Remove what a killed landing left."""
        if self._copy.exists():
            if self._lock.exists() and self._lock.samefile(self._copy):
                self._lock.unlink()
            self._copy.unlink()
        self._copy.with_name("meta-index.lock").unlink(missing_ok=True)

    def _try(self, commit: str, paths: Sequence[str]) -> bool:
        before = _fingerprint(self._index)
        if before is not None:
            shutil.copy2(self._index, self._copy)
        self._reset(self._copy, commit, paths)
        try:
            os.link(self._copy, self._lock)
        except FileExistsError:
            self.drop_leftovers()
            return False
        except OSError:  # a file system without hard links: git's own lock has to do
            self.drop_leftovers()
            self._reset(self._index, commit, paths)
            return True
        unchanged = _fingerprint(self._index) == before
        if unchanged:
            self._lock.replace(self._index)
        self.drop_leftovers()
        return unchanged

    def _reset(self, index: Path, commit: str, paths: Sequence[str]) -> None:
        names = os.fsencode("".join(f"{path}\0" for path in paths))
        command = ("reset", "--quiet", "--refresh", "--pathspec-from-file=-", "--pathspec-file-nul", commit)
        self._repository.run(*command, stdin=names, environment={"GIT_INDEX_FILE": str(index)})


def _fingerprint(path: Path) -> tuple[int, int, int] | None:
    if not path.exists():
        return None
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
