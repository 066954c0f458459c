"""Reading a regular file, and finding the one behind links."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evenly.contracts.store import CannotRead, NoFile


def target_of(path: Path) -> Path:
    """The place of the regular file that `path` leads to, all links followed."""
    with read_errors(path):
        # Asked of the system first, as in a read: realpath alone would turn "missing/../a" into "a".
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise CannotRead(path)
        return Path(os.path.realpath(path))


def read_regular(place: Path, path: Path) -> bytes:
    """All bytes of the regular file at `place`; errors hold `path`, as the caller gave it."""
    with read_errors(path):
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise CannotRead(path)
            with open(descriptor, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(descriptor)


@contextmanager
def read_errors(path: Path) -> Iterator[None]:
    """Turn errors of the system into NoFile or CannotRead for `path`."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoFile(path) from error
    except OSError as error:
        raise CannotRead(path) from error
