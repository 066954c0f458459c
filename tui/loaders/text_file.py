"""Reads and writes a file that is edited here."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_data(path: Path, most: int = -1) -> bytes | None:
    """What the file holds, at most that many bytes of it; None where there is none. Raises OSError."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "It is no file", str(path))
    try:
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return None


def write_data(path: Path, data: bytes) -> None:
    """Puts `data` into the file, atomically, with the mode it has; a link stays one. Raises OSError."""
    from engine.state.atomic import write_atomic

    place = path.resolve()
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
    if mode is not None and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "You may not write it", str(path))
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(place, data, mode)
