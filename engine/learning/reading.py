"""Reads the evidence of a run from its workspace."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.briefs.patterns import patterns
from engine.document.model import Orchestration
from engine.document.parser import load as load_document
from engine.edits import body, difference
from engine.errors import UsageError
from engine.learning.cases import Case, cases
from engine.learning.entries import Entry
from engine.learning.evidence import Ground, evidence_text
from engine.legos.plan import Plan, PlanError
from engine.legos.roles import outputs
from engine.legos.toolchain import Toolchain
from engine.metrics.reading import read_journal
from engine.resources import document
from engine.state.store import Store
from engine.wisdom.library import DOCUMENT, TAGS, Library, collections_in_force, load, read_text
from engine.wisdom.tags import parse_tags
from engine.wisdom.told import Told, read_told
from engine.workspace import Workspace

RESULT = "result.json"


@dataclass(frozen=True)
class RunEvidence:
    """The evidence of a run as text, of how many cases, and the cards that were in force there."""

    text: str
    cases: int
    library: Library
    toolchain: str


def read_evidence(workspace: Workspace) -> RunEvidence:
    """What went wrong in the run of a workspace. Raises UsageError where no session has ended yet."""
    state = Store.open(workspace.root, read_only=True).state
    if not any(session.ended_at for record in state.records() for session in record.all_sessions):
        raise UsageError(f"{workspace.root}: no session has ended here yet, so there is nothing to learn from.")
    path = document(DOCUMENT, workspace.overlay)
    orchestration = load_document(path)
    steps = [step.name for step in orchestration.steps() if step.wisdom]
    if not steps:
        raise UsageError(f"{path}: no step has the field Wisdom, so no session would be told what is learned.")
    library = load(collections_in_force(workspace.overlay), workspace.overlay)
    told = read_told(workspace.private / "sessions")[0]
    found = cases(read_journal(workspace.private / "journal.jsonl"), review_notes(workspace))
    tags = [tag.name for tag in parse_tags(read_text(document(TAGS, workspace.overlay)))]
    work = _Work(workspace, orchestration, workspace.toolchain(state.orchestrator.run.toolchain), _plan(workspace))
    ground = Ground(
        app=app_of(workspace),
        steps=steps,
        tags=tags,
        told=_titles(told, [*library.cards, *patterns(workspace.overlay)]),
        difference=work.difference,
    )
    return RunEvidence(evidence_text(found, ground), len(found), library, state.orchestrator.run.toolchain)


def review_notes(workspace: Workspace) -> Mapping[str, Sequence[str]]:
    """Session → what its review said it mended; a result that cannot be read says nothing."""
    found = {}
    for path in sorted((workspace.private / "sessions").glob(f"*/{RESULT}")):
        try:
            said = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        notes = said.get("review_notes") if isinstance(said, dict) else None
        if isinstance(notes, list):
            found[path.parent.name] = [note for note in notes if isinstance(note, str)]
    return found


def _titles(told: Sequence[Told], known: Sequence[Entry]) -> dict[str, list[str]]:
    titles = {one.id: one.title for one in known}
    return {one.session: [f"{card} {titles.get(card, '')}".strip() for card, _ in one.cards] for one in told}


def app_of(workspace: Workspace) -> str:
    """What the app calls itself."""
    plan = _plan(workspace)
    return plan.app if plan else "an app without a plan"


def _plan(workspace: Workspace) -> Plan | None:
    """The plan, where there is one that can be used: what the run did before is evidence anyhow."""
    try:
        return workspace.plan()
    except PlanError:
        return None


@dataclass(frozen=True)
class _Work:
    """What the steps of a workspace wrote."""

    workspace: Workspace
    orchestration: Orchestration
    toolchain: Toolchain
    plan: Plan | None

    def difference(self, case: Case) -> str:
        """How what the step wrote came to differ, file by file; "" where a commit or the step is gone."""
        steps = {step.name: step for step in self.orchestration.steps()}
        repository, step = self.workspace.repository, steps.get(case.step)
        commits = [case.commit, case.mended_commit]
        if step is None or not all(commit and repository.resolve(commit) for commit in commits):
            return ""
        if case.lego and (self.plan is None or case.lego not in self.plan.names):
            return ""
        patterns = outputs(step, self.plan, self.toolchain, case.lego or None)
        if not patterns:
            return ""
        files = sorted({file for commit in commits for file in repository.files(commit, patterns)})
        old, new = (self._bodies(commit, files) for commit in commits)
        changed = [file for file in files if old.get(file) != new.get(file)]
        return "\n".join(difference(file, old.get(file), new.get(file)) for file in changed)

    def _bodies(self, commit: str, files: Sequence[str]) -> dict[str, bytes]:
        contents = self.workspace.repository.read_present(commit, files)
        return {path: body(path, data) for path, data in contents.items()}
