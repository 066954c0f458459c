"""From the start of the process to the first full frame on a terminal, beside a minimal Textual app."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from benchmarks.timing import Measured, compare
from tests.cookbook import kitchen

MINIMAL = "from textual.app import App\nfrom textual.widgets import Static\n"
MINIMAL += "class Minimal(App):\n    def compose(self):\n        yield Static('x' * 4000)\nMinimal().run()\n"
OURS = "import sys; from pathlib import Path; from engine.opening import show\n"
OURS += "show(Path(sys.argv[1]), [], watch_only=True)"
FRAME_BYTES = 1500
PATIENCE = 20.0


def measure() -> Measured:
    """Ours on a small workspace; the floor paints one full screen of text."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = kitchen(Path(folder) / "app").root
        return compare(
            "first paint, over a minimal Textual app",
            lambda: _paint([sys.executable, "-c", OURS, str(workspace)]),
            lambda: _paint([sys.executable, "-c", MINIMAL]),
            "ratio 1.5",
        )


def _paint(command: list[str]) -> float:
    """Seconds until a frame's worth of output came."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        received = 0
        while received < FRAME_BYTES:
            ready, _, _ = select.select([terminal], [], [], PATIENCE)
            if not ready:
                raise TimeoutError(f"no frame within {PATIENCE:g} s: {command}")
            received += len(os.read(terminal, 65536))
        return time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
