"""Sessions: prepare the worktree, write the brief, start the host; follow to the end and take the work over."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.artifacts import artifact_id, covers, with_notes
from engine.briefs.assemble import Brief, BriefError, Request, assemble
from engine.document.model import Step, Valves
from engine.document.texts import text_sha256
from engine.git import Change
from engine.legos import roles
from engine.legos.roles import paths
from engine.legos.slices import input_key, slice_id
from engine.names import instance_name
from engine.runner.agents import (
    adapter_of,
    choose_runtime,
    environment_of,
    is_agent,
    missing,
    options_of,
    sandbox_of,
)
from engine.runner.context import RUN_STOPPED, TAKEN_OVER, Context
from engine.runner.health import runtime_health
from engine.runner.recording import ON_TAPE, differences, record_session
from engine.sessions.adapters import can_resume
from engine.sessions.cancel import EXIT_TERMINATED, cancel
from engine.sessions.folder import HANDOFF, SessionFolder
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.pricing import price_of
from engine.sessions.tape import entry_key
from engine.sessions.usage import MOST_COST, MOST_TOKENS
from engine.state.events import SessionEnded, SessionStarted, StepStopped
from engine.state.models import SessionFact, StepRecord, Substep
from runtime_adapters.protocol import Result, SessionSpec

NO_NOTE = "reviewed; the reviewer left no note"


@dataclass(frozen=True)
class _Prepared:
    spec: SessionSpec
    brief: Brief
    fact: SessionFact


async def start(context: Context, step: Step, lego: str | None, substep: Substep, runtimes: Sequence[str]) -> None:
    """Start a session. It is journaled before its process exists, so a kill in between loses nothing."""
    if gone := await asyncio.to_thread(missing, context, runtimes):
        await context.commit(*gone)
        for one in gone:
            context.say(f"{one.runtime} cannot work: {one.fact.reason if one.fact else ''}")
        return
    try:
        prepared = await asyncio.to_thread(_prepare, context, step, lego, substep, runtimes, context.next_ordinal())
    except BriefError as error:
        await context.commit(StepStopped(step=step.name, lego=lego, why=str(error)))
        context.say(f"{instance_name(step.name, lego)} stopped: {error}")
        return
    await context.commit(
        SessionStarted(
            step=step.name,
            lego=lego,
            session=prepared.fact,
            document=context.orchestration.sha256,
            text=text_sha256(context.orchestration, step),
        )
    )
    folder = SessionFolder(context.workspace.session(prepared.spec.id))
    await asyncio.to_thread(folder.create, prepared.spec, prepared.brief.text)
    await asyncio.to_thread(pool(context, prepared.spec.runtime).submit, folder)
    context.say(f"session {prepared.spec.id} started ({prepared.spec.runtime})")
    if told := await asyncio.to_thread(differences, context, prepared.spec, prepared.brief.text):
        context.say(told)


async def take_over(context: Context, step: Step, lego: str | None, session: str) -> None:
    """Follow a session to its end, whoever started it, and journal what came of it."""
    folder = SessionFolder(context.workspace.session(session))
    if context.record(step.name, lego).taken == session and folder.exists():
        await cancel(folder, TAKEN_OVER)  # an earlier engine was killed before it had ended it
    end = await follow(folder, prices=context.prices)
    if await asyncio.to_thread(_can_go_on, context, folder, end):
        context.resumed.add(session)
        await asyncio.to_thread(pool(context, folder.spec().runtime).submit, folder, resume=True)
        context.say(f"session {session} goes on where it was")
        end = await follow(folder, prices=context.prices)
    if folder.exists():
        event = await asyncio.to_thread(_harvest, context, step, lego, folder, end)
    else:
        event = _never_started(context, step, lego, end)
    await context.commit(event, *runtime_health(context, event, end, folder))
    told = f": {event.reason.splitlines()[0]}" if event.reason else ""
    context.say(f"session {session} {event.outcome}{told}")


def pool(context: Context, runtime: str) -> LocalPool:
    """Where sessions of a runtime run, with the variables they may see."""
    allowed = environment_of(context.settings.configuration, runtime)
    return LocalPool({**context.settings.environment, **allowed})


def _can_go_on(context: Context, folder: SessionFolder, end: SessionEnd) -> bool:
    """Whether an interrupted session can be resumed; each is tried once by an engine, lest it dies for ever."""
    if end.outcome != "interrupted" or folder.id in context.resumed or not folder.exists() or folder.is_copy():
        return False
    return can_resume(Path(folder.spec().adapter))


def _prepare(
    context: Context, step: Step, lego: str | None, substep: Substep, runtimes: Sequence[str], ordinal: int
) -> _Prepared:
    past = context.record(step.name, lego)
    base = work_base(context, step, lego, past)
    take = 1 + sum(s.substep == substep and s.outcome in (None, *ON_TAPE) for s in past.sessions)
    brief = assemble(
        Request(
            context.workspace.repository,
            base,
            context.orchestration,
            context.toolchain,
            context.plan,
            context.state,
            step,
            lego,
            substep,
            context.workspace.overlay,
            past.overflows,
        )
    )
    key = entry_key(step.name, lego, substep, take)
    runtime = choose_runtime(context, runtimes or context.settings.runtimes, key, brief.sha256)
    adapter = adapter_of(context, runtime)
    attempt = past.attempts(substep) + 1
    name = session_id(ordinal, step, lego, substep, attempt)
    worktree = context.workspace.worktree(lego or step.name)
    context.workspace.repository.prepare_worktree(worktree, base, context.view(step, lego))
    valves = context.orchestration.valves
    waits_for_a_person = runtime == HANDOFF
    spec = SessionSpec(
        id=name,
        step=step.name,
        lego=lego,
        phase=step.phase,
        substep=substep,
        attempt=attempt,
        runtime=runtime,
        adapter=str(adapter),
        model=context.settings.configuration.model_for(runtime, step.phase, step.name, substep),
        worktree=str(worktree),
        outputs=outputs(context, step, lego),
        brief_sha256=brief.sha256,
        base=base,
        deadline_seconds=0 if waits_for_a_person else valves.session_minutes * 60,
        idle_seconds=0 if waits_for_a_person else valves.idle_minutes * 60,
        marker=f"{name}:{secrets.token_hex(8)}",
        sandbox=sandbox_of(context, runtime),
        hidden=str(context.workspace.root) if is_agent(runtime) else "",
        options=options_of(context, runtime, take),
        wisdom=brief.wisdom,
        budget=_budget(valves, brief),
    )
    fact = SessionFact(
        id=name,
        substep=substep,
        attempt=attempt,
        runtime=runtime,
        base=base,
        started_at=context.store.time(),
        inputs=input_ids(context, step, lego, base),
    )
    return _Prepared(spec, brief, fact)


def session_id(ordinal: int, step: Step, lego: str | None, substep: Substep, attempt: int) -> str:
    """The name of a session and of its folder."""
    return "-".join(filter(None, [f"{ordinal:04d}", str(step.phase), lego, step.name, substep, str(attempt)]))


def _budget(valves: Valves, brief: Brief) -> dict[str, float]:
    """What the brief costs, and what the session may use at most; a cap that is not set is not named."""
    caps = {MOST_TOKENS: valves.session_tokens, MOST_COST: valves.session_cost}
    return {"brief_tokens": brief.tokens} | {name: most for name, most in caps.items() if most is not None}


def work_base(context: Context, step: Step, lego: str | None, past: StepRecord) -> str:
    """The commit a session starts from: the branch, with the LEGO's unlanded work and this step's own on top."""
    repository = context.workspace.repository
    base = repository.head()
    assert base is not None, "a workspace has a first commit"
    lego_state = context.state.legos.get(lego) if lego else None
    for more in (lego_state.tip if lego_state else None, past.commit):
        if more:
            base = repository.merge(base, more, f"Base of {instance_name(step.name, lego)}")
    return base


def outputs(context: Context, step: Step, lego: str | None) -> list[str]:
    """The paths this instance may write."""
    return roles.outputs(step, context.plan, context.toolchain, lego)


def input_ids(context: Context, step: Step, lego: str | None, commit: str) -> dict[str, str]:
    """Path → identity, in a commit, of everything this instance reads."""
    found = {
        input_key(reference, path, lego): path
        for reference in step.inputs
        for path in paths(reference, context.plan, context.toolchain, lego)
    }
    ids = artifact_ids(context, commit, [path for key, path in found.items() if key == path])
    return ids | _slice_ids(context, commit, {key: path for key, path in found.items() if key != path}, lego)


def _slice_ids(context: Context, commit: str, slices: Mapping[str, str], lego: str | None) -> dict[str, str]:
    if not slices or context.plan is None or lego is None:
        return {}
    data = context.workspace.repository.read_all(commit, sorted(set(slices.values())))
    return {key: slice_id(path, data[path], context.plan, lego) for key, path in slices.items() if path in data}


def artifact_ids(context: Context, commit: str, wanted: list[str]) -> dict[str, str]:
    """Path → identity of artifacts in a commit; those that are not there are left out."""
    repository = context.workspace.repository
    found = repository.ids(commit, wanted)
    markdown = repository.read_all(commit, [path for path in found if path.endswith(".md")])
    return found | {path: artifact_id(path, data) for path, data in markdown.items()}


def _never_started(context: Context, step: Step, lego: str | None, end: SessionEnd) -> SessionEnded:
    """The engine was killed after it had written down that it would start this session, and before it did."""
    fact = context.record(step.name, lego).sessions[-1]
    return SessionEnded(
        step=step.name, lego=lego, session=fact.id, substep=fact.substep, outcome=end.outcome, reason=end.reason
    )


def _harvest(context: Context, step: Step, lego: str | None, folder: SessionFolder, end: SessionEnd) -> SessionEnded:
    """What the session leaves behind becomes a commit; only a clean, honest end becomes the step's work."""
    spec = folder.spec()
    repository = context.workspace.repository
    worktree = context.workspace.worktree(lego or step.name)
    ours = repository.owns_worktree(worktree)
    changes = repository.worktree_changes(worktree, spec.base) if ours else []
    outcome, reason = end.outcome, end.reason
    ours_to_end = outcome == "cancelled" and reason in (RUN_STOPPED, TAKEN_OVER)
    if ours_to_end:
        outcome = "interrupted"
    if outcome == "done" and not ours:
        outcome, reason = "interrupted", "its worktree is gone, or belongs to the workspace this one was copied from"
    notes = _notes(context, step, lego, spec, end.result) if outcome == "done" else {}
    changes = [change for change in changes if covers(spec.outputs, change.path) or not _holds(worktree, change, notes)]
    foreign = [change.path for change in changes if not covers(spec.outputs, change.path)]
    if outcome == "done" and foreign:
        outcome = "failed"
        reason = f"wrote {', '.join(foreign)}: not among the outputs of this step ({', '.join(spec.outputs)})"
    questions = list(end.result.questions) if end.result and outcome == "needs_input" else []
    if outcome in ("done", "needs_input") and (open_ones := _unclear(context, step, lego, end.result)):
        outcome, questions = "needs_input", list(dict.fromkeys([*open_ones, *questions]))
    if outcome == "overflow" and context.record(step.name, lego).overflows:
        outcome = "failed"  # it was told less already: the work itself is too large
    record_session(context, folder, worktree, changes, outcome)
    if outcome == "done":
        changes += _write(worktree, notes)
    if outcome == "interrupted" and folder.exit() is None:
        folder.write_exit(EXIT_TERMINATED)  # another session takes its place: nobody is to answer this one
    commit = None
    if changes:
        message = f"{instance_name(step.name, lego)}: {spec.substep} {spec.attempt}"
        commit = repository.commit_worktree(worktree, sorted({c.path for c in changes}), message)
        repository.update_ref(f"refs/meta/attempts/{spec.id}", commit)
    result = end.result
    return SessionEnded(
        step=step.name,
        lego=lego,
        session=spec.id,
        substep=spec.substep,
        outcome=outcome,
        commit=(commit or spec.base) if outcome == "done" else commit,
        reason=reason,
        summary=result.summary if result else "",
        confidence=result.confidence_score if result else None,
        tokens=end.tokens,
        cost=price_of(folder, spec.model, context.prices) if end.cost is None else end.cost,
        questions=questions,
        charge=outcome == "failed",
        tree=repository.ids(commit or spec.base, [""])[""] if outcome == "failed" else "",
        ours=ours_to_end,
    )


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
    notes = list(result.review_notes) if result and spec.substep == "review" else []
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


def _write(worktree: Path, texts: Mapping[str, str]) -> list[Change]:
    for path, text in texts.items():
        (worktree / path).write_text(text, encoding="utf-8")
    return [Change(path, "modified") for path in texts]


def _notes_files(context: Context, step: Step, lego: str | None) -> list[str]:
    own = [path for path in outputs(context, step, lego) if path.endswith(".md")]
    if own or lego is None:
        return own[:1]
    literal = [reference for reference in step.inputs if "{lego}" in reference.path]
    return [p for reference in literal[:1] for p in paths(reference, context.plan, context.toolchain, lego)]
