"""What a person opened last, workspaces and intents of apps not begun, in a small file of their own.

What is gone from the disk is left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import platformdirs

from engine.folders import is_workspace
from tui.unbegun import holds_intent

APPLICATION = "meta-orchestrator"
FILE = "recent.json"
MOST = 12


class Recent(NamedTuple):
    """A folder, its app, when it was opened last (seconds since the epoch), whether more is there than an intent."""

    folder: Path
    app: str
    opened: float
    begun: bool = True


def recent_file() -> Path:
    """The file of this user."""
    return Path(platformdirs.user_state_path(APPLICATION)) / FILE


def load(path: Path | None = None) -> list[Recent]:
    """Those that are still there, the last opened first. An unreadable file is as good as none: it is only a help."""
    try:
        data = json.loads((path or recent_file()).read_bytes())
        found = [_recent(Path(one["folder"]), str(one["app"]), float(one["opened"])) for one in data["recent"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    there = [one for one in found if one.begun or holds_intent(one.folder)]
    return sorted(there, key=lambda one: one.opened, reverse=True)[:MOST]


def _recent(folder: Path, app: str, opened: float) -> Recent:
    return Recent(folder, app, opened, is_workspace(folder))


def remember(folder: Path, app: str, now: float, path: Path | None = None) -> None:
    """Puts a folder first. Raises OSError."""
    others = [one for one in load(path) if one.folder != folder]
    _save([Recent(folder, app, now), *others][:MOST], path)


def forget(folder: Path, path: Path | None = None) -> None:
    """Takes a folder off the list; the folder stays. Raises OSError."""
    _save([one for one in load(path) if one.folder != folder], path)


def _save(recent: list[Recent], path: Path | None) -> None:
    from engine.state.atomic import dump_json, write_atomic

    file = path or recent_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    plain = [{"folder": str(one.folder), "app": one.app, "opened": one.opened} for one in recent]
    write_atomic(file, dump_json({"schema_version": 1, "recent": plain}))
