"""What adapters share whose agent is a command that prints a stream of JSON lines: the verbs, the session, the helpers.

An adapter says how its agent is started (`Launch`), turns each line into events (`StreamReader.read`) and judges how
the stream ended (`StreamReader.ending`). Standard library only: adapters start with `python -P -S`.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from runtime_adapters.agent_process import AgentProcess
from runtime_adapters.agent_process import Ending as Ending
from runtime_adapters.agent_process import Launch as Launch
from runtime_adapters.agent_program import PROBE_NOT_STARTED as PROBE_NOT_STARTED
from runtime_adapters.agent_program import PROBE_TIMED_OUT as PROBE_TIMED_OUT
from runtime_adapters.agent_program import AdapterError as AdapterError
from runtime_adapters.agent_program import extra_arguments as extra_arguments
from runtime_adapters.agent_program import find_program as find_program
from runtime_adapters.agent_program import probe as probe
from runtime_adapters.agent_program import require_program as require_program
from runtime_adapters.events import (
    EXIT_BAD_CONFIGURATION,
    EXIT_DONE,
    EXIT_RATE_LIMITED,
    EXIT_UNAVAILABLE,
    RAW,
    EventWriter,
    read_events,
)

EXIT_TERMINATED = 128 + signal.SIGTERM
GO_ON = (
    b"You were interrupted. The files are as you left them. Go on with your task where you were, to its end; "
    b"write `.session/result.json` last, as you were told.\n"
)
"""What an agent is told that remembers its session."""
SHOWN = 10_000
"""Characters of a text that events.jsonl repeats: its end is read often. raw.log has the whole."""


class StreamReader(Protocol):
    """Turns one agent's stream into events. One object a session; keeps what it needs to judge the end."""

    def read(self, line: dict[str, object]) -> Iterable[tuple[str, dict[str, object]]]:
        """The events (kind, fields) in one line of the stream."""

    def ending(self, exit_code: int, stderr_tail: str) -> Ending:
        """What the end of the stream means, given the agent's own exit code (negative: a signal)."""


@runtime_checkable
class Impatient(Protocol):
    """A reader that ends an agent which would never end by itself."""

    def overdue(self, now: float) -> Ending | None:
        """The ending to enforce, None while it may go on. Called about twice a second with `time.monotonic()`."""


@runtime_checkable
class Listening(Protocol):
    """A reader that learns something from stderr too."""

    def hear(self, stderr: str) -> None:
        """A piece of stderr, as it comes."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session folder, as an adapter sees it."""

    folder: Path
    worktree: Path
    spec: dict[str, object]
    brief: bytes
    options: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> Session:
        """Read session.json and brief.md. Raises AdapterError."""
        try:
            spec = json.loads((folder / "session.json").read_text(encoding="utf-8"))
            options = spec.get("options") or {}
            return cls(folder, Path(spec["worktree"]), spec, (folder / "brief.md").read_bytes(), options)
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise AdapterError(f"{folder} is not a session folder: {error}") from error

    @property
    def model(self) -> str | None:
        """The model asked for."""
        model = self.spec.get("model")
        return model if isinstance(model, str) and model else None

    @property
    def events_path(self) -> Path:
        """Where the events go."""
        return self.folder / "events.jsonl"


class StreamAdapter(Protocol):
    """One runtime: its name, what is installed, how a session is started or gone on with, who reads its stream."""

    name: str

    def detect(self) -> dict[str, object]:
        """The answer to `detect`; no model call."""

    def launch(self, session: Session, resume: str | None) -> Launch:
        """How to start the agent; `resume` is the agent's own session id to go on with. Raises AdapterError."""

    def reader(self, session: Session) -> StreamReader:
        """A reader for this session's stream."""


def main(adapter: StreamAdapter, arguments: Sequence[str]) -> int:
    """`detect`, `spawn DIR` or `resume DIR`; returns the exit code."""
    match list(arguments):
        case ["detect"]:
            print(json.dumps(adapter.detect(), ensure_ascii=False))
            return EXIT_DONE
        case ["spawn", folder]:
            return _session(adapter, Path(folder), resume=False)
        case ["resume", folder]:
            return _session(adapter, Path(folder), resume=True)
        case _:
            print(f"usage: {adapter.name} adapter: detect | spawn DIR | resume DIR", file=sys.stderr)
            return EXIT_BAD_CONFIGURATION


def _session(adapter: StreamAdapter, folder: Path, *, resume: bool) -> int:
    try:
        session = Session.load(folder)
        reader = adapter.reader(session)
        launch = adapter.launch(session, agent_session_id(session.events_path) if resume else None)
    except AdapterError as error:
        if folder.is_dir():
            writer = EventWriter(folder / "events.jsonl")
            finish(writer, Ending(error.code, str(error)))
            writer.close()
        print(error, file=sys.stderr)
        return error.code
    announce = {"runtime": adapter.name, "model": session.model, **launch.announce}
    return run_agent(session, launch, reader, announce)


def run_agent(session: Session, launch: Launch, reader: StreamReader, announce: dict[str, object]) -> int:
    """Run the agent to its end, its stream as events; returns the adapter's exit code.

    The agent gets a process group of its own. TERM ends the agent first, then this process with 143.
    """
    writer = EventWriter(session.events_path)
    try:
        writer.write("started", **{name: value for name, value in announce.items() if value is not None})
        for notice in launch.notices:
            writer.write("text", text=notice, notice=True)
        hear = reader.hear if isinstance(reader, Listening) else _ignore
        overdue = reader.overdue if isinstance(reader, Impatient) else _never
        process = AgentProcess(launch, session.worktree, LineFeed(reader, writer).feed, hear)
        try:
            end = process.run(overdue)
        except OSError as error:
            reason = f"{launch.command[0]} cannot be started: {error.strerror or error}"
            return finish(writer, Ending(EXIT_UNAVAILABLE, reason))
        if end.terminated:
            return EXIT_TERMINATED
        ending = end.enforced or _never_ran(end.code, end.stderr_tail)
        return finish(writer, ending or reader.ending(end.code, end.stderr_tail))
    finally:
        writer.close()


NOT_STARTED = (126, 127)


def _never_ran(exit_code: int, stderr_tail: str) -> Ending | None:
    """A launcher that could not start what it launches (no `node`, say) tells by the shell's own exit codes."""
    if exit_code not in NOT_STARTED:
        return None
    said = (stderr_tail.strip().splitlines() or ["the program cannot be started"])[-1]
    return Ending(EXIT_UNAVAILABLE, said)


def _never(now: float) -> Ending | None:
    return None


def _ignore(stderr: str) -> None:
    return None


def finish(writer: EventWriter, ending: Ending) -> int:
    """Write down why the agent ended, if it ended badly; returns the exit code."""
    if ending.code == EXIT_RATE_LIMITED:
        told = {"retry_at": ending.retry_at, "retry_after_seconds": ending.retry_after_seconds}
        writer.write("rate_limited", message=ending.message, **{k: v for k, v in told.items() if v is not None})
    if ending.code != EXIT_DONE and ending.message:
        writer.write("error", message=ending.message)
    return ending.code


class LineFeed:
    """Lines of the agent's stdout on their way into events.jsonl. A line of a shape nobody knows is shown as it is."""

    def __init__(self, reader: StreamReader, writer: EventWriter) -> None:
        self.reader, self.writer = reader, writer

    def feed(self, line: bytes) -> None:
        """Write the events in one line, without its newline."""
        text = line.decode("utf-8", errors="replace").strip()
        if not text:
            return
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            self.writer.write(RAW, text=shortened(text))
            return
        try:
            events = list(self.reader.read(data))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            events = [unknown(data)]  # a stream that changed its shape is no reason to end a session
        for kind, fields in events:
            self.writer.write(kind, **{k: shortened(v) for k, v in fields.items() if k not in ("self", "kind", "t")})


def shortened(value: object) -> object:
    """A text that is too long for an event without its middle, the rest as it is."""
    if not isinstance(value, str) or len(value) <= SHOWN:
        return value
    half = SHOWN // 2
    return f"{value[:half]}\n… {len(value) - SHOWN} characters are left out here …\n{value[-half:]}"


def unknown(line: dict[str, object]) -> tuple[str, dict[str, object]]:
    """The event for a line of a type the reader does not know."""
    return RAW, {"text": json.dumps(line, ensure_ascii=False)}


def agent_session_id(events_path: Path) -> str | None:
    """The agent's own id of its session, from the last `started` or `agent_session` event that tells one."""
    told = [
        event.text_of("session") for event in read_events(events_path) if event.kind in ("started", "agent_session")
    ]
    return next((session for session in reversed(told) if session), None)


def relative(worktree: Path, path: str) -> str:
    """A path as seen from the worktree; one outside it stays as it is."""
    with suppress(ValueError):
        return str(Path(path).relative_to(worktree))
    return path
