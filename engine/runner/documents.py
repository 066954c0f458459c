"""What changed in the documents since the last run is told before it takes effect."""

from __future__ import annotations

from engine import documents
from engine.runner.context import Context


def tell_document_changes(context: Context) -> dict[str, str]:
    """Say every changed line, keep a copy of what is in force now; the versions for the run's record."""
    workspace = context.workspace
    shown = context.settings.change == "upgrade"  # what changed was told in the document's own terms just now
    before = context.state.orchestrator.run.documents
    for change in [] if shown else documents.changes(workspace, before):
        context.say(f"{change.name} changed since the last run:")
        for line in change.diff:
            context.say(f"  {line}")
    now = documents.in_force(workspace)
    versions = documents.versions(now)
    documents.keep(workspace, now)
    if versions != before or workspace.repository.resolve(documents.REF) is None:
        documents.keep_in_git(workspace, now)
    return versions
