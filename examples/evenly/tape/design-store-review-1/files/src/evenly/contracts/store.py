"""What the LEGO store offers: whole files, read, created and replaced. Trouble is one of four kinds (R-015)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

Change: TypeAlias = Callable[[bytes], bytes]
"""Makes the new bytes of a file from its old ones, or refuses by raising any exception of its own."""


@dataclass(eq=False)
class StoreError(Exception):
    """A file cannot be used. Never raised itself, only as one of the four kinds below."""

    path: Path
    """The path exactly as the caller gave it, links not followed."""


@dataclass(eq=False)
class NoFile(StoreError):
    """Nothing is there to read or replace."""


@dataclass(eq=False)
class AlreadyExists(StoreError):
    """Something is there already, of whatever kind, so no file can be created."""


@dataclass(eq=False)
class CannotRead(StoreError):
    """Something is there, but it is no regular file or may not be read."""


@dataclass(eq=False)
class CannotWrite(StoreError):
    """The file could not be created or replaced, and nothing has changed."""


class Store(Protocol):
    """Files as whole bytes. A relative path is meant from the current folder; nothing is kept between calls."""

    def read(self, path: Path) -> bytes:
        """Return all bytes of the regular file at `path`, links followed; an empty file gives b"". Changes nothing.

        Raises NoFile if nothing is there, also if its folder is missing or a link leads nowhere.
        Raises CannotRead if it is no regular file (a folder, a pipe, a device, a loop of links) or may not be
        read; it never waits for a pipe.
        """
        ...

    def create(self, path: Path, content: bytes) -> None:
        """Create a file at `path` with exactly `content`, which may be empty, and the user's default rights.

        At every moment there is no file at `path` or the complete one; on return it is complete and synced.
        Raises AlreadyExists if anything is at `path`, a folder or a link that leads nowhere too; it stays as it is.
        This goes before CannotWrite, and of several calls at once for one path exactly one succeeds.
        Raises CannotWrite if the file cannot be made there: the folder is missing or may not be written, the disk is
        full, the file system has no hard links. After an error no file of this call is left.
        """
        ...

    def replace(self, path: Path, change: Change) -> None:
        """Replace the bytes of the regular file at `path` by `change(its bytes)`, its mode and group kept.

        A link is followed: its target is replaced, the link stays. `change` is called once, or not at all if NoFile
        or CannotRead is raised; it must not call the store. At every moment the file holds all old or all new bytes;
        on return it holds the new ones, synced. Whoever has the old file open, or another hard link to it, keeps the
        old bytes. Calls at once for one file, from other processes or by other links too, run one after the other;
        none is lost.
        The first that applies is raised, and the file is then unchanged and no file of this call is left:
        NoFile and CannotRead as in `read`; then whatever `change` raises, the same object, also if it is an OSError;
        then CannotWrite, if the folder cannot be locked or written, the file may not be written, the disk is full,
        or its mode or group cannot be kept. Its owner is kept if the user may do so, else it is the user.
        """
        ...
