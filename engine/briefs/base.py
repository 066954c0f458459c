"""The commit from which a session of a step works, and which its brief is made from."""

from __future__ import annotations

from engine.git import Repository
from engine.names import instance_name
from engine.state.models import State


def base_commit(repository: Repository, state: State, step: str, lego: str | None) -> str:
    """The branch, with the LEGO's unlanded work and the step's own on top. Raises MergeConflict."""
    base = repository.head()
    assert base is not None, "a workspace has a first commit"
    record, lego_state = state.record(step, lego), state.legos.get(lego) if lego else None
    for more in (lego_state.tip if lego_state else None, record.commit if record else None):
        if more:
            base = repository.merge(base, more, f"Base of {instance_name(step, lego)}")
    return base
