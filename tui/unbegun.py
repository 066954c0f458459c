"""Apps that are not begun: whether a folder holds the intent of one, and whether one may begin there. Blocking."""

from __future__ import annotations

from pathlib import Path

from engine.folders import is_workspace
from engine.names import INTENT


def is_to_be_written(folder: Path) -> bool:
    """Whether what comes first in a folder is to write its intent."""
    if is_workspace(folder):
        return is_unbegun(folder)
    return holds_intent(folder) and not unfit(folder)


def holds_intent(folder: Path) -> bool:
    """Whether there is no workspace, but an intent, or what was typed of one and not saved."""
    from tui.loaders.unsaved_text import draft_place

    file = folder / INTENT
    return not is_workspace(folder) and (file.is_file() or draft_place(file).exists())


def is_unbegun(folder: Path) -> bool:
    """Whether nothing is written in the intent of a new workspace; the engine tells of one that cannot be read."""
    from engine.lifecycle.intent import is_unwritten

    try:
        text = (folder / INTENT).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return is_unwritten(text) and not any((folder / ".orchestrator" / "sessions").glob("*"))


def unfit(folder: Path) -> str:
    """Why a new app cannot begin in a folder; "" when it can."""
    above = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if not above.is_dir():
        return f"{above} is a file. Choose another folder."
    if not folder.exists():
        return ""
    if is_workspace(folder):
        return f"{folder} is a workspace already: `o` opens it."
    try:
        others = sorted(one.name for one in folder.iterdir() if one.name != INTENT)
    except OSError as error:
        return f"{folder}: {error.strerror}. Choose another folder."
    if others:
        return (
            f"{folder} is not empty ({', '.join(others[:3])}{' …' if len(others) > 3 else ''}). Choose another folder."
        )
    return ""
