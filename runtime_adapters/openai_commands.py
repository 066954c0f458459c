"""Commands of the `openai` adapter's model, under bubblewrap: only the worktree can be written, the home is hidden."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MOST_SECONDS = 600
KEPT = 16_000
"""Bytes kept of the beginning, and as many of the end, of a command's output."""
CHUNK = 64 * 1024
PROBE_SECONDS = 10.0
DRAIN_SECONDS = 2.0
SYSTEM_PATHS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/nix", "/gnu", "/snap")
"""What programs need of the system; everything else is hidden."""
RESOLVER = "/run/systemd/resolve"
"""Where /etc/resolv.conf often leads; wanted with the network only."""
PASSED = ("LANG", "TERM", "META_SESSION")
"""Variables a command sees. The key is none of them."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended; `output` is stdout and stderr as they came, with its middle cut out if it is long."""

    exit_code: int
    output: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs commands in a worktree. `program` is bubblewrap's executable; without it nothing confines them."""

    worktree: Path
    program: str | None
    network: bool = False

    @property
    def sandbox(self) -> str:
        """In words, for the `started` event."""
        if self.program is None:
            return "none"
        return "bubblewrap, with network" if self.network else "bubblewrap, no network"

    def run(self, command: str, seconds: float) -> Ran:
        """Run it to its end, or until its time is up; nothing it started is left then."""
        with tempfile.TemporaryDirectory(prefix="meta-command-") as private:
            process = subprocess.Popen(
                self._arguments(command, private),
                cwd=self.worktree,
                env=environment(os.environ, "/tmp" if self.program else private),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            assert process.stdout
            ends = Ends(process.stdout)
            timed_out = False
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                timed_out = True
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
            return Ran(code if code >= 0 else 128 - code, ends.text(), timed_out)

    def _arguments(self, command: str, private: str) -> list[str]:
        shell = ["/bin/sh", "-c", command]
        if self.program is None:
            return shell
        options = ["--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
        for path in SYSTEM_PATHS:
            options += ["--ro-bind-try", path, path]
        if self.network:
            options += ["--share-net", "--ro-bind-try", RESOLVER, RESOLVER]
        options += ["--bind", private, "/tmp"]
        for path in interpreter_folders():
            options += ["--ro-bind-try", path, path]
        root = str(self.worktree)
        options += ["--bind", root, root]
        if (self.worktree / ".git").exists():
            options += ["--ro-bind", f"{root}/.git", f"{root}/.git"]
        return [self.program, *options, "--remount-ro", "/", "--chdir", root, "--", *shell]


@dataclass(slots=True)
class Ends:
    """Reads a stream to its end, in a thread of its own, and keeps only its beginning and its end."""

    stream: IO[bytes]
    head: bytes = b""
    tail: bytes = b""
    total: int = 0
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def text(self) -> str:
        """What was kept. A process that escaped and still holds the stream is not waited for."""
        self.thread.join(DRAIN_SECONDS)
        cut = self.total - len(self.head) - len(self.tail)
        middle = f"\n[{cut} bytes left out]\n".encode() if cut > 0 else b""
        return (self.head + middle + self.tail).decode("utf-8", errors="replace")

    def _read(self) -> None:
        with self.stream:
            while data := os.read(self.stream.fileno(), CHUNK):
                self.total += len(data)
                room = KEPT - len(self.head)
                self.head += data[:room]
                self.tail = (self.tail + data[room:])[-KEPT:]


def find(worktree: Path, *, network: bool, unsandboxed: bool) -> Commands | None:
    """How commands are run here: under bubblewrap if it works, else unconfined if that was allowed, else not at all."""
    program = shutil.which("bwrap")
    if program:
        commands = Commands(worktree.resolve(), program, network)
        if commands.run("exit 0", PROBE_SECONDS).exit_code == 0:
            return commands
    return Commands(worktree.resolve(), None, network) if unsandboxed else None


def environment(ours: Mapping[str, str], home: str) -> dict[str, str]:
    """What a command sees: the engine's Python first on its PATH, a private home, the session's marker."""
    passed = {name: value for name, value in ours.items() if name in PASSED or name.startswith("LC_")}
    path = f"{Path(sys.executable).parent}:{ours.get('PATH', os.defpath)}"
    return {**passed, "PATH": path, "HOME": home, "TMPDIR": home, "PYTHONDONTWRITEBYTECODE": "1"}


def interpreter_folders() -> list[str]:
    """The folders of the engine's Python, for the tests an agent runs: a venv often lies in the hidden home."""
    home = Path.home().resolve()
    folders = [Path(sys.prefix), Path(sys.base_prefix), *Path(sys.executable).resolve().parents[1:2]]
    return list(dict.fromkeys(str(folder) for folder in folders if not home.is_relative_to(folder.resolve())))
