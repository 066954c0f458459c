"""One engine a workspace: a kernel lock, which ends with its process however that ends, so it is never stale."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import psutil

from engine.errors import MetaError
from engine.state.clock import iso
from engine.state.files import FOLDER

LOCK = "lock"
_PATIENCE = 2.0
"""Seconds to wait for readers, who hold the lock for microseconds while they look whether it is free."""


class EngineRunning(MetaError):
    """Another engine works in this workspace."""


class NotWritable(MetaError):
    """The workspace cannot be written."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock; None where it cannot be told."""

    pid: int | None = None
    started_at: str | None = None
    host: str | None = None

    def __str__(self) -> str:
        return f"process {self.pid or '?'} on {self.host or '?'}, since {self.started_at or '?'}"


class EngineLock:
    """Held from `acquire` to `release` or to the end of the process; children started meanwhile do not hold it."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FOLDER / LOCK
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock at once or raise `EngineRunning`; `NotWritable` if the lock file cannot be made."""
        try:
            self.path.parent.mkdir(exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise NotWritable(f"{self.path}: cannot be written: {error.strerror}. Check the folder's rights") from error
        if not _take(descriptor):
            os.close(descriptor)
            raise EngineRunning(
                f"An engine already runs here: {_read(self.path)}. "
                "Look at its work with `meta status`, end it with `meta stop`"
            )
        _write(descriptor)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; nothing if it is not held."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)  # a child just being started may still share the descriptor
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> EngineLock:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def holder(workspace: Path) -> Holder | None:
    """The engine that runs in the workspace; None when there is none. Writes nothing."""
    path = workspace / FOLDER / LOCK
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _try(descriptor, fcntl.LOCK_SH) else _read(path)
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    """Whether the lock is ours now. A reader in the way is waited for, an engine is not."""
    deadline = time.monotonic() + _PATIENCE
    while not _try(descriptor, fcntl.LOCK_EX):
        if not _try(descriptor, fcntl.LOCK_SH) or time.monotonic() > deadline:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(0.001)
    return True


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(descriptor: int) -> None:
    started = datetime.fromtimestamp(psutil.Process().create_time(), UTC)
    about = {"pid": os.getpid(), "started_at": iso(started), "host": socket.gethostname()}
    line = json.dumps(about, sort_keys=True).encode() + b"\n"
    os.pwrite(descriptor, line, 0)
    os.ftruncate(descriptor, len(line))


def _read(path: Path) -> Holder:
    try:
        about = json.loads(path.read_bytes().partition(b"\n")[0])
        return Holder(int(about["pid"]), str(about["started_at"]), str(about["host"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()
