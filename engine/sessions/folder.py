"""A session folder: the files through which engine, host and adapter know of one session."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import BrokenState, MetaError
from engine.state.atomic import dump_json, replace_file, sync_folder, write_atomic
from engine.state.clock import iso, utc_now
from runtime_adapters.protocol import ANSWER, Event, Result, SessionSpec, last_events, read_result

HANDOFF = "handoff"
"""The runtime whose sessions wait for a person: what lies in their worktree is final only when handed back."""

HANDOFF_DONE = "handoff_done"
PROGRESS = ".session/progress.md"


class SessionError(MetaError):
    """A session cannot be started or answered as asked."""


class ExitRecord(BaseModel):
    """`exit.json`: that the session ended, how and when."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: int
    ended_at: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`cancelled.json`: that we ended it, why, and what that counts as."""

    why: str
    outcome: Literal["cancelled", "failed"] = "cancelled"


class SessionFolder:
    """One folder below `.orchestrator/sessions/`. It need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.events_path = self.path / "events.jsonl"
        self.raw_log = self.path / "raw.log"
        self.stderr_log = self.path / "stderr.log"
        self.lock_path = self.path / "lock"
        self.pid_path = self.path / "pid.json"
        self.exit_path = self.path / "exit.json"
        self.result_path = self.path / "result.json"
        self.cancelled_path = self.path / "cancelled.json"
        self._spec: SessionSpec | None = None

    @property
    def id(self) -> str:
        """The session's id."""
        return self.path.name

    def create(self, spec: SessionSpec, brief: str) -> None:
        """Write what the session is to do; session.json comes last, so the folder is complete once it is there.

        The worktree may be a reused one: the answer of an earlier session is removed from it.
        """
        data = brief.encode()
        if hashlib.sha256(data).hexdigest() != spec.brief_sha256:
            raise ValueError(f"{spec.id}: brief_sha256 is not that of the brief")
        answer = Path(spec.worktree) / ANSWER
        answer.parent.mkdir(parents=True, exist_ok=True)
        answer.unlink(missing_ok=True)
        (Path(spec.worktree) / PROGRESS).unlink(missing_ok=True)
        self.path.mkdir(parents=True, exist_ok=True)
        replace_file(self.path / "brief.md", data)
        replace_file(self.path / "session.json", dump_json(spec.model_copy(update={"folder": str(self.path)})))
        sync_folder(self.path)
        sync_folder(self.path.parent)
        self._spec = None

    def exists(self) -> bool:
        """Whether the session was created."""
        return (self.path / "session.json").is_file()

    def spec(self) -> SessionSpec:
        """session.json. Raises BrokenState."""
        if self._spec is None:
            path = self.path / "session.json"
            try:
                self._spec = SessionSpec.model_validate_json(path.read_bytes())
            except (OSError, ValidationError) as error:
                raise BrokenState(f"{path}: {_first_line(error)}") from error
        return self._spec

    def is_copy(self) -> bool:
        """Whether this is a copied (or moved) folder: the worktree and processes in it are those of the original."""
        written_for = self.spec().folder
        return bool(written_for) and Path(written_for).resolve() != self.path.resolve()

    def brief(self) -> str:
        """What the agent was told."""
        return (self.path / "brief.md").read_text(encoding="utf-8")

    def result(self) -> Result:
        """The session's answer. Raises ResultError."""
        return read_result(self.result_path)

    def answer_path(self) -> Path:
        """Where in the worktree the agent writes its result."""
        return Path(self.spec().worktree) / ANSWER

    def exit(self) -> ExitRecord | None:
        """How it ended; None while it has not. An unreadable exit.json counts as absent."""
        try:
            return ExitRecord.model_validate_json(self.exit_path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write_exit(self, code: int) -> None:
        """Say that the session ended, where its host can no longer do it."""
        write_atomic(self.exit_path, dump_json({"code": code, "ended_at": iso(utc_now())}))

    def cancelled(self) -> Cancelled | None:
        """Why we cancelled it, if we did."""
        try:
            data = json.loads(self.cancelled_path.read_bytes())
            return Cancelled(str(data["why"]), "failed" if data["outcome"] == "failed" else "cancelled")
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenState(f"{self.cancelled_path}: {error!r}: remove it or write it again") from error

    def write_cancelled(self, cancelled: Cancelled) -> None:
        """Remember that what follows is our doing."""
        write_atomic(self.cancelled_path, dump_json({"why": cancelled.why, "outcome": cancelled.outcome}))

    def handed_back(self) -> bool:
        """Whether a person said that the answer is complete."""
        return (self.path / HANDOFF_DONE).exists()

    def host_pid(self) -> int | None:
        """The process id the host had; it may be gone and the number in other use."""
        try:
            return int(json.loads(self.pid_path.read_bytes())["pid"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def started_at(self) -> datetime | None:
        """When the host began; None before."""
        try:
            return datetime.fromtimestamp(self.pid_path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def tail(self, count: int = 20) -> list[Event]:
        """The last events."""
        return last_events(self.events_path, count)

    def output_size(self) -> int:
        """Bytes of output so far: it grows while the agent is doing something."""
        return sum(_size(path) for path in (self.events_path, self.raw_log))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _first_line(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'file'}: {first['msg']}"
