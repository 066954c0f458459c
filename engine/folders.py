"""Which folders are workspaces. Light: the command line and the screen ask before anything else is loaded."""

from __future__ import annotations

from pathlib import Path


def is_workspace(folder: Path) -> bool:
    """Whether an app is being built, or was built, in `folder`."""
    return (folder / ".orchestrator").is_dir()
