"""Which exit criteria of finished work the documents of now ask for, and how they come out. Changes nothing.

Criteria that only read, and the toolchain's tools that only read, are evaluated at once; what runs tests is left to the
upgrade itself.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.document.model import Criterion, Step
from engine.facts import WorkspaceFacts
from engine.gates import criteria
from engine.gates.receipts import ReceiptStore
from engine.gates.sandbox import Unsandboxed, available
from engine.legos.roles import view
from engine.lifecycle.proof import proven_by_legos
from engine.sessions.answers import last_result
from engine.staleness import criteria_changed
from engine.state.models import StepRecord

CHEAP = "`<command>` of the toolchain passes for {lego}"
"""The one form that runs something and builds nothing."""


@dataclass(frozen=True, slots=True)
class Red:
    """A criterion that does not hold, and why."""

    sentence: str
    detail: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of the criteria of one piece of finished work. `later`: those that only the upgrade evaluates."""

    red: tuple[Red, ...]
    later: tuple[str, ...]


def asked_anew(step: Step, record: StepRecord, tools_differ: bool) -> list[Criterion]:
    """The criteria that the last check has not looked at, or whose commands may come out otherwise now."""
    last = {one.sentence for one in record.checks[-1].criteria} if record.checks else set()
    found = [one for one in step.criteria if one.text not in last]
    if tools_differ:
        found += [one for one in step.criteria if one.text in last and criteria.find(one.text)[0].runs]
    return found


def is_concerned(step: Step, record: StepRecord, tools_differ: bool) -> bool:
    """Whether finished work has to be looked at again."""
    return bool(record.checks) and (criteria_changed(step, record) or bool(asked_anew(step, record, tools_differ)))


def look(
    facts: WorkspaceFacts, commit: str, work: Sequence[tuple[Step, str | None, Sequence[Criterion]]]
) -> list[Looked]:
    """Evaluate the criteria of many pieces of work on a commit, as many at once as there are processors."""

    async def every() -> list[Looked]:
        room = asyncio.Semaphore(os.cpu_count() or 1)

        async def one(step: Step, lego: str | None, asked: Sequence[Criterion]) -> Looked:
            async with room:
                return await _look(facts, commit, step, lego, asked)

        return await asyncio.gather(*(one(*piece) for piece in work))

    return asyncio.run(every())


async def _look(facts: WorkspaceFacts, commit: str, step: Step, lego: str | None, asked: Iterable[Criterion]) -> Looked:
    now: list[Criterion] = []
    later: list[Criterion] = []
    for one in asked:
        known = criteria.find(one.text)[0]
        cheap = not known.runs or (known.form.pattern == CHEAP and available() is not None)
        (now if cheap else later).append(one)
    with tempfile.TemporaryDirectory(prefix="meta-upgrade-") as folder:
        findings = await criteria.evaluate(
            replace(step, criteria=tuple(now)), _context(facts, commit, step, lego, Path(folder))
        )
    red = [Red(one.sentence, one.detail) for one in findings if not one.passed and one.detail != criteria.NOT_RUN]
    unknown = [one.sentence for one in findings if one.detail == criteria.NOT_RUN]
    return Looked(tuple(red), (*(one.text for one in later), *unknown))


def _context(facts: WorkspaceFacts, commit: str, step: Step, lego: str | None, folder: Path) -> criteria.Context:
    """What criteria may look at. Receipts of what is run here go to `folder`: they prove nothing about the app."""
    plan, toolchain = facts.snapshot.plan, facts.snapshot.toolchain
    record = facts.state.record(step.name, lego) or StepRecord()
    runs = any(criteria.find(one.text)[0].runs for one in step.criteria)
    return criteria.Context(
        repository=facts.workspace.repository,
        commit=commit,
        step=step.name,
        lego=lego,
        plan=plan,
        toolchain=toolchain,
        result=last_result(facts.workspace, record),
        valves=facts.orchestration.valves,
        sandbox=available() or Unsandboxed(),
        view=[".gitignore", *view(step, plan, toolchain, lego)],
        interpreter=Path(sys.executable),
        receipts=ReceiptStore(folder if runs else facts.workspace.root),
        by_legos=proven_by_legos(facts.orchestration, facts.state.orchestrator.run.lane),
    )
