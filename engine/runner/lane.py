"""The lane: how much ceremony a run has. The essence proposes it in its line `Lane: …`; a person's choice wins."""

from __future__ import annotations

import re

from engine.document.model import Step
from engine.git import NotInCommit
from engine.runner.context import Context
from engine.state.events import RunSet
from engine.state.models import Lane
from engine.workspace import ESSENCE

_LINE = re.compile(r"^[\s>*_`-]*Lane[*_`]*:[\s*_`]*(full|tiny)\b", re.MULTILINE | re.IGNORECASE)


def proposed_lane(context: Context, step: Step, commit: str) -> Lane | None:
    """The lane that the essence in this commit proposes, if this step makes it and no person has chosen."""
    if "lane" in context.state.orchestrator.run.chosen or all(one.path != ESSENCE for one in step.outputs):
        return None
    try:
        text = context.workspace.repository.read(commit, ESSENCE).decode(errors="replace")
    except NotInCommit:
        return None
    found = _LINE.search(text)
    if found is None:
        return None
    return "tiny" if found.group(1).lower() == "tiny" else "full"


def lane_set(context: Context, lane: Lane | None) -> list[RunSet]:
    """The event that sets the lane, where it is another one than now."""
    run = context.state.orchestrator.run
    if lane is None or lane == run.lane:
        return []
    context.say(f"lane: {lane}, as {ESSENCE} proposes; `meta set lane …` chooses another")
    return [RunSet(run=run.model_copy(update={"lane": lane}))]
