"""What an instance of a step reads, and what it may write."""

from __future__ import annotations

from collections.abc import Mapping

from engine.artifacts import artifact_ids
from engine.document.model import Step
from engine.legos import roles
from engine.legos.slices import inputs_of, slice_id
from engine.runner.context import Context


def outputs(context: Context, step: Step, lego: str | None) -> list[str]:
    """The paths this instance may write."""
    return roles.outputs(step, context.plan, context.toolchain, lego)


def own_files(context: Context, step: Step, lego: str | None) -> list[str]:
    """The paths this instance wrote before, and may write anew: a person may have edited them since.

    In a change all that belongs to its LEGO: whoever tests a LEGO has to know what was edited in its code.
    """
    whole = lego is not None and context.state.orchestrator.run.change is not None
    steps = [one for one in context.orchestration.steps() if one.per_lego] if whole else [step]
    made = [one for one in steps if context.record(one.name, lego).outputs]
    return list(dict.fromkeys(path for one in made for path in outputs(context, one, lego)))


def input_ids(context: Context, step: Step, lego: str | None, commit: str) -> dict[str, str]:
    """Path → identity, in a commit, of everything this instance reads."""
    found = inputs_of(step, context.plan, context.toolchain, lego)
    ids = artifact_ids(context.workspace.repository, commit, [path for key, path in found.items() if key == path])
    return ids | _slice_ids(context, commit, {key: path for key, path in found.items() if key != path}, lego)


def _slice_ids(context: Context, commit: str, slices: Mapping[str, str], lego: str | None) -> dict[str, str]:
    if not slices or context.plan is None or lego is None:
        return {}
    data = context.workspace.repository.read_all(commit, sorted(set(slices.values())))
    return {key: slice_id(path, data[path], context.plan, lego) for key, path in slices.items() if path in data}
