"""Checks: the engine evaluates a step's exit criteria itself, on the commit that would land."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from engine.document.model import Reference, Step, Valves
from engine.gates import criteria
from engine.gates.receipts import ReceiptStore
from engine.git import MergeConflict
from engine.instances import Key
from engine.legos.plan import Plan
from engine.lifecycle.proof import LEGO_TESTS, proven_by_legos
from engine.names import instance_name
from engine.runner.context import Context
from engine.runner.lane import lane_set, proposed_lane
from engine.sessions.answers import last_result
from engine.state.events import CheckEnded, Reopened, StepStopped
from engine.state.models import CheckFact, CriterionFact, Stage, StepRecord
from engine.workspace import plan_at
from runtime_adapters.protocol import Blame, Result


async def run(context: Context, step: Step, lego: str | None, after: Stage, passed: Stage) -> None:
    """Check a step's work and journal what came out. A red check charges the step that is to blame."""
    past = context.record(step.name, lego)
    try:
        commit = await asyncio.to_thread(_candidate, context, step, lego, past)
    except MergeConflict as conflict:
        why = f"its work no longer merges with the branch: {', '.join(conflict.paths)}"
        await context.commit(StepStopped(step=step.name, lego=lego, why=why))
        return
    result = await asyncio.to_thread(last_result, context.workspace, past)
    findings = await evaluate(context, step, lego, commit, result)
    facts, evidence = [finding.fact for finding in findings], criteria.evidence(findings)
    if unsure := too_unsure(context.orchestration.valves, step, result):
        facts, evidence = [*facts, unsure], "\n".join(filter(None, [evidence, f"- {unsure.sentence}: {unsure.detail}"]))
    passed_all = bool(facts) and all(fact.passed for fact in facts)
    trees = {} if passed_all else await asyncio.to_thread(context.workspace.repository.ids, commit, [""])
    check = CheckFact(
        after=after,
        commit=commit,
        tree=trees.get("", ""),
        passed=passed_all,
        criteria=facts,
        at=context.store.time(),
    )
    name = instance_name(step.name, lego)
    if check.passed:
        proposed = await asyncio.to_thread(proposed_lane, context, step, commit)
        if after == "gen_check" and passed != "done":  # the lane may have become another one since this was planned
            passed = "review" if step.reviewed_in(proposed or context.state.orchestrator.run.lane) else "land"
        await context.commit(
            CheckEnded(step=step.name, lego=lego, check=check, next=passed), *lane_set(context, proposed)
        )
        context.say(f"check {name} passed ({len(facts)} criteria)")
        return
    believed = blames_in_a_row(past) < context.orchestration.valves.failure_count
    blamed = _blamed(context, step, lego, result, findings) if believed else None
    reopened = blamed if blamed and context.record(*blamed).stage == "done" else None
    await context.commit(*_red(step, lego, after, check, evidence, blamed, reopened))
    charged = f", charged to {instance_name(*blamed)}" if blamed else ""
    context.say(f"check {name} failed{charged}: {next(f.sentence for f in facts if not f.passed)}")


def _red(
    step: Step,
    lego: str | None,
    after: Stage,
    check: CheckFact,
    evidence: str,
    blamed: Key | None,
    reopened: Key | None,
) -> list[CheckEnded | Reopened]:
    """What a red check means; `reopened` is whom it blames, unless that is being done again already."""
    again: Stage = "action" if step.action else "gen" if after == "gen_check" else "review"
    if blamed is None:
        return [CheckEnded(step=step.name, lego=lego, check=check, next=again, evidence=evidence)]
    stay: Stage = "action" if step.action else after
    why = f"{instance_name(step.name, lego)} failed with it"
    red = CheckEnded(step=step.name, lego=lego, check=check, next=stay, charge=False)
    if reopened is None:
        return [red]
    return [red, Reopened(step=reopened[0], lego=reopened[1], why=why, evidence=evidence, charge=True)]


def blames_in_a_row(past: StepRecord) -> int:
    """How often since its last green check others were charged for this step: mending them may not help for ever."""
    red = 0
    for check in reversed(past.checks):
        if check.passed:
            break
        red += 1
    return max(0, red - past.failure_count)


def _candidate(context: Context, step: Step, lego: str | None, past: StepRecord) -> str:
    """The commit that would land: the step's work on the branch as it is now; held work stands for itself."""
    repository = context.workspace.repository
    head = repository.head()
    assert head is not None, "a workspace has a first commit"
    if past.commit is None:
        return head
    if step.lands == "at merge" and (past.stage != "done" or context.state.legos[lego or ""].held):
        return past.commit
    return repository.merge(head, past.commit, instance_name(step.name, lego))


async def evaluate(
    context: Context, step: Step, lego: str | None, commit: str, result: Result | None
) -> list[criteria.Finding]:
    """A finding for each exit criterion of the step, on that commit."""
    receipts = ReceiptStore(context.workspace.root)
    return await criteria.evaluate(
        step,
        criteria.Context(
            repository=context.workspace.repository,
            commit=commit,
            step=step.name,
            lego=lego,
            plan=context.plan,
            toolchain=context.toolchain,
            result=result,
            valves=context.orchestration.valves,
            sandbox=context.sandbox,
            view=context.view(step, lego),
            interpreter=context.interpreter,
            receipts=receipts,
            by_legos=proven_by_legos(context.orchestration, context.state.orchestrator.run.lane),
            earlier=_earlier_plan(context),
        ),
    )


def _earlier_plan(context: Context) -> Plan | None:
    change = context.state.orchestrator.run.change
    return plan_at(context.workspace.repository, change.base) if change else None


def too_unsure(valves: Valves, step: Step, result: Result | None) -> CriterionFact | None:
    """The document's valve on confidence, where the session said less and the step has no number of its own."""
    said = result.confidence_score if result else None
    own = any(criterion.text.startswith("confidence is at least") for criterion in step.criteria)
    if own or said is None or said >= valves.confidence:
        return None
    detail = f"confidence is {said:g}, less than {valves.confidence:g}"
    return CriterionFact(sentence=f"confidence at least {valves.confidence:g}", passed=False, detail=detail)


def _blamed(
    context: Context, step: Step, lego: str | None, result: Result | None, findings: Sequence[criteria.Finding]
) -> Key | None:
    """Whom a red check charges: for an engine action the maker of its first input; else whom the session blames.

    Where a criterion can tell which LEGO's tests lack something, it is who makes those. A session's blame counts only
    because the engine's own run was red, and only for a step this one builds on.
    """
    instances = context.instances
    if step.action:
        first, whose = step.inputs[0] if step.inputs else None, lego
        for name in [name for finding in findings for name in finding.legos][:1]:
            first, whose = Reference(LEGO_TESTS, step.position, role=LEGO_TESTS, target="lego"), name
        makers = instances.makers(first, whose) if first else ()
        return next((key for key in makers if not context.orchestration.step(key[0]).action), None)
    blame: Blame | None = result.blame if result else None
    if blame is None:
        return None
    earlier = [(s.name, name) for s, name in instances.all() if not s.action]
    key = (blame.step, blame.lego)
    own = (step.name, lego)
    return key if key in earlier and own in earlier and earlier.index(key) < earlier.index(own) else None
