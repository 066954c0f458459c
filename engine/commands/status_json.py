"""`meta status --json`, whole. `docs/status.md` describes every field; a test compares the two."""

from __future__ import annotations

from typing import Any

from engine import documents
from engine.assessment import Instance, PhaseStatus
from engine.facts import WorkspaceFacts
from engine.state.lock import holder
from engine.state.models import OrchestratorState

SCHEMA_VERSION = 1
"""Raised when a field is removed or means something else; fields may be added within a version."""

STORED = {"run", "runtimes", "waiting", "valves", "budget"}
"""What is told as it is stored."""


def status_document(facts: WorkspaceFacts) -> dict[str, Any]:
    """Everything `meta status` knows, as plain values."""
    orchestrator = facts.state.orchestrator
    running = holder(facts.workspace.root)
    return {
        "schema_version": SCHEMA_VERSION,
        "seq": facts.state.seq,
        "app": orchestrator.run.app,
        **orchestrator.model_dump(mode="json", include=STORED),
        "engine": {"running": running is not None, "pid": running.pid if running else None},
        "phases": [_phase(phase, orchestrator) for phase in facts.assessment.phases],
        "documents_changed": documents_changed(facts),
        "problems": list(facts.problems),
    }


def documents_changed(facts: WorkspaceFacts) -> list[str]:
    """The documents of `.meta/` that are not what they were in the last run."""
    now = documents.versions(documents.in_force(facts.workspace))
    return documents.changed(facts.state.orchestrator.run.documents, now)


def _phase(phase: PhaseStatus, orchestrator: OrchestratorState) -> dict[str, Any]:
    fact = orchestrator.phases.get(str(phase.number))
    return {
        "number": phase.number,
        "title": phase.title,
        "status": phase.status,
        "started_at": fact.started_at if fact else None,
        "ended_at": fact.ended_at if fact else None,
        "instances": [_instance(instance) for instance in phase.instances],
    }


def _instance(instance: Instance) -> dict[str, Any]:
    return {"name": instance.name, **instance._asdict(), "edited": list(instance.edited)}
