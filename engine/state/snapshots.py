"""The state as one value that git can keep: what `refs/meta/state` holds after each landing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.state.files import FOLDER, JOURNAL

_KEPT = ("*.json", "decisions/*.json", "receipts/*.json")
_KEPT_OF_SESSIONS = ("session.json", "result.json", "exit.json")

Stamp = tuple[int, int, int]
"""Inode, size and time: another content has another one, for the engine replaces files and appends to the journal."""


def state_files(workspace: Path) -> dict[str, bytes]:
    """The JSON below `.orchestrator` that tells what happened: path below the workspace → content.

    Left out: transcripts, worktrees, locks and process ids.
    """
    return {path: (workspace / path).read_bytes() for path in state_stamps(workspace)}


def state_stamps(workspace: Path) -> dict[str, Stamp]:
    """Path → stamp of the same files. The journal last: it is never behind a state file that was read before it."""
    folder = workspace / FOLDER
    found = [os.fspath(path) for pattern in _KEPT for path in sorted(folder.glob(pattern))]
    sessions = folder / "sessions"
    for name in sorted(os.listdir(sessions)) if sessions.is_dir() else []:  # noqa: PTH208 - they are hundreds
        found += [f"{sessions}/{name}/{file}" for file in _KEPT_OF_SESSIONS]
    stamps = {path: _stamp(path) for path in [*found, os.fspath(folder / JOURNAL)]}
    start = len(os.fspath(workspace)) + 1
    return {path[start:]: stamp for path, stamp in stamps.items() if stamp is not None}


def _stamp(path: str) -> Stamp | None:
    """None where there is no file."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (status.st_ino, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None
