"""The state as one value that git can keep: what `refs/meta/state` holds after each landing."""

from __future__ import annotations

from pathlib import Path

from engine.state.files import FOLDER, JOURNAL

_KEPT = (
    "*.json",
    "decisions/*.json",
    "receipts/*.json",
    "sessions/*/session.json",
    "sessions/*/result.json",
    "sessions/*/exit.json",
    JOURNAL,
)
"""The journal last: it is never behind a state file that was read before it."""


def state_files(workspace: Path) -> dict[str, bytes]:
    """The JSON below `.orchestrator` that tells what happened: path below the workspace → content.

    Left out: transcripts, worktrees, locks and process ids.
    """
    folder = workspace / FOLDER
    found = [path for pattern in _KEPT for path in sorted(folder.glob(pattern)) if path.is_file()]
    return {path.relative_to(workspace).as_posix(): path.read_bytes() for path in found}
