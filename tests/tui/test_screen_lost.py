"""The terminal goes away, or the process is told to end: the engine goes on, the terminal is left clean."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cookbook import kitchen

PATIENCE = 30.0
SHOWN, MAIN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
"""A terminal's second screen is taken, and given back."""

META = """
import sys
from pathlib import Path
from tui.app import MetaApp
from tui.supervisor import Supervisor

place = Path(sys.argv[1])
engine = Supervisor(place, command=["/bin/sh", "-c", "echo $$; exec sleep 60"])
MetaApp(place, supervisor=engine).run()
"""


class Lost:
    """Our screen in a process of its own, on a pty; `output` is all that it has painted."""

    def __init__(self, workspace: Path) -> None:
        self.output = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(sys.executable, [sys.executable, "-c", META, str(workspace)])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.before = termios.tcgetattr(self.fd)[3]

    def read(self) -> None:
        """Takes in what comes within a moment."""
        if select.select([self.fd], [], [], 0.05)[0]:
            try:
                self.output += os.read(self.fd, 65536)
            except OSError:  # nobody is left on the other side
                time.sleep(0.05)

    def gone(self) -> bool:
        """Whether the process has ended."""
        return os.waitpid(self.pid, os.WNOHANG)[0] == self.pid


def engine_of(workspace: Path) -> int:
    """The engine's process, 0 before there is one."""
    log = workspace / ".orchestrator" / "engine.log"
    return int(log.read_text() or 0) if log.exists() else 0


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[tuple[Lost, Path]]:
    """A screen that has started an engine and painted itself."""
    workspace = kitchen(tmp_path / "app").root
    lost, ends = Lost(workspace), time.monotonic() + PATIENCE
    while not (engine_of(workspace) and b"Dishes" in lost.output):
        assert time.monotonic() < ends, lost.output[-2000:]
        lost.read()
    yield lost, workspace
    os.kill(engine_of(workspace), signal.SIGKILL)


def wait_for_the_end(lost: Lost, *, reading: bool = True) -> None:
    ends = time.monotonic() + PATIENCE
    while not lost.gone():
        if time.monotonic() >= ends:
            os.kill(lost.pid, signal.SIGKILL)
            os.waitpid(lost.pid, 0)
            pytest.fail("the screen did not end")
        if reading:
            lost.read()
        else:
            time.sleep(0.02)


@pytest.mark.parametrize("told", [signal.SIGHUP, signal.SIGTERM])
def test_a_screen_that_is_told_to_end_gives_the_terminal_back_and_the_engine_goes_on(
    told: signal.Signals, at_work: tuple[Lost, Path]
) -> None:
    lost, workspace = at_work
    assert SHOWN in lost.output
    os.kill(lost.pid, told)
    wait_for_the_end(lost)
    while select.select([lost.fd], [], [], 0.1)[0]:
        try:
            lost.output += os.read(lost.fd, 65536)
        except OSError:
            break
    os.kill(engine_of(workspace), 0)
    assert MAIN_SCREEN in lost.output and b"Traceback" not in lost.output
    for mode in (b"1000", b"1003", b"1006", b"2004"):
        assert lost.output.rfind(b"\x1b[?" + mode + b"l") > lost.output.rfind(b"\x1b[?" + mode + b"h")
    os.close(lost.fd)


def test_a_terminal_that_is_gone_ends_the_screen_and_not_the_engine(at_work: tuple[Lost, Path]) -> None:
    lost, workspace = at_work
    os.close(lost.fd)
    wait_for_the_end(lost, reading=False)
    os.kill(engine_of(workspace), 0)
