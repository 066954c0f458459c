"""Starts the host of a session: a detached shell that outlives the engine and holds the session's lock."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from engine.sessions import lock
from engine.sessions.folder import SessionError, SessionFolder
from engine.sessions.seclusion import view_of

HOST = Path(__file__).with_name("host.sh")
MARKER_VARIABLE = "META_SESSION"
ALLOWED = ("PATH", "HOME", "LANG", "TERM", "TMPDIR")

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Hosts this process started. Children belong to the process, not to an object: they are reaped here."""


def spawn(folder: SessionFolder, extras: Mapping[str, str] | None = None, *, resume: bool = False) -> int:
    """Start the session's adapter under a host; returns the host's pid.

    The lock is taken here and handed down, so there is no moment at which the host runs without it.
    Raises SessionError when it runs already, belongs to another workspace or cannot be started.
    """
    reap()
    spec = folder.spec()
    if folder.is_copy():
        raise SessionError(f"{folder.id} belongs to the workspace it was copied from ({spec.folder})")
    held = lock.take(folder.lock_path)
    if held is None:
        raise SessionError(f"{folder.id} is running already")
    try:
        if resume:
            _reopen(folder)
        verb = "resume" if resume else "spawn"
        view = view_of(Path(spec.hidden), Path(spec.worktree), folder.path) if spec.hidden else []
        command = ["/bin/sh", str(HOST), str(folder.path), spec.worktree, spec.adapter, verb, *view]
        with folder.raw_log.open("ab") as output, folder.stderr_log.open("ab") as errors:
            process = subprocess.Popen(
                command,
                cwd=spec.worktree,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                pass_fds=(held,),
                env=environment(spec.marker, extras),
            )
    except OSError as error:
        raise SessionError(f"{folder.id} cannot be started in {spec.worktree}: {error.strerror}") from error
    finally:
        os.close(held)
    _children[process.pid] = process
    return process.pid


def environment(marker: str | None, extras: Mapping[str, str] | None = None) -> dict[str, str]:
    """What an adapter may see of ours: a short list of variables, the extras, and the session's marker."""
    ours = {name: value for name, value in os.environ.items() if name in ALLOWED or name.startswith("LC_")}
    ours.setdefault("PATH", os.defpath)
    marked = {MARKER_VARIABLE: marker} if marker else {}
    return {**ours, "META_PYTHON": sys.executable, **(extras or {}), **marked}


def reap() -> None:
    """Collect the exit status of hosts that ended, so that none stays as a zombie."""
    for pid, process in list(_children.items()):
        if process.poll() is not None:
            _children.pop(pid, None)


def _reopen(folder: SessionFolder) -> None:
    """Make an interrupted session one that has not ended; its half-written answer goes back to where it was."""
    answer = folder.answer_path()
    if folder.result_path.exists() and not answer.exists():
        answer.parent.mkdir(exist_ok=True)
        folder.result_path.replace(answer)
    folder.result_path.unlink(missing_ok=True)
    folder.cancelled_path.unlink(missing_ok=True)
    folder.pid_path.unlink(missing_ok=True)
    folder.exit_path.unlink(missing_ok=True)
