"""What a planned change of a finished app means, before any code of it is written. Reads, never writes."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.artifacts import covers
from engine.document.model import Position, Reference
from engine.facts import WorkspaceFacts
from engine.instances import Instances
from engine.legos.model import LegoDecision
from engine.legos.plan import Plan
from engine.legos.requirements import RequirementChange, named_requirements, requirement_changes
from engine.legos.roles import paths
from engine.lifecycle.by_hand import edits_of_legos, uncommitted
from engine.lifecycle.proof import LEGO_TESTS
from engine.names import REPLAY, instance_name
from engine.scheduling import done_sessions, seconds_of
from engine.state.models import Change, SessionFact, Substep
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
    work = list(_sessions(facts, plan))
    sessions = Counter(lego for _, lego, _ in work)
    legos = tuple(_legos(facts, plan, old, {one.id for one in moved}, sessions))
    known = _history(facts)
    risks = tuple(_risks(facts, legos))
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


def _legos(
    facts: WorkspaceFacts, plan: Plan, old: Plan | None, moved: set[str], sessions: Mapping[str | None, int]
) -> Iterator[LegoChange]:
    touched = [lego.name for lego in plan.legos if lego.decision in (*TOUCHED, "RETIRE")]
    edits = edits_of_legos(facts, touched)
    tests = _tests(facts, plan, touched, moved)
    for lego in plan.legos:
        before = set(old.lego(lego.name).requirements) if old and lego.name in old.names else set()
        concerned = (set(lego.requirements) | before) & moved
        kept = [name for name in plan.dependents(lego.name) if plan.lego(name).decision == "KEEP"]
        yield LegoChange(
            name=lego.name,
            decision=lego.decision,
            reason=lego.reason,
            requirements=tuple(sorted(concerned)),
            contract_may_move=lego.name in touched,
            callers_kept=tuple(kept) if lego.name in touched else (),
            tests=tuple(path for path, ids in tests.get(lego.name, {}).items() if ids & concerned),
            edited={edit.path: edit.lines for edit in edits.get(lego.name, ())},
            sessions=sessions[lego.name],
        )


def _tests(facts: WorkspaceFacts, plan: Plan, legos: Iterable[str], moved: set[str]) -> dict[str, dict[str, set[str]]]:
    """LEGO → test file → the requirements it names: a file that names one of these is likely to change."""
    repository = facts.workspace.repository
    head = repository.head()
    if head is None or not moved:
        return {}
    role = Reference(LEGO_TESTS, Position(1, 1), role=LEGO_TESTS, target="lego")
    folders = {lego: paths(role, plan, facts.snapshot.toolchain, lego) for lego in legos}
    wanted = sorted({folder for own in folders.values() for folder in own})
    files = repository.read_all(head, repository.files(head, wanted)) if wanted else {}
    named = {path: named_requirements(data.decode(errors="replace")) for path, data in sorted(files.items())}
    return {lego: {path: ids for path, ids in named.items() if covers(own, path)} for lego, own in folders.items()}


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
    for step, _, session in done_sessions(facts.state):
        known.setdefault((step, session.substep), []).append(session)
    return known


def _taken(facts: WorkspaceFacts, session: SessionFact) -> float | None:
    """Seconds that a session worked; of one that was played from a recording, as long as it took when it was made."""
    if session.runtime == REPLAY:
        return _recorded(facts.workspace.session(session.id) / "session.json")
    return seconds_of(session)


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


def _risks(facts: WorkspaceFacts, legos: Sequence[LegoChange]) -> Iterator[str]:
    if left := uncommitted(facts, [lego.name for lego in legos if lego.decision == "KEEP"]):
        yield f"not committed, in LEGOs that are kept, and so not in what will be checked: {', '.join(left)}"
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
