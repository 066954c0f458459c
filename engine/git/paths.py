"""Paths inside a repository, and where its git directory is."""

from __future__ import annotations

import os
from pathlib import Path

from engine.git.errors import BadPath, NotOurWorktree


def clean_path(path: str) -> str:
    """The path without a trailing slash. Raises BadPath for anything that could leave the repository."""
    plain = path.removesuffix("/")
    parts = plain.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or not {"\0", "\n"}.isdisjoint(plain):
        raise BadPath(path)
    return plain


def git_directory(tree: Path) -> Path | None:
    """What `tree/.git` is or points to (None: neither a folder nor a pointer); it need not exist."""
    dot = tree / ".git"
    if dot.is_dir():
        return dot.resolve()
    if not dot.is_file():
        return None
    pointer = os.fsdecode(dot.read_bytes()).strip()
    if not pointer.startswith("gitdir: "):
        return None
    return (tree / pointer.removeprefix("gitdir: ")).resolve()


def common_directory(directory: Path) -> Path:
    """The git directory that a worktree's git directory shares with the others, or itself."""
    pointer = directory / "commondir"
    if not pointer.is_file():
        return directory
    return (directory / os.fsdecode(pointer.read_bytes()).strip()).resolve()


def linked_tree(directory: Path) -> Path | None:
    """The folder that a worktree's git directory says it belongs to."""
    pointer = directory / "gitdir"
    if not pointer.is_file():
        return None
    return (directory / os.fsdecode(pointer.read_bytes()).strip()).resolve().parent


def own_git_directory(root: Path) -> Path:
    """The git directory of `root`. Raises NotOurWorktree when `root` is a copy of another repository's worktree."""
    dot = root / ".git"
    if not dot.is_symlink() and dot.is_dir() and not (dot / "gitdir").exists():
        return dot  # as nearly always, and asked before each git
    directory = git_directory(root)
    if directory is None:
        return dot
    tree = linked_tree(directory)
    if tree is not None and tree != root.resolve():
        raise NotOurWorktree(
            f"`{root}` is a copy of the git worktree `{tree}` and would write into it. "
            f"Make it a repository of its own: `git clone {tree} <new folder>`."
        )
    return directory
