"""Keeps what is typed, a moment after it was typed, for the case that the app is killed before it is saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from tui.editing.unsaved_text import Draft
from tui.loaders import unsaved_text
from tui.loaders.unsaved_text import DraftTrouble

if TYPE_CHECKING:
    from tui.app import MetaApp

MOMENT = 0.5
"""Seconds from a key to the file that has it, also while the typing goes on."""
Later = Callable[[float, Callable[[], object]], object]
"""Calls the function when the seconds are over."""


class Keeper:
    """Of one file. `later` is for tests."""

    def __init__(self, app: MetaApp, file: Path, later: Later | None = None) -> None:
        self.app, self.file = app, Path(os.path.realpath(file))
        self._later = later or (app.set_timer if app.live else _at_once)
        self._wanted: Draft | None = None
        self._there: Draft | None = None
        """What the draft's file holds, as far as this screen wrote it or read it."""
        self._lock, self._waits, self._failed = Lock(), False, False

    def load(self) -> Draft | None:
        """What was typed and not saved, if anything was; says what cannot be read."""
        try:
            self._there = self._wanted = unsaved_text.load(self.file)
        except DraftTrouble as error:
            self._say(error)
        return self._there

    def keep(self, text: str | None, begun_from: str = "") -> None:
        """Has this text kept; with None there is nothing any more that could be lost."""
        wanted = None if text is None else Draft(self.file, text, begun_from, self.app.clock())
        if wanted is self._wanted or (wanted is not None and wanted.says_the_same(self._wanted)):
            return
        self._wanted = wanted
        if not self._waits:
            self._waits = True
            self._later(MOMENT, self._write)

    def finish(self) -> None:
        """At once what else comes a moment later: the screen goes away."""
        try:
            self._settle()
        except DraftTrouble as error:
            self._say(error)

    def end(self) -> None:
        """Nothing is there any more that could be lost, at once and from any thread."""
        self._wanted = None
        self.finish()

    def _write(self) -> None:
        def work() -> None:
            try:
                self._settle()
            except DraftTrouble as error:
                self.app.call_from_thread(self._say, error)

        self._waits = False
        self.app.run_worker(work, thread=True, group="drafts", name="keeping what you type", exit_on_error=False)

    def _settle(self) -> None:
        """Makes the file what it is to be by now, whichever thread comes first. Raises DraftTrouble, but only once."""
        with self._lock:
            wanted = self._wanted
            if wanted is self._there:
                return
            try:
                if wanted is not None:
                    unsaved_text.save(wanted)
                elif self._there is not None:
                    unsaved_text.remove(self._there)
                self._there, self._failed = wanted, False
            except DraftTrouble:
                if not self._failed:
                    self._failed = True
                    raise

    def _say(self, error: DraftTrouble) -> None:
        self.app.notify(str(error), title="Unsaved text", severity="warning", markup=False, timeout=15)


def _at_once(_: float, do: Callable[[], object]) -> None:
    do()
