"""Session folders for tests, run by the scripted fake agent."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from engine.sessions.folder import SessionFolder
from runtime_adapters.protocol import SessionSpec

AGENTS = Path(__file__).parent / "fixtures" / "agents"
SCRIPTED = AGENTS / "scripted_adapter.sh"
BRIEF = "Write hello.txt.\n"
SECONDS = 120.0

T = TypeVar("T")


def make_session(
    workspace: Path, name: str = "0001-7-store-code-gen-1", script: str = "", **fields: Any
) -> SessionFolder:
    """A session that is ready to start: its worktree is there, its agent will run `script`."""
    worktree = workspace / ".orchestrator" / "worktrees" / name
    worktree.mkdir(parents=True, exist_ok=True)
    brief = fields.pop("brief", BRIEF)
    known: dict[str, Any] = {
        "id": name,
        "step": "code",
        "lego": "store",
        "phase": 7,
        "substep": "gen",
        "attempt": 1,
        "runtime": "scripted",
        "adapter": str(SCRIPTED),
        "worktree": str(worktree),
        "outputs": ["src/"],
        "brief_sha256": hashlib.sha256(brief.encode()).hexdigest(),
        "base": "0" * 40,
        "marker": uuid.uuid4().hex,
    }
    folder = SessionFolder(workspace / ".orchestrator" / "sessions" / name)
    folder.create(SessionSpec(**{**known, **fields}), brief)
    (folder.path / "script.sh").write_text(script)
    return folder


def starts(folder: SessionFolder) -> list[str]:
    """The verbs with which the fake agent was started, one each time."""
    path = folder.path / "starts"
    return path.read_text().split() if path.exists() else []


def release(folder: SessionFolder, name: str = "go") -> None:
    """Let an agent go on that waits in `until_file`."""
    (folder.path / name).touch()


def in_time(work: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns; it fails if that takes too long, for a session that is never over ends no test."""
    return asyncio.run(asyncio.wait_for(work, SECONDS))
