"""The lane: how much ceremony a run has. The essence proposes it in its line `Lane: …`; a person's choice wins."""

from __future__ import annotations

import re

from engine.document.model import Step
from engine.git import NotInCommit
from engine.runner.context import Context
from engine.state.events import Reopened, RunSet
from engine.state.models import Lane, Run, StepRecord
from engine.workspace import ESSENCE

_LINE = re.compile(r"^[\s>*_`-]*Lane[*_`]*:[\s*_`]*(full|tiny)\b", re.MULTILINE | re.IGNORECASE)


def lane_in(text: str) -> Lane | None:
    """The lane that the text of an essence proposes, None if it does not say."""
    found = _LINE.search(text)
    if found is None:
        return None
    return "tiny" if found.group(1).lower() == "tiny" else "full"


def proposed_lane(context: Context, step: Step, commit: str) -> Lane | None:
    """The lane that the essence in this commit proposes, if this step makes it and no person has chosen.

    A sensitive app is in the full lane, whatever the essence says.
    """
    run = context.state.orchestrator.run
    if "lane" in run.chosen or all(one.path != ESSENCE for one in step.outputs):
        return None
    try:
        text = context.workspace.repository.read(commit, ESSENCE).decode(errors="replace")
    except NotInCommit:
        return None
    lane = lane_in(text)
    return "full" if lane == "tiny" and run.sensitive else lane


def lane_set(context: Context, lane: Lane | None) -> list[RunSet]:
    """The event that sets the lane, where it is another one than now."""
    run = context.state.orchestrator.run
    if lane is None or lane == run.lane:
        return []
    context.say(f"lane: {lane}, as {ESSENCE} proposes; `meta set lane …` chooses another")
    return [RunSet(run=run.model_copy(update={"lane": lane}))]


def careful(run: Run) -> Run:
    """The run as it may be: a sensitive app is never in the tiny lane unless a person put it there."""
    chosen = "lane" in run.chosen
    return run.model_copy(update={"lane": "full"}) if run.sensitive and run.lane == "tiny" and not chosen else run


def catch_up(context: Context, lane: Lane) -> list[Reopened]:
    """What another lane asks of work that is done already: the reviews it was spared, and actions on what is new."""
    old = context.state.orchestrator.run.lane
    if lane == old:
        return []
    events = []
    for step, lego in context.instances.all():
        record = context.record(step.name, lego)
        why = f"the {lane} lane"
        if step.reviewed_in(lane) and not step.reviewed_in(old) and _unreviewed(record):
            events.append(Reopened(step=step.name, lego=lego, why=f"{why} reviews it", stage="review"))
        elif step.action and record.stage == "done" and _reads_what_is_new(context, step, lego, old, lane):
            events.append(Reopened(step=step.name, lego=lego, why=f"{why} makes more of what it reads", stage="action"))
    return events


def _unreviewed(record: StepRecord) -> bool:
    """Whether its work was taken over as its Gen left it."""
    last = record.sessions[-1] if record.sessions else None
    return record.stage in ("gate", "done") and last is not None and (last.substep, last.outcome) == ("gen", "done")


def _reads_what_is_new(context: Context, step: Step, lego: str | None, old: str, new: str) -> bool:
    makers = (context.orchestration.step(name) for name, _ in context.instances.read_by(step, lego))
    return any(old not in maker.lanes and new in maker.lanes for maker in makers)
