"""The app looks at the files: when something changed there, and now and then anyway. What it sees it draws."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.message import Message
from textual.worker import Worker, WorkerState

from engine.errors import MetaError
from tui.abstract import AbstractMeta
from tui.looks import Looked
from tui.person.clipboard import clipboard_command, to_clipboard
from tui.person.personal import PersonalApp
from tui.supervisor import EngineStatus
from tui.watching import Watcher, watched_folders

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView

LOOK_EVERY = 2.0
"""Seconds between two looks where nothing tells of changes: a network's files, an engine that vanished."""

CALM = 0.2
"""Seconds between two looks at least, however much changes."""

LOOKS_WITHOUT_PARTS = 3
"""How often in a row a part of the screen may be missing before that is an error."""


@dataclass
class Woken(Message):
    """Files of the workspace have changed."""

    def can_replace(self, message: Message) -> bool:
        """A burst of changes is one change."""
        return isinstance(message, Woken)


class LookingApp(PersonalApp, metaclass=AbstractMeta):
    """A subclass says how to draw: `draw_view` and `draw_trouble`."""

    live: bool = True
    reader: Callable[[], WorkspaceView] | None = None
    engine: EngineStatus = EngineStatus()
    problem: str = ""
    """Why the files could not be read at the last look, if they could not."""
    _looking = False
    _resting = False
    _again = False
    _parts_missing = 0
    _watcher: Watcher | None = None
    _followed: frozenset[Path] = frozenset()

    def begin_to_look(self) -> None:
        """The frame is painted: now the files are read, and followed where timers run."""
        self.call_after_refresh(self.look)
        if self.supervisor is not None:
            self.supervisor.on_end = self._wake
        if self.live and self.reader is not None:
            self._watcher = Watcher(self._wake)
            self.set_interval(LOOK_EVERY, self.look)

    def _wake(self) -> None:
        self.post_message(Woken())

    def on_unmount(self) -> None:
        """Nobody is left to be told."""
        if self._watcher is not None:
            self._watcher.stop()

    def look(self) -> None:
        """Reads the files and looks after the engine, in a thread; one look at a time, at the screen's pace."""
        if self.reader is None:
            return
        if self._looking:
            self._again = True
            return
        self._looking, self._again = True, False
        self.run_worker(self._look, thread=True, group="look", name="reading the workspace", exit_on_error=False)

    def on_woken(self) -> None:
        """Looks at once; in the moments after a look, when they are over."""
        if self._resting or self._looking:
            self._again = True
        else:
            self.look()

    def _look(self) -> None:
        assert self.reader is not None
        try:
            view = self.reader()
        except MetaError as error:
            self.post_message(Looked(None, self.engine, str(error)))
            return
        status = self.supervisor.look_after(view) if self.supervisor else EngineStatus()
        self.post_message(Looked(view, status))

    def _rest(self) -> None:
        self._looking, self._resting = False, self.live
        if self.live:
            self.set_timer(CALM, self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._again:
            self.look()

    def on_looked(self, message: Looked) -> None:
        """The one place where what the screens show is changed."""
        self._rest()
        self.problem = message.problem
        changed = (message.view, message.engine) != (self.view, self.engine)
        self.engine = message.engine
        if message.view is not None:
            self.view = message.view
            self.attendant.look(message.view, self.app_focus)
        try:
            if message.view is not None and changed:
                self.draw_view(message.view)
                self._follow(message.view)
            self.draw_trouble()
            self._parts_missing = 0
        except NoMatches:
            # A screen that is just being taken down has lost some of its parts; one that stays has all of them.
            self._parts_missing += 1
            if self._parts_missing > LOOKS_WITHOUT_PARTS:
                raise

    def _follow(self, view: WorkspaceView) -> None:
        """Has the folders of this view watched, in a thread: watchdog is loaded there, long after the first paint."""
        watcher = self._watcher
        if watcher is None:
            return

        def follow() -> None:
            folders = watched_folders(view)
            if folders != self._followed:
                self._followed = folders
                watcher.follow(folders)

        self.run_worker(
            follow, thread=True, group="watch", exclusive=True, name="watching the files", exit_on_error=False
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """No background error goes unseen."""
        if event.state != WorkerState.ERROR:
            return
        error = event.worker.error
        text = str(error) if isinstance(error, MetaError) else f"{type(error).__name__}: {error}"
        if event.worker.group == "look":
            self._rest()
            self.problem = f"{event.worker.name}: {text}"
            self.draw_trouble()
        else:
            self.notify(text, title=f"Failed: {event.worker.name}", severity="error", markup=False, timeout=15)

    def copy_to_clipboard(self, text: str) -> None:
        """By OSC 52, which reaches through ssh, and by the desktop's own program where there is one."""
        super().copy_to_clipboard(text)
        if self.live and clipboard_command(os.environ):
            copy = partial(to_clipboard, text, dict(os.environ))
            self.run_worker(copy, thread=True, group="clipboard", name="copying", exit_on_error=False)

    @abstractmethod
    def draw_view(self, view: WorkspaceView) -> None:
        """For the app itself: show this view on every screen."""

    @abstractmethod
    def draw_trouble(self) -> None:
        """For the app itself: show what is wrong, if anything is."""
