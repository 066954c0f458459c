"""The facts of a workspace, read into one snapshot; only what changed is read again."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.artifacts import artifact_id
from engine.assessment import Assessment
from engine.document.model import Orchestration
from engine.errors import MetaError
from engine.legos.plan import Plan
from engine.legos.roles import paths
from engine.legos.slices import input_key, lego_of, path_of, slice_id
from engine.legos.toolchain import Toolchain
from engine.planner import assess
from engine.snapshot import Options, Snapshot
from engine.state.clock import Clock, iso, utc_now
from engine.state.decisions import read_commands, read_decisions
from engine.state.models import State
from engine.state.store import Store
from engine.workspace import PLAN, Workspace


@dataclass
class FactsReader:
    """Reads snapshots of one workspace; keeps the identity of files that did not change since the last one."""

    workspace: Workspace
    orchestration: Orchestration
    toolchain: Toolchain
    clock: Clock = utc_now
    problems: list[str] = field(default_factory=list)
    _files: dict[str, tuple[tuple[int, int], str]] = field(default_factory=dict)
    _slices: dict[str, tuple[str, Plan, str]] = field(default_factory=dict)
    _folders: dict[str, dict[str, str]] = field(default_factory=dict)
    _plan: tuple[tuple[int, int], Plan | None] = ((0, 0), None)
    _names: tuple[Plan | None, list[str], list[str]] | None = None

    def read(self, state: State, options: Options | None = None) -> Snapshot:
        """Everything the planner looks at, as of now."""
        decisions, problems = read_decisions(self.workspace.root)
        commands, more = read_commands(self.workspace.root)
        self.problems = [*problems, *more]
        plan = self._read_plan()
        return Snapshot(
            orchestration=self.orchestration,
            toolchain=self.toolchain,
            state=state,
            plan=plan,
            ids=self._ids(plan),
            decisions=decisions,
            commands=tuple(commands),
            options=options or Options(),
            now=iso(self.clock()),
        )

    def _read_plan(self) -> Plan | None:
        stamp = _stamp(self.workspace.root / PLAN)
        if stamp != self._plan[0]:
            self._plan = (stamp, self.workspace.plan())
        return self._plan[1]

    def _ids(self, plan: Plan | None) -> dict[str, str]:
        head = self.workspace.repository.head()
        if head is None:
            return {}
        wanted, slices = self._wanted(plan)
        if head not in self._folders:
            self._folders = {head: self.workspace.repository.ids(head, [p for p in wanted if p.endswith("/")])}
        found = dict(self._folders[head])
        for path in wanted:
            if not path.endswith("/") and (id_ := self._file_id(path)):
                found[path] = id_
        return found | (self._slice_ids(plan, slices, found) if plan else {})

    def _wanted(self, plan: Plan | None) -> tuple[list[str], list[str]]:
        """Every path and every slice of this plan; thousands of names, which only a new plan changes."""
        if self._names is None or self._names[0] is not plan:
            keys = slice_keys(self.orchestration, plan, self.toolchain) if plan else []
            self._names = (plan, artifact_paths(self.orchestration, plan, self.toolchain), keys)
        return self._names[1:]

    def _slice_ids(self, plan: Plan, keys: list[str], found: Mapping[str, str]) -> dict[str, str]:
        """The identity of the slices that LEGOs read, of files that are there."""
        slices: dict[str, str] = {}
        for key in keys:
            path, lego = path_of(key), lego_of(key)
            if lego and path in found:
                known = self._slices.get(key)
                if known is None or known[:2] != (found[path], plan):
                    known = (found[path], plan, slice_id(path, _read(self.workspace.root / path), plan, lego))
                    self._slices[key] = known
                slices[key] = known[2]
        return slices

    def _file_id(self, path: str) -> str:
        file = self.workspace.root / path
        stamp = _stamp(file)
        if stamp == (0, 0):
            return ""
        known = self._files.get(path)
        if known is None or known[0] != stamp:
            known = (stamp, artifact_id(path, _read(file)))
            self._files[path] = known
        return known[1]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(path: Path, error: OSError) -> MetaError:
    return MetaError(f"{path}: it cannot be read ({error.strerror}). Mend or remove it.")


def artifact_paths(orchestration: Orchestration, plan: Plan | None, toolchain: Toolchain) -> list[str]:
    """Every path that a step reads or writes, once; per-LEGO ones only when there is a plan."""
    found: dict[str, None] = {}
    for step in orchestration.steps():
        for lego in (plan.names if plan else []) if step.per_lego else [None]:
            for reference in (*step.inputs, *step.outputs):
                needs_plan = reference.role or "{" in reference.path
                if plan or not needs_plan:
                    found.update(dict.fromkeys(paths(reference, plan, toolchain, lego)))
    return list(found)


def slice_keys(orchestration: Orchestration, plan: Plan, toolchain: Toolchain) -> list[str]:
    """The name of every slice that a step of a LEGO reads."""
    return [
        input_key(reference, path, lego)
        for step in orchestration.steps()
        if step.per_lego
        for reference in step.inputs
        if reference.rows
        for lego in plan.active
        for path in paths(reference, plan, toolchain, lego)
    ]


def _stamp(path: Path) -> tuple[int, int]:
    """What changes with a file's content; (0, 0) where there is no file, but nothing or a folder."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return (0, 0)
    except OSError as error:
        raise _unreadable(path, error) from error
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else (0, 0)


@dataclass(frozen=True)
class WorkspaceFacts:
    """A workspace as anybody who only reads sees it."""

    workspace: Workspace
    orchestration: Orchestration
    state: State
    assessment: Assessment
    snapshot: Snapshot
    problems: tuple[str, ...] = ()


class WorkspaceReader:
    """Reads one workspace again and again, cheaply, without writing anything. For status and the screen."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace.at(folder)
        self._store = Store.open(self.workspace.root, read_only=True)
        self._facts: FactsReader | None = None
        self._last: WorkspaceFacts | None = None

    def read(self) -> WorkspaceFacts:
        """The facts and the words of now; the same object when nothing changed. Raises MetaError: mend that first."""
        self._store.refresh()
        state = self._store.state
        if self._facts is None:
            toolchain = self.workspace.toolchain(state.orchestrator.run.toolchain)
            self._facts = FactsReader(self.workspace, self.workspace.orchestration(), toolchain)
        snapshot, problems = self._facts.read(state), tuple(self._facts.problems)
        if self._last is None or problems != self._last.problems or not _says_the_same(self._last.snapshot, snapshot):
            self._last = WorkspaceFacts(
                self.workspace, snapshot.orchestration, state, assess(snapshot), snapshot, problems
            )
        return self._last


def _says_the_same(before: Snapshot, now: Snapshot) -> bool:
    """Whether nothing that words follow from differs: time alone counts only where a runtime rests until some time."""
    if now.state is not before.state or any(one.until for one in now.state.orchestrator.runtimes.values()):
        return False
    return replace(before, now=now.now) == now


def assess_workspace(folder: Path) -> WorkspaceFacts:
    """The facts of a workspace, read once."""
    return WorkspaceReader(folder).read()
