"""Whose lines stand where a session and a person conflict, and taking the other's. Blocking: call it in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.conflict_places import Side
    from engine.conflicts import Stands

_SIDES: Mapping[Side, str] = {"yours": "your lines", "new": "the new lines"}


def load_standing(folder: Path, gate: str, marked: Mapping[str, str]) -> dict[str, Stands]:
    """Path → whose lines stand, also at each place; where that cannot be read, it is unknown."""
    from engine.conflicts import Stands, standing_by_place
    from engine.git import GitError

    if not marked:
        return {}
    try:
        return standing_by_place(folder, gate, marked)
    except (GitError, OSError):  # what a person can do stays the same: decide, or edit the file
        return dict.fromkeys(marked, Stands("unknown"))


def take_side(folder: Path, gate: str, path: str, marked: str, side: Side, number: int | None = None) -> str:
    """Puts that side's lines into the file, or at one place of it (from 0), and says so. Raises MetaError."""
    from engine.conflicts import take, take_place
    from engine.errors import MetaError

    try:
        if number is None:
            changed = take(folder, gate, path, side, marked)
        else:
            changed = take_place(folder, gate, path, side, marked, number)
    except OSError as error:
        raise MetaError(f"{path}: it cannot be written ({error.strerror}).") from error
    where = path if number is None else f"{path}, place {number + 1}"
    return f"{where}: {_SIDES[side]} stand {'now' if changed else 'already'}."
