"""A process on a terminal of its own, whose output is read all the time, as a terminal program would."""

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
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parent.parent


class Terminal:
    """Runs `python -m module arguments…` on a pty. Use it with `with`: the process is gone after that."""

    def __init__(self, module: str, arguments: Sequence[str], size: tuple[int, int] = (200, 60)) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.environ.update(TERM="xterm-256color", COLUMNS=str(size[0]), LINES=str(size[1]))
            os.execv(sys.executable, [sys.executable, "-m", module, *arguments])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def read(self, seconds: float) -> bytes:
        """What comes within that time; returns at once when something does, b"" when nothing did or it ended."""
        ready, _, _ = select.select([self._fd], [], [], max(0.0, seconds))
        try:
            return os.read(self._fd, 65536) if ready else b""
        except OSError:  # the other side is closed
            time.sleep(min(seconds, 0.01))
            return b""

    def read_until(self, file: Path, seconds: float) -> str:
        """Reads until the process has written `file`, and returns what that says."""
        ends = time.perf_counter() + seconds
        while not file.exists():
            if time.perf_counter() > ends:
                raise TimeoutError(f"no result within {seconds:g} s")
            self.read(0.02)
        return file.read_text(encoding="utf-8")

    def rest(self, quiet: float = 0.3, most: float = 10.0) -> None:
        """Reads until nothing has come for `quiet` seconds, at the most for `most` seconds."""
        ends = time.perf_counter() + most
        while self.read(quiet) and time.perf_counter() < ends:
            pass

    def answer(self, key: bytes, seconds: float = 2.0) -> float:
        """Seconds from a key to the first bytes of what it led to."""
        began = time.perf_counter()
        os.write(self._fd, key)
        if not self.read(seconds):
            raise TimeoutError(f"nothing was painted within {seconds:g} s")
        return time.perf_counter() - began
