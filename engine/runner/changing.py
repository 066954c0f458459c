"""A change of a finished app: it begins with its plan, and is carried out after a person's consent."""

from __future__ import annotations

from engine.runner.context import Context
from engine.runner.landing import STATE_REF
from engine.state.models import Change, Run

MODE = "maintenance"


def wanted(context: Context, run: Run) -> dict[str, object]:
    """What of the run is different from now on, as this engine was asked to plan a change or to carry it out."""
    asked = context.settings.change
    if asked is None:
        return {}
    change = run.change or _begun(context)
    if asked == "apply":
        change = change.model_copy(update={"stage": "applying"})
    return {"mode": MODE, "change": change, "finished_at": None}


def _begun(context: Context) -> Change:
    repository = context.workspace.repository
    head = repository.head()
    assert head is not None, "a workspace has a first commit"
    return Change(base=head, kept=repository.resolve(STATE_REF), began_at=context.store.time())
