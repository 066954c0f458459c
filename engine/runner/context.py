"""What every part of the runner shares: the workspace, the store, the documents and how this process was started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.configuration import Configuration
from engine.document.model import Orchestration, Step
from engine.gates.sandbox import Sandbox
from engine.instances import Instances
from engine.legos.plan import Plan
from engine.legos.roles import view
from engine.legos.toolchain import Toolchain
from engine.runner.discretion import discreet
from engine.runner.family import Family, SubApps
from engine.runner.state_keeper import StateKeeper
from engine.sessions.adapters import Resolved
from engine.snapshot import Options
from engine.state.events import Event
from engine.state.models import Lane, State, StepRecord, Upgraded
from engine.state.store import Store
from engine.workspace import Workspace
from runtime_adapters.prices import Price

Say = Callable[[str], None]

RUN_STOPPED = "the run was stopped"
"""Why a session was cancelled that nobody meant in particular: the next run starts it again."""

TAKEN_OVER = "taken over by a person"
"""Why a session was cancelled whose work a person goes on with."""


@dataclass(frozen=True)
class Settings:
    """How sessions are run. `speed` is for recordings: a factor as text, or "max"."""

    runtimes: tuple[str, ...]
    jobs: int = 4
    tape: Path | None = None
    record: Path | None = None
    speed: str = "max"
    adapter_paths: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    configuration: Configuration = field(default_factory=Configuration)
    max_tokens: int | None = None
    max_cost: float | None = None
    """What this run may use at most: tokens, US dollars."""
    lane: Lane | None = None
    """The lane a person chose; None: as it is, or as it will be proposed."""
    change: Literal["plan", "apply", "upgrade"] | None = None
    """Plan a change of the finished app, carry out the planned one, or upgrade; None: go on with what there is."""
    upgrade: Mapping[str, Upgraded] = field(default_factory=dict)
    """What the upgrade begins with, where none is under way yet: instance → what is done with it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What an adapter says of its runtime before the first session."""

    sandbox: str
    missing: str = ""
    """Why it cannot work; "" if it can."""


@dataclass
class Context:
    """Shared by all work of one engine process."""

    workspace: Workspace
    store: Store
    orchestration: Orchestration
    toolchain: Toolchain
    settings: Settings
    sandbox: Sandbox
    interpreter: Path
    say: Say
    prices: Mapping[str, Price] = field(default_factory=dict)
    plan: Plan | None = None
    began: str = ""
    """When this engine began: what a person asked of an earlier one is not meant for it."""
    stopping: bool = False
    """Whether a person has asked this engine to end."""
    family: Family = field(default_factory=Family)
    sub_apps: SubApps = field(default_factory=SubApps)
    commit_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    landing_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    state_keeper: StateKeeper = field(default_factory=StateKeeper)
    resumed: set[str] = field(default_factory=set)
    """Sessions this engine has resumed."""
    other_briefs: int = 0
    """How many sessions played a recording that was made for another brief."""
    probes: dict[str, Probe] = field(default_factory=dict)
    """What the adapters said, by runtime."""
    adapters: dict[str, Resolved] = field(default_factory=dict)
    """Where they were found, by runtime."""
    _ordinal: int = 0
    _said: set[str] = field(default_factory=set)

    @property
    def state(self) -> State:
        """The facts as of now."""
        return self.store.state

    @property
    def instances(self) -> Instances:
        """The instances of the document for the plan of now."""
        return Instances(self.orchestration, self.plan)

    def record(self, step: str, lego: str | None) -> StepRecord:
        """What is known of a step; an empty record when it never began."""
        return self.state.record(step, lego) or StepRecord()

    def view(self, step: Step, lego: str | None) -> list[str]:
        """The paths that a step's sessions and checks see."""
        return [".gitignore", *view(step, self.plan, self.toolchain, lego)]

    def next_ordinal(self) -> int:
        """The number of the next session of this workspace; each is given once."""
        self._ordinal = max(self._ordinal, sum(len(record.all_sessions) for record in self.state.records())) + 1
        return self._ordinal

    def say_once(self, problems: Iterable[str]) -> None:
        """Say what is wrong with files that people wrote and that are not taken, each problem once."""
        for problem in problems:
            if problem not in self._said:
                self._said.add(problem)
                self.say(problem)

    async def commit(self, *events: Event) -> State:
        """Write events, without secrets: to the journal first, then to the state. Durable when it returns."""
        told = [discreet(event, self.workspace.root) for event in events]
        async with self.commit_lock:
            return await asyncio.to_thread(self.store.commit, *told)
