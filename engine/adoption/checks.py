"""Whether a folder can be adopted: a git repository with commits, nothing uncommitted, and no workspace yet."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import MetaError, UsageError
from engine.git import Repository, check_git
from engine.lifecycle.manifest import MANIFEST
from engine.state.files import RESTORE
from engine.wording import some
from engine.workspace import PLAN

SHOWN = 5
_UNDER_WAY = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD")


class CannotAdopt(MetaError):
    """The folder cannot be adopted as it is; nothing was changed."""


def check(folder: Path) -> tuple[Repository, str]:
    """The repository in `folder` and the commit to adopt. Raises UsageError or CannotAdopt, which say what to do."""
    check_git()
    repository = find_repository(folder)
    if (repository.root / ".orchestrator").exists():
        raise UsageError(f"{folder}: this is a workspace already. `meta status {folder}` shows it.")
    head = repository.head()
    if head is None:
        raise CannotAdopt(f"{folder}: this repository has no commit yet. Commit what is to be adopted, then run again.")
    if len(head) != 40:
        raise CannotAdopt(f"{folder}: this repository names its objects by SHA-256, and only SHA-1 is supported.")
    if repository.branch() is None:
        raise CannotAdopt(f"{folder}: no branch is checked out. `git switch` to the one that gets the commit first.")
    _check_commit(folder, repository, head)
    _check_clean(folder, repository)
    return repository, head


def find_repository(folder: Path) -> Repository:
    """The repository whose top `folder` is. Raises UsageError."""
    root = folder.resolve()
    if not root.exists():
        raise UsageError(f"{folder}: there is no such folder.")
    if not root.is_dir():
        raise UsageError(f"{folder}: this is a file. Name the top folder of a git repository.")
    if not (root / ".git").exists():
        if (root / "HEAD").is_file() and (root / "objects").is_dir():
            raise UsageError(f"{folder}: this is a bare repository, without files. Clone it, and adopt the clone.")
        above = next((parent for parent in root.parents if (parent / ".git").exists()), None)
        if above:
            raise UsageError(f"{folder}: this lies inside a git repository. Name its top: `meta adopt {above}`.")
        raise UsageError(f"{folder}: this is no git repository. `git init` there, commit the code, then run again.")
    repository = Repository(root)
    if not repository.exists():
        raise UsageError(f"{folder}: git does not accept its .git. `git -C {folder} status` says why.")
    if not os.access(root, os.W_OK):
        raise CannotAdopt(f"{folder}: the folder is not writable. Change its rights, then run again.")
    return repository


def _check_commit(folder: Path, repository: Repository, head: str) -> None:
    files = repository.entries(head, deep=True)
    modules = sorted(path for path, entry in files.items() if entry.is_submodule)
    if modules:
        raise CannotAdopt(
            f"{folder}: it has submodules ({some(modules, SHOWN)}), whose files this repository does not hold. "
            "Adopt each by itself, or take their files into this repository, then run again."
        )
    if made := sorted(files.keys() & {PLAN, MANIFEST}):
        raise CannotAdopt(
            f"{folder}: {' and '.join(made)}: what the engine makes is committed already, so this was made or adopted "
            f"before, and its `.orchestrator/` is missing. Where it was made, `{RESTORE}` brings that back. "
            "To adopt it anew, remove those files and commit that."
        )


def _check_clean(folder: Path, repository: Repository) -> None:
    git_dir = repository.git_dir
    if (repository.root / ".gitignore").is_symlink():
        raise CannotAdopt(f"{folder}: .gitignore is a symbolic link. Put a file in its place: it gets a line.")
    if any((git_dir / name).exists() for name in _UNDER_WAY):
        raise CannotAdopt(f"{folder}: a merge, rebase or the like is under way. Finish or abort it, then run again.")
    if dirty := repository.dirty():
        raise CannotAdopt(
            f"{folder}: {some(dirty, SHOWN)} {'is' if len(dirty) == 1 else 'are'} not committed. Only what is "
            "committed is adopted: commit it, `git stash -u` it or name it in .gitignore, then run again."
        )
