"""A folder that is the top of a git work tree, and git running on it, one command at a time."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from pathlib import Path

from engine.git.paths import common_directory, own_git_directory
from engine.git.process import Result, run_git

_READS = frozenset(
    {"cat-file", "diff-tree", "for-each-ref", "ls-tree", "merge-base", "rev-parse", "symbolic-ref"}
    | {"commit-tree", "merge-tree"}
)
"""Commands that only read what is never changed in place, or add to it: these need not wait for others."""

_locks: dict[Path, threading.RLock] = {}
_locks_guard = threading.Lock()


def repository_lock(root: Path) -> threading.RLock:
    """The one re-entrant lock of the repository, or of the worktree, at `root` (resolved) in this process."""
    with _locks_guard:
        return _locks.setdefault(root, threading.RLock())


class RepositoryBase:
    """Runs git on `root` and on nothing else: a repository around `root` is never found by accident."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).resolve()
        self.lock = repository_lock(self.root)

    @property
    def git_dir(self) -> Path:
        """Where this work tree's index and HEAD are. Raises NotOurWorktree for a copied worktree."""
        return own_git_directory(self.root)

    @property
    def common_dir(self) -> Path:
        """Where objects, references and the list of worktrees are."""
        return common_directory(self.git_dir)

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        ok: Collection[int] = (0,),
        environment: Mapping[str, str] | None = None,
        lock: threading.RLock | None = None,
    ) -> Result:
        """Run git on this repository, or what else `lock` guards. Raises GitError when the exit code is not in `ok`."""
        places = {"GIT_DIR": str(self.git_dir), "GIT_WORK_TREE": str(self.root), **(environment or {})}
        folder = Path(places["GIT_WORK_TREE"])
        if arguments[0] in _READS:
            return run_git(arguments, folder=folder, environment=places, stdin=stdin, ok=ok)
        with lock or self.lock:
            return run_git(arguments, folder=folder, environment=places, stdin=stdin, ok=ok)
