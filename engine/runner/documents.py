"""What changed in the documents since the last run is told before it takes effect."""

from __future__ import annotations

from engine import documents
from engine.runner.context import Context


def tell_document_changes(context: Context) -> dict[str, str]:
    """Say every changed line, keep a copy of what is in force now; the versions for the run's record."""
    workspace = context.workspace
    for change in documents.changes(workspace, context.state.orchestrator.run.documents):
        context.say(f"{change.name} changed since the last run:")
        for line in change.diff:
            context.say(f"  {line}")
    now = documents.in_force(workspace)
    versions = documents.versions(now)
    documents.keep(workspace, now)
    if versions != context.state.orchestrator.run.documents or workspace.repository.resolve(documents.REF) is None:
        documents.keep_in_git(workspace, now)
    return versions
