"""Critical path first: how much of the run waits for each piece of work, and the order that follows from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.actions import Action, StartSession
from engine.assessment import SETTLED, Assessment, Instance
from engine.document.model import Orchestration, Step
from engine.instances import Instances, Key
from engine.scheduling.estimates import Durations

ENGINE_SECONDS = 5.0
"""A check or an action of the engine: short beside a session, but a longer chain of them still comes first."""


def urgency(
    orchestration: Orchestration,
    instances: Instances,
    assessment: Assessment,
    durations: Durations,
    lane: str = "full",
) -> dict[str, float]:
    """Name of each unsettled instance → expected seconds on the longest path from it to the end of the run.

    One pass from the last instance to the first: as in the assessor, what an instance waits for stands above it.
    """
    unsettled: dict[Key, Instance] = {(i.step, i.lego): i for i in assessment.instances() if i.status not in SETTLED}
    plan_makers = tuple(maker for maker in instances.makers_of_plan() if maker in unsettled)
    after: dict[Key, float] = {}
    below = 0.0
    found: dict[str, float] = {}
    for step in reversed(tuple(orchestration.steps())):
        for key in reversed(instances.of(step)):
            instance = unsettled.get(key)
            if instance is None:
                continue
            seconds = _remaining(step, instance, durations, lane) + max(below, after.get(key, 0.0))
            found[instance.name] = seconds
            for maker in (*instances.read_by(step, key[1]), *(plan_makers if step.per_lego else ())):
                if seconds > after.get(maker, 0.0):
                    after[maker] = seconds
            if not step.per_lego:
                below = seconds
    return found


def order(actions: Sequence[Action], urgency: Mapping[str, float]) -> list[Action]:
    """Sessions to start last, the most urgent first, ties as they stood; everything else before them, as it stood."""
    starts = [action for action in actions if isinstance(action, StartSession)]
    others = [action for action in actions if not isinstance(action, StartSession)]
    return [*others, *sorted(starts, key=lambda action: -urgency.get(action.key, 0.0))]


def _remaining(step: Step, instance: Instance, durations: Durations, lane: str) -> float:
    """Expected seconds of what is left of the instance itself. A person at a gate counts nothing: nobody knows."""
    if step.action:
        return ENGINE_SECONDS
    lego = instance.lego
    review = durations.of(step.name, "review", lego) + ENGINE_SECONDS if step.reviewed_in(lane) else 0.0
    match instance.substep:
        case "gen":
            return durations.of(step.name, "gen", lego) + ENGINE_SECONDS + review
        case "review":
            return review
        case "check":
            # The word does not say what is checked: at worst the Review is still to come.
            return ENGINE_SECONDS + review
        case _:
            return 0.0
