"""One run of an agent's process: its output as it comes, and its end by itself, by TERM or by a limit.

One thread and one selector: the agent's stdout and stderr, and a pipe into which signals are written.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 4.0
"""From the interrupt to KILL; the engine itself waits 5 s."""
DRAIN_SECONDS = 1.0
"""How long output is still taken when the agent is gone but something it left behind holds the pipe."""
TICK_SECONDS = 0.5
STDERR_TAIL = 16 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ending:
    """How the agent ended: an exit code of the adapter interface, and the reason in one sentence."""

    code: int
    message: str = ""
    retry_after_seconds: float | None = None
    retry_at: str | None = None
    """ISO 8601 with offset."""


@dataclass(frozen=True, slots=True)
class Launch:
    """The agent's command line, its environment, what it reads from stdin, and how it likes to be stopped.

    TMPDIR is added to the environment: a folder of the run's own, which is gone afterwards.
    """

    command: list[str]
    environment: dict[str, str]
    stdin: bytes = b""
    interrupt: int = signal.SIGTERM
    announce: dict[str, object] = field(default_factory=dict)
    """More fields of the `started` event: version, session, sandbox."""
    notices: tuple[str, ...] = ()
    """What the user should know from the start, a sentence each."""


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """The agent's own exit code, the end of its stderr, and who ended it if it did not itself."""

    code: int
    stderr_tail: str
    terminated: bool
    enforced: Ending | None


class AgentProcess:
    """`on_line` gets each line of stdout, of any length, without its newline; `on_stderr` stderr, piece by piece."""

    def __init__(
        self, launch: Launch, worktree: Path, on_line: Callable[[bytes], None], on_stderr: Callable[[str], None]
    ) -> None:
        self.launch, self.worktree, self.on_line, self.on_stderr = launch, worktree, on_line, on_stderr
        self.stderr_tail = b""
        self.partial: list[bytes] = []
        self.terminated = False
        self.enforced: Ending | None = None
        self.kill_at: float | None = None

    def run(self, overdue: Callable[[float], Ending | None]) -> ProcessEnd:
        """Run it to its end, and leave no process of its group behind. Raises OSError if it cannot be started."""
        wake, waker = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(waker, False)
        old_fd = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        handled = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
        old = {number: signal.signal(number, self._on_signal) for number in handled}
        try:
            with tempfile.TemporaryDirectory(prefix="meta-agent-", ignore_cleanup_errors=True) as temporary:
                process = self._start(temporary)
                try:
                    self._follow(process, wake, overdue)
                finally:
                    _signal_group(process.pid, signal.SIGKILL)
                code = process.wait()
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_fd)
            os.close(wake)
            os.close(waker)
        return ProcessEnd(code, self.stderr_tail.decode(errors="replace"), self.terminated, self.enforced)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self.terminated = True

    def _start(self, temporary: str) -> subprocess.Popen[bytes]:
        # A file and no pipe: it takes a brief of any length at once, and its end is there from the start.
        with tempfile.TemporaryFile() as stdin:
            stdin.write(self.launch.stdin)
            stdin.seek(0)
            return subprocess.Popen(
                self.launch.command,
                cwd=self.worktree,
                env={**self.launch.environment, "TMPDIR": temporary},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,
                close_fds=False,  # the session's lock is inherited; everything of ours is closed on exec anyway
                bufsize=0,
            )

    def _follow(self, process: subprocess.Popen[bytes], wake: int, overdue: Callable[[float], Ending | None]) -> None:
        assert process.stdout and process.stderr
        gone_at: float | None = None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout.fileno(), selectors.EVENT_READ, self._take_stdout)
            selector.register(process.stderr.fileno(), selectors.EVENT_READ, self._take_stderr)
            selector.register(wake, selectors.EVENT_READ, None)
            while len(selector.get_map()) > 1 or gone_at is None:
                for key, _ in selector.select(TICK_SECONDS if gone_at is None else DRAIN_SECONDS / 10):
                    data = _read(key.fd)
                    if key.data is None:
                        continue
                    if data:
                        key.data(data)
                    else:
                        selector.unregister(key.fd)
                now = time.monotonic()
                if gone_at is None and process.poll() is not None:
                    gone_at = now
                if gone_at is not None and now - gone_at >= DRAIN_SECONDS:
                    break
                if gone_at is None:
                    self._keep_limits(process.pid, now, overdue)
        if self.partial:
            self._end_line()
        process.stdout.close()
        process.stderr.close()

    def _keep_limits(self, pid: int, now: float, overdue: Callable[[float], Ending | None]) -> None:
        if self.kill_at is not None:
            if now >= self.kill_at:
                _signal_group(pid, signal.SIGKILL)
            return
        if not self.terminated:
            self.enforced = overdue(now)
        if self.terminated or self.enforced:
            self.kill_at = now + GRACE_SECONDS
            _signal_group(pid, self.launch.interrupt)

    def _take_stdout(self, data: bytes) -> None:
        _write_all(1, data)
        *complete, rest = data.split(b"\n")
        for end in complete:
            self.partial.append(end)
            self._end_line()
        if rest:
            self.partial.append(rest)

    def _end_line(self) -> None:
        line = b"".join(self.partial)
        self.partial.clear()
        self.on_line(line)

    def _take_stderr(self, data: bytes) -> None:
        _write_all(2, data)
        self.stderr_tail = (self.stderr_tail + data)[-STDERR_TAIL:]
        self.on_stderr(data.decode(errors="replace"))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        return b""


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
