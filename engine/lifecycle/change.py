"""What a planned change of a finished app means, before any code of it is written. Reads, never writes."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from engine.document.model import Position, Reference
from engine.facts import WorkspaceFacts
from engine.instances import Instances
from engine.legos.model import LegoDecision
from engine.legos.plan import Plan, PlannedLego
from engine.legos.requirements import RequirementChange, named_requirements, requirement_changes
from engine.legos.roles import paths
from engine.lifecycle.by_hand import edits_of_lego
from engine.lifecycle.proof import LEGO_TESTS
from engine.names import REPLAY, instance_name
from engine.state.models import Change, SessionFact, StepRecord, Substep
from engine.workspace import REQUIREMENTS, plan_at

SCHEMA_VERSION = 1
TOUCHED: tuple[LegoDecision, ...] = ("NEW", "REFACTOR", "REGENERATE")
Level = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What work is likely to take: half of the times at most `p50`, nine times of ten at most `p90`; None: unknown."""

    p50: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class LegoChange:
    """What becomes of one LEGO. `edited`: path → lines of a person's, which are merged into what is made anew."""

    name: str
    decision: LegoDecision
    reason: str
    requirements: tuple[str, ...]
    contract_may_move: bool
    callers_kept: tuple[str, ...]
    tests: tuple[str, ...]
    edited: dict[str, int]
    sessions: int


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """The whole change. Tokens are counts, seconds the sum over sessions, whatever runs side by side."""

    requirements: tuple[RequirementChange, ...]
    legos: tuple[LegoChange, ...]
    sessions: int
    tokens: Expected
    seconds: Expected
    risk: Level
    risks: tuple[str, ...]
    approved: bool


def report_change(facts: WorkspaceFacts, change: Change) -> ChangeReport | None:
    """What the change means; None while its plan has not been made yet."""
    plan = facts.snapshot.plan
    if plan is None or not _is_planned(facts):
        return None
    old = plan_at(facts.workspace.repository, change.base)
    moved = tuple(_requirements(facts, change))
    legos = tuple(_lego(facts, plan, old, lego, {one.id for one in moved}) for lego in plan.legos)
    work = list(_sessions(facts, plan))
    known = _history(facts)
    risks = tuple(_risks(legos))
    return ChangeReport(
        requirements=moved,
        legos=legos,
        sessions=len(work),
        tokens=_expected(work, {key: [float(s.tokens) for s in ended if s.tokens] for key, ended in known.items()}),
        seconds=_expected(work, {key: [t for s in ended if (t := _taken(facts, s))] for key, ended in known.items()}),
        risk=_level(legos),
        risks=risks,
        approved=all(i.status == "done" for i in facts.assessment.instances() if i.step in _planners(facts)),
    )


def _planners(facts: WorkspaceFacts) -> set[str]:
    return {name for name, _ in Instances(facts.orchestration, facts.snapshot.plan).makers_of_plan()}


def _is_planned(facts: WorkspaceFacts) -> bool:
    """Whether the steps that make the plan have done so in this change."""
    words = {i.status for i in facts.assessment.instances() if i.step in _planners(facts)}
    return bool(words) and words <= {"done", "waiting_approval"}


def _requirements(facts: WorkspaceFacts, change: Change) -> Iterator[RequirementChange]:
    data = facts.workspace.repository.read_present(change.base, [REQUIREMENTS]).get(REQUIREMENTS, b"")
    path = facts.workspace.root / REQUIREMENTS
    now = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return requirement_changes(data.decode(errors="replace"), now)


def _lego(facts: WorkspaceFacts, plan: Plan, old: Plan | None, lego: PlannedLego, moved: set[str]) -> LegoChange:
    touched = lego.decision in (*TOUCHED, "RETIRE")
    kept = [name for name in plan.dependents(lego.name) if plan.lego(name).decision == "KEEP"]
    before = set(old.lego(lego.name).requirements) if old and lego.name in old.names else set()
    concerned = (set(lego.requirements) | before) & moved
    edits = edits_of_lego(facts, lego.name) if touched else []
    return LegoChange(
        name=lego.name,
        decision=lego.decision,
        reason=lego.reason,
        requirements=tuple(sorted(concerned)),
        contract_may_move=touched,
        callers_kept=tuple(kept) if touched else (),
        tests=tuple(_tests(facts, lego.name, concerned)) if touched else (),
        edited={edit.path: edit.lines for edit in edits},
        sessions=sum(name == lego.name for _, name, _ in _sessions(facts, plan)),
    )


def _tests(facts: WorkspaceFacts, lego: str, ids: Iterable[str]) -> Iterator[str]:
    """The LEGO's test files that name one of these requirements: they are likely to change."""
    wanted = set(ids)
    repository = facts.workspace.repository
    head = repository.head()
    if head is None or facts.snapshot.plan is None or not wanted:
        return
    role = Reference(LEGO_TESTS, Position(1, 1), role=LEGO_TESTS, target="lego")
    folders = paths(role, facts.snapshot.plan, facts.snapshot.toolchain, lego)
    files = repository.files(head, folders)
    for path, data in sorted(repository.read_present(head, files).items()):
        if wanted & named_requirements(data.decode(errors="replace")):
            yield path


def _sessions(facts: WorkspaceFacts, plan: Plan) -> Iterator[tuple[str, str | None, Substep]]:
    """Every session that the change will need if none has to be repeated."""
    run = facts.state.orchestrator.run
    after = False
    planners = _planners(facts)
    instances = Instances(facts.orchestration, plan)
    for step in facts.orchestration.steps():
        careful = step.when == "sensitive" and not run.sensitive
        skipped = run.mode not in step.modes or run.lane not in step.lanes or careful
        if after and step.gen and not skipped:
            for _, lego in instances.of(step):
                if instances.applies(step, lego):
                    yield step.name, lego, "gen"
                    if step.reviewed_in(run.lane):
                        yield step.name, lego, "review"
        after = after or step.name in planners


def _history(facts: WorkspaceFacts) -> dict[tuple[str, str], list[SessionFact]]:
    """The sessions of this workspace that did their work, by step and substep."""
    known: dict[tuple[str, str], list[SessionFact]] = {}
    owners: list[dict[str, StepRecord]] = [facts.state.orchestrator.steps]
    owners += [lego.steps for lego in facts.state.legos.values()]
    for steps in owners:
        for step, record in steps.items():
            for session in record.all_sessions:
                if session.outcome == "done":
                    known.setdefault((step, session.substep), []).append(session)
    return known


def _taken(facts: WorkspaceFacts, session: SessionFact) -> float | None:
    """Seconds that a session worked; of one that was played from a recording, as long as it took when it was made."""
    if session.runtime == REPLAY:
        return _recorded(facts.workspace.session(session.id) / "session.json")
    if not session.ended_at:
        return None
    return (datetime.fromisoformat(session.ended_at) - datetime.fromisoformat(session.started_at)).total_seconds()


def _recorded(session: Path) -> float | None:
    """The time of the last event in the recording that a session played; None where that is not there any more."""
    try:
        spec = json.loads(session.read_bytes())
        options = spec["options"]
        key = "-".join(filter(None, [spec["step"], spec["lego"], spec["substep"], options["take"]]))
        events = (Path(options["tape"]) / key / "events.jsonl").read_bytes().splitlines()
        return float(json.loads(events[-1])["t"]) or None
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return None


def _expected(work: Sequence[tuple[str, str | None, Substep]], known: dict[tuple[str, str], list[float]]) -> Expected:
    """The sum over the sessions. Of a step that has no figures, those of all others count; None without any."""
    every = sorted(value for values in known.values() for value in values)
    if not every:
        return Expected()
    low = high = 0.0
    for step, _, substep in work:
        figures = known.get((step, substep)) or every
        low += statistics.median(figures)
        high += _ninth_tenth(figures)
    return Expected(round(low), round(high))


def _ninth_tenth(figures: Sequence[float]) -> float:
    return max(figures) if len(figures) < 10 else statistics.quantiles(figures, n=10)[-1]


def _risks(legos: Sequence[LegoChange]) -> Iterator[str]:
    for lego in legos:
        if lego.callers_kept:
            yield f"the contract of {lego.name} may move under {', '.join(lego.callers_kept)}, which are kept"
        if lego.edited and lego.decision == "RETIRE":
            yield f"{lego.name} is to be retired and holds edits of yours: {', '.join(lego.edited)}"
        elif lego.edited:
            lines = sum(lego.edited.values())
            yield f"{lines} lines of yours in {', '.join(lego.edited)} are merged into the new {lego.name}"
        if lego.decision == "REGENERATE":
            yield f"{lego.name} is written anew: what its tests do not hold fast may come out differently"


def _level(legos: Sequence[LegoChange]) -> Level:
    if any(len(lego.callers_kept) > 1 or (lego.edited and lego.decision != "REFACTOR") for lego in legos):
        return "high"
    return (
        "medium" if any(lego.callers_kept or lego.edited or lego.decision == "REGENERATE" for lego in legos) else "low"
    )


def waiting_gate(facts: WorkspaceFacts) -> str | None:
    """The gate at which the plan waits; None when it does not."""
    for name, lego in Instances(facts.orchestration, facts.snapshot.plan).makers_of_plan():
        gate = instance_name(name, lego)
        if any(one.gate == gate for one in facts.state.orchestrator.waiting):
            return gate
    return None
