"""The lock of a session folder: held by its host and by whoever inherits it, dropped by the kernel at their death."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

TRIES = 50
TRY_SECONDS = 0.002


def take(path: Path) -> int | None:
    """The descriptor of the locked file; None if someone holds it. Who only looks at it holds it for an instant."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    for _ in range(TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(TRY_SECONDS)
        else:
            return descriptor
    os.close(descriptor)
    return None


def is_held(path: Path) -> bool:
    """Whether some process holds it. Held means alive; free does not mean dead, for children may close it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holders(path: Path) -> Iterator[int]:
    """The pids that have it open, as far as we may see: an agent that cleared its environment still shares it."""
    target = os.path.realpath(path)
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(entry.path) == target for entry in os.scandir(descriptors)):  # noqa: PTH115
                yield int(descriptors.parent.name)
        except OSError:
            continue  # gone meanwhile, or another user's
