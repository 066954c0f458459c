"""Keeps the state under a ref of its own, where `git clean` does not reach: each time only what changed since."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.state.files import STATE_REF
from engine.state.snapshots import Stamp, state_stamps
from engine.workspace import Workspace


@dataclass
class StateKeeper:
    """For one engine, which keeps the state of one workspace again and again."""

    _commit: str | None = None
    _stamps: dict[str, Stamp] = field(default_factory=dict)
    """What that commit holds."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waits: bool = False

    async def in_turn(self, keep: Callable[[], None]) -> None:
        """Call `keep` in a thread, never twice at once; not at all if one that has yet to begin will see the same."""
        if self._waits:
            return
        self._waits = True
        try:
            await self._turn.acquire()
        finally:  # also if it is cancelled: the next one is not to wait for it
            self._waits = False
        try:
            await asyncio.to_thread(keep)
        finally:
            self._turn.release()

    def keep(self, workspace: Workspace) -> None:
        """Read what changed and commit it."""
        repository = workspace.repository
        before = repository.resolve(STATE_REF)
        if before is None or before != self._commit:  # the first time, or somebody else kept it meanwhile
            self._stamps = {}
        stamps = state_stamps(workspace.root)
        changed = [path for path, stamp in stamps.items() if stamp != self._stamps.get(path)]
        files: dict[str, bytes | None] = {path: (workspace.root / path).read_bytes() for path in changed}
        self._commit = repository.commit_files(before, files, "State", ref=STATE_REF)
        self._stamps = stamps
