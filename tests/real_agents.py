"""Real agents under the real session host, for contract tests: a workspace, a home that knows no user, a model."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.sessions.adapters import PACKAGED
from engine.sessions.folder import SessionFolder
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.processes import kill_survivors, sweep
from tests.helpers import eventually
from tests.model_server import ModelServer, Turn
from tests.session_helpers import in_time, make_session

RESULT = '{"status": "done", "confidence_score": 0.9, "summary": "made it"}'
ANSWER = f"mkdir -p .session && echo '{RESULT}' >.session/result.json"
LONG = "sleep 301 & touch busy; sleep 300; wait"
GRACE_SECONDS = 2.0


class RealAgent:
    """One agent in one workspace. `environment` tells, for the address of a model's server, what the user set."""

    def __init__(
        self, name: str, folder: Path, command: Path, environment: Callable[[str], Mapping[str, str]], model: str
    ) -> None:
        self.name, self.folder, self.command, self.model = name, folder, command, model
        self.environment = environment
        self.home, self.temporary = folder / "home", folder / "temp"
        self.home.mkdir()
        self.temporary.mkdir()

    def pool(self, url: str) -> LocalPool:
        """Where its sessions run that ask the model at this address."""
        private = {"HOME": str(self.home), "TMPDIR": str(self.temporary)}
        return LocalPool({**private, **self.environment(url)}, grace=GRACE_SECONDS)

    def session(self, **fields: Any) -> SessionFolder:
        """A session that is ready to start."""
        options = {"command": str(self.command), **fields.pop("options", {})}
        adapter = str(PACKAGED / f"{self.name}_adapter.sh")
        # As the engine has it: of the workspace only its own folders are there for it.
        fields = {"model": self.model, "hidden": str(self.folder / ".orchestrator"), **fields}
        return make_session(self.folder, runtime=self.name, adapter=adapter, options=options, **fields)

    def run(self, folder: SessionFolder, url: str, *, resume: bool = False) -> SessionEnd:
        """Run it to its end; nothing of it may be left."""
        pool = self.pool(url)
        pool.submit(folder, resume=resume)
        end = in_time(follow(folder, pool))
        assert sweep(folder.spec().marker) == []
        return end

    def ends(self, *turns: Turn, after: Turn | None = None, **fields: Any) -> tuple[SessionEnd, SessionFolder]:
        """The end of a session with a model that answers so."""
        with ModelServer(turns, after) as model:
            folder = self.session(**fields)
            return self.run(folder, model.url), folder

    def stopped(self, folder: SessionFolder, url: str, *, kill: bool = False) -> SessionEnd:
        """The end of a session that is cancelled, or killed, while its command `LONG` is at work."""
        pool = self.pool(url)

        async def stop() -> SessionEnd:
            pool.submit(folder)
            await eventually((worktree(folder) / "busy").exists, 60)
            assert len(sweep(folder.spec().marker)) > 3
            if kill:
                kill_survivors(folder)
            else:
                await pool.cancel(folder, "enough")
            return await follow(folder, pool)

        end = in_time(stop())
        assert sweep(folder.spec().marker) == []
        return end

    @contextmanager
    def cleaned_up(self) -> Iterator[RealAgent]:
        """Its sessions are ended with the test, however that ends."""
        try:
            yield self
        finally:
            for path in (self.folder / ".orchestrator" / "sessions").glob("*"):
                kill_survivors(SessionFolder(path))


def worktree(folder: SessionFolder) -> Path:
    """Where the session works."""
    return Path(folder.spec().worktree)


def kinds(folder: SessionFolder) -> list[str]:
    """The kinds of its events."""
    return [event.kind for event in folder.tail(100)]


def nobody_listens() -> str:
    """An address at which every connection is refused."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def is_from_now(moment: str | None, seconds: float) -> bool:
    """Whether the moment (ISO 8601) lies so many seconds from now, give or take a minute."""
    assert moment
    wanted = datetime.now(UTC) + timedelta(seconds=seconds)
    return abs(datetime.fromisoformat(moment) - wanted) < timedelta(seconds=60)
