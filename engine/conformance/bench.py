"""Runs the sessions of the check, by the real host, in worktrees of a scratch repository."""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.conformance.acts import brief_of, new_token
from engine.conformance.cases import Seen, Trial
from engine.conformance.drivers import STEP, SUBSTEP, Agent, Driver
from engine.git import Repository
from engine.sessions.adoption import Alive
from engine.sessions.folder import SessionFolder
from engine.sessions.host import MARKER_VARIABLE
from engine.sessions.outcome import KILLED
from engine.sessions.pool import LocalPool, follow
from engine.sessions.processes import kill_survivors, sweep
from runtime_adapters.protocol import SessionSpec

POLL_SECONDS = 0.02
LEAVING_SECONDS = 1.0
"""For what was told to end to be gone."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked, and with what. `environment`: variables for it, beside the allowed ones."""

    runtime: str
    adapter: Path
    options: Mapping[str, str]
    environment: Mapping[str, str]
    model: str | None
    driver: Driver
    seconds: float
    """How long a session may take."""


class Bench:
    """A scratch repository in `root`, with one worktree and one session folder for each trial."""

    def __init__(self, root: Path, subject: Subject) -> None:
        self.root, self.subject = root.resolve(), subject
        self.pool = LocalPool(subject.environment)
        self.repository = Repository.init(self.root)
        self.base = self.repository.commit_files(None, {"README.md": b"A scratch repository.\n"}, "scratch")

    def folder(self, name: str, brief: str, options: Mapping[str, str]) -> SessionFolder:
        """A session that is ready to start, in a new worktree."""
        session = f"{len(list((self.root / 'sessions').glob('*'))) + 1:04d}-0-{name}-{STEP}-{SUBSTEP}-1"
        worktree = self.root / "worktrees" / name
        self.repository.add_worktree(worktree, self.base)
        folder = SessionFolder(self.root / "sessions" / session)
        spec = SessionSpec(
            id=session,
            step=STEP,
            lego=name,
            phase=0,
            substep=SUBSTEP,
            attempt=1,
            runtime=self.subject.runtime,
            adapter=str(self.subject.adapter),
            model=self.subject.model,
            worktree=str(worktree),
            brief_sha256=hashlib.sha256(brief.encode()).hexdigest(),
            base=self.base,
            deadline_seconds=self.subject.seconds,
            marker=uuid.uuid4().hex,
            hidden=str(self.root) if isinstance(self.subject.driver, Agent) else "",
            options=dict(options),
        )
        folder.create(spec, brief)
        return folder

    def see(self, trial: Trial) -> tuple[Seen, SessionFolder]:
        """Run the session of a trial to its end; nothing of it is left running."""
        token = new_token()
        brief = brief_of(trial.act, token)
        driver, subject = self.subject.driver, self.subject
        folder = self.folder(trial.name, brief, {**subject.options, **driver.options(trial.act, trial.name, brief)})
        folder.events_path.write_bytes(trial.mark)
        try:
            seen = asyncio.run(self._run(trial, folder, brief, token))
        finally:
            kill_survivors(folder)
            for process in _carrying(token):
                process.kill()
        return seen, folder

    async def _run(self, trial: Trial, folder: SessionFolder, brief: str, token: str) -> Seen:
        driver = self.subject.driver
        self.pool.submit(folder)
        driver.play(folder, trial.act, False)
        began = trial.how == "run" or await self._begins(folder)
        before, resumed = trial.mark, False
        unmarked: tuple[str, ...] = ()
        if trial.how == "cancel" and began:
            unmarked = tuple(_words(one) for one in _carrying(token) if not _is_marked(one, folder.spec().marker))
            await self.pool.cancel(folder, "the check cancelled it")
        elif trial.how == "resume" and began:
            await self._kill(folder)
            before = folder.events_path.read_bytes() if folder.events_path.exists() else b""
            record = folder.exit()
            if record is None or record.code in KILLED:
                driver.resuming(trial.act, trial.name, brief)
                self.pool.submit(folder, resume=True)
                driver.play(folder, trial.act, True)
                resumed = True
        elif not began and isinstance(self.pool.poll(folder), Alive):
            await self.pool.cancel(folder, f"no tool call within {self.subject.seconds:g} s", outcome="failed")
        end = await follow(folder, self.pool)
        cancelled = folder.cancelled()
        return Seen(
            outcome=end.outcome,
            exit_code=end.exit_code,
            reason=end.reason,
            ended=cancelled is None,
            began=began,
            resumed=resumed,
            files=_files(Path(folder.spec().worktree), trial),
            answer=_text(folder.result_path),
            before=before,
            events=folder.events_path.read_bytes() if folder.events_path.exists() else b"",
            raw_size=folder.raw_log.stat().st_size,
            left=_left(folder, token),
            unmarked=unmarked,
        )

    async def _kill(self, folder: SessionFolder) -> None:
        """End it as a crash of the machine would."""
        until = time.monotonic() + self.subject.seconds
        while isinstance(self.pool.poll(folder), Alive) and time.monotonic() < until:
            kill_survivors(folder)
            await asyncio.sleep(POLL_SECONDS)

    async def _begins(self, folder: SessionFolder) -> bool:
        """Wait until what holds has begun; False if it ends before, or takes too long."""
        until = time.monotonic() + self.subject.seconds
        while time.monotonic() < until and isinstance(self.pool.poll(folder), Alive):
            if self.subject.driver.begun(folder):
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False


def _files(worktree: Path, trial: Trial) -> dict[str, str]:
    found = {path: _text(worktree / path) for path in trial.act.files}
    return {path: text.strip() for path, text in found.items() if text is not None}


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, IsADirectoryError):
        return None


def _left(folder: SessionFolder, token: str) -> tuple[str, ...]:
    """What runs on although it is over, in words; looked for by its command line too, as a marker can be lost."""
    until = time.monotonic() + LEAVING_SECONDS
    while (left := [*_carrying(token), *_processes(sweep(folder.spec().marker))]) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
    return tuple(dict.fromkeys(_words(process) for process in left))


def _carrying(token: str) -> list[psutil.Process]:
    """The living processes in whose command line the token stands."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(token in word for word in process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue  # gone meanwhile, or another user's
    return found


def _processes(pids: list[int]) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


def _is_marked(process: psutil.Process, marker: str) -> bool:
    try:
        return process.environ().get(MARKER_VARIABLE) == marker
    except psutil.Error:
        return True  # gone, or not ours to look into


def _words(process: psutil.Process) -> str:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        command = "gone meanwhile"
    return f"process {process.pid} ({command[:60]})"
