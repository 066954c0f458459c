"""What the engines of an app and of its sub-apps share while they run in one process: room, caps, and the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.gates.sandbox import Sandbox
from engine.runner.ending import Ending, RunEnd
from engine.snapshot import Options
from engine.state.models import Budget

Spent = tuple[int, float]
"""Tokens and US dollars."""


BEFORE_BLOCKED: tuple[Ending, ...] = ("waiting", "paused", "runtime")
"""What a person can decide, or the run mends by itself, comes before what is in the way."""


class Interrupted(Exception):
    """The process of this engine ends: its sessions live on, the next engine follows them."""


@dataclass
class Family:
    """Shared by the engine of an app and those of its sub-apps, which work in threads of their own."""

    run: Callable[..., Any] | None = None
    """Runs an engine on a workspace to its end: `engine.runner.start.run_engine`."""
    sandbox: Sandbox | None = None
    """What the checks of all of them run in: consent was given once."""
    ending: bool = False
    """Whether the process is about to end."""
    stopped: set[Path] = field(default_factory=set)
    """The workspaces whose engines are to end their sessions and themselves, as a person wants."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    _live: dict[Path, int] = field(default_factory=dict)
    _before: dict[Path, Spent] = field(default_factory=dict)
    _spent: dict[Path, Spent] = field(default_factory=dict)

    def live_elsewhere(self, root: Path) -> int:
        """How many sessions the other engines have under way."""
        return sum(number for place, number in self._live.items() if place != root)

    def set_live(self, root: Path, number: int) -> None:
        """Say how many sessions the engine of this workspace has under way."""
        self._live[root] = number

    def options(self, root: Path, options: Options, budget: Budget, tokens: int | None, cost: float | None) -> Options:
        """The options of an engine, its caps as heights of its own budget.

        `tokens` and `cost` are what the whole run, sub-apps included, may use: what the others used is taken off.
        """
        now = (budget.tokens or 0, budget.cost or 0.0)
        with self.lock:
            before = self._before.setdefault(root, now)
            self._spent[root] = (now[0] - before[0], now[1] - before[1])
            others = [spent for place, spent in self._spent.items() if place != root]
        return replace(
            options,
            most_tokens=None if tokens is None else before[0] + tokens - sum(spent[0] for spent in others),
            most_cost=None if cost is None else before[1] + cost - sum(spent[1] for spent in others),
        )


@dataclass(frozen=True)
class Held:
    """A sub-app that did not come to its end: the word for that, and the decisions there were when it was begun."""

    ending: Ending
    decisions: tuple[tuple[str, int], ...]


@dataclass
class SubApps:
    """How the sub-apps of one workspace stand in this run, by LEGO."""

    at_work: set[str] = field(default_factory=set)
    held: dict[str, Held] = field(default_factory=dict)

    def told(self, end: RunEnd) -> RunEnd:
        """The end of the whole run: where only sub-apps are in the way, their word for it."""
        words = {held.ending for held in self.held.values()}
        for word in BEFORE_BLOCKED:
            if end.ending == "blocked" and word in words:
                return replace(end, ending=word)
        return end
