"""The one package that calls git: own environment and configuration, one change at a time to each index."""

from __future__ import annotations

from engine.git.changes import Change
from engine.git.errors import (
    BadPath,
    DirtyPaths,
    GitError,
    GitMissing,
    HeadMoved,
    MergeConflict,
    NestedRepository,
    NotInCommit,
    NotOurWorktree,
)
from engine.git.landing import Landing
from engine.git.merging import Merged, merge_texts
from engine.git.objects import Place, blob_id
from engine.git.process import check_git


class Repository(Landing):
    """The git repository whose work tree's top is `root`. Blocking and thread-safe; paths are relative, with "/"."""


__all__ = [
    "BadPath",
    "Change",
    "DirtyPaths",
    "GitError",
    "GitMissing",
    "HeadMoved",
    "MergeConflict",
    "Merged",
    "NestedRepository",
    "NotInCommit",
    "NotOurWorktree",
    "Place",
    "Repository",
    "blob_id",
    "check_git",
    "merge_texts",
]
