"""What a change of a finished app means, for the maintenance table. Blocking: call it in a thread."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.facts import WorkspaceFacts, assess_workspace
from engine.lifecycle.by_hand import edits_of_lego
from engine.lifecycle.change import ChangeReport, report_change
from engine.lifecycle.news import news, planners
from engine.workspace import GIVEN
from tui.lines.sanitize import clean
from tui.loaders.diff import AttemptDiff
from tui.loaders.gate import version

if TYPE_CHECKING:
    from engine.legos.model import LegoDecision

Stage = Literal["unfinished", "nothing", "wished", "planning", "planned", "applying", "done"]
"""`wished`: something has changed and nothing is planned. `done`: the last change is, and there is no new wish."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file in which the person says what they want, with how it differs from what the app was built from."""

    path: str
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a LEGO in the last change."""

    name: str
    decision: LegoDecision
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A change, as far as it is known. `report` is None before there is a plan."""

    stage: Stage
    written: tuple[Written, ...] = ()
    report: ChangeReport | None = None
    planners: tuple[str, ...] = ()
    """The steps that lead to the plan."""
    stands: tuple[str, ...] = ()
    """What stands on what has changed: names of steps."""
    last: tuple[Decided, ...] = ()


def load(folder: Path) -> Maintenance:
    """How far the change of the app in `folder` is, and what it means. Raises MetaError."""
    facts = assess_workspace(folder)
    run = facts.state.orchestrator.run
    if run.change is None:
        return _before(facts)
    report = report_change(facts, run.change)
    stage: Stage = "applying" if run.change.stage == "applying" else "planned" if report else "planning"
    return Maintenance(stage, tuple(_since(facts, run.change.base)), report, planners(facts))


def _before(facts: WorkspaceFacts) -> Maintenance:
    run, plan = facts.state.orchestrator.run, facts.snapshot.plan
    if run.finished_at is None:
        return Maintenance("unfinished")
    stands = tuple(i.name for i in facts.assessment.instances() if i.status not in ("done", "skipped"))
    written = tuple(_unread(facts))
    if written or stands:
        return Maintenance("wished", written, planners=planners(facts), stands=stands)
    last = tuple(Decided(lego.name, lego.decision, lego.reason) for lego in plan.legos) if plan else ()
    changed = run.mode == "maintenance" and bool(last)
    return Maintenance("done", last=last) if changed else Maintenance("nothing")


def _since(facts: WorkspaceFacts, base: str) -> Iterator[Written]:
    """What the person wrote since the commit before the change."""
    before = facts.workspace.repository.read_present(base, list(GIVEN))
    for path in GIVEN:
        now = _now(facts, path)
        if now is not None and now != before.get(path):
            yield Written(path, tuple(_diff(path, before.get(path), now)))


def _unread(facts: WorkspaceFacts) -> Iterator[Written]:
    """What the person wrote and no step has read yet, beside the version that was read last."""
    for path in news(facts):
        read = [record.inputs[path] for record in facts.state.records() if record.inputs.get(path)]
        before = version(facts.workspace.repository, path, read[0]) if read else None
        yield Written(path, tuple(_diff(path, before, _now(facts, path))))


def _now(facts: WorkspaceFacts, path: str) -> bytes | None:
    file = facts.workspace.root / path
    return file.read_bytes() if file.is_file() else None


def load_edits(folder: Path, lego: str) -> AttemptDiff:
    """What a person changed in the generated files of a LEGO, as one diff."""
    found: list[str] = []
    for edit in edits_of_lego(assess_workspace(folder), lego):
        path = clean(edit.path)
        found += [f"diff --git a/{path} b/{path}", *_diff(path, edit.generated, edit.mine)]
    return AttemptDiff(lego, lego, "\n".join(found))


def _diff(path: str, before: bytes | None, after: bytes | None) -> Iterator[str]:
    old, new = (clean((data or b"").decode(errors="replace")).splitlines() for data in (before, after))
    yield from difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm="")
