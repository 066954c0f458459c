"""What a work tree holds that its commit does not, and committing it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.git.errors import NestedRepository
from engine.git.paths import clean_path
from engine.git.worktrees import Worktrees, worktree_lock

_STATUS = ("status", "--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--ignored=no", "--no-renames")


@dataclass(frozen=True, order=True)
class Change:
    """One path that differs from the commit; a rename is a deletion and an addition.

    The path of a git repository that somebody made inside the work tree ends with "/".
    """

    path: str
    kind: Literal["added", "modified", "deleted"]


@dataclass(frozen=True)
class _Status:
    """A work tree against its commit; `staged`: the index alone differs from the commit too."""

    head: str
    changes: list[Change]
    staged: bool


class Changes(Worktrees):
    """See and commit changes, in our worktrees and in the user's own work tree."""

    def dirty(self, paths: Sequence[str] = ()) -> list[str]:
        """Paths (at and below `paths`) whose content differs from HEAD; untracked counts, ignored does not."""
        only = [clean_path(path) for path in paths]
        status = self.run(*_STATUS, "--", *only, environment={"GIT_OPTIONAL_LOCKS": "0"})
        return [change.path for change in _parse(status.fields()).changes]

    def worktree_changes(self, path: Path, base: str | None = None) -> list[Change]:
        """Everything a session changed in its worktree, also outside the sparse set; ignored files are left out.

        With `base`, for a session that has ended: commits that it made by itself on top of `base` are undone first (the
        files stay), so that what they hold is seen. Raises NotOurWorktree.
        """
        with worktree_lock(path):
            status = self._status(path)
            if base is None or status.head == base:
                return status.changes
            self.drop_dead_locks(path)
            self.run_in_worktree(path, "update-ref", "--no-deref", "HEAD", base)
            return self._status(path).changes

    def commit_worktree(self, path: Path, paths: Sequence[str], message: str, ref: str | None = None) -> str:
        """Commit the changes at and below exactly these paths of a session that has ended, whatever is staged.

        No branch moves.
        Returns the new commit, or the present one if there is no such change; `ref` is set to it.
        Raises NestedRepository, NotOurWorktree.
        """
        commit, is_new = self._commit_worktree(path, paths, message, ref)
        if ref is not None and not is_new:
            self.update_ref(ref, commit)
        return commit

    def _commit_worktree(self, path: Path, paths: Sequence[str], message: str, ref: str | None) -> tuple[str, bool]:
        """The commit, and whether it was made here: then `ref` is set already."""
        with worktree_lock(path):
            status = self._status(path)
            only = [clean_path(name) for name in paths]
            chosen = [change.path for change in status.changes if _is_below(change.path, only)]
            if not chosen:
                return status.head, False
            nested = [name for name in chosen if (path / name / ".git").exists()]
            if nested:
                raise NestedRepository(nested)
            self.drop_dead_locks(path)
            if status.staged:
                self.run_in_worktree(path, "reset", "--quiet", "--mixed", status.head)
            names = os.fsencode("".join(f"{name}\0" for name in chosen))
            self.run_in_worktree(path, "update-index", "--add", "--remove", "--replace", "-z", "--stdin", stdin=names)
            return self._commit_index(path, status, message, ref)

    def _status(self, path: Path) -> _Status:
        return _parse(self.run_in_worktree(path, *_STATUS).fields())

    def _commit_index(self, path: Path, status: _Status, message: str, ref: str | None) -> tuple[str, bool]:
        """Not `git commit`: it would move a branch or go on with a merge that the session left."""
        tree = self.run_in_worktree(path, "write-tree").text
        # Where something was staged, the staging may have been all that differed.
        if status.staged and tree == self.run_in_worktree(path, "rev-parse", f"{status.head}^{{tree}}").text:
            return status.head, False
        commit = self.run_in_worktree(path, "commit-tree", tree, "-p", status.head, stdin=message.encode()).text
        moves = f"option no-deref\nupdate HEAD {commit} {status.head}\n" + (f"update {ref} {commit}\n" if ref else "")
        self._around_locks(lambda: self.run_in_worktree(path, "update-ref", "--stdin", stdin=moves.encode()))
        return commit, True


def _is_below(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _parse(fields: Sequence[str]) -> _Status:
    """The commit and the changes in `git status --porcelain=v2 --branch -z`."""
    head = next(field.removeprefix("# branch.oid ") for field in fields if field.startswith("# branch.oid "))
    kinds: dict[str, Literal["added", "modified", "deleted"]] = {}
    for path, in_head, on_disk in _entries(fields):
        # A path can come twice: taken out of the index, and there as an untracked file.
        before = in_head or path in kinds
        if before and on_disk:
            kinds[path] = "modified"
        elif before or on_disk:
            kinds[path] = "deleted" if before else "added"
    staged = any(field[0] in "1u" and field[2] != "." for field in fields)
    return _Status(head, sorted(Change(path, kind) for path, kind in kinds.items()), staged)


def _entries(fields: Sequence[str]) -> Iterator[tuple[str, bool, bool]]:
    """Path, whether HEAD has it, whether it is on the disk."""
    for field in fields:
        if field.startswith("? "):
            yield field[2:], False, True
        elif field.startswith("1 "):
            _, _, _, mode_head, _, mode_disk, _, _, path = field.split(" ", 8)
            yield path, mode_head != "000000", mode_disk != "000000"
        elif field.startswith("u "):
            _, _, _, _, mode_ours, _, mode_disk, _, _, _, path = field.split(" ", 10)
            yield path, mode_ours != "000000", mode_disk != "000000"
