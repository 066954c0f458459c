"""An upgrade of a finished app: what it touches is begun again, one step of the document after the other.

Nothing is begun before all that was begun earlier is settled, so that later steps are looked at on what earlier ones
left. What is still to be begun stands in the run's record, so a killed engine's successor goes on with it.
"""

from __future__ import annotations

import asyncio

from engine.assessment import Assessment
from engine.document.model import Step
from engine.gates import criteria
from engine.names import instance_name
from engine.runner.changing import UPGRADE
from engine.runner.checks import evaluate
from engine.runner.context import Context
from engine.runner.ending import ending_of
from engine.sessions.answers import last_result
from engine.staleness import done_since
from engine.state.events import CheckEnded, Event, Reopened, RunSet
from engine.state.models import CheckFact, StepRecord, Upgraded


async def go_on(context: Context, assessment: Assessment) -> bool:
    """Begin the next of what the upgrade touches, when all before is settled; whether there was something left."""
    run = context.state.orchestrator.run
    change = run.change
    if run.mode != UPGRADE or change is None or not change.upgrade:
        return False
    if ending_of(context.state, assessment) != "done":
        return False
    begun = await asyncio.to_thread(_next, context, change.upgrade)
    told = [await _begin(context, step, lego, change.upgrade[name], change.began_at) for step, lego, name in begun]
    names = {name for _, _, name in begun}
    left = {name: how for name, how in change.upgrade.items() if begun and name not in names}
    events = [event for events in told for event in events]
    after = change.model_copy(update={"upgrade": left})
    await context.commit(*events, RunSet(run=run.model_copy(update={"change": after})))
    return True


def _next(context: Context, left: dict[str, Upgraded]) -> list[tuple[Step, str | None, str]]:
    """The instances of the first step that has some left; none where the document knows none of them any more."""
    found = [(step, lego, instance_name(step.name, lego)) for step, lego in context.instances.all()]
    here = [one for one in found if one[2] in left]
    return [one for one in here if one[0].name == here[0][0].name]


async def _begin(context: Context, step: Step, lego: str | None, how: Upgraded, since: str) -> list[Event]:
    past = context.record(step.name, lego)
    if done_since(past, since):
        return []  # it followed from something else, or an engine was killed just here
    if how == "check" and not step.action:
        return await _check(context, step, lego, past, since)
    stage = "action" if step.action else "gen"
    why = "the upgrade does it again"
    context.say(f"again: {instance_name(step.name, lego)}: {why}")
    return [Reopened(step=step.name, lego=lego, why=why, stage=stage, forgive=True)]


def _written_anew(context: Context, past: StepRecord, since: str) -> dict[str, str]:
    """The inputs of finished work that an action has written anew in this upgrade, as they are now."""
    records = (context.record(step.name, lego) for step, lego in context.instances.all() if step.action)
    made = {path: id_ for record in records if done_since(record, since) for path, id_ in record.outputs.items()}
    return {path: made[path] for path in past.inputs if path in made}


async def _check(context: Context, step: Step, lego: str | None, past: StepRecord, since: str) -> list[Event]:
    """Look at the criteria on the branch as it is; only where one is red the work is begun again."""
    repository = context.workspace.repository
    head = await asyncio.to_thread(repository.head)
    assert head is not None, "a workspace has a first commit"
    result = await asyncio.to_thread(last_result, context.workspace, past)
    findings = await evaluate(context, step, lego, head, result)
    facts = [finding.fact for finding in findings]
    passed = all(fact.passed for fact in facts)
    trees = await asyncio.to_thread(repository.ids, head, [""])
    check = CheckFact(
        after="review_check" if past.sessions and past.sessions[-1].substep == "review" else "gen_check",
        commit=head,
        tree=trees.get("", ""),
        passed=passed,
        criteria=facts,
        at=context.store.time(),
    )
    name = instance_name(step.name, lego)
    if passed:
        context.say(f"check {name} passed ({len(facts)} criteria)")
        inputs = past.inputs | _written_anew(context, past, since)
        return [CheckEnded(step=step.name, lego=lego, check=check, next="done", inputs=inputs)]
    red = next(fact.sentence for fact in facts if not fact.passed)
    context.say(f"check {name} failed: {red}; it is begun again")
    return [
        CheckEnded(step=step.name, lego=lego, check=check, next="gen", charge=False),
        Reopened(
            step=step.name,
            lego=lego,
            why=f"the upgrade asks for more: {red}",
            evidence=criteria.evidence(findings),
            forgive=True,
        ),
    ]
