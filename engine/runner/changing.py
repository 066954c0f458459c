"""A change of a finished app: it begins with its plan, and is carried out after a person's consent."""

from __future__ import annotations

from engine.runner.context import Context
from engine.state.files import STATE_REF
from engine.state.models import Change, Run

MODE = "maintenance"
UPGRADE = "upgrade"


def wanted(context: Context, run: Run) -> dict[str, object]:
    """What of the run is different from now on, as this engine was asked to plan a change or to carry it out."""
    asked = context.settings.change
    if asked is None:
        return {}
    change = run.change or _begun(context)
    if asked == UPGRADE:
        if run.change is None:
            chosen = dict(context.settings.upgrade)
            change = change.model_copy(update={"stage": "applying", "before": run.mode, "upgrade": chosen})
        return {"mode": UPGRADE, "change": change, "finished_at": None}
    if asked == "apply":
        change = change.model_copy(update={"stage": "applying"})
    return {"mode": MODE, "change": change, "finished_at": None}


def ended(run: Run) -> dict[str, object]:
    """What of the run is different when it is finished, with a change or without."""
    changed: dict[str, object] = {"change": None}
    if run.change is not None or not run.released:
        changed["released"] = run.documents
    if run.change is not None and run.change.before:
        changed["mode"] = run.change.before
    return changed


def _begun(context: Context) -> Change:
    repository = context.workspace.repository
    head = repository.head()
    assert head is not None, "a workspace has a first commit"
    return Change(base=head, kept=repository.resolve(STATE_REF), began_at=context.store.time())
