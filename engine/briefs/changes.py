"""What a session that changes a finished app is told besides: how its inputs differ, and what people edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.briefs.request import Request
from engine.edits import body, difference, edits_by_hand
from engine.legos.plan import Plan
from engine.legos.roles import outputs, paths
from engine.legos.slices import slice_of
from engine.state.models import StepRecord
from engine.workspace import plan_at

LEAST_CHARACTERS = 400
MOST_CHARACTERS = 10_000
"""Of all differences together, and of all edits together: about a quarter of a brief each."""


def what_changed(request: Request) -> list[str]:
    """A unified diff for each input that is not as it was when this step was last done before this change."""
    change = request.state.orchestrator.run.change
    record = request.state.record(request.step.name, request.lego) or StepRecord()
    before = _seen(record, change.began_at if change else "")
    if before is None:
        return []
    old_plan = plan_at(request.repository, before)
    wanted = [
        (path, reference.rows)
        for reference in request.step.inputs
        if reference.shown
        for path in paths(reference, request.plan, request.toolchain, request.lego)
    ]
    whole = [path for path, rows in wanted if not rows]
    sliced = [path for path, rows in wanted if rows]
    differences = [*_of_files(request, before, whole), *_of_slices(request, before, sliced, old_plan)]
    return limited(differences)


def edits_of_people(request: Request) -> list[str]:
    """A unified diff for each generated file that a person changed: the step's own, and all of its LEGO."""
    found: list[str] = []
    for one in request.orchestration.steps():
        if one.name == request.step.name or (request.lego is not None and one.per_lego and not one.action):
            record = request.state.record(one.name, request.lego)
            own = outputs(one, request.plan, request.toolchain, request.lego)
            found += [edit.diff for edit in edits_by_hand(request.repository, request.commit, record, own)]
    return limited(dict.fromkeys(found))


def _seen(record: StepRecord, began: str) -> str | None:
    """The commit that the last finished Gen of this step before then worked from; None if there was none."""
    gens = [one for one in record.sessions if one.substep == "gen" and one.outcome == "done"]
    done = [one.base for one in gens if one.started_at < began]
    return done[-1] if done and record.outputs else None


def _of_files(request: Request, before: str, wanted: Sequence[str]) -> Iterator[str]:
    if not wanted:
        return
    files = sorted({file for commit in (before, request.commit) for file in request.repository.files(commit, wanted)})
    for file, was, now in _versions(request, before, files):
        if was != now:
            yield difference(file, was, now)


def _versions(request: Request, before: str, files: Sequence[str]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Each file as it was and as it is, without the notes that the engine keeps in it."""
    old, new = (request.repository.read_present(commit, files) for commit in (before, request.commit))
    for file in files:
        was, now = old.get(file), new.get(file)
        yield file, None if was is None else body(file, was), None if now is None else body(file, now)


def _of_slices(request: Request, before: str, wanted: Sequence[str], old_plan: Plan | None) -> Iterator[str]:
    lego = request.lego
    if not wanted or request.plan is None or lego is None:
        return
    old, new = (request.repository.read_present(commit, list(wanted)) for commit in (before, request.commit))
    for path in wanted:
        was = _slice(path, old.get(path), old_plan, lego)
        now = _slice(path, new.get(path), request.plan, lego)
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
