"""The files in a session's folder."""

from __future__ import annotations

from pathlib import Path

from engine.errors import MetaError


def load_session_files(folder: Path) -> tuple[tuple[str, int], ...]:
    """(name, bytes) of each file of a session, by name; empty when the folder is gone."""
    try:
        found = [(str(file.relative_to(folder)), file.stat().st_size) for file in folder.rglob("*") if file.is_file()]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise MetaError(f"{folder}: it cannot be read ({error.strerror}).") from error
    return tuple(sorted(found))
