"""The documents in force in a workspace, and how they differ from those of the last run.

A copy of each document that a run worked under is kept in `.orchestrator/documents/`, named by its hash, so that a
change can be shown line by line before it takes effect.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import MetaError
from engine.resources import meta_home
from engine.state.atomic import write_atomic
from engine.workspace import Workspace

KEPT = "documents"
REF = "refs/meta/documents"
"""A commit that holds every version by its hash as well, where `git clean` does not reach."""


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that is not what it was in the last run, and the lines that differ."""

    name: str
    diff: tuple[str, ...]


def in_force(workspace: Workspace) -> dict[str, Path]:
    """Name below `.meta/` → the file that counts: the workspace's own if it has one, else the engine's."""
    found: dict[str, Path] = {}
    for home in (meta_home(), workspace.overlay):
        for path in sorted(home.rglob("*")) if home.is_dir() else []:
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(home).parts):
                found[path.relative_to(home).as_posix()] = path
    return found


def versions(documents: Mapping[str, Path]) -> dict[str, str]:
    """Name → sha256. Raises MetaError for a file that cannot be read."""
    return {name: hashlib.sha256(_read(path)).hexdigest() for name, path in sorted(documents.items())}


def keep(workspace: Workspace, documents: Mapping[str, Path]) -> None:
    """Keep a copy of each document, unless that version is kept already."""
    folder = workspace.private / KEPT
    for path in documents.values():
        data = _read(path)
        copy = folder / hashlib.sha256(data).hexdigest()
        if not copy.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_atomic(copy, data)


def keep_in_git(workspace: Workspace, documents: Mapping[str, Path]) -> None:
    """Keep the same versions under a ref of their own; git stores what is alike once."""
    repository = workspace.repository
    files: dict[str, bytes | None] = {}
    for path in documents.values():
        data = _read(path)
        files[hashlib.sha256(data).hexdigest()] = data
    repository.commit_files(repository.resolve(REF), files, "Documents", ref=REF)


def kept(workspace: Workspace, sha256: str) -> bytes | None:
    """The content of a version that a run worked under; None where only its hash is known."""
    try:
        return (workspace.private / KEPT / sha256).read_bytes()
    except OSError:
        repository = workspace.repository
        return repository.read_present(REF, [sha256]).get(sha256) if repository.resolve(REF) else None


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names of the documents whose versions differ from those of an earlier run; nothing if there was none."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name)) if before else []


def changes(workspace: Workspace, before: Mapping[str, str]) -> list[DocumentChange]:
    """What differs from the versions of an earlier run, line by line."""
    documents = in_force(workspace)
    names = changed(before, versions(documents))
    return [_change(workspace, name, before.get(name), documents.get(name)) for name in names]


def _change(workspace: Workspace, name: str, before: str | None, now: Path | None) -> DocumentChange:
    kept = workspace.private / KEPT / before if before else None
    if kept is not None and not kept.is_file():
        return DocumentChange(name, (f"(the version of the last run, {kept.name[:12]}, is not kept any more)",))
    old, new = (_lines(path) if path else [] for path in (kept, now))
    diff = difflib.unified_diff(old, new, f"{name} (last run)", f"{name} (now)", lineterm="", n=1)
    return DocumentChange(name, tuple(diff))


def _lines(path: Path) -> list[str]:
    return _read(path).decode(errors="replace").splitlines()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MetaError(f"{path}: it cannot be read ({error.strerror}). Mend or remove it.") from error
