"""Tells that something changed in a workspace, so that it is looked at again. Never what: the files say that."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver, ObservedWatch

    from tui.read_model import WorkspaceView

_PATH = re.compile(r"[\w.\-/]+")
_LOG = "engine.log"
STOP_SECONDS = 2.0


def watched_folders(view: WorkspaceView) -> frozenset[Path]:
    """Where the state, the decisions and the app's documents lie; none of the folders that sessions write to."""
    private = view.folder / ".orchestrator"
    names = {match for step in view.steps for text in (*step.inputs, *step.outputs) for match in _PATH.findall(text)}
    documents = {(view.folder / name).parent for name in names if "/" in name and not name.startswith(("/", ".", ".."))}
    folders = {view.folder, private, private / "decisions", *documents}
    return frozenset(folder for folder in folders if folder.is_dir())


class Watcher:
    """Calls `changed` from a thread of its own, once for each change in the folders it follows."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._observer: BaseObserver | None = None
        self._watches: dict[Path, ObservedWatch] = {}

    def follow(self, folders: frozenset[Path]) -> None:
        """Follows just these folders. Raises OSError where the system has no room for another watch."""
        from watchdog import events
        from watchdog.observers import Observer

        if self._observer is None:
            self._observer = Observer()
            self._observer.start()
        for folder in [known for known in self._watches if known not in folders]:
            self._observer.unschedule(self._watches.pop(folder))
        # Files that are only opened to be read must not wake anybody: a look would lead to the next one.
        kinds: list[type[FileSystemEvent]] = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileMovedEvent,
            events.FileDeletedEvent,
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        handler = events.FileSystemEventHandler()
        handler.dispatch = self._told  # type: ignore[method-assign]
        for folder in folders - self._watches.keys():
            self._watches[folder] = self._observer.schedule(handler, str(folder), event_filter=kinds)

    def stop(self) -> None:
        """No more calls."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(STOP_SECONDS)
            self._observer = None

    def _told(self, event: FileSystemEvent) -> None:
        """Something happened in one of the folders."""
        if Path(str(event.src_path)).name != _LOG:
            self._changed()
