"""One engine a workspace, and a lock that ends with its process."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from engine.state.clock import iso
from engine.state.lock import EngineLock, EngineRunning, Holder, NotWritable, holder

HOLD = """
import sys, pathlib
from engine.state.lock import EngineLock
EngineLock(pathlib.Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_engine(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock of `tmp_path`."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_second_engine_is_told_who_runs_and_since_when(tmp_path: Path, other_engine: subprocess.Popen[str]) -> None:
    with pytest.raises(EngineRunning, match=rf"process {other_engine.pid} on .*, since 20\d\d-") as raised:
        EngineLock(tmp_path).acquire()
    assert "meta stop" in str(raised.value)
    kill(other_engine)


def test_readers_see_the_holder_and_none_once_it_was_killed(
    tmp_path: Path, other_engine: subprocess.Popen[str]
) -> None:
    seen = holder(tmp_path)
    assert seen is not None
    assert (seen.pid, seen.host) == (other_engine.pid, socket.gethostname())
    kill(other_engine)
    assert holder(tmp_path) is None
    with EngineLock(tmp_path):
        assert (holder(tmp_path) or Holder()).pid == os.getpid()


def test_the_lock_tells_when_its_process_began(tmp_path: Path) -> None:
    with EngineLock(tmp_path):
        seen = holder(tmp_path)
    from_system = psutil.Process().create_time()
    assert seen is not None
    assert seen.started_at is not None
    assert seen.started_at == iso(datetime.fromtimestamp(from_system, UTC))


def test_looking_at_a_workspace_without_engine_writes_nothing(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_released_lock_is_free_even_while_a_child_lives(tmp_path: Path) -> None:
    lock = EngineLock(tmp_path)
    lock.acquire()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False, text=True)
    lock.release()
    lock.release()
    assert holder(tmp_path) is None
    child.communicate("\n")


def test_a_reader_that_looks_does_not_keep_an_engine_from_starting(tmp_path: Path) -> None:
    EngineLock(tmp_path).__enter__().release()
    reader = os.open(tmp_path / ".orchestrator/lock", os.O_RDONLY)
    fcntl.flock(reader, fcntl.LOCK_SH)
    threading.Timer(0.05, os.close, (reader,)).start()
    with EngineLock(tmp_path):
        assert holder(tmp_path) is not None


def test_a_lock_whose_text_cannot_be_read_still_says_that_an_engine_runs(tmp_path: Path) -> None:
    with EngineLock(tmp_path) as lock:
        lock.path.write_bytes(b"")
        assert holder(tmp_path) == Holder()
        with pytest.raises(EngineRunning, match=r"process \?"):
            EngineLock(tmp_path).acquire()


def test_a_workspace_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".orchestrator").touch()
    with pytest.raises(NotWritable, match="cannot be written"):
        EngineLock(tmp_path).acquire()
