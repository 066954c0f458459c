"""Writing a temporary file and putting it in place in one step. Trouble before that is an OSError."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

UNCHANGED = -1
"""What `os.fchown` takes for a user or group that stays."""


def put_new(path: Path, content: bytes) -> None:
    """Put a file with `content` at `path`; FileExistsError if anything is there."""
    descriptor, temporary = open_temporary(path.parent)
    try:
        try:
            write_synced(descriptor, content)
        finally:
            os.close(descriptor)
        os.link(temporary, path)
    finally:
        remove(temporary)


def put_over(target: Path, content: bytes) -> None:
    """Put a file with `content` in the place of `target`, with its mode, its group and, if allowed, its owner."""
    known = status_if_writable(target)
    descriptor, temporary = open_temporary(target.parent)
    try:
        try:
            take_rights(descriptor, known)
            write_synced(descriptor, content)
        finally:
            os.close(descriptor)
        os.replace(temporary, target)
    except BaseException:
        # Only here: once renamed, the temporary name may belong to another call.
        remove(temporary)
        raise


def status_if_writable(target: Path) -> os.stat_result:
    """The status of the file at `target`, which must allow writing."""
    descriptor = os.open(target, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def open_temporary(folder: Path) -> tuple[int, Path]:
    """Create a file in `folder` under the first free temporary name and open it for writing."""
    number = 0
    while True:
        temporary = folder / f".evenly-{os.getpid()}-{number}.tmp"
        try:
            return os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), temporary
        except FileExistsError:
            number += 1


def take_rights(descriptor: int, known: os.stat_result) -> None:
    """Give the open file the group, the mode and, if allowed, the owner of `known`."""
    own = os.fstat(descriptor)
    user = UNCHANGED if known.st_uid == own.st_uid else known.st_uid
    group = UNCHANGED if known.st_gid == own.st_gid else known.st_gid
    if user != UNCHANGED:
        try:
            os.fchown(descriptor, user, group)
        except OSError:
            os.fchown(descriptor, UNCHANGED, group)
    elif group != UNCHANGED:
        os.fchown(descriptor, UNCHANGED, group)
    os.fchmod(descriptor, stat.S_IMODE(known.st_mode))


def write_synced(descriptor: int, content: bytes) -> None:
    """Write all of `content` and sync it."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def remove(temporary: Path) -> None:
    """Remove the temporary name if possible; one that stays is in nobody's way."""
    with suppress(OSError):
        os.unlink(temporary)
