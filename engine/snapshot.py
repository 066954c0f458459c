"""Everything the planner looks at, read from the disk at one moment. Plain data: `engine.facts` fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.document.model import Orchestration
from engine.legos.plan import Plan
from engine.legos.toolchain import Toolchain
from engine.state.models import Command, Decision, State


@dataclass(frozen=True, slots=True)
class Options:
    """How this engine process was asked to work; nothing of it outlives the process."""

    yes: bool = False
    until: int | None = None
    refresh: bool = False
    parallel: Mapping[str, int] = field(default_factory=dict)
    """Runtime → sessions at once on it, for those that have a limit of their own."""
    most_tokens: int | None = None
    most_cost: float | None = None
    """Stop to start sessions when the whole budget has reached this (tokens, US dollars)."""
    in_turn: bool = False
    """One piece of work after the other, in an order that no clock has a part in."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The facts of one moment. `ids` holds the identity of every artifact as it lies in the workspace now.

    Its keys are paths, and `path (rows of lego)` for the slices that a LEGO's steps read.
    """

    orchestration: Orchestration
    toolchain: Toolchain
    state: State
    plan: Plan | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    options: Options = Options()
    now: str = ""
    """ISO 8601, UTC: the time of this snapshot; "" only where nothing depends on time."""
