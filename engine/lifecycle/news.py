"""What a person wrote of a finished app that its steps have not read yet, and which steps would read it. Pure."""

from __future__ import annotations

from engine.facts import WorkspaceFacts
from engine.instances import Instances
from engine.staleness import changed_inputs
from engine.workspace import GIVEN


def news(facts: WorkspaceFacts) -> tuple[str, ...]:
    """The names of the given files that are not as the app's finished steps read them."""
    instances = Instances(facts.orchestration, facts.snapshot.plan)
    found: set[str] = set()
    for step in facts.orchestration.steps():
        record = facts.state.record(step.name)
        if record is not None and not step.per_lego and any(one.path in GIVEN for one in step.inputs):
            found |= set(changed_inputs(facts.snapshot, instances, step, None, record))
    return tuple(name for name in GIVEN if name in found)


def planners(facts: WorkspaceFacts) -> tuple[str, ...]:
    """The steps up to the one that makes the plan, in order."""
    names = [step.name for step in facts.orchestration.steps()]
    makers = Instances(facts.orchestration, facts.snapshot.plan).makers_of_plan()
    last = max((names.index(name) for name, _ in makers), default=-1)
    return tuple(names[: last + 1])
