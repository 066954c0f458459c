"""`meta doctor --rebuild`: the state files made anew from the journal alone; what was broken is kept aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from engine.errors import BrokenState
from engine.state.atomic import dump_json, replace_file, sync_folder, write_atomic
from engine.state.events import Event
from engine.state.files import Files
from engine.state.journal import Journal
from engine.state.lock import EngineLock
from engine.state.migrations import migrate_files
from engine.state.models import State
from engine.state.replay import replay


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did: the state after it, the files kept aside, and what was wrong with each, as sentences."""

    state: State = field(default_factory=State)
    aside: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def rebuild(workspace: Path) -> Rebuilt:
    """Make every state file from the good lines of the journal. Raises `EngineRunning`.

    The first broken line ends the journal: all of it is kept aside, and what stands from that line on is forgotten.
    It may be killed and called again.
    """
    files, rebuilt = Files(workspace), Rebuilt()
    with EngineLock(workspace):
        if told := migrate_files(files.folder):
            rebuilt.notes.append(told)
        events = _mend_journal(files, rebuilt)
        for path in files.states():
            if wrong := _wrong(files, path, events, rebuilt.state):
                _note(rebuilt, _keep_aside(path), wrong)
        replace_file(files.orchestrator, dump_json(rebuilt.state.orchestrator))
        for name, lego in rebuilt.state.legos.items():
            replace_file(files.lego(name), dump_json(lego))
        sync_folder(files.folder)
    return rebuilt


def _mend_journal(files: Files, rebuilt: Rebuilt) -> list[Event]:
    """The good events; a journal with a broken line is replaced by them, after a copy of it was kept."""
    scan = Journal(files.journal).scan()
    wrong = str(scan.error or "")
    good: list[Event] = []
    for event in scan.events:
        try:
            rebuilt.state = replay(rebuilt.state, [event])
        except ValueError as error:
            wrong = f"{files.journal}: {error}"
            break
        good.append(event)
    if wrong:
        data = files.journal.read_bytes()
        aside = _free(files.journal)
        write_atomic(aside, data)
        write_atomic(files.journal, b"".join(line + b"\n" for line in data.split(b"\n")[: len(good)]))
        _note(rebuilt, aside, wrong)
    return good


def _wrong(files: Files, path: Path, events: list[Event], state: State) -> str:
    """What is wrong with a state file: it cannot be read, or the journal tells another story."""
    try:
        alone = files.load_one(path)
        files.check_known(alone, events)
    except BrokenState as error:
        return str(error)
    told = replay(alone, events)
    if path == files.orchestrator:
        same = told.orchestrator == state.orchestrator
    else:
        same = all(told.legos[name] == state.legos.get(name) for name in alone.legos)
    return "" if same else f"{path}: it does not follow from {files.journal.name}"


def _keep_aside(path: Path) -> Path:
    return path.rename(_free(path))


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.broken-{n}") for n in count(1))
    return next(name for name in names if not name.exists())


def _note(rebuilt: Rebuilt, aside: Path, wrong: str) -> None:
    rebuilt.aside.append(aside)
    rebuilt.notes.append(f"{wrong.split('. Nothing was changed')[0]}. Kept as {aside.name}")
