"""Random LEGO graphs, and a discrete-event simulation of their sessions on a number of workers.

The per-LEGO steps of the bundled document and their real instances; how long a session really takes is drawn by chance.
Engine work (checks, merges) takes no time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, cached_property
from random import Random

from engine.actions import StartSession
from engine.assessment import Assessment, Instance, PhaseStatus, Status
from engine.assessment import Work as Doing
from engine.document.model import Orchestration
from engine.document.parser import load
from engine.instances import Instances, Key
from engine.legos.model import Plan, PlannedLego, Size
from engine.resources import meta_home
from engine.scheduling import durations
from engine.state.models import State, Substep

MISJUDGED = 3.0
"""A session takes between 1/3 of and 3 times what is expected of it, every ratio as likely as its inverse."""

SIZES: tuple[Size, ...] = ("S", "M", "M", "L")
MOST_DEPENDENCIES = 3


@cache
def lego_steps() -> Orchestration:
    """The bundled document without its steps for the whole app."""
    document = load(meta_home() / "AGENTS.md")
    phases = (replace(phase, steps=tuple(s for s in phase.steps if s.per_lego)) for phase in document.phases)
    return replace(document, phases=tuple(phase for phase in phases if phase.steps))


def random_plan(random: Random, count: int) -> Plan:
    """LEGOs that each need up to three of those before them; the last one is the entry."""
    names = [f"lego{number}" for number in range(count)]
    legos = [
        PlannedLego(
            name=name,
            purpose="It is built.",
            kind="entry" if number == count - 1 else "component",
            dependencies=random.sample(names[:number], min(number, random.randint(0, MOST_DEPENDENCIES))),
            size=random.choice(SIZES),
        )
        for number, name in enumerate(names)
    ]
    return Plan(app="bench", legos=legos)


class Graph:
    """The instances of a plan, who waits for whom, and how long each session really takes."""

    def __init__(self, plan: Plan, document: Orchestration | None = None) -> None:
        self.document = document or lego_steps()
        self.instances = Instances(self.document, plan)
        self.expected = durations(State(), plan)
        self.seconds: dict[tuple[Key, Substep], float] = {}
        self.substeps: dict[Key, tuple[Substep, ...]] = {}
        self.makers: dict[Key, tuple[Key, ...]] = {}
        self.readers: dict[Key, list[Key]] = {}
        for step, lego in self.instances.all():
            key = (step.name, lego)
            self.substeps[key] = () if step.action else ("gen", "review") if step.reviewed_in("full") else ("gen",)
            self.makers[key] = self.instances.read_by(step, lego)
            self.readers[key] = []
            for maker in self.makers[key]:
                self.readers[maker].append(key)

    def misjudged(self, random: Random) -> Graph:
        """Every session takes something else than expected."""
        for key, substeps in self.substeps.items():
            for substep in substeps:
                factor = MISJUDGED ** random.uniform(-1, 1)
                self.seconds[key, substep] = self.expected.of(key[0], substep, key[1]) * factor
        return self

    @cached_property
    def tails(self) -> dict[tuple[Key, int], float]:
        """(instance, substeps left) → real seconds of the longest path from there to the end."""
        found: dict[tuple[Key, int], float] = {}
        for key in reversed(self.substeps):
            substeps = self.substeps[key]
            tail = max((found[reader, len(self.substeps[reader])] for reader in self.readers[key]), default=0.0)
            found[key, 0] = tail
            for left, substep in enumerate(reversed(substeps), start=1):
                tail = found[key, left] = tail + self.seconds[key, substep]
        return found

    def least(self, workers: int) -> float:
        """No order is faster than the critical path, nor than all the work shared out evenly."""
        return max(max(self.tails.values()), sum(self.seconds.values()) / workers)

    def sharper(self, workers: int) -> float:
        """A bound nearer to the truth: what starts late and is needed early has only the time between for it."""
        heads: dict[Key, float] = {}
        sessions: list[tuple[float, float, float]] = []
        for key, substeps in self.substeps.items():
            head = max((heads[maker] for maker in self.makers[key]), default=0.0)
            for number, substep in enumerate(substeps, start=1):
                sessions.append((head, self.tails[key, len(substeps) - number], self.seconds[key, substep]))
                head += self.seconds[key, substep]
            heads[key] = head
        found = self.least(workers)
        sessions.sort(key=lambda session: -session[1])
        for first in {head for head, _, _ in sessions}:
            total = 0.0
            for head, tail, seconds in sessions:
                total += seconds if head >= first else 0.0
                found = max(found, first + total / workers + tail if head >= first else 0.0)
        return found


class Work:
    """Where a simulated run stands."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.left = {key: list(substeps) for key, substeps in graph.substeps.items()}
        self._missing = {key: len(makers) for key, makers in graph.makers.items()}
        self._unsettled = dict.fromkeys(graph.substeps)
        self._running: set[Key] = set()
        self._ready: set[Key] = set()
        self._rank = {key: number for number, key in enumerate(graph.substeps)}
        self._go_on([key for key, missing in self._missing.items() if not missing])

    @property
    def ready(self) -> list[StartSession]:
        """The sessions that could start, in document order."""
        return [StartSession(*key, self.left[key][0]) for key in sorted(self._ready, key=self._rank.__getitem__)]

    @property
    def waiting(self) -> int:
        """How many sessions could start."""
        return len(self._ready)

    @property
    def assessment(self) -> Assessment:
        """As the planner sees it."""
        found = tuple(_instance(key, self._word(key), (*self.left[key], "action")[0]) for key in self._unsettled)
        return Assessment((PhaseStatus(0, "", "running", found),))

    def start(self, key: Key) -> None:
        """Its next session is under way."""
        self._ready.remove(key)
        self._running.add(key)

    def end(self, key: Key, well: bool = True) -> None:
        """Its session ended; if not well, it is due again."""
        self._running.remove(key)
        if well:
            self.left[key].pop(0)
        self._go_on([key])

    def _word(self, key: Key) -> Status:
        return "ready" if key in self._ready else "running" if key in self._running else "pending"

    def _go_on(self, keys: Iterable[Key]) -> None:
        """What lacks nothing is ready, or settled if none of its sessions is left."""
        todo = list(keys)
        while todo:
            key = todo.pop()
            if self.left[key]:
                self._ready.add(key)
                continue
            del self._unsettled[key]
            for reader in self.graph.readers[key]:
                self._missing[reader] -= 1
                if not self._missing[reader]:
                    todo.append(reader)


@cache
def _instance(key: Key, status: Status, work: Doing) -> Instance:
    return Instance(*key, 0, status, substep=work)


Order = Callable[[Work], list[StartSession]]
"""The ready sessions, the first to start first."""


def makespan(graph: Graph, workers: int, choose: Order) -> float:
    """Seconds until all sessions ended, if `choose` says who is first."""
    work = Work(graph)
    live: list[tuple[float, str, Key]] = []
    now = 0.0
    while True:
        free = workers - len(live)
        for action in (choose(work) if work.waiting > free else work.ready)[:free]:
            key = (action.step, action.lego)
            heapq.heappush(live, (now + graph.seconds[key, action.substep], action.key, key))
            work.start(key)
        if not live:
            return now
        now, _, key = heapq.heappop(live)
        work.end(key)
