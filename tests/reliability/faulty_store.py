"""Writers with a known fault, which the crash tests of the store must find."""

from __future__ import annotations

import os
from pathlib import Path

from engine.state import journal as journal_module
from engine.state import store as store_module
from engine.state.events import Event
from engine.state.journal import JournalWriter, encode


def overwrite(path: Path, data: bytes) -> None:
    """A bad way to replace a file: in place."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, data)
    os.close(descriptor)


def replace_unsynced(path: Path, data: bytes) -> None:
    """A bad way to replace a file: whole for readers, but not on the disk yet."""
    overwrite(path.with_name(f".{path.name}.tmp"), data)
    os.replace(path.with_name(f".{path.name}.tmp"), path)  # noqa: PTH105 - watched


def append_unsynced(self: JournalWriter, events: list[Event]) -> None:
    """A bad way to append: acknowledged, but not on the disk yet."""
    data = b"".join(map(encode, events))
    os.write(self._descriptor, data)
    self._end += len(data)


def append_late(self: JournalWriter, events: list[Event]) -> None:
    """A bad way to append: one commit late."""
    append_unsynced(self, self.__dict__.pop("held", []))
    self.__dict__["held"] = events


def open_unsynced(self: JournalWriter, path: Path, end: int) -> None:
    """A bad way to open: what a killed writer left is believed, but not on the disk yet."""
    self.path = path
    self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    self._end = end
    os.ftruncate(self._descriptor, end)


def become(writer: str) -> None:
    """Make this process's store the named writer: the good one, or one with a known fault."""
    faulty: dict[str, list[tuple[object, str, object]]] = {
        "good": [],
        "writes in place": [(store_module, "replace_file", overwrite)],
        "syncs no state file": [(store_module, "replace_file", replace_unsynced)],
        "syncs no journal": [(JournalWriter, "append", append_unsynced)],
        "believes an unsynced journal": [(JournalWriter, "__init__", open_unsynced)],
        "journals late": [(JournalWriter, "append", append_late)],
        "syncs no folder": [
            (store_module, "sync_folder", lambda folder: None),
            (journal_module, "sync_folder", lambda folder: None),
        ],
    }
    for owner, name, bad in faulty[writer]:
        setattr(owner, name, bad)
