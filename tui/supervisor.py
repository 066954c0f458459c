"""Starts the engine as a process of its own and notices how it ends. Never runs it inside this one."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal, NamedTuple

import engine
from engine.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_RUNTIME, EXIT_VALVE, EXIT_WAITING
from tui.lines.sanitize import clean

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView

Phase = Literal["idle", "starting", "running", "ended", "failed"]
Purpose = Literal["run", "plan", "apply"]
"""Which command of `meta` the engine is started as: to go on, to plan a change, to carry one out."""

FETCH = ("--fetch",)
CONSENT = "--fetch`"
"""In the last words of an engine that needs packages: how a person agrees that they are fetched."""
_LOG_BYTES = 16 * 1024

_EXPECTED = (EXIT_DONE, EXIT_WAITING, EXIT_VALVE, EXIT_INTERRUPTED)
"""The tree says all about these ends; the others need words of their own."""
_RESUMABLE = (EXIT_WAITING, EXIT_VALVE)


class EngineStatus(NamedTuple):
    """What is known of the engine process. `trouble` is set when a person should know how it ended."""

    phase: Phase = "idle"
    code: int | None = None
    trouble: str = ""
    fetch: bool = False
    """Whether packages must be fetched before the work can go on, or are being fetched, with the person's consent."""

    @property
    def word(self) -> str:
        """For the header, where the lock alone would say too little."""
        if self.fetch:
            return "◌ fetching packages" if self.phase == "starting" else "! packages to fetch · D fetches them"
        return {"starting": "◌ engine starting", "failed": "✗ engine failed · s restarts it"}.get(self.phase, "")


class Supervisor:
    """Keeps an engine running while there is work and nobody else runs one. Call `look_after` every other second."""

    def __init__(self, workspace: Path, arguments: Sequence[str] = (), *, command: Sequence[str] | None = None) -> None:
        self.workspace, self.arguments = workspace, tuple(arguments)
        self.command = list(command) if command else [*engine_command(), str(workspace), *arguments]
        self.preferred: Sequence[str] = ()
        """More arguments, as the person's settings have them at the next start."""
        self.status = EngineStatus()
        self.on_end: Callable[[], None] | None = None
        """Called from a thread of its own when the process that was started here has ended: look again."""
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted: Purpose | None = "run"
        """What for an engine is to be started at the next look, if none runs."""
        self._purpose: Purpose = "run"
        """What for the last one was."""
        self._fetch = False
        """Whether the person has agreed, for the run that begins next or has begun, that packages are fetched."""
        self._seen_running = False
        self._answered = ""
        """The decision files there were when the engine was last known to run."""

    @property
    def log(self) -> Path:
        """Where the engine's output goes."""
        return engine_log(self.workspace)

    def start(self, purpose: Purpose = "run") -> None:
        """Starts the engine detached: it goes on when this process ends. Raises OSError if that cannot be done."""
        changing = [*engine_command(purpose), str(self.workspace), *self.arguments]
        self._purpose = purpose
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._answered = self._decisions()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*(self.command if purpose == "run" else changing), *self.preferred, *(FETCH if self._fetch else ())],
                cwd=self.workspace,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.status = EngineStatus("starting", fetch=self._fetch)
        if self.on_end is not None:
            # Nobody waits for this thread: the engine goes on when this process ends.
            Thread(target=_tell_end, args=(self._process, self.on_end), name="end of the engine", daemon=True).start()

    def want(self, purpose: Purpose = "run") -> None:
        """Starts an engine at the next look."""
        self._wanted, self._fetch = purpose, False

    def fetch_packages(self) -> None:
        """Starts, at the next look, what had waited for packages, with the person's consent to fetch them."""
        self._wanted, self._fetch = self._purpose, True

    def look_after(self, view: WorkspaceView) -> EngineStatus:
        """Starts the engine if that is wanted and nobody runs one, and says how it is."""
        running = view.engine.running or (self._process is not None and self._process.poll() is None)
        if self._wanted and not running and (self._wanted != "run" or not view.finished):
            self._seen_running = False
            self.start(self._wanted)
        self._wanted = None
        return self.tick(view.engine.running, view.work_left)

    def tick(self, locked: bool, work_left: bool) -> EngineStatus:
        """Looks again. `locked`: an engine holds the lock; `work_left`: something could still be done by one."""
        code = self._process.poll() if self._process else None
        if self._process and code is None:
            self._fetch = self._fetch and not locked
            self.status = EngineStatus("running" if locked else "starting", fetch=self._fetch)
        elif self._process and code is not None:
            self._process, self._seen_running, self._fetch = None, locked, False
            self.status = EngineStatus("running") if locked else self._ended(code)
        elif locked:
            self._answered = self._answered if self._seen_running else self._decisions()
            self._seen_running = True
            self.status = EngineStatus("running")
        elif self._seen_running:
            self._seen_running = False
            self.status = self._vanished(work_left)
        if self.status.phase == "ended" and self.status.code in _RESUMABLE and self._decisions() != self._answered:
            self.start()
        return self.status

    def _ended(self, code: int) -> EngineStatus:
        if code in _EXPECTED:
            return EngineStatus("ended", code)
        if code == EXIT_RUNTIME and CONSENT in (words := self._last_words()):
            what = words[words.rfind("meta: ") :].removeprefix("meta: ").partition(" To agree")[0]
            return EngineStatus("failed", code, f"The work waits: {what}", fetch=True)
        no_runtime = "The engine stopped: no runtime could go on."
        reason = no_runtime if code == EXIT_RUNTIME else f"The engine ended unexpectedly (exit code {code})."
        return EngineStatus("failed", code, f"{reason}\n{self._last_words()}".strip())

    def _vanished(self, work_left: bool) -> EngineStatus:
        """An engine that somebody else had started is gone; how it ended is not known."""
        if not work_left:
            return EngineStatus("ended", EXIT_WAITING)
        return EngineStatus("failed", None, "The engine that worked here is gone, and there is work left.")

    def _last_words(self, lines: int = 6) -> str:
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - _LOG_BYTES))
                text = clean(log.read().decode("utf-8", errors="replace"))
        except FileNotFoundError:
            return ""
        return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])

    def _decisions(self) -> str:
        """Changes whenever a decision file does."""
        folder = self.workspace / ".orchestrator" / "decisions"
        files = sorted(folder.glob("*.json")) if folder.is_dir() else []
        return "\n".join(f"{file.name} {_stamp(file)}" for file in files)


def engine_log(workspace: Path) -> Path:
    """Where the output goes of an engine that a screen has started."""
    return workspace / ".orchestrator" / "engine.log"


def _tell_end(process: subprocess.Popen[bytes], tell: Callable[[], None]) -> None:
    process.wait()
    tell()


def engine_command(purpose: Purpose = "run") -> list[str]:
    """The command line of a headless engine. -P: an app's own folder named `engine` must not be taken for ours."""
    return [sys.executable, "-P", "-m", "engine.cli", purpose]


OF_THE_SCREEN = ("TEXTUAL", "TEXTUAL_DRIVER", "TEXTUAL_FPS", "TEXTUAL_COLOR_SYSTEM", "COLUMNS", "ROWS")
"""What a screen in a browser is told about itself: no engine, and no agent below it, should take it for its own."""


def environment() -> dict[str, str]:
    """Ours; where the engine is not installed but run from a checkout, with the way to it."""
    root = str(Path(engine.__file__).resolve().parent.parent)
    ours = {name: value for name, value in os.environ.items() if name not in OF_THE_SCREEN}
    if root in site.getsitepackages():
        return ours
    return {**ours, "PYTHONPATH": os.pathsep.join(filter(None, [root, ours.get("PYTHONPATH")]))}


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
