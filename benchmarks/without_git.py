"""A repository that is a dictionary in memory: what the engine asks of git, without git.

Just enough for an app whose sessions write files of their own, so that two commits never change the same one. Whatever
is not answered here would run git, and is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import count
from pathlib import Path
from threading import RLock
from typing import NoReturn

from engine.artifacts import covers
from engine.git import Change, Place, Repository, blob_id
from engine.workspace import Workspace

Files = dict[str, bytes]


class WithoutGit(Repository):
    """The checkout as it was found is the first commit; every later one is in memory only."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        first = super().head()
        assert first is not None, "a workspace has a first commit"
        self._commits: dict[str, Files] = {first: _below(self.root)}
        self._head = first
        self._refs: dict[str, str] = {}
        self._bases: dict[Path, str] = {}
        self._numbers = count(1)

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        ok: Collection[int] = (0,),
        environment: Mapping[str, str] | None = None,
        lock: RLock | None = None,
    ) -> NoReturn:
        """No git runs here."""
        raise AssertionError(f"git {' '.join(arguments)}")

    def head(self) -> str:
        """What is checked out."""
        return self._head

    def resolve(self, ref: str) -> str | None:
        """What a reference points to."""
        return self._refs.get(ref)

    def update_ref(self, ref: str, commit: str) -> None:
        """Let it point there."""
        self._refs[ref] = commit

    def dirty(self, paths: Sequence[str] = ()) -> list[str]:
        """Nobody edits anything, but it is looked at."""
        files = self._commits[self._head]
        return [path for path in paths if (self.root / path).read_bytes() != files[path]]

    def merge(self, ours: str, theirs: str, message: str) -> str:
        """Both together."""
        one, other = self._commits[ours], self._commits[theirs]
        if one.items() >= other.items():
            return ours
        return theirs if other.items() >= one.items() else self._commit({**one, **other})

    def ids_at(self, places: Iterable[Place]) -> dict[Place, str]:
        """The ids of files as in git; a folder's are those of what is in it."""
        found: dict[Place, str] = {}
        for commit, path in places:
            files = self._commits[commit]
            if path in files:
                found[commit, path] = blob_id(files[path])
            elif below := [f"{name}\0{blob_id(data)}" for name, data in files.items() if _is_below(path, name)]:
                found[commit, path] = hashlib.sha1("".join(below).encode(), usedforsecurity=False).hexdigest()
        return found

    def read_at(self, places: Iterable[Place]) -> dict[Place, bytes]:
        """The contents."""
        return {(commit, path): self._commits[commit][path] for commit, path in places}

    def files(self, commit: str, paths: Sequence[str] = ()) -> list[str]:
        """The names."""
        return [name for name in self._commits[commit] if not paths or any(_is_below(path, name) for path in paths)]

    def commit_files(
        self, base: str | None, changes: Mapping[str, bytes | None], message: str, ref: str | None = None
    ) -> str:
        """The same files with these."""
        files = {**(self._commits[base] if base else {}), **changes}
        commit = self._commit({path: data for path, data in files.items() if data is not None})
        if ref:
            self._refs[ref] = commit
        return commit

    def fast_forward(self, old: str | None, new: str) -> None:
        """The files that differ are written."""
        with self.lock:
            before = self._commits[self._head]
            _write(self.root, {path: data for path, data in self._commits[new].items() if before.get(path) != data})
            self._head = new

    def owns_worktree(self, path: Path) -> bool:
        """Whether it was made here."""
        return path in self._bases

    def prepare_worktree(self, path: Path, commit: str, sparse: Sequence[str] | None = None) -> None:
        """The files that are asked for and not there are written; a folder has just those."""
        files = {name: data for name, data in self._commits[commit].items() if sparse is None or covers(sparse, name)}
        there = _below(path)
        for name in there.keys() - files.keys():
            (path / name).unlink()
        _write(path, {name: data for name, data in files.items() if there.get(name) != data})
        self._bases[path] = commit

    def remove_worktree(self, path: Path) -> None:
        """It stays: the workspace is thrown away."""
        self._bases.pop(path, None)

    def worktree_changes(self, path: Path, base: str | None = None) -> list[Change]:
        """What was written there."""
        files = self._commits[self._bases[path]]
        there = _below(path).items()
        return [Change(name, "modified" if name in files else "added") for name, d in there if files.get(name) != d]

    def commit_worktree(self, path: Path, paths: Sequence[str], message: str, ref: str | None = None) -> str:
        """These files on top."""
        return self.commit_files(self._bases[path], {name: (path / name).read_bytes() for name in paths}, message, ref)

    def _commit(self, files: Files) -> str:
        name = f"{next(self._numbers):040x}"
        self._commits[name] = files
        return name


def put_in_place() -> None:
    """Every workspace of this process has its repository in memory."""
    known: dict[Path, WithoutGit] = {}

    def repository(workspace: Workspace) -> Repository:
        if workspace.root not in known:
            known[workspace.root] = WithoutGit(workspace.root)
        return known[workspace.root]

    in_memory = cached_property(repository)
    in_memory.__set_name__(Workspace, "repository")
    type.__setattr__(Workspace, "repository", in_memory)


def _is_below(folder: str, name: str) -> bool:
    return not folder or name == folder or name.startswith(folder.rstrip("/") + "/")


def _below(root: Path) -> Files:
    """Every file but those that git would be told to overlook."""
    found: Files = {}
    for folder in (root, *(one for one in root.glob("*") if one.is_dir() and not one.name.startswith("."))):
        found |= {p.relative_to(root).as_posix(): p.read_bytes() for p in folder.glob("*") if p.is_file()}
    return found


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
