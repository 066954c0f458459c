"""The one place where facts change: an event is journaled, applied, and the files it changed are replaced."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from engine.errors import MetaError
from engine.state.atomic import dump_json, remove_temporaries, replace_file, sync_folder
from engine.state.clock import Clock, iso, utc_now
from engine.state.events import Event
from engine.state.explain import broken
from engine.state.files import Files
from engine.state.journal import Journal, JournalWriter, Scan
from engine.state.migrations import migrate_files
from engine.state.models import OrchestratorState, State
from engine.state.replay import replay


class NotStored(MetaError):
    """The disk refused a write. What was acknowledged before is safe; this store takes no more."""


class Store:
    """The facts of one workspace. `Store.open` makes one.

    A read-only store writes nothing and needs no lock. One that commits belongs to the holder of `EngineLock`.
    """

    def __init__(self, workspace: Path, now: Clock = utc_now) -> None:
        self.state = State()
        self.notices: list[str] = []
        """What a person should know about the opening, as sentences."""
        self._files = Files(workspace)
        self._now = now
        self._journal = Journal(self._files.journal)
        self._inode, self._end = 0, 0
        self._writer: JournalWriter | None = None
        self._on_disk = State()
        self._failed = ""
        self._lock = threading.Lock()

    @classmethod
    def open(cls, workspace: Path, read_only: bool = False, now: Clock = utc_now) -> Store:
        """Load the state files and replay the journal entries newer than each file.

        Raises `BrokenState` (nothing was changed then) and, to write, `NotStored`.
        """
        store = cls(workspace, now)
        if not read_only:
            store._migrate()
        unfinished = store._load()
        if not read_only:
            store._begin_writing(unfinished)
        return store

    def time(self) -> str:
        """Now, by the store's clock, as it is written in events."""
        return iso(self._now())

    def refresh(self) -> bool:
        """For a read-only store: take over what was committed since; whether that was anything.

        Costs one `stat` when nothing happened. Raises `BrokenState`.
        """
        inode, size = self._look()
        if inode == self._inode and size == self._end:
            return False
        before = self.state
        scan = self._journal.scan(self._end, before.seq) if inode == self._inode and size > self._end else None
        if scan is None or scan.error:
            self._load()  # another file lies there now, or a broken one: then this says so
        else:
            self.state, self._end = self._replay(before, scan), scan.end
        return self.state != before

    def commit(self, *events: Event, at: str | None = None) -> State:
        """Give the events their numbers and the time, make them durable, apply them; the state after them.

        Threads may call this at once. A crash in it keeps all of the events, none, or the first few.
        Raises `NotStored`; `BrokenState` if somebody else changed the journal; `ValueError` for an impossible event.
        """
        with self._lock:
            if self._writer is None:
                raise NotStored("This store was opened to read only")
            if self._failed:
                raise NotStored(self._failed)
            when = at or self.time()
            first = self.state.seq + 1
            stamped = [e.model_copy(update={"seq": first + n, "at": when}) for n, e in enumerate(events)]
            after = replay(self.state, stamped)
            try:
                self._writer.append(stamped)
                self.state = after
                self._write_changed()
            except OSError as error:
                self._failed = _refused(error)
                raise NotStored(self._failed) from error
            return after

    def close(self) -> None:
        """Let the journal go; nothing is waiting to be written."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _migrate(self) -> None:
        """Bring files of an older engine to this one's version."""
        try:
            told = migrate_files(self._files.folder)
        except OSError as error:
            raise NotStored(_refused(error)) from error
        if told:
            self.notices.append(told)

    def _load(self) -> int:
        """Read everything; the bytes of an unfinished last line. The files first: the journal is never behind them."""
        self._on_disk = self._files.load()
        self._inode, _ = self._look()
        scan = self._journal.scan()
        if scan.error:
            raise scan.error
        self._files.check_known(self._on_disk, scan.events)
        self.state, self._end = self._replay(self._on_disk, scan), scan.end
        return scan.unfinished

    def _look(self) -> tuple[int, int]:
        try:
            status = self._files.journal.stat()
        except FileNotFoundError:
            return 0, 0
        except OSError as error:
            raise broken(self._files.folder, "", f"cannot be read: {error.strerror}") from error
        return status.st_ino, status.st_size

    def _replay(self, state: State, scan: Scan) -> State:
        try:
            return replay(state, scan.events)
        except ValueError as error:
            raise broken(self._files.journal, "", str(error)) from error

    def _begin_writing(self, unfinished: int) -> None:
        try:
            self._files.folder.mkdir(exist_ok=True)
            sync_folder(self._files.workspace)
            self._writer = JournalWriter(self._files.journal, self._end)
            remove_temporaries(self._files.folder)
            self._write_changed()
        except OSError as error:
            raise NotStored(_refused(error)) from error
        if unfinished:
            self.notices.append(
                f"{self._files.journal}: the last line was never finished ({unfinished} bytes): it was cut"
            )

    def _write_changed(self) -> None:
        before, after = self._on_disk, self.state
        changed = [
            (self._files.lego(name), lego) for name, lego in after.legos.items() if lego is not before.legos.get(name)
        ]
        for path, lego in changed:
            replace_file(path, dump_json(lego))
        told = _tells_the_same(before.orchestrator, after.orchestrator)
        if not told:
            replace_file(self._files.orchestrator, dump_json(after.orchestrator))
        if changed or not told:
            sync_folder(self._files.folder)
            self._on_disk = after.model_copy(update={"orchestrator": before.orchestrator} if told else {})


def _tells_the_same(one: OrchestratorState, other: OrchestratorState) -> bool:
    """Whether they differ at most in `seq`: such a file need not be written, a replay gives the rest."""
    return one.model_copy(update={"seq": other.seq}) == other


def _refused(error: OSError) -> str:
    what = error.strerror or str(error)
    return f"{error.filename or 'The state'} could not be written: {what}. What was recorded before is safe"
