"""What a person changed in the generated files of a LEGO: in commits, and in what lies there uncommitted."""

from __future__ import annotations

from engine.artifacts import covers
from engine.document.model import Step
from engine.edits import Edit, body, edits_by_hand
from engine.facts import WorkspaceFacts
from engine.legos.roles import outputs


def edits_of_lego(facts: WorkspaceFacts, lego: str) -> list[Edit]:
    """A person's change of each file that the LEGO's steps made; what is uncommitted will be committed as theirs."""
    return [edit for step in facts.orchestration.steps() if step.per_lego for edit in _edits(facts, step, lego)]


def _edits(facts: WorkspaceFacts, step: Step, lego: str) -> list[Edit]:
    repository, record = facts.workspace.repository, facts.state.record(step.name, lego)
    head = repository.head()
    if head is None or record is None or record.commit is None or not record.outputs:
        return []
    own = outputs(step, facts.snapshot.plan, facts.snapshot.toolchain, lego)
    edits = {edit.path: edit for edit in edits_by_hand(repository, head, record, own)}
    for path in (path for path in repository.dirty(own) if covers(own, path)):
        committed = repository.read_present(head, [path])
        generated = edits[path].generated if path in edits else _body(path, committed.get(path))
        file = facts.workspace.root / path
        edits[path] = Edit(path, generated, _body(path, file.read_bytes() if file.is_file() else None))
    return [edits[path] for path in sorted(edits) if edits[path].generated != edits[path].mine]


def _body(path: str, data: bytes | None) -> bytes | None:
    return None if data is None else body(path, data)
