"""Tapes: recorded sessions, which the `replay` adapter plays. One folder an entry, named by step, LEGO, substep, take.

A take is the ordinal of a session of that substep that came to an end of its own; interrupted ones are not counted.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import MetaError
from engine.secrets import without
from engine.sessions.folder import SessionFolder
from engine.sessions.outcome import SessionEnd, classify
from engine.state.atomic import dump_json, replace_file, sync_folder, write_atomic
from runtime_adapters.protocol import EXIT_DONE, Event, SessionSpec, read_events
from runtime_adapters.replay import entry_key, stored_name

__all__ = ["Tape", "TapeEntry", "TapeError", "TapeFile", "TapeHead", "entry_key", "record", "start_tape"]

HEAD = "tape.json"
ENTRY = "entry.json"
EXIT_FAILED = 1


class TapeError(MetaError):
    """A tape cannot be read, or is not what it was when recorded."""


class TapeFile(BaseModel):
    """A file the session wrote, as it was at its end; the bytes are below `files/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    executable: bool = False
    link: bool = False
    """A symbolic link: the bytes are what it points to."""


class TapeEntry(BaseModel):
    """`entry.json`: one recorded session."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    lego: str | None = None
    substep: Literal["gen", "review"]
    attempt: int
    runtime: str
    brief_sha256: str
    exit_code: int
    files: dict[str, TapeFile] = {}
    deleted: list[str] = []

    @property
    def key(self) -> str:
        """The name of its folder."""
        return entry_key(self.step, self.lego, self.substep, self.attempt)


class TapeHead(BaseModel):
    """`tape.json`: what the tape is of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    intent_sha256: str
    recorded_at: str
    note: str = ""


class Tape:
    """A tape's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def head(self) -> TapeHead:
        """tape.json. Raises TapeError."""
        try:
            return TapeHead.model_validate_json((self.path / HEAD).read_bytes())
        except (OSError, ValidationError) as error:
            raise TapeError(f"{self.path} is not a tape: {HEAD} is missing or broken ({_short(error)})") from error

    def keys(self) -> list[str]:
        """The names of all entries, sorted."""
        return sorted(path.parent.name for path in self.path.glob(f"[!.]*/{ENTRY}"))

    def entries(self) -> list[TapeEntry]:
        """All entries, sorted by name. Raises TapeError."""
        return [self.entry(key) for key in self.keys()]

    def entry(self, key: str) -> TapeEntry:
        """One entry. Raises TapeError if it is missing or broken."""
        path = self.path / key / ENTRY
        try:
            return TapeEntry.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise TapeError(f"the tape {self.path} has no entry {key}") from error
        except ValidationError as error:
            raise TapeError(f"{path}: {_short(error)}") from error

    def answers(self, key: str, brief_sha256: str) -> bool:
        """Whether it holds an answer to exactly this brief."""
        return (self.path / key / ENTRY).is_file() and self.entry(key).brief_sha256 == brief_sha256

    def content(self, key: str, path: str) -> bytes:
        """The recorded bytes of a file of an entry."""
        return (self.path / key / "files" / stored_name(path)).read_bytes()

    def brief(self, key: str) -> str:
        """The brief the session was given."""
        return (self.path / key / "brief.md").read_text(encoding="utf-8")

    def verify(self) -> None:
        """Check every file by its hash, that none is missing and none was added. Raises TapeError naming the first."""
        self.head()
        for entry in self.entries():
            folder = self.path / entry.key
            recorded = {f"files/{stored_name(path)}": file.sha256 for path, file in entry.files.items()}
            recorded["brief.md"] = entry.brief_sha256
            for name, sha256 in recorded.items():
                _check(folder / name, sha256)
            there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
            if strange := sorted(there - recorded.keys() - {ENTRY, "events.jsonl", "result.json"}):
                raise TapeError(f"{folder / strange[0]} was not recorded")


def start_tape(path: Path, intent_sha256: str, recorded_at: str, note: str = "") -> Tape:
    """Make a tape, or give an existing one a new head."""
    path.mkdir(parents=True, exist_ok=True)
    head = TapeHead(intent_sha256=intent_sha256, recorded_at=recorded_at, note=note)
    write_atomic(path / HEAD, dump_json(head))
    return Tape(path)


def record(
    tape: Path,
    spec: SessionSpec,
    folder: SessionFolder,
    changed: Mapping[str, bytes | None],
    executable: Collection[str] = (),
    links: Collection[str] = (),
) -> TapeEntry:
    """Put an ended session on the tape, a failed one too: replayed, it must fail in the same way.

    Args:
        tape: the tape's folder.
        spec: what the session was to do.
        folder: where its events and result are.
        changed: path → bytes of every file it wrote at the end of the session, None for one it deleted.
        executable: those of the paths that may be executed.
        links: those of the paths that are symbolic links.
    """
    end = classify(folder)
    entry = TapeEntry(
        step=spec.step,
        lego=spec.lego,
        substep=spec.substep,
        attempt=int(spec.options.get("take", spec.attempt)),
        runtime=spec.runtime,
        brief_sha256=spec.brief_sha256,
        exit_code=_exit_code(folder, end),
        files={
            path: TapeFile(sha256=hashlib.sha256(data).hexdigest(), executable=path in executable, link=path in links)
            for path, data in sorted(changed.items())
            if data is not None
        },
        deleted=sorted(path for path, data in changed.items() if data is None),
    )
    tape.mkdir(parents=True, exist_ok=True)
    unfinished = tape / f".{entry.key}.tmp"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for path, data in changed.items():
        if data is not None:
            _put(unfinished / "files" / stored_name(path), data)
    _put(unfinished / "brief.md", folder.brief().encode())
    _put(unfinished / "events.jsonl", _events(spec, folder, entry, end))
    if folder.result_path.is_file():
        _put(unfinished / "result.json", _without_secrets(folder.result_path.read_bytes()))
    _put(unfinished / ENTRY, dump_json(entry))
    _swap(unfinished, tape / entry.key)
    return entry


def _exit_code(folder: SessionFolder, end: SessionEnd) -> int:
    """One that we ended has no exit code that means anything: it is replayed as a plain failure."""
    if folder.cancelled() or end.exit_code is None:
        return EXIT_FAILED
    return end.exit_code


def _events(spec: SessionSpec, folder: SessionFolder, entry: TapeEntry, end: SessionEnd) -> bytes:
    """The session's events without the worktree's absolute path. What else said why it failed becomes an event."""
    events = read_events(folder.events_path)
    told = [event.text_of("message") for event in events if event.kind == "error"]
    if entry.exit_code != EXIT_DONE and end.outcome == "failed" and end.reason not in told[-1:]:
        last = events[-1].t if events else 0.0
        events.append(Event(last, "error", {"message": end.reason}))
    text = b"".join(event.line() for event in events if "notice" not in event.fields)
    return _without_secrets(text.replace(spec.worktree.encode() + b"/", b""))


def _without_secrets(data: bytes) -> bytes:
    """A tape is made to be given away."""
    text, found = without(data.decode("utf-8", errors="replace"), "")
    return text.encode() if found else data


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data)


def _swap(new: Path, place: Path) -> None:
    """The new folder takes the place of the old one. After a kill in between the session is recorded again."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    sync_folder(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def _check(path: Path, sha256: str) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise TapeError(f"{path} is missing") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise TapeError(f"{path} is not what was recorded: its sha256 differs")


def _short(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'file'}: {first['msg']}"
