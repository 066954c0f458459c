"""What is done to the folder of a file: it is locked and synced."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def locked(folder: Path) -> Iterator[OSError | None]:
    """Wait for the lock of `folder` and hold it; gives the error that prevented it, else None."""
    trouble: OSError | None = None
    with ExitStack() as held:
        try:
            descriptor = os.open(folder, FOLDER)
            held.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            trouble = error
        yield trouble


def sync_folder(folder: Path) -> None:
    """Sync the names in `folder`. The file is in place by then, so trouble is not raised."""
    with suppress(OSError):
        descriptor = os.open(folder, FOLDER)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
