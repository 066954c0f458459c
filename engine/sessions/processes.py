"""Finds and ends the processes of a session, wherever they went: by the marker in their environment and by its lock."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from engine.sessions import lock
from engine.sessions.folder import SessionFolder
from engine.sessions.host import MARKER_VARIABLE, reap

PROC = Path("/proc")
KILL_SECONDS = 2.0


def sweep(marker: str) -> list[int]:
    """The pids of all living processes whose environment carries the marker, this one excepted."""
    wanted = f"{MARKER_VARIABLE}={marker}".encode()
    mine = os.getpid()
    return [pid for pid, variables in _environments() if wanted in variables and pid != mine]


def _environments() -> Iterator[tuple[int, list[bytes]]]:
    """Pid and environment of each process we may look into."""
    if not PROC.is_dir():
        yield from _environments_elsewhere()
        return
    for name in os.listdir(PROC):  # noqa: PTH208 - a Path for each of hundreds of processes is felt
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb", buffering=0) as file:  # noqa: PTH123
                    yield int(name), file.read().split(b"\0")
            except OSError:
                continue  # gone meanwhile, or another user's


def _environments_elsewhere() -> Iterator[tuple[int, list[bytes]]]:
    for process in psutil.process_iter():
        try:
            yield process.pid, [f"{name}={value}".encode() for name, value in process.environ().items()]
        except psutil.Error:
            continue


def processes_of(folder: SessionFolder) -> set[int]:
    """All processes of the session: marked ones, their descendants, and who else holds its lock.

    Those of a copied folder are the original's: none is its own.
    """
    if folder.is_copy():
        return set()
    found = set(sweep(folder.spec().marker))
    for pid in list(found):
        with suppress(psutil.Error):
            found.update(child.pid for child in psutil.Process(pid).children(recursive=True))
    if lock.is_held(folder.lock_path):
        found.update(lock.holders(folder.lock_path))
    return {pid for pid in found - {os.getpid()} if not _is_zombie(pid)}


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def signal_groups(pids: set[int], number: signal.Signals) -> None:
    """Signal the process groups these processes are in; never our own."""
    groups = set()
    for pid in pids:
        with suppress(ProcessLookupError):
            groups.add(os.getpgid(pid))
    for group in groups - {os.getpgrp()}:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def wait_gone(folder: SessionFolder, seconds: float) -> set[int]:
    """Wait until no process of the session is left, at most so long; returns those left."""
    ends = time.monotonic() + seconds
    while True:
        reap()
        left = processes_of(folder)
        if not left or time.monotonic() >= ends:
            return left
        time.sleep(0.02)


def kill_survivors(folder: SessionFolder) -> set[int]:
    """Kill whatever is left of the session; returns what even that did not end."""
    ends = time.monotonic() + KILL_SECONDS
    while (left := processes_of(folder)) and time.monotonic() < ends:
        signal_groups(left, signal.SIGKILL)
        wait_gone(folder, 0.05)
    return left
