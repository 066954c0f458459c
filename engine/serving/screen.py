"""One screen for one page, as a process: ends with the server, even with one that was killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

LOOK_EVERY = 1.0
"""Seconds between two looks whether the server is still there."""


def main() -> None:
    """`python -m engine.serving.screen WORKSPACE`, as textual-serve runs it."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    from engine.opening import show

    show(Path(sys.argv[1]), [])


def _end_with(server: int) -> None:
    while os.getppid() == server:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
