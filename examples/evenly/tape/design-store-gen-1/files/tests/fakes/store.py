"""A store that writes straight to the given path: no temporary file, no sync, so not safe against a kill."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Lock

from evenly.contracts.store import AlreadyExists, CannotRead, CannotWrite, Change, NoFile, Store


class FakeStore:
    def __init__(self) -> None:
        self._lock = Lock()

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
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            raise AlreadyExists(path) from None
        except OSError:
            raise CannotWrite(path) from None

    def replace(self, path: Path, change: Change) -> None:
        with self._lock:
            content = change(self.read(path))
            if not os.access(path.resolve().parent, os.R_OK | os.W_OK | os.X_OK):
                raise CannotWrite(path)
            try:
                with path.open("r+b") as file:
                    file.write(content)
                    file.truncate()
            except OSError:
                raise CannotWrite(path) from None


def create() -> Store:
    return FakeStore()
