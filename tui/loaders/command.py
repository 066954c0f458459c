"""Runs a `meta` command as a process of its own and waits for it, with a time-out. Blocking: call it in a thread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui.lines.sanitize import clean
from tui.supervisor import environment

Ending = Literal["ended", "timed out", "stopped"]
LOOK_SECONDS = 0.1
GRACE_SECONDS = 5.0
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said and how it ended. `code` is None where it did not end by itself."""

    ending: Ending
    code: int | None
    output: str
    errors: str


def meta_command(*arguments: str) -> list[str]:
    """The command line of `meta …`. -P: an app's own folder named `engine` must not be taken for ours."""
    return [sys.executable, "-P", "-m", "engine.cli", *arguments]


def run(command: Sequence[str], folder: Path, seconds: float, stopped: Callable[[], bool] = lambda: False) -> Ran:
    """Waits until the command ends, `seconds` are over, or `stopped()`. Raises OSError if it cannot be started."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        ending = _wait(process, time.monotonic() + seconds, stopped)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(clean(file.read(MAX_BYTES).decode("utf-8", errors="replace")))
    return Ran(ending, process.returncode if ending == "ended" else None, *texts)


def _wait(process: subprocess.Popen[bytes], deadline: float, stopped: Callable[[], bool]) -> Ending:
    while True:
        try:
            process.wait(LOOK_SECONDS)
            return "ended"
        except subprocess.TimeoutExpired:
            if stopped() or time.monotonic() >= deadline:
                _end(process)
                return "stopped" if stopped() else "timed out"


def _end(process: subprocess.Popen[bytes]) -> None:
    """An interrupt first, so that it takes its own children with it; after a moment the whole group is killed."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
            return
    process.wait()
