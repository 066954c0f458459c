"""The user's own record of how cards fared over all runs: `runs.jsonl` in their data folder, one line a finished run.

A line names no app, no path and no time: the document's hash, and for each card how many sessions were told it and how
many of them met their check at once, beside those of the same step that were not told it. Sessions of a recording are
left out: they were counted when they were recorded. The last line of a run counts, so a run that is changed later and
finishes again is not counted twice. Nothing is sent anywhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from engine.configuration.load import APPLICATION
from engine.errors import MetaError
from engine.folders import is_workspace
from engine.legos.sub_apps import APPS
from engine.metrics.reading import read_journal
from engine.names import REPLAY
from engine.state.atomic import sync_folder, write_all, write_atomic
from engine.wisdom.told import Effect, Rate, effects, outcomes, read_told
from engine.workspace import Workspace

FILE = "runs.jsonl"
SCHEMA_VERSION = 1
NOTED = "learning/recorded"
"""Below `.orchestrator`: when the run added last was finished, so that a run with nothing to do reads little."""
_LETTERS = 16
_ID = re.compile(r"^## ([A-Z]+-\d{3,}) ", re.MULTILINE)


class RecordError(MetaError):
    """The record cannot be read or written."""


@dataclass(frozen=True)
class Line:
    """One run in the record."""

    run: str
    document: str
    cards: tuple[Effect, ...]


def record_file() -> Path:
    """Where the record lies."""
    return Path(platformdirs.user_data_path(APPLICATION)) / FILE


def note_run(workspace: Workspace, file: Path) -> bool:
    """Add a finished run, and those of its sub-apps, if they are not there as they are. Raises RecordError."""
    inner = sorted(path for path in (workspace.root / APPS).glob("*") if is_workspace(path))
    added = [note_run(Workspace(path), file) for path in inner]
    finished = _finished_at(workspace)
    noted = workspace.private / NOTED
    if not finished or (noted.is_file() and noted.read_text(encoding="utf-8") == finished):
        return any(added)
    line = line_of(workspace)
    try:
        if line:
            _append(file, _written(line))
        noted.parent.mkdir(exist_ok=True)
        write_atomic(noted, finished.encode())
    except OSError as error:
        raise RecordError(f"{file}: the run was not added ({error.strerror}). Check the folder's rights.") from error
    return bool(line) or any(added)


def line_of(workspace: Workspace) -> Line | None:
    """What the record says of a run; None where no session of an agent was told a card."""
    journal = workspace.private / "journal.jsonl"
    events = read_journal(journal)
    told = [one for one in read_told(workspace.private / "sessions")[0] if one.runtime != REPLAY]
    own = own_cards(workspace.overlay)
    rows = tuple(row for row in effects(told, outcomes(events)) if row.card not in own)
    if not rows:
        return None
    with journal.open("rb") as file:
        run = hashlib.sha256(file.readline()).hexdigest()[:_LETTERS]
    return Line(run, str(_state(workspace).get("documents", {}).get("AGENTS.md", "")), rows)


def own_cards(overlay: Path) -> frozenset[str]:
    """The ids of the cards and patterns of a workspace's own: elsewhere they mean something else."""
    files = [path for folder in ("wisdom", "patterns") for path in sorted((overlay / folder).glob("*.md"))]
    return frozenset(id_ for path in files for id_ in _ID.findall(path.read_text(encoding="utf-8", errors="replace")))


def read_record(file: Path) -> tuple[list[Line], list[str]]:
    """The last line of each run, and what is wrong with lines that cannot be read. Raises RecordError."""
    try:
        written = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise RecordError(f"{file}: it cannot be read ({error.strerror}). Check the file's rights.") from error
    runs: dict[str, Line] = {}
    problems = []
    for number, text in enumerate(written, start=1):
        try:
            line = _read(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            problems.append(f"{file}:{number}: this line is no run; it is left out")
            continue
        runs[line.run] = line
    return list(runs.values()), problems


def summed(lines: Iterable[Line]) -> list[tuple[Effect, int]]:
    """One row for each card over all runs, and in how many runs it was told; the most told first."""
    rows: dict[str, tuple[Effect, int]] = {}
    for line in lines:
        for one in line.cards:
            before, runs = rows.get(one.card, (Effect(one.card, 0, Rate(), Rate()), 0))
            both = _plus(before.with_it, one.with_it), _plus(before.without, one.without)
            rows[one.card] = Effect(one.card, before.sessions + one.sessions, *both), runs + 1
    return sorted(rows.values(), key=lambda row: (-row[0].sessions, row[0].card))


def _append(file: Path, line: bytes) -> None:
    """Durably, one writer at a time; a line that a power cut left unfinished is ended first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
        write_all(descriptor, (b"\n" if torn else b"") + line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(file.parent)


def _written(line: Line) -> bytes:
    cards = {
        row.card: {
            "told": row.sessions,
            "known": row.with_it.known,
            "passed": row.with_it.passed,
            "others_known": row.without.known,
            "others_passed": row.without.passed,
        }
        for row in line.cards
    }
    plain = {"schema_version": SCHEMA_VERSION, "run": line.run, "document": line.document, "cards": cards}
    return json.dumps(plain, sort_keys=True).encode() + b"\n"


def _read(found: Any) -> Line:
    if found["schema_version"] != SCHEMA_VERSION:
        raise ValueError("a line of another version")
    return Line(str(found["run"]), str(found["document"]), tuple(_effect(*item) for item in found["cards"].items()))


def _effect(card: str, counts: Mapping[str, Any]) -> Effect:
    told, known, passed, others, others_passed = (
        int(counts[name]) for name in ("told", "known", "passed", "others_known", "others_passed")
    )
    if not (0 <= passed <= known <= told and 0 <= others_passed <= others):
        raise ValueError("counts that cannot be")
    return Effect(card, told, Rate(passed, known), Rate(others_passed, others))


def _plus(one: Rate, other: Rate) -> Rate:
    return Rate(one.passed + other.passed, one.known + other.known)


def _finished_at(workspace: Workspace) -> str:
    return str(_state(workspace).get("finished_at") or "")


def _state(workspace: Workspace) -> Mapping[str, Any]:
    """What the state says of the run, read as plain JSON: nothing else of it is needed."""
    try:
        run = json.loads((workspace.private / "orchestrator_state.json").read_bytes())["run"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return run if isinstance(run, dict) else {}
