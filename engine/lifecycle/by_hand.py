"""What a person changed in the generated files of a LEGO: in commits, and in what lies there uncommitted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from engine.artifacts import artifact_ids_at, covers
from engine.edits import Edit, body, edits_by_hand
from engine.facts import WorkspaceFacts
from engine.legos.roles import outputs
from engine.state.models import StepRecord


def edits_of_lego(facts: WorkspaceFacts, lego: str) -> list[Edit]:
    """A person's change of each file that the LEGO's steps made; what is uncommitted will be committed as theirs."""
    return edits_of_legos(facts, [lego])[lego]


def edits_of_legos(facts: WorkspaceFacts, legos: Collection[str]) -> dict[str, list[Edit]]:
    """As `edits_of_lego`, of many. Files are read only where something differs: an app has hundreds of steps."""
    repository = facts.workspace.repository
    made = [(lego, record, own) for lego in legos for record, own in _made(facts, lego)]
    found: dict[str, list[Edit]] = {lego: [] for lego in legos}
    if not made:
        return found
    head = repository.head()
    assert head is not None, "a workspace has a first commit"
    dirty = repository.dirty(sorted({path for _, _, own in made for path in own}))
    there = repository.read_present(head, dirty)
    ids = artifact_ids_at(
        repository, {(at, path) for _, record, own in made for at in (record.commit or head, head) for path in own}
    )
    for lego, record, own in made:
        same = all(ids.get((record.commit or head, path)) == ids.get((head, path)) for path in own)
        committed = [] if same and not record.generated else edits_by_hand(repository, head, record, own)
        mine = [path for path in dirty if covers(own, path)]
        found[lego] += _with_uncommitted(facts, committed, mine, there)
    return found


def uncommitted(facts: WorkspaceFacts, legos: Iterable[str]) -> list[str]:
    """The generated files of LEGOs that lie there otherwise than in the commit."""
    own = sorted({path for lego in legos for _, paths in _made(facts, lego) for path in paths})
    return facts.workspace.repository.dirty(own) if own else []


def _made(facts: WorkspaceFacts, lego: str) -> Iterator[tuple[StepRecord, list[str]]]:
    """Each step of the LEGO that has made something, with the paths that are its own."""
    for step in facts.orchestration.steps():
        record = facts.state.record(step.name, lego) if step.per_lego else None
        if record is not None and record.commit and record.outputs:
            yield record, outputs(step, facts.snapshot.plan, facts.snapshot.toolchain, lego)


def _with_uncommitted(
    facts: WorkspaceFacts, committed: Sequence[Edit], mine: Sequence[str], there: Mapping[str, bytes]
) -> list[Edit]:
    """The edits in commits, and those in the files `mine`, which lie there otherwise than in the commit (`there`)."""
    edits = {edit.path: edit for edit in committed}
    for path in mine:
        generated = edits[path].generated if path in edits else _body(path, there.get(path))
        file = facts.workspace.root / path
        edits[path] = Edit(path, generated, _body(path, file.read_bytes() if file.is_file() else None))
    return [edits[path] for path in sorted(edits) if edits[path].generated != edits[path].mine]


def _body(path: str, data: bytes | None) -> bytes | None:
    return None if data is None else body(path, data)
