"""Run one command in a sandbox: with limits, with a deadline, and with nothing of it left afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import stat
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil

from engine.gates.sandbox import Sandbox, Wrapped

MARKER = "META_CHECK"
"""Set in the environment of every process of a run, so that survivors are found."""

TIMED_OUT = 124
OUTPUT_HEAD, OUTPUT_TAIL = 16 * 1024, 48 * 1024
SWEEP_SECONDS = 5.0
LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process of a run may use."""

    cpu_seconds: int = 900
    file_bytes: int = 256 * 1024 * 1024
    data_bytes: int = 4 * 1024 * 1024 * 1024
    open_files: int = 1024
    core_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended. `output` is the first and the last part of what it printed, `home` its private folder."""

    exit_code: int
    output: str
    seconds: float
    timed_out: bool
    home: str


async def run(
    sandbox: Sandbox,
    argv: Sequence[str],
    root: Path,
    env: dict[str, str],
    seconds: float,
    readable: Sequence[Path] = (),
    limits: Limits = Limits(),
) -> Ran:
    """Run `argv` in the folder `root`, which it may write; killed after that many seconds."""
    private = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="meta-private-")).resolve()
    try:
        wrapped = sandbox.wrap(argv, root.resolve(), env, private, readable)
        return await _run(wrapped, root, seconds, limits)
    finally:
        await asyncio.to_thread(remove_tree, private)


async def _run(wrapped: Wrapped, root: Path, seconds: float, limits: Limits) -> Ran:
    marker = uuid.uuid4().hex
    settings = json.dumps({"limits": asdict(limits), "rules": asdict(wrapped.rules) if wrapped.rules else None})
    command = [sys.executable, "-I", "-S", str(LAUNCHER), settings, "--", *wrapped.argv]
    environment = {**base_environment(wrapped.home), **wrapped.env, MARKER: marker}
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=root,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        timed_out = False
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            timed_out = True
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.shield(asyncio.to_thread(sweep, marker))
        ended = await process.wait()
        text = head_and_tail(output)
    if timed_out:
        text += f"\nStopped: it was not finished after {seconds:g} seconds."
    code = TIMED_OUT if timed_out else 128 - ended if ended < 0 else ended
    return Ran(code, text, time.monotonic() - began, timed_out, wrapped.home)


def base_environment(home: str) -> dict[str, str]:
    """The same few variables on every machine; nothing of the user's own environment."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "USER": "check",
        "LOGNAME": "check",
    }


def sweep(marker: str) -> None:
    """Kill every process that carries the marker, and those they start meanwhile, until none is left."""
    deadline = time.monotonic() + SWEEP_SECONDS
    while (found := marked(marker)) and time.monotonic() < deadline:
        for process in found:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                process.kill()
        psutil.wait_procs(found, timeout=0.1)


def marked(marker: str) -> list[psutil.Process]:
    """The living processes that carry the marker."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARKER) == marker and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def head_and_tail(file: IO[bytes]) -> str:
    """The whole text if it is short, else its beginning and its end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size <= OUTPUT_HEAD + OUTPUT_TAIL:
        return file.read().decode(errors="replace")
    head = file.read(OUTPUT_HEAD)
    file.seek(size - OUTPUT_TAIL)
    left_out = f"\n[{size - OUTPUT_HEAD - OUTPUT_TAIL} bytes left out]\n"
    return head.decode(errors="replace") + left_out + file.read().decode(errors="replace")


def remove_tree(folder: Path) -> None:
    """Remove a folder, also one in which a program took away its own right to write."""
    try:
        shutil.rmtree(folder)
    except PermissionError:
        folder.chmod(stat.S_IRWXU)
        for where, folders, _ in os.walk(folder):
            for name in folders:
                inner = Path(where, name)
                if not inner.is_symlink():
                    inner.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)
