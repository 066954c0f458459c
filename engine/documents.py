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

from engine.resources import meta_home
from engine.state.atomic import write_atomic
from engine.workspace import Workspace

KEPT = "documents"


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
    """Name → sha256."""
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(documents.items())}


def keep(workspace: Workspace, documents: Mapping[str, Path]) -> None:
    """Keep a copy of each document, unless that version is kept already."""
    folder = workspace.private / KEPT
    for path in documents.values():
        data = path.read_bytes()
        copy = folder / hashlib.sha256(data).hexdigest()
        if not copy.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_atomic(copy, data)


def changes(workspace: Workspace, before: Mapping[str, str]) -> list[DocumentChange]:
    """What differs from the versions of an earlier run; nothing if there was none."""
    if not before:
        return []
    documents = in_force(workspace)
    now = versions(documents)
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return [_change(workspace, name, before.get(name), documents.get(name)) for name in names]


def _change(workspace: Workspace, name: str, before: str | None, now: Path | None) -> DocumentChange:
    kept = workspace.private / KEPT / before if before else None
    if kept is not None and not kept.is_file():
        return DocumentChange(name, (f"(the version of the last run, {kept.name[:12]}, is not kept any more)",))
    old, new = (_lines(path) if path else [] for path in (kept, now))
    diff = difflib.unified_diff(old, new, f"{name} (last run)", f"{name} (now)", lineterm="", n=1)
    return DocumentChange(name, tuple(diff))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
