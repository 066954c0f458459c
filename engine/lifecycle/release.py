"""What goes with a finished app: proof.json, the manifest, the version, its guide and its decision record."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine import __version__
from engine.document.model import Orchestration
from engine.gates.receipts import Receipt, ReceiptStore
from engine.instances import Instances
from engine.legos.plan import Plan
from engine.legos.requirements import parse_requirements
from engine.legos.toolchain import Toolchain
from engine.lifecycle.manifest import MANIFEST, RELEASE, generated_files, made_now
from engine.lifecycle.proof import (
    LEGO_TESTS,
    WHOLE_APP_TESTS,
    Row,
    proof_document,
    proof_rows,
    proof_rows_by_legos,
    proven_by_legos,
)
from engine.lifecycle.templates import rendered
from engine.names import VERSION_FILE, is_name
from engine.sessions.folder import SessionFolder
from engine.state.atomic import dump_json
from engine.state.models import Run, State, StepRecord
from engine.workspace import Workspace
from runtime_adapters.protocol import ResultError

REQUIREMENTS = "requirements.md"
PROOF = "proof.json"


def current_proof(
    workspace: Workspace, toolchain: Toolchain, plan: Plan, commit: str, by_legos: bool
) -> tuple[list[Row], list[Receipt]]:
    """The proof of a commit by the newest receipts: its rows, and those receipts in a fixed order.

    `by_legos`: the LEGOs' own tests prove, not those of the whole app.
    """
    repository = workspace.repository
    receipts = [receipt for _, receipt in sorted(ReceiptStore(workspace.root).latest().items(), key=str)]
    requirements = parse_requirements(repository.read(commit, REQUIREMENTS).decode())

    def sources(role: str, lego: str | None) -> dict[str, str]:
        patterns = [path for pattern in toolchain.role(role) for path in toolchain.located(pattern, plan, lego)]
        files = repository.files(commit, patterns)
        return {path: data.decode(errors="replace") for path, data in repository.read_all(commit, files).items()}

    if by_legos:
        own = {name: sources(LEGO_TESTS, name) for name in plan.active}
        return proof_rows_by_legos(requirements, plan, own, receipts), receipts
    return proof_rows(requirements, plan, sources(WHOLE_APP_TESTS, None), receipts), receipts


def release_files(
    workspace: Workspace, orchestration: Orchestration, toolchain: Toolchain, state: State, plan: Plan, commit: str
) -> dict[str, bytes]:
    """Path → contents of all that the release adds to a commit."""
    by_legos = proven_by_legos(orchestration, state.orchestrator.run.lane)
    rows, receipts = current_proof(workspace, toolchain, plan, commit, by_legos)
    values = _values(workspace, orchestration, state, plan, commit)
    templates = {
        "AGENTS.md": "AGENTS.template.md",
        VERSION_FILE: ".meta-version.template",
        ".app_orchestration.md": ".app_orchestration.template.md",
    }
    files = {path: rendered(name, values, workspace.overlay) for path, name in templates.items()}
    files[PROOF] = dump_json({**proof_document(rows, receipts), "toolchain": toolchain.name})
    own = [made for step in orchestration.steps() if step.action == RELEASE for made in made_now(files, step.name)]
    listed = {"files": [asdict(file) for file in (*values["files"], *own)]}
    return files | {MANIFEST: rendered(".meta-manifest.template.json", values | listed, workspace.overlay)}


def released_toolchain(root: Path) -> str:
    """The kind of app in a clone, which has no state of a run: what its proof says, else the default."""
    try:
        said = json.loads((root / PROOF).read_bytes()).get("toolchain")
    except (OSError, ValueError, AttributeError):
        said = None  # whoever needs the proof itself says what is wrong with it
    return said if isinstance(said, str) and is_name(said) else Run().toolchain


def _values(
    workspace: Workspace, orchestration: Orchestration, state: State, plan: Plan, commit: str
) -> dict[str, Any]:
    requirements = parse_requirements(workspace.repository.read(commit, REQUIREMENTS).decode())
    return {
        "app": plan.app,
        "title": state.orchestrator.run.app,
        "requirements": [{"id": r.id, "text": r.text} for r in requirements],
        "legos": [{"name": x.name, "purpose": x.purpose, "dependencies": x.dependencies} for x in plan.legos],
        "files": generated_files(workspace.repository, orchestration, state, plan, commit),
        "notes": _review_notes(workspace, orchestration, state, plan),
        "engine_version": __version__,
        "document_sha256": orchestration.sha256,
    }


def _review_notes(workspace: Workspace, orchestration: Orchestration, state: State, plan: Plan) -> list[dict[str, Any]]:
    notes = []
    for step, lego in Instances(orchestration, plan).all():
        record = state.record(step.name, lego)
        told = _notes_of(workspace, record) if record else []
        if told:
            notes.append({"step": f"{step.name} {lego}" if lego else step.name, "lego": lego, "notes": told})
    return notes


def _notes_of(workspace: Workspace, record: StepRecord) -> list[str]:
    reviews = [s for s in record.sessions if s.substep == "review" and s.outcome == "done"]
    if not reviews:
        return []
    folder: Path = workspace.session(reviews[-1].id)
    try:
        return list(SessionFolder(folder).result().review_notes)
    except ResultError:
        return []
