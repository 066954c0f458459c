"""The agent's process: its lines as protocol messages, and its end with everything it started."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process, SubprocessStreamProtocol
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

from runtime_adapters.acp.presets import AcpLaunch

LONGEST_LINE = 64 * 1024 * 1024
STDERR_TAIL = 16 * 1024
CLOSE_SECONDS = 1.0
"""For each step of the way out: end of input, TERM, KILL."""


class AgentProcess:
    """A message transport (send, receive, close) over the standard streams of the agent.

    What it prints goes on to our own stdout and stderr, untouched; what is no protocol message goes no further.
    """

    def __init__(self, process: Process, pipes: asyncio.SubprocessTransport) -> None:
        self.process, self._pipes = process, pipes
        self.stderr_tail = b""
        self._stderr = asyncio.create_task(self._pass_on_stderr())
        self._seen: dict[int, psutil.Process] = {}

    @classmethod
    async def start(cls, launch: AcpLaunch, worktree: Path) -> AgentProcess:
        """Start it in a process group of its own. Raises OSError."""
        loop = asyncio.get_running_loop()
        # By hand, for its transport: pipes that a killed agent leaves open must be closed before the loop is.
        pipes, protocol = await loop.subprocess_exec(
            lambda: SubprocessStreamProtocol(limit=LONGEST_LINE, loop=loop),
            *launch.command,
            cwd=worktree,
            env=launch.environment,
            start_new_session=True,
            close_fds=False,  # the session's lock is inherited; everything of ours is closed on exec anyway
        )
        return cls(Process(pipes, protocol, loop), pipes)

    async def send(self, message: dict[str, Any]) -> None:
        """Write one message. Raises ConnectionError when the agent is gone."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        await self.process.stdin.drain()

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None at the end of the agent's output."""
        assert self.process.stdout
        while True:
            try:
                line = await self.process.stdout.readline()
            except ValueError:
                print(f"acp: a line longer than {LONGEST_LINE} bytes was left out", file=sys.stderr, flush=True)
                continue
            if not line:
                return None
            _pass_on(sys.stdout.buffer, line)
            if message := parse(line):
                return message

    async def close(self) -> None:
        """Say that nothing more comes: most agents then end by themselves."""
        if self.process.stdin:
            self.process.stdin.close()

    async def returncode(self, seconds: float = CLOSE_SECONDS) -> int | None:
        """Its exit code, once it ends; None if it does not within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.process.wait()
        return self.process.returncode

    async def last_words(self) -> str:
        """The last line of its stderr."""
        await asyncio.wait({self._stderr}, timeout=CLOSE_SECONDS)
        lines = self.stderr_tail.decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def look_around(self) -> None:
        """Remember what the agent has started: when it is gone, nothing tells that these were its own."""
        with suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                self._seen[child.pid] = child

    async def end(self, *, gently: bool = True) -> None:
        """End it and everything it was seen to have started."""
        self.look_around()
        await self.close()
        if not gently or await self.returncode() is None:
            self._signal(signal.SIGTERM)
        if await self.returncode() is None:
            self.look_around()
        self._signal(signal.SIGKILL)
        for child in self._seen.values():
            with suppress(psutil.Error):
                child.kill()  # psutil looks first whether the number is still this process's
        await self.process.wait()
        self._stderr.cancel()
        self._pipes.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    async def _pass_on_stderr(self) -> None:
        assert self.process.stderr
        while data := await self.process.stderr.read(64 * 1024):
            _pass_on(sys.stderr.buffer, data)
            self.stderr_tail = (self.stderr_tail + data)[-STDERR_TAIL:]


def parse(line: bytes) -> dict[str, Any] | None:
    """The JSON-RPC message in a line; None if it holds none, whatever it holds."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    if isinstance(message.get("method"), str):
        return message
    if isinstance(message.get("id"), bool) or not isinstance(message.get("id"), int | str):
        return None
    if message.get("error") is not None and not isinstance(message["error"], dict):
        message["error"] = {"code": -32603, "message": str(message["error"])}
    return message if "result" in message or "error" in message else None


def _pass_on(stream: IO[bytes], data: bytes) -> None:
    stream.write(data)
    stream.flush()
