"""A store on the real files under the given paths: whole and locked as the contract says, but without sync."""

from __future__ import annotations

import fcntl
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from evenly.contracts.store import AlreadyExists, CannotRead, CannotWrite, Change, NoFile, Store


class FakeStore:
    def read(self, path: Path) -> bytes:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise CannotRead(path)
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise NoFile(path) from None
        except OSError:
            raise CannotRead(path) from None

    def create(self, path: Path, content: bytes) -> None:
        if os.path.lexists(path):
            raise AlreadyExists(path)
        try:
            put(path.parent, content, lambda temporary: os.link(temporary, path))
        except FileExistsError:
            raise AlreadyExists(path) from None
        except OSError:
            raise CannotWrite(path) from None

    def replace(self, path: Path, change: Change) -> None:
        target = Path(os.path.realpath(path))
        folder = -1
        try:
            try:
                folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(folder, fcntl.LOCK_EX)
                locked = True
            except OSError:
                locked = False
            content = change(self.read(path))
            if not locked:
                raise CannotWrite(path)

            def place(temporary: Path) -> None:
                old = target.stat()
                try:
                    os.chown(temporary, old.st_uid, old.st_gid)
                except PermissionError:
                    os.chown(temporary, -1, old.st_gid)
                temporary.chmod(stat.S_IMODE(old.st_mode))
                os.replace(temporary, target)

            try:
                os.close(os.open(target, os.O_WRONLY))
                put(target.parent, content, place)
            except OSError:
                raise CannotWrite(path) from None
        finally:
            if folder >= 0:
                os.close(folder)


def put(folder: Path, content: bytes, place: Callable[[Path], None]) -> None:
    """Write a temporary file in `folder`, let `place` put it in place, and leave no temporary name."""
    temporary = folder / f".fake-{os.getpid()}-{threading.get_ident()}.tmp"
    try:
        temporary.write_bytes(content)
        place(temporary)
    finally:
        if os.path.lexists(temporary):
            temporary.unlink()


def create() -> Store:
    return FakeStore()
