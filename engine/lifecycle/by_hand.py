"""What a person changed in the generated files of a LEGO: in commits, and in what lies there uncommitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.artifacts import covers
from engine.edits import Edit, body, edits_by_hand
from engine.facts import WorkspaceFacts
from engine.legos.roles import outputs
from engine.state.models import StepRecord


def edits_of_lego(facts: WorkspaceFacts, lego: str) -> list[Edit]:
    """A person's change of each file that the LEGO's steps made; what is uncommitted will be committed as theirs."""
    made = list(_made(facts, lego))
    if not made:
        return []
    dirty = facts.workspace.repository.dirty(sorted({path for _, own in made for path in own}))
    return [edit for record, own in made for edit in _edits(facts, record, own, dirty)]


def _made(facts: WorkspaceFacts, lego: str) -> Iterator[tuple[StepRecord, list[str]]]:
    """Each step of the LEGO that has made something, with the paths that are its own."""
    for step in facts.orchestration.steps():
        record = facts.state.record(step.name, lego) if step.per_lego else None
        if record is not None and record.commit and record.outputs:
            yield record, outputs(step, facts.snapshot.plan, facts.snapshot.toolchain, lego)


def _edits(facts: WorkspaceFacts, record: StepRecord, own: Sequence[str], dirty: Sequence[str]) -> list[Edit]:
    repository = facts.workspace.repository
    head = repository.head()
    assert head is not None, "a workspace has a first commit"
    edits = {edit.path: edit for edit in edits_by_hand(repository, head, record, own)}
    for path in (path for path in dirty if covers(own, path)):
        committed = repository.read_present(head, [path])
        generated = edits[path].generated if path in edits else _body(path, committed.get(path))
        file = facts.workspace.root / path
        edits[path] = Edit(path, generated, _body(path, file.read_bytes() if file.is_file() else None))
    return [edits[path] for path in sorted(edits) if edits[path].generated != edits[path].mine]


def _body(path: str, data: bytes | None) -> bytes | None:
    return None if data is None else body(path, data)
