"""A LEGO plan as an immutable value: which LEGOs there are and who needs whom. Pure."""

from __future__ import annotations

import heapq
import json
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1

Kind = Literal["component", "entry", "app"]
Size = Literal["S", "M", "L"]
LegoDecision = Literal["NEW", "KEEP", "REFACTOR", "REGENERATE", "RETIRE"]


class PlannedLego(BaseModel):
    """One LEGO as planned. `dependencies` are the names of the LEGOs whose contracts it uses."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    purpose: str
    kind: Kind
    requirements: list[str] = []
    dependencies: list[str] = []
    packages: list[str] = []
    size: Size = "M"
    decision: LegoDecision = "NEW"
    reason: str = ""
    """Why that decision, in a change of an app that exists."""
    files: dict[str, list[str]] = {}
    """Role → the paths that this LEGO has instead of the toolchain's: those of code that was there before the plan."""


class Plan(BaseModel):
    """A whole plan. Build one with `engine.legos.plan.parse_plan`: only that guarantees a sound graph."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    schema_version: Literal[1] = 1
    app: str
    legos: list[PlannedLego]

    @property
    def names(self) -> list[str]:
        """Every LEGO's name, in the order of the file."""
        return [lego.name for lego in self.legos]

    @property
    def active(self) -> list[str]:
        """The names of the LEGOs that the app consists of: all but the retired ones."""
        return [lego.name for lego in self.legos if lego.decision != "RETIRE"]

    @property
    def entry(self) -> str:
        """The name of the LEGO that wires the app."""
        return next(lego.name for lego in self.legos if lego.kind == "entry")

    def lego(self, name: str) -> PlannedLego:
        """The LEGO of that name. Raises KeyError."""
        for lego in self.legos:
            if lego.name == name:
                return lego
        raise KeyError(name)

    @cached_property
    def files_of(self) -> dict[str | None, dict[str, list[str]]]:
        """LEGO → role → paths, of the LEGOs that have files of their own."""
        return {lego.name: lego.files for lego in self.legos if lego.files}

    def order(self) -> list[str]:
        """Every name, dependencies first; where the graph leaves a choice, in the order of the file."""
        return topological({lego.name: lego.dependencies for lego in self.legos})

    def closure(self, name: str) -> list[str]:
        """What `name` needs directly or through others, dependencies first, without itself. Raises KeyError."""
        needed: set[str] = set()
        todo = list(self.lego(name).dependencies)
        while todo:
            dependency = todo.pop()
            if dependency not in needed:
                needed.add(dependency)
                todo.extend(self.lego(dependency).dependencies)
        return [other for other in self.order() if other in needed]

    def dependents(self, name: str) -> list[str]:
        """The LEGOs that name `name` as a direct dependency, in the order of the file."""
        return [lego.name for lego in self.legos if name in lego.dependencies]

    def packages(self) -> list[str]:
        """Every third-party package that a LEGO of the app asks for, once each, sorted."""
        return sorted({package for name in self.active for package in self.lego(name).packages})


def topological(graph: dict[str, list[str]]) -> list[str]:
    """The keys of `graph` (name → needed names), needed ones first, ties by key order. Raises graphlib.CycleError."""
    rank = {name: number for number, name in enumerate(graph)}
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ready: list[tuple[int, str]] = []
    order: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (rank[name], name))
        name = heapq.heappop(ready)[1]
        order.append(name)
        sorter.done(name)
    return order


def plan_rows(plan: Plan, lego: str) -> str:
    """The part of the plan that concerns one LEGO, as JSON: itself, and the purpose of each direct dependency."""
    own = plan.lego(lego)
    neighbours = [{"name": name, "purpose": plan.lego(name).purpose} for name in own.dependencies]
    used_by = [{"name": name, "purpose": plan.lego(name).purpose} for name in plan.dependents(lego)]
    part = {"app": plan.app, "lego": _told(own), "dependencies": neighbours, "used_by": used_by}
    return json.dumps(part, indent=2, ensure_ascii=False) + "\n"


def _told(lego: PlannedLego) -> dict[str, object]:
    """A LEGO's entry; what only changes of a finished app know is left out where it says nothing."""
    return lego.model_dump(exclude={field for field in ("reason", "files") if not getattr(lego, field)})
