"""The harness of the store's crash tests: writers that are struck at each call, and a model of the power cut.

A process of its own with one thread: it forks a writer for each point and prints what it found as JSON.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faulty_store import become

from engine.errors import MetaError
from engine.state.events import CommandDone, StepStopped
from engine.state.models import State
from engine.state.store import NotStored, Store

COMMITS = 3
LEGOS = ("store", "cli")
NEVER = 10**9
STRUCK, CRASHED = 1, 2
CALLS = ("open", "write", "ftruncate", "fsync", "fdatasync", "replace", "unlink", "mkdir")
Acknowledge = Callable[[int], object]
Report = dict[str, Any]
OnCall = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]


def scenario(workspace: Path, acknowledge: Acknowledge) -> None:
    """Make every commit that is not there yet: the first run and every run after a crash."""
    with Store.open(workspace) as store:
        for n in range(COMMITS):
            if not is_there(store.state, n):
                lego = LEGOS[n % len(LEGOS)]
                store.commit(CommandDone(id=f"c{n}"), StepStopped(step=f"s{n}", lego=lego, why="x" * 200))
            acknowledge(n)


def is_there(state: State, n: int) -> bool:
    return f"c{n}" in state.orchestrator.commands and state.record(f"s{n}", LEGOS[n % len(LEGOS)]) is not None


def faults(workspace: Path, acknowledged: list[int]) -> list[str]:
    """What is wrong with the state, as a reader finds it."""
    try:
        state = Store.open(workspace, read_only=True).state
    except MetaError as error:
        return [f"refused: {error}"]
    return [f"acknowledged commit {n} is lost" for n in acknowledged if not is_there(state, n)]


def faults_after_restart(workspace: Path, acknowledged: list[int]) -> list[str]:
    """What is wrong as it lies there, and after the next run went on to the end."""
    found = faults(workspace, acknowledged)
    if not found:
        scenario(workspace, lambda n: None)
        found = faults(workspace, list(range(COMMITS)))
        found += [f"left over: {path.name}" for path in (workspace / ".orchestrator").glob(".*.tmp")]
    return found


@contextmanager
def watched(on_call: OnCall) -> Iterator[None]:
    """Every call of `os` that changes the disk goes through `on_call(name, call, arguments)`."""
    originals = {name: getattr(os, name) for name in CALLS}

    def through(name: str) -> Callable[..., Any]:
        return lambda *arguments, **more: on_call(name, lambda *a: originals[name](*a, **more), arguments)

    for name in CALLS:
        setattr(os, name, through(name))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


class Fault:
    """The fault at the `point`-th call: "kill" before it, "tear" (half a write, then kill), "refuse" (a full disk).

    `fsync` is left out in these runs: a kill does not test it, the kernel keeps what was written.
    """

    def __init__(self, point: int, how: str) -> None:
        self.left = point
        self.how = how

    def on_call(self, name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Count the call; at the point, strike."""
        self.left -= name == "write" or self.how != "tear"
        if self.left == 0:
            self.left = -1
            self._strike(name, call, arguments)
        return None if name in ("fsync", "fdatasync") else call(*arguments)

    def _strike(self, name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        if name == "write" and self.how != "kill":
            call(arguments[0], arguments[1][: len(arguments[1]) // 2])
        if self.how == "refuse":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.kill(os.getpid(), signal.SIGKILL)


def strike(writer: str, point: int, how: str, workspace: Path) -> tuple[int, list[int]]:
    """Fork a writer with a fault at `point`: how it ended (0: the fault never came), and what it acknowledged."""
    reading, writing = os.pipe()
    write, fault = os.write, Fault(point, how)
    child = os.fork()
    if child == 0:
        code = CRASHED
        become(writer)
        try:
            with watched(fault.on_call):
                scenario(workspace, lambda n: write(writing, bytes([n])))
            code = STRUCK if fault.left < 0 else 0
        except NotStored:
            code = STRUCK
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        acknowledged = list(pipe.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), acknowledged


def strike_everywhere(writer: str, how: str, start: Path, folder: Path) -> Report:
    """A writer with a fault at its first call, at its second, … until one is not reached, or something is wrong."""
    for point in range(1, 1000):
        workspace = folder / str(point)
        shutil.copytree(start, workspace)
        ended, acknowledged = strike(writer, point, how, workspace)
        with watched(Fault(NEVER, how).on_call):
            found = faults_after_restart(workspace, acknowledged)
        if ended == CRASHED:
            found.append("an error that is no message")
        if found or not ended:
            return {"points": point - 1, "faults": [f"{how} at call {point}: {fault}" for fault in found]}
        shutil.rmtree(workspace)
    raise AssertionError("the writer never ends")


class Disk:
    """A model of one flat folder: what its files hold now, and what of it a power cut cannot take."""

    def __init__(self, start: Path) -> None:
        """A disk with the files of `start`, none of which was synced before the last writer died."""
        files = sorted(path for path in start.rglob("*") if path.is_file())
        self.names = {path.name: number for number, path in enumerate(files)}
        self.sure_names: dict[str, int] = {}
        self.content = [path.read_bytes() for path in files]
        self.sure_content = [b"" for _ in files]
        self._open: dict[int, int | None] = {}

    def on_call(self, name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Do the call, then do the same in the model."""
        answer = call(*arguments)
        if name == "open":
            self._opened(answer, Path(arguments[0]), arguments[1])
        elif name == "replace":
            self.names[Path(arguments[1]).name] = self.names.pop(Path(arguments[0]).name)
        elif name == "unlink":
            self.names.pop(Path(arguments[0]).name, None)
        elif name in ("fsync", "fdatasync"):
            self._synced(self._open[arguments[0]])
        elif (file := self._open.get(arguments[0])) is not None:
            if name == "write":
                self.content[file] += bytes(arguments[1])[:answer]
            elif name == "ftruncate":
                self.content[file] = self.content[file][: arguments[1]]
        return answer

    def _opened(self, descriptor: int, path: Path, flags: int) -> None:
        if flags & os.O_DIRECTORY:
            self._open[descriptor] = None
            return
        if path.name not in self.names:
            self.names[path.name] = len(self.content)
            self.content.append(b"")
            self.sure_content.append(b"")
        self._open[descriptor] = self.names[path.name]

    def _synced(self, file: int | None) -> None:
        if file is None:
            self.sure_names = dict(self.names)
        else:
            self.sure_content[file] = self.content[file]

    def after_power_cut(self) -> Iterator[dict[str, bytes]]:
        """The folders that may be found: nothing unsynced kept, only names, half of the content, everything."""
        sure = self.sure_content
        yield {name: sure[file] for name, file in self.sure_names.items()}
        yield {name: sure[file] for name, file in self.names.items()}
        yield {name: half(sure[file], self.content[file]) for name, file in self.names.items()}
        yield {name: self.content[file] for name, file in self.names.items()}


def half(sure: bytes, now: bytes) -> bytes:
    return now[: (len(sure) + len(now)) // 2] if now.startswith(sure) else now[: len(now) // 2]


def cut_power_everywhere(writer: str, start: Path, folder: Path) -> Report:
    """Every state of the disk that a power cut after any call may leave, up to one that is wrong."""
    disk, acknowledged, moments = Disk(start), list[int](), list[tuple[list[int], dict[str, bytes]]]()

    def look() -> None:
        for files in disk.after_power_cut():
            if (acknowledged, files) not in moments:
                moments.append((list(acknowledged), files))

    def on_call(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        answer = disk.on_call(name, call, arguments)
        look()
        return answer

    def acknowledge(n: int) -> None:
        acknowledged.append(n)
        look()

    become(writer)
    shutil.copytree(start, folder / "writer")
    with watched(on_call):
        scenario(folder / "writer", acknowledge)
    for number, (known, files) in enumerate(moments):
        workspace = folder / f"cut-{number}"
        (workspace / ".orchestrator").mkdir(parents=True)
        for name, content in files.items():
            (workspace / ".orchestrator" / name).write_bytes(content)
        if found := faults(workspace, known):
            return {"points": number, "faults": [f"power cut {number}: {fault}" for fault in found]}
        shutil.rmtree(workspace)
    return {"points": len(moments), "faults": []}


def crashed(folder: Path) -> Path:
    """A workspace as a crash leaves it: a state file behind, an unfinished line, an unfinished file."""
    scenario(folder, lambda n: None)
    private = folder / ".orchestrator"
    lines = (private / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (private / "journal.jsonl").write_bytes(b"".join(lines[:3]) + lines[3][:20])
    for path in private.glob("*_state*.json"):
        path.unlink()
    (private / ".orchestrator_state.json.0.tmp").write_bytes(b"{")
    return folder


def main(writer: str, what: str, folder: Path) -> None:
    """Print the report of each start: an empty workspace, and one as a crash leaves it."""
    starts = {"empty": folder / "empty", "crashed": folder / "crashed"}
    for start in starts.values():
        start.mkdir()
    crashed(starts["crashed"])
    reports = {}
    for name, start in starts.items():
        place = folder / f"{name}-points"
        if what == "power":
            reports[name] = cut_power_everywhere(writer, start, place)
        else:
            reports[name] = strike_everywhere(writer, what, start, place)
    print(json.dumps(reports))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
