"""What the engine's own actions would write today, beside what they wrote when the app was made. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.document.model import Step
from engine.edits import Edit, body, difference, edits_by_hand, keep
from engine.errors import MetaError
from engine.facts import WorkspaceFacts
from engine.legos.plan import Plan
from engine.legos.roles import outputs
from engine.legos.scaffold import scaffold
from engine.lifecycle.manifest import RELEASE
from engine.lifecycle.proof import proven_by_legos, render_proof
from engine.lifecycle.release import current_proof, release_files
from engine.state.models import StepRecord

Maker = Callable[[WorkspaceFacts, Step, Plan, str], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Made:
    """An action's files as it would write them now. `differ`: path → how it is another one than was generated."""

    files: Mapping[str, bytes]
    edits: tuple[Edit, ...]
    differ: Mapping[str, str]

    def with_edits(self) -> dict[str, bytes | None]:
        """The files as they will stand, with what people changed in them."""
        return {**self.files, **keep(self.edits, self.files).files}


def made_now(facts: WorkspaceFacts, step: Step, record: StepRecord, head: str) -> Made | None:
    """What an action would write now; None for one that writes no files by itself. Raises MetaError."""
    plan, maker = facts.snapshot.plan, MAKERS.get(step.action)
    if maker is None or plan is None:
        return None
    files = dict(maker(facts, step, plan, head))
    repository = facts.workspace.repository
    edits = tuple(edits_by_hand(repository, head, record, sorted(files)))
    there = repository.read_present(head, sorted(files))
    generated: dict[str, bytes | None] = {path: body(path, data) for path, data in there.items()}
    generated |= {edit.path: edit.generated for edit in edits}
    differ = {
        path: difference(path, generated.get(path), body(path, data))
        for path, data in sorted(files.items())
        if generated.get(path) != body(path, data)
    }
    return Made(files, edits, differ)


def _shared(facts: WorkspaceFacts, step: Step, plan: Plan, head: str) -> Mapping[str, bytes]:
    return scaffold(plan, facts.snapshot.toolchain, facts.state.orchestrator.run.app)


def _proof(facts: WorkspaceFacts, step: Step, plan: Plan, head: str) -> Mapping[str, bytes]:
    by_legos = proven_by_legos(facts.orchestration, facts.state.orchestrator.run.lane)
    rows, _ = current_proof(facts.workspace, facts.snapshot.toolchain, plan, head, by_legos)
    paths = outputs(step, plan, facts.snapshot.toolchain, None)
    if len(paths) != 1:
        raise MetaError(f"{step.name}: the action {step.action!r} writes one file, but the document names {len(paths)}")
    return {paths[0]: render_proof(rows, by_legos).encode()}


def _release(facts: WorkspaceFacts, step: Step, plan: Plan, head: str) -> Mapping[str, bytes]:
    return release_files(facts.workspace, facts.orchestration, facts.snapshot.toolchain, facts.state, plan, head)


MAKERS: dict[str, Maker] = {"scaffold": _shared, "write proof": _proof, RELEASE: _release}
"""The actions whose files follow from the documents and the state alone."""
