"""Whose lines stand where a session and a person conflict, and taking the other's. Blocking: call it in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.conflicts import Side, Standing


def load_standing(folder: Path, gate: str, paths: Sequence[str]) -> dict[str, Standing]:
    """Path → whose lines stand; where that cannot be read, it is unknown."""
    from engine.conflicts import standing
    from engine.git import GitError

    if not paths:
        return {}
    try:
        return standing(folder, gate, paths)
    except (GitError, OSError):  # what a person can do stays the same: decide, or edit the file
        return dict.fromkeys(paths, "unknown")


def take_side(folder: Path, gate: str, path: str, side: Side) -> str:
    """Puts that side's lines into the file, and says so. Raises MetaError."""
    from engine.conflicts import take
    from engine.errors import MetaError

    name = {"yours": "your lines", "new": "the new lines"}[side]
    try:
        changed = take(folder, gate, path, side)
    except OSError as error:
        raise MetaError(f"{path}: it cannot be written ({error.strerror}).") from error
    return f"{path}: {name} stand now." if changed else f"{path}: {name} stand already."
