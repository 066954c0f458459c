"""What can go wrong with git, as messages a person can act on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.errors import MetaError


class GitError(MetaError):
    """A git command failed, or was about to be used in a way that could do harm."""


class GitMissing(MetaError):
    """There is no git, or one that is too old."""


class NotInCommit(GitError):
    """The path is no file in that commit."""

    def __init__(self, commit: str, path: str) -> None:
        super().__init__(f"`{path}` is not a file in commit {commit}.")
        self.commit = commit
        self.path = path


class BadPath(GitError):
    """A path that is not a plain path inside the repository."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path!r} is not a path inside the repository: give it relative to the top, without `..`.")
        self.path = path


class NotOurWorktree(GitError):
    """The folder is no worktree of this repository (it may be a copy that points into another one)."""


class HeadMoved(GitError):
    """The branch is on neither side of a landing: somebody committed, reset or switched in between."""


class _PathsError(GitError):
    def __init__(self, text: str, paths: Sequence[str]) -> None:
        self.paths = sorted(paths)
        super().__init__(f"{text}: {', '.join(f'`{path}`' for path in self.paths)}.")


class MergeConflict(_PathsError):
    """Both sides changed the same lines of `.paths`; nothing was changed."""

    def __init__(self, ours: str, theirs: str, paths: Sequence[str]) -> None:
        super().__init__(f"Merging {theirs[:12]} into {ours[:12]} meets changes to the same lines in", paths)


class DirtyPaths(_PathsError):
    """`.paths` hold edits that are not committed and that a landing would overwrite; nothing was changed."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__("Commit these uncommitted edits or move them away, then run again", paths)


class NestedRepository(_PathsError):
    """`.paths` are git repositories of their own, whose files cannot be committed."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__("Remove the `.git` inside these folders, git cannot commit what they hold", paths)


@contextmanager
def reported(doing: str) -> Iterator[None]:
    """What the disk refuses becomes a GitError that says what was being done, and to which file."""
    try:
        yield
    except OSError as error:
        raise GitError(
            f"{doing} stopped at `{error.filename}`: {error.strerror}. Mend this, then run again."
        ) from error
