"""What a session that changes a finished app is told besides: how its inputs differ, and what people edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.document.model import Orchestration, Step
from engine.edits import body, difference, edits_by_hand
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.roles import outputs, paths
from engine.legos.slices import slice_of
from engine.legos.toolchain import Toolchain
from engine.state.models import State, StepRecord
from engine.workspace import plan_at

LEAST_CHARACTERS = 400
MOST_CHARACTERS = 10_000
"""Of all differences together, and of all edits together: about a quarter of a brief each."""


@dataclass(frozen=True)
class Ground:
    """Where the differences are looked for: the session's commit, and whose work it is."""

    repository: Repository
    commit: str
    orchestration: Orchestration
    toolchain: Toolchain
    plan: Plan | None
    state: State


def what_changed(ground: Ground, step: Step, lego: str | None) -> list[str]:
    """A unified diff for each input that is not as it was when this step was last done before this change."""
    change = ground.state.orchestrator.run.change
    before = _seen(ground.state.record(step.name, lego) or StepRecord(), change.began_at if change else "")
    if before is None:
        return []
    old_plan = plan_at(ground.repository, before)
    wanted = [
        (path, reference.rows)
        for reference in step.inputs
        if reference.shown
        for path in paths(reference, ground.plan, ground.toolchain, lego)
    ]
    whole = [path for path, rows in wanted if not rows]
    sliced = [path for path, rows in wanted if rows]
    differences = [*_of_files(ground, before, whole), *_of_slices(ground, before, sliced, old_plan, lego)]
    return limited(differences)


def edits_of_people(ground: Ground, step: Step, lego: str | None) -> list[str]:
    """A unified diff for each generated file that a person changed: the step's own, and all of its LEGO."""
    found: list[str] = []
    for one in ground.orchestration.steps():
        if one.name == step.name or (lego is not None and one.per_lego and not one.action):
            record = ground.state.record(one.name, lego)
            own = outputs(one, ground.plan, ground.toolchain, lego)
            found += [edit.diff for edit in edits_by_hand(ground.repository, ground.commit, record, own)]
    return limited(dict.fromkeys(found))


def _seen(record: StepRecord, began: str) -> str | None:
    """The commit that the last finished Gen of this step before then worked from; None if there was none."""
    gens = [one for one in record.sessions if one.substep == "gen" and one.outcome == "done"]
    done = [one.base for one in gens if one.started_at < began]
    return done[-1] if done and record.outputs else None


def _of_files(ground: Ground, before: str, wanted: Sequence[str]) -> Iterator[str]:
    if not wanted:
        return
    files = sorted({file for commit in (before, ground.commit) for file in ground.repository.files(commit, wanted)})
    for file, was, now in _versions(ground, before, files):
        if was != now:
            yield difference(file, was, now)


def _versions(ground: Ground, before: str, files: Sequence[str]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Each file as it was and as it is, without the notes that the engine keeps in it."""
    old, new = (ground.repository.read_present(commit, files) for commit in (before, ground.commit))
    for file in files:
        was, now = old.get(file), new.get(file)
        yield file, None if was is None else body(file, was), None if now is None else body(file, now)


def _of_slices(
    ground: Ground, before: str, wanted: Sequence[str], old_plan: Plan | None, lego: str | None
) -> Iterator[str]:
    if not wanted or ground.plan is None or lego is None:
        return
    old, new = (ground.repository.read_present(commit, list(wanted)) for commit in (before, ground.commit))
    for path in wanted:
        was = _slice(path, old.get(path), old_plan, lego)
        now = _slice(path, new.get(path), ground.plan, lego)
        if was != now:
            yield difference(f"{path} (rows of {lego})", was, now)


def _slice(path: str, data: bytes | None, plan: Plan | None, lego: str) -> bytes | None:
    if data is None or plan is None or lego not in plan.names:
        return None
    return slice_of(path, data.decode(errors="replace"), plan, lego).encode()


def limited(texts: Iterable[str]) -> list[str]:
    """As many as there is room for; the rest is counted."""
    told: list[str] = []
    room = MOST_CHARACTERS
    kept = [text for text in texts if text]
    for text in kept:
        if room < LEAST_CHARACTERS:
            told.append(f"… {len(kept) - len(told)} more files differ; they lie in the folder")
            break
        told.append(_cut(text, room))
        room -= len(text)
    return told


def _cut(text: str, room: int) -> str:
    """The text as far as there is room, in whole lines."""
    if len(text) <= room:
        return text
    lines, left = text.splitlines(), room
    fitting = 0
    while fitting < len(lines) and (left := left - len(lines[fitting]) - 1) >= 0:
        fitting += 1
    return "\n".join([*lines[:fitting], f"… {len(lines) - fitting} more lines; the file lies in the folder"])
