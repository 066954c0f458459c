"""What a session leaves behind, taken over: its files become a commit, its answer an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.artifacts import covers, with_notes
from engine.document.model import Step
from engine.git import Change
from engine.legos.roles import paths
from engine.names import instance_name
from engine.runner.context import RUN_STOPPED, TAKEN_OVER, Context
from engine.runner.discretion import discreet, secrets_written, told
from engine.runner.keeping import KeptWork, keep_in_session
from engine.runner.material import outputs
from engine.runner.recording import record_session
from engine.secrets import without
from engine.sessions.cancel import EXIT_TERMINATED
from engine.sessions.folder import SessionFolder
from engine.sessions.pool import SessionEnd
from engine.sessions.pricing import price_of
from engine.state.atomic import replace_file
from engine.state.events import SessionEnded
from engine.state.models import Outcome
from runtime_adapters.protocol import Result, SessionSpec

NO_NOTE = "reviewed; the reviewer left no note"


def never_started(context: Context, step: Step, lego: str | None, end: SessionEnd) -> SessionEnded:
    """The engine was killed after it had written down that it would start this session, and before it did."""
    fact = context.record(step.name, lego).sessions[-1]
    return SessionEnded(
        step=step.name,
        lego=lego,
        session=fact.id,
        substep=fact.substep,
        outcome=end.outcome,
        reason=end.reason,
        ours=True,  # no agent was killed: however often engines die at this point, the next one goes on
    )


@dataclass(frozen=True)
class _Work:
    """What is taken over of a session, and what it came to."""

    outcome: Outcome
    reason: str
    changes: list[Change]
    notes: Mapping[str, str]
    questions: list[str]
    ours: bool = False
    """It was ended by the engine, on behalf of a person."""


def harvest(context: Context, step: Step, lego: str | None, folder: SessionFolder, end: SessionEnd) -> SessionEnded:
    """What the session leaves behind becomes a commit; only a clean, honest end becomes the step's work."""
    spec, worktree = folder.spec(), context.workspace.worktree(lego or step.name)
    work = _judge(context, step, lego, spec, end)
    record_session(context, folder, worktree, work.changes, work.outcome)
    changes = work.changes + (_write(worktree, work.notes, folder.path) if work.outcome == "done" else [])
    if work.outcome == "interrupted" and folder.exit() is None:
        folder.write_exit(EXIT_TERMINATED)  # another session takes its place: nobody is to answer this one
    commit = _commit(context, step, lego, spec, changes)
    kept = KeptWork(commit or spec.base)
    if work.outcome == "done":
        kept = _keep(context, step, lego, spec, kept.commit)
    repository, result = context.workspace.repository, end.result
    ended = SessionEnded(
        step=step.name,
        lego=lego,
        session=spec.id,
        substep=spec.substep,
        outcome=work.outcome,
        commit=kept.commit if work.outcome == "done" else commit,
        reason=work.reason,
        summary=result.summary if result else "",
        confidence=result.confidence_score if result else None,
        tokens=end.tokens,
        cost=price_of(folder, spec.model, context.prices) if end.cost is None else end.cost,
        questions=work.questions,
        charge=work.outcome == "failed",
        tree=repository.ids(commit or spec.base, [""])[""] if work.outcome == "failed" else "",
        ours=work.ours,
        edited=kept.edited,
        generated=kept.generated,
        conflicts=kept.conflicts,
    )
    return discreet(ended, context.workspace.root)


def _judge(context: Context, step: Step, lego: str | None, spec: SessionSpec, end: SessionEnd) -> _Work:
    """What the session came to: its own word, unless what it left in the worktree says otherwise."""
    repository, worktree = context.workspace.repository, context.workspace.worktree(lego or step.name)
    there = repository.owns_worktree(worktree)
    changes = repository.worktree_changes(worktree, spec.base) if there else []
    outcome, reason = end.outcome, end.reason
    ours = outcome == "cancelled" and reason in (RUN_STOPPED, TAKEN_OVER)
    if ours:
        outcome = "interrupted"
    if outcome == "done" and not there:
        outcome, reason = "interrupted", "its worktree is gone, or belongs to the workspace this one was copied from"
    notes = _notes(context, step, lego, spec, end.result) if outcome == "done" else {}
    changes = [change for change in changes if covers(spec.outputs, change.path) or not _holds(worktree, change, notes)]
    foreign = [change.path for change in changes if not covers(spec.outputs, change.path)]
    if outcome == "done" and foreign:
        outcome = "failed"
        reason = f"wrote {', '.join(foreign)}: not among the outputs of this step ({', '.join(spec.outputs)})"
    if found := secrets_written(worktree, changes, context.workspace.root):
        changes = [change for change in changes if change.path not in {one.path for one in found}]
        if outcome in ("done", "needs_input", "failed"):
            reason = "\n".join(filter(None, [told(found), reason if outcome == "failed" else ""]))
            outcome = "failed"
        for one in found:
            context.say(f"{one}: if it is no secret: meta allow-secret {one.sha256}")
    questions = list(end.result.questions) if end.result and outcome == "needs_input" else []
    if outcome in ("done", "needs_input") and (open_ones := _unclear(context, step, lego, end.result)):
        outcome, questions = "needs_input", list(dict.fromkeys([*open_ones, *questions]))
    if outcome == "overflow" and context.record(step.name, lego).overflows:
        outcome = "failed"  # it was told less already: the work itself is too large
    return _Work(outcome, reason, changes, notes, questions, ours)


def _commit(context: Context, step: Step, lego: str | None, spec: SessionSpec, changes: Sequence[Change]) -> str | None:
    """What it changed as a commit that stays reachable; None if it changed nothing."""
    if not changes:
        return None
    repository = context.workspace.repository
    message = f"{instance_name(step.name, lego)}: {spec.substep} {spec.attempt}"
    worktree = context.workspace.worktree(lego or step.name)
    attempt = f"refs/meta/attempts/{spec.id}"
    return repository.commit_worktree(worktree, sorted({c.path for c in changes}), message, attempt)


def _keep(context: Context, step: Step, lego: str | None, spec: SessionSpec, made: str) -> KeptWork:
    """Its work with a person's edits in it."""
    kept = keep_in_session(context, step.name, lego, spec.base, made, spec.outputs)
    if kept.edited:
        context.workspace.repository.update_ref(f"refs/meta/attempts/{spec.id}", kept.commit)
        context.say(f"{instance_name(step.name, lego)}: {kept.told}")
    return kept


def _unclear(context: Context, step: Step, lego: str | None, result: Result | None) -> list[str]:
    """What is to be asked before a step that judges clarity may go on.

    Below the document's valve that is what the session asks; what a person left without an answer stays open anyway.
    """
    clarity = result.essence_clarity if result else None
    if clarity is None or result is None:
        return []
    unanswered = [q for q, answer in context.record(step.name, lego).answers.items() if not answer.strip()]
    below = clarity < context.orchestration.valves.essence_clarity
    return [*unanswered, *(result.questions if below else [])]


def _notes(context: Context, step: Step, lego: str | None, spec: SessionSpec, result: Result | None) -> dict[str, str]:
    """Path → text with REVIEW NOTES: of the step's own Markdown, else of its Markdown input that is about the LEGO."""
    said = result.review_notes if result and spec.substep == "review" else []
    notes = [without(note, "")[0] for note in said]
    if spec.substep == "review" and not notes:
        notes = [NO_NOTE]
    root = context.workspace.worktree(lego or step.name)
    found = {}
    for path in _notes_files(context, step, lego):
        file = root / path
        if file.is_file() and not file.is_symlink():
            found[path] = with_notes(file.read_text(encoding="utf-8", errors="replace"), step.name, notes)
    return found


def _holds(worktree: Path, change: Change, notes: Mapping[str, str]) -> bool:
    """Whether a changed file is just what the engine writes into it: an engine killed before has done so already."""
    return change.path in notes and (worktree / change.path).read_bytes() == notes[change.path].encode()


def _write(worktree: Path, texts: Mapping[str, str], spare: Path) -> list[Change]:
    """A kill leaves the session's file or the new one; what is half written lies in `spare`, where nobody looks."""
    for path, text in texts.items():
        replace_file(worktree / path, text.encode(), spare)
    return [Change(path, "modified") for path in texts]


def _notes_files(context: Context, step: Step, lego: str | None) -> list[str]:
    own = [path for path in outputs(context, step, lego) if path.endswith(".md")]
    if own or lego is None:
        return own[:1]
    literal = [reference for reference in step.inputs if "{lego}" in reference.path]
    return [p for reference in literal[:1] for p in paths(reference, context.plan, context.toolchain, lego)]
