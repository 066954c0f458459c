"""Linked worktrees: sparse, detached, reused; never one of another repository."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.git.base import repository_lock
from engine.git.errors import GitError, NotOurWorktree, reported
from engine.git.objects import Objects
from engine.git.paths import clean_path, common_directory, git_directory, linked_tree
from engine.git.process import Result

_SPARSE = ("-c", "core.sparseCheckout=true", "-c", "core.sparseCheckoutCone=false")


class Worktrees(Objects):
    """Make, reuse and remove the worktrees of this repository.

    git keeps a record of each in `.git/worktrees/<id>`, and the worktree's `.git` file points back to it. Only a
    worktree whose two pointers agree is ours: in a copied repository both point into the original, where `git worktree
    prune`, `repair` and `remove` would do harm. So those three are never used.
    """

    def owns_worktree(self, path: Path) -> bool:
        """Whether `path` is a worktree of this very repository, not of the one it was copied from."""
        return self._record(path) is not None

    def add_worktree(self, path: Path, commit: str, sparse: Sequence[str] | None = None) -> None:
        """Make a worktree with a detached HEAD at `commit`.

        Only the files and folders (ending with "/") of `sparse` are on the disk; None means all. Raises GitError.
        """
        with self.lock, reported("Making a worktree"):
            self.forget_foreign_worktrees()
            self._forget_records_of(path)
            self.run("worktree", "add", "--quiet", "--detach", "--no-checkout", str(path.absolute()), commit)
            self._check_out(path, commit, sparse)

    def prepare_worktree(self, path: Path, commit: str, sparse: Sequence[str] | None = None) -> None:
        """A clean worktree at `commit`: the one at `path` reset, else a new one in place of whatever is there.

        Everything in it that is not in the commit is deleted, ignored files too.
        """
        if not self._reuse(path, commit, sparse):
            with self.lock:
                self.remove_worktree(path)
                self.add_worktree(path, commit, sparse)

    def remove_worktree(self, path: Path) -> None:
        """Delete the folder `path`, and this repository's record of it. Raises GitError for a folder around `root`."""
        if self.root.is_relative_to(path.resolve()):
            raise GitError(f"`{path}` is not removed: it holds the repository `{self.root}`.")
        with self.lock, reported("Deleting a worktree"):
            _delete(path)
            self._forget_records_of(path)
            self.forget_foreign_worktrees()

    def forget_foreign_worktrees(self) -> None:
        """Drop the records, copied along with this repository, of worktrees that belong to the original."""
        for record in self._records():
            tree = linked_tree(record)
            pointed = git_directory(tree) if tree is not None else None
            if pointed is not None and pointed.is_dir() and common_directory(pointed) != self.common_dir:
                shutil.rmtree(record)

    def run_in_worktree(self, path: Path, *arguments: str, stdin: bytes | None = None) -> Result:
        """Run git on one of our worktrees, each of which has an index and a HEAD of its own. Raises NotOurWorktree."""
        places = {"GIT_DIR": str(self.record_of(path)), "GIT_WORK_TREE": str(path.resolve())}
        return self.run(*_SPARSE, *arguments, stdin=stdin, environment=places, lock=worktree_lock(path))

    def record_of(self, path: Path) -> Path:
        """The git directory of one of our worktrees. Raises NotOurWorktree."""
        record = self._record(path)
        if record is None:
            raise NotOurWorktree(f"`{path}` is not a git worktree of `{self.root}`.")
        return record

    def drop_dead_locks(self, path: Path) -> None:
        """Remove the locks of a worktree in which no session runs: only a killed git can have left them."""
        for lock in self.record_of(path).glob("*.lock"):
            lock.unlink(missing_ok=True)

    def _reuse(self, path: Path, commit: str, sparse: Sequence[str] | None) -> bool:
        with worktree_lock(path):
            if not self.owns_worktree(path):
                return False
            self.drop_dead_locks(path)
            try:
                self._check_out(path, commit, sparse)
                self.run_in_worktree(path, "clean", "-ffdxq")
            except GitError:
                # A session can leave a worktree that git cannot reset; a new one works, or says why it does not.
                return False
            return True

    def _check_out(self, path: Path, commit: str, sparse: Sequence[str] | None) -> None:
        patterns = self.record_of(path) / "info" / "sparse-checkout"
        patterns.parent.mkdir(exist_ok=True)
        patterns.write_bytes(os.fsencode("".join(f"{line}\n" for line in _patterns(sparse))))
        self.run_in_worktree(path, "checkout", "--quiet", "--force", "--detach", commit)

    def _records(self) -> Iterator[Path]:
        folder = self.common_dir / "worktrees"
        if folder.is_dir():
            yield from sorted(entry for entry in folder.iterdir() if entry.is_dir())

    def _record(self, path: Path) -> Path | None:
        if path.is_symlink() or not (path / ".git").is_file():
            return None
        record = git_directory(path)
        if record is None or record.parent != self.common_dir / "worktrees" or linked_tree(record) != path.resolve():
            return None
        return record

    def _forget_records_of(self, path: Path) -> None:
        """Drop what git remembers of the deleted folder `path`, also from before the repository was moved."""
        place = path.resolve()
        inside = place.relative_to(self.root).parts if place.is_relative_to(self.root) else place.parts
        for record in self._records():
            tree = linked_tree(record)
            if tree is None:  # git was killed while it made the record
                stale = record.name.startswith(path.name)
            else:
                stale = not tree.exists() and tree.parts[-len(inside) :] == inside
            if stale:
                shutil.rmtree(record)


def worktree_lock(path: Path) -> threading.RLock:
    """Whoever holds it and needs the repository's lock too has taken that one first."""
    return repository_lock(path.resolve())


def _patterns(sparse: Sequence[str] | None) -> list[str]:
    if sparse is None:
        return ["/*"]
    return ["/" + _escaped(clean_path(path)) + ("/" if path.endswith("/") else "") for path in sparse]


def _escaped(path: str) -> str:
    plain = "".join(f"\\{char}" if char in "\\*?[" else char for char in path)
    return plain[:-1] + "\\ " if plain.endswith(" ") else plain


def _delete(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        try:
            shutil.rmtree(path)
        except PermissionError:
            _open_up(path)
            shutil.rmtree(path)


def _open_up(folder: Path) -> None:
    """A session can leave read-only folders, from which nothing can be deleted."""
    folder.chmod(stat.S_IRWXU)
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            _open_up(entry)
