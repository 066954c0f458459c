"""State files that an older engine wrote, as this one reads them.

Each state file names its schema version; the journal is of the version of `orchestrator_state.json`. A `Migration`
leads from one version to the next, on plain JSON. Whoever only reads migrates in memory. Whoever writes migrates the
files: the old ones are kept in `backup-v<version>/` first, and `orchestrator_state.json` is replaced last, so that a
kill in between leaves an old version with a complete backup, from which the next engine begins again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path
from shutil import rmtree
from typing import Any

from engine.state.atomic import dump_json, sync_folder, write_atomic
from engine.state.models import SCHEMA_VERSION

ORCHESTRATOR = "orchestrator_state.json"
JOURNAL = "journal.jsonl"
STATES = (ORCHESTRATOR, "lego_state_*.json")
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Migration:
    """From one schema version to the next. Each function changes plain JSON, and sees only that of its own version."""

    orchestrator: Callable[[Document], Document]
    lego: Callable[[Document], Document]
    event: Callable[[Document], Document]


MIGRATIONS: dict[int, Migration] = {}
"""Schema version → what leads to the next one. Empty as long as every version that was released wrote the first."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the state of a workspace lies, and what leads from its version to that of this engine."""

    folder: Path
    version: int = SCHEMA_VERSION
    migrations: tuple[Migration, ...] = ()

    def state(self, name: str) -> bytes:
        """A state file as this engine reads it. Raises OSError."""
        data = (self.folder / name).read_bytes()
        return self._migrated(data, "orchestrator" if name == ORCHESTRATOR else "lego")

    def event(self, line: bytes) -> bytes:
        """A line of the journal as this engine reads it."""
        return self._migrated(line, "event")

    def _migrated(self, data: bytes, kind: str) -> bytes:
        document = _parsed(data) if self.migrations else None
        if document is None:
            return data  # of this version, or broken: whoever validates it says how
        for migration in self.migrations:
            document = getattr(migration, kind)(document)
        if kind != "event":
            document["schema_version"] = SCHEMA_VERSION
            return dump_json(document)
        return json.dumps(document, sort_keys=True, ensure_ascii=False).encode()


def source_of(folder: Path) -> Source:
    """Where to read the state of `.orchestrator` from. An unknown version is left to whoever validates the files."""
    if not MIGRATIONS:
        return Source(folder)
    version = _version(folder / ORCHESTRATOR)
    chain = tuple(MIGRATIONS[one] for one in range(version, SCHEMA_VERSION) if one in MIGRATIONS)
    if version >= SCHEMA_VERSION or len(chain) != SCHEMA_VERSION - version:
        return Source(folder)
    unfinished = _backup_of(folder, version)
    return Source(unfinished or folder, version, chain)


def migrate_files(folder: Path) -> str:
    """Bring the files to this engine's version, if they are of an older one; what a person is told, or "".

    For the holder of the engine lock. Raises OSError; killed at any point, it may be called again.
    """
    source = source_of(folder)
    if not source.migrations:
        return ""
    kept = source.folder if source.folder != folder else _keep(folder, source.version)
    source = Source(kept, source.version, source.migrations)
    names = [path.name for path in _states(kept)]
    write_atomic(folder / JOURNAL, _journal(source))
    for name in [*(name for name in names if name != ORCHESTRATOR), ORCHESTRATOR]:
        write_atomic(folder / name, source.state(name))
    return (
        f"{folder}: the state was of version {source.version} and is now of version {SCHEMA_VERSION}; "
        f"the old files are in {kept.name}/"
    )


def _journal(source: Source) -> bytes:
    """The journal, line by line; an unfinished last line stays what it is."""
    path = source.folder / JOURNAL
    *lines, rest = path.read_bytes().split(b"\n") if path.exists() else [b""]
    return b"".join(source.event(line) + b"\n" for line in lines) + rest


def _keep(folder: Path, version: int) -> Path:
    """A backup of the files as they are: complete under its name, or not there."""
    place = next(path for path in _backups(folder, version) if not path.exists())
    beginning = folder / f"{place.name}.unfinished"
    rmtree(beginning, ignore_errors=True)
    beginning.mkdir()
    for path in (*_states(folder), folder / JOURNAL):
        if path.exists():
            write_atomic(beginning / path.name, path.read_bytes())
    beginning.rename(place)
    sync_folder(folder)
    return place


def _backup_of(folder: Path, version: int) -> Path | None:
    """The backup of a migration that was cut off: what is replaced last is still the same on both sides."""
    now = (folder / ORCHESTRATOR).read_bytes()
    for place in _backups(folder, version):
        if not place.exists():
            return None
        if (place / ORCHESTRATOR).read_bytes() == now:
            return place
    return None


def _backups(folder: Path, version: int) -> Iterable[Path]:
    yield folder / f"backup-v{version}"
    yield from (folder / f"backup-v{version}-{number}" for number in count(2))


def _states(folder: Path) -> list[Path]:
    return sorted(path for pattern in STATES for path in folder.glob(pattern))


def _version(path: Path) -> int:
    """The version that a file says it is of; this engine's where it does not say so."""
    try:
        status = path.stat()
        return _version_in(path, status.st_ino, status.st_mtime_ns, status.st_size)
    except OSError:
        return SCHEMA_VERSION  # whoever needs the file says what is wrong with it


@lru_cache(maxsize=64)
def _version_in(path: Path, inode: int, time: int, size: int) -> int:
    """Kept as long as the file is the same one: it is asked for each file of a workspace."""
    said = (_parsed(path.read_bytes()) or {}).get("schema_version")
    return said if type(said) is int else SCHEMA_VERSION


def _parsed(data: bytes) -> Document | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
