"""What has changed since a step ran: its inputs, its outputs, the words it ran under. Pure.

A step is stale when an input's identity differs from the one it worked with, as in `make`. A LEGO's step that reads
only its rows of a document is not concerned by the other rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.document.model import Step
from engine.instances import Instances, Key
from engine.legos.roles import paths
from engine.legos.slices import input_key, inputs_of
from engine.snapshot import Snapshot
from engine.state.models import GateFact, StepRecord
from engine.workspace import REQUEST


def current_inputs(snapshot: Snapshot, instances: Instances, step: Step, lego: str | None) -> dict[str, str]:
    """Input → identity now, of everything this instance reads: work that waits for its merge, else as it lies."""
    found: dict[str, str] = {}
    for reference in step.inputs:
        held: dict[str, str] = {}
        for maker, name in instances.makers(reference, lego):
            held |= held_work(snapshot, snapshot.orchestration.step(maker), name)
        for path in paths(reference, snapshot.plan, snapshot.toolchain, lego):
            key = input_key(reference, path, lego)
            id_ = held.get(path) or snapshot.ids.get(key)
            if id_:
                found[key] = id_
    return found


def held_work(snapshot: Snapshot, step: Step, lego: str | None) -> dict[str, str]:
    """Path → identity of what such a step's LEGO has not merged yet: what lies on the branch there is older."""
    state = snapshot.state.legos.get(lego or "")
    return state.held if state and step.lands == "at merge" else {}


def outputs_now(snapshot: Snapshot, step: Step, lego: str | None, record: StepRecord) -> dict[str, str]:
    """Path → identity now, of what this instance made; as it made it where nothing lies any more."""
    held = held_work(snapshot, step, lego)
    return {path: held.get(path) or snapshot.ids.get(path, id_) for path, id_ in record.outputs.items()}


def changed_inputs(
    snapshot: Snapshot, instances: Instances, step: Step, lego: str | None, record: StepRecord
) -> list[str]:
    """The inputs whose identity differs from the one this step worked with; one that is gone differs too.

    What was not there then, as in adopted code, has the identity "".
    """
    now = current_inputs(snapshot, instances, step, lego)
    read = inputs_of(step, snapshot.plan, snapshot.toolchain, lego)
    differing = [key for key, id_ in record.inputs.items() if key in read and now.get(key, "") != id_]
    asked = [REQUEST] if _is_new_request(now, record) else []
    return [*(key for key in differing if key != REQUEST), *asked]


def made_without(
    snapshot: Snapshot, instances: Instances, step: Step, lego: str | None, record: StepRecord
) -> set[Key]:
    """The makers of inputs none of which was there when this step's work was taken as done, as in adopted code."""
    found: dict[Key, set[str]] = {}
    for reference in step.inputs:
        keys = [input_key(reference, path, lego) for path in paths(reference, snapshot.plan, snapshot.toolchain, lego)]
        for maker in instances.makers(reference, lego):
            found.setdefault(maker, set()).update(record.inputs.get(key, "?") for key in keys)
    return {maker for maker, ids in found.items() if ids == {""}}


def _is_new_request(now: Mapping[str, str], record: StepRecord) -> bool:
    """Whether a person asks for something that this step has not seen; one that was taken away asks for nothing."""
    return now.get(REQUEST, "") not in ("", record.inputs.get(REQUEST)) and bool(record.inputs)


def edited_outputs(snapshot: Snapshot, step: Step, lego: str | None, record: StepRecord) -> tuple[str, ...]:
    """What this step made and a person changed since; only a finished step can tell."""
    if record.stage != "done":
        return ()
    now = outputs_now(snapshot, step, lego, record)
    return tuple(path for path, id_ in record.outputs.items() if now[path] != id_)


def decided(snapshot: Snapshot, instances: Instances, step: Step, lego: str | None, record: StepRecord) -> str:
    """Why a LEGO's step is to be done again in a change although its inputs are the same: the new plan says so.

    REFACTOR begins with the LEGO's first step, and the others follow if that makes a difference; REGENERATE is all.
    """
    change = snapshot.state.orchestrator.run.change
    if (
        change is None
        or lego is None
        or snapshot.plan is None
        or step.action
        or (record.ended_at or "") > change.began_at
    ):
        return ""
    decision = snapshot.plan.lego(lego).decision
    first = next((one.name for one in snapshot.orchestration.steps() if one.per_lego and not one.action), "")
    again = decision == "REGENERATE" or (decision == "REFACTOR" and step.name == first)
    makers = [snapshot.state.record(*key) or StepRecord() for key in instances.makers_of_plan()]
    is_new = any(session.started_at >= change.began_at for maker in makers for session in maker.sessions[-1:])
    return f"the plan says {decision}" if again and is_new else ""


def criteria_changed(step: Step, record: StepRecord) -> bool:
    """Whether the document asks for something else than what the last check of this step looked at."""
    if not step.criteria or not record.checks or not record.checks[-1].criteria:
        return False
    return [one.sentence for one in record.checks[-1].criteria] != [one.text for one in step.criteria]


def done_since(record: StepRecord, at: str) -> bool:
    """Whether a session or an action of this step began since then: looking at its criteria again does not count."""
    if record.sessions:
        return record.sessions[-1].started_at >= at
    return record.document != "" and (record.started_at or "") >= at


def approval(record: StepRecord) -> GateFact | None:
    """The last decision on this step, if it was an approval."""
    last = record.gates[-1] if record.gates else None
    return last if last and last.decision == "approve" else None


def approved_as(record: StepRecord, about: dict[str, str]) -> bool:
    """Whether a person has approved just this: an approval is bound to the identity of what was approved."""
    given = approval(record)
    return given is not None and given.about == about
