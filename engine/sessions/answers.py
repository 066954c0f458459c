"""What the last session of a step answered, as it lies in its folder."""

from __future__ import annotations

from engine.sessions.folder import SessionFolder
from engine.state.models import StepRecord
from engine.workspace import Workspace
from runtime_adapters.protocol import Result, ResultError


def last_result(workspace: Workspace, record: StepRecord) -> Result | None:
    """What the last session of a step that did its work said; None where there is none, or its folder is gone."""
    done = [session for session in record.sessions if session.outcome == "done"]
    if not done:
        return None
    try:
        return SessionFolder(workspace.session(done[-1].id)).result()
    except ResultError:
        return None
