"""A person's edits outlive what is made anew: they are put onto it before it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.artifacts import covers
from engine.conflicts import conflicts_ref
from engine.document.model import Step
from engine.edits import body as body_of
from engine.edits import edits_by_hand, keep, with_notes_of
from engine.names import instance_name
from engine.runner.context import Context
from engine.runner.material import outputs as paths_of


@dataclass(frozen=True)
class KeptWork:
    """New work with a person's edits in it. `generated`: the commit with the edited files without these edits."""

    commit: str
    edited: list[str] = field(default_factory=list)
    generated: str | None = None
    conflicts: dict[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What to say when a person's edits were put onto new work; "" when there were none."""
        if not self.edited:
            return ""
        both = f"; both changed the same lines of {', '.join(sorted(self.conflicts))}: yours stand until you decide"
        return f"kept your edits in {', '.join(self.edited)}" + (both if self.conflicts else "")


def keep_in_session(
    context: Context, step: str, lego: str | None, base: str, made: str, outputs: Sequence[str]
) -> KeptWork:
    """The commit `made` of a session that began at `base`, with what a person had changed in the step's files."""
    repository = context.workspace.repository
    edits = edits_by_hand(repository, base, context.record(step, lego), outputs)
    if not edits:
        return KeptWork(made)
    session = repository.read_present(made, [edit.path for edit in edits])
    files = {path: body_of(path, data) for path, data in session.items()}
    kept = keep(edits, files)
    whole = {
        path: with_notes_of(path, data, session.get(path, b"")) if data is not None else None
        for path, data in kept.files.items()
    }
    commit = repository.commit_files(made, whole, f"{instance_name(step, lego)}: with the edits by hand")
    generated = _store(context, step, lego, kept.generated)
    if kept.conflicts:
        yours = {path: whole.get(path, session.get(path)) for path in kept.conflicts}
        new = {
            path: with_notes_of(path, data, session.get(path, b"")) if data is not None else None
            for path, data in kept.refused.items()
        }
        _store_sides(context, step, lego, yours, new)
    return KeptWork(commit, sorted(kept.generated), generated, dict(kept.conflicts))


def keep_in_action(
    context: Context, step: Step, lego: str | None, files: dict[str, bytes | None], head: str
) -> tuple[dict[str, bytes | None], KeptWork]:
    """What an engine action makes, with what a person had changed in its outputs."""
    own = [path for path in sorted(files) if covers(paths_of(context, step, lego), path)]
    edits = edits_by_hand(context.workspace.repository, head, context.record(step.name, lego), own)
    if not edits:
        return files, KeptWork(head)
    made = {path: data for path, data in files.items() if data is not None}
    kept = keep(edits, made)
    generated = _store(context, step.name, lego, kept.generated)
    return {**files, **kept.files}, KeptWork(head, sorted(kept.generated), generated, dict(kept.conflicts))


def _store(context: Context, step: str, lego: str | None, generated: Mapping[str, bytes | None]) -> str:
    """Keep the files as generated under a ref of their own, where no garbage collection takes them."""
    there = {path: data for path, data in generated.items() if data is not None}
    name = f"refs/meta/generated/{instance_name(step, lego)}"
    return context.workspace.repository.commit_files(None, dict(there), "As generated", ref=name)


def _store_sides(
    context: Context,
    step: str,
    lego: str | None,
    yours: Mapping[str, bytes | None],
    new: Mapping[str, bytes | None],
) -> None:
    """Keep the files in conflict with either side's lines; a Review's beside those that its Gen left open."""
    repository, ref = context.workspace.repository, conflicts_ref(instance_name(step, lego))
    sides = {f"yours/{path}": data for path, data in yours.items()}
    sides |= {f"new/{path}": data for path, data in new.items()}
    before = repository.resolve(ref) if context.record(step, lego).conflicts else None
    if before is None:
        sides = {path: data for path, data in sides.items() if data is not None}
    repository.commit_files(before, sides, "Both sides of a conflict", ref=ref)
