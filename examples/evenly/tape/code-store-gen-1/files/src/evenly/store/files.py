"""The three operations of the store. The error of the system is turned into one of the contract here."""

from __future__ import annotations

import os
from pathlib import Path

from evenly.contracts.store import AlreadyExists, CannotWrite, Change
from evenly.store.folder import locked, sync_folder
from evenly.store.reading import read_regular, target_of
from evenly.store.writing import put_new, put_over


class FileStore:
    """The store on the file system."""

    def read(self, path: Path) -> bytes:
        """Return all bytes of the regular file at `path`."""
        return read_regular(path, path)

    def create(self, path: Path, content: bytes) -> None:
        """Create a file at `path` that holds `content`."""
        if os.path.lexists(path):
            raise AlreadyExists(path)
        try:
            put_new(path, content)
        except FileExistsError as error:
            raise AlreadyExists(path) from error
        except OSError as error:
            raise CannotWrite(path) from error
        sync_folder(path.parent)

    def replace(self, path: Path, change: Change) -> None:
        """Replace the bytes of the regular file at `path` by what `change` makes of them."""
        target = target_of(path)
        with locked(target.parent) as trouble:
            content = change(read_regular(target, path))
            if trouble is not None:
                raise CannotWrite(path) from trouble
            try:
                put_over(target, content)
            except OSError as error:
                raise CannotWrite(path) from error
            sync_folder(target.parent)
