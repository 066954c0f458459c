"""The engine actions that the document can name. Each is one function: what it makes is a commit, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from engine import git
from engine.adoption.sharing import allowed
from engine.document.model import Step
from engine.errors import MetaError
from engine.legos.plan import Plan
from engine.legos.roles import outputs
from engine.legos.scaffold import scaffold
from engine.lifecycle.intent import is_sensitive, read_intent, title_of
from engine.lifecycle.proof import proven_by_legos, render_proof
from engine.lifecycle.release import current_proof, release_files
from engine.lifecycle.retire import retired_files
from engine.names import instance_name
from engine.runner import sub_app
from engine.runner.context import Context
from engine.runner.edits import commit_edits
from engine.runner.keeping import KeptWork, keep_in_action
from engine.runner.lane import careful
from engine.runner.material import own_files
from engine.state.events import ActionEnded, ActionStarted, Event, RunSet, StepStopped
from engine.state.models import Run, Stage
from engine.workspace import INTENT

PROOF = "PROOF.md"


@dataclass(frozen=True)
class Done:
    """What an action made: files to commit on the branch, or a commit of its own, and what became known of the run."""

    files: dict[str, bytes | None] = field(default_factory=dict)
    commit: str | None = None
    run: dict[str, object] = field(default_factory=dict)


class ActionFailed(MetaError):
    """An engine action cannot be carried out as the document has it."""


ActionFunction = Callable[[Context, Step, str | None], Done | Awaitable[Done | None]]
"""What takes long is awaited; None: it is not finished, and goes on in a later run."""
ACTIONS: dict[str, ActionFunction] = {}


def action(name: str) -> Callable[[ActionFunction], ActionFunction]:
    """Register an engine action under the name by which the document calls it."""

    def register(function: ActionFunction) -> ActionFunction:
        ACTIONS[name] = function
        return function

    return register


async def run(context: Context, step: Step, lego: str | None, name: str, inputs: Mapping[str, str]) -> None:
    """Carry out an action on these inputs, edits by hand included, and journal it.

    An action that cannot be carried out stops its own branch of the work.
    """
    await context.commit(ActionStarted(step=step.name, lego=lego, document=context.orchestration.sha256))
    try:
        own = own_files(context, step, lego)
        await commit_edits(context, inputs, instance_name(step.name, lego), own)
        made = await asyncio.to_thread(ACTIONS[name], context, step, lego)
        done = made if isinstance(made, Done) else await made
        if done is None:
            return
        commit, kept = await asyncio.to_thread(_commit, context, step, lego, done)
    except MetaError as error:
        await context.commit(StepStopped(step=step.name, lego=lego, why=str(error)))
        context.say(f"{instance_name(step.name, lego)} stopped: {error}")
        return
    events: list[Event] = []
    if done.run:
        run = Run.model_validate({**context.state.orchestrator.run.model_dump(), **done.run})
        events.append(RunSet(run=careful(run)))
    next_stage: Stage = "gen_check" if step.criteria else "land" if commit else "done"
    events.append(
        ActionEnded(
            step=step.name,
            lego=lego,
            commit=commit,
            inputs=dict(inputs),
            edited=kept.edited,
            generated=kept.generated,
            next=next_stage,
        )
    )
    await context.commit(*events)
    context.say(f"{instance_name(step.name, lego)}: {name}")


def _commit(context: Context, step: Step, lego: str | None, done: Done) -> tuple[str | None, KeptWork]:
    """What is to land, with what a person changed in these files. Raises ActionFailed where both cannot stand."""
    head = _head(context)
    if not done.files:
        return done.commit, KeptWork(head)
    paths = outputs(step, context.plan, context.toolchain, lego)
    own = allowed(context.workspace.repository, done.files, paths, context.plan, context.toolchain)
    files, kept = keep_in_action(context, step, lego, own, head)
    if kept.conflicts:
        raise ActionFailed(
            f"you and the engine changed the same lines of {', '.join(sorted(kept.conflicts))}:\n"
            f"{''.join(kept.conflicts.values())}Take your change out of there, or copy it and `git checkout` the file "
            "as it was generated; then `meta retry`."
        )
    if kept.edited:
        context.say(f"{instance_name(step.name, lego)}: {kept.told}")
    name = f"{instance_name(step.name, lego)}: {step.action}"
    return context.workspace.repository.commit_files(head, files, name), kept


@action("check versions")
def check_versions(context: Context, step: Step, lego: str | None) -> Done:
    """Make sure that git is there and new enough, and note which document the run works under.

    It commits nothing. It stops when git is missing or too old.
    """
    git.check_git()
    return Done(run={"document": context.orchestration.sha256})


@action("read intent")
def read_the_intent(context: Context, step: Step, lego: str | None) -> Done:
    """Read `app_intent.md`, put it on the branch as it lies, and note the app's name and whether it is sensitive.

    An app is sensitive when its intent speaks of credentials, payment, personal or health data. It stops when the
    intent is missing, empty, too long or no text, or holds a key or password that nobody allowed.
    """
    path = context.workspace.root / INTENT
    text = read_intent(path)
    run = context.state.orchestrator.run
    sensitive = run.sensitive if "sensitive" in run.chosen else is_sensitive(text)
    return Done(files={INTENT: path.read_bytes()}, run={"sensitive": sensitive, "app": title_of(text)})


@action("scaffold")
def scaffold_shared_files(context: Context, step: Step, lego: str | None) -> Done:
    """Write the files that all LEGOs share, from the plan and the toolchain's templates; delete those of retired LEGOs.

    The same plan gives the same files. It stops when there is no plan, a template is missing or wrong, or a file of a
    retired LEGO was edited by hand.
    """
    plan, head = _plan(context), _head(context)
    gone = retired_files(
        context.workspace.repository, head, context.orchestration, plan, context.toolchain, context.state
    )
    files: dict[str, bytes | None] = dict.fromkeys(gone)
    return Done(files={**files, **scaffold(plan, context.toolchain, context.state.orchestrator.run.app)})


@action(sub_app.ACTION)
async def build_sub_app(context: Context, step: Step, lego: str | None) -> Done | None:
    """Build the app behind a LEGO in a workspace of its own, `apps/<name>/`, and put it into the branch as a folder.

    Its intent is the LEGO's purpose with the inputs of this step. It works by the same document, unless it has a
    `.meta/` of its own, with the same runtimes, approvals and caps. It stops when the sub-app waits for a person or
    cannot go on, and says which command helps; it is looked into again when somebody decided there, and at each run.
    """
    assert lego is not None, "the document runs this action for each LEGO"
    commit = await sub_app.build(context, step, lego)
    return Done(commit=commit) if commit else None


@action("merge LEGO")
def merge_lego(context: Context, step: Step, lego: str | None) -> Done:
    """Merge the work that waits on a LEGO's own line into the branch, for a step with `For each`: LEGO.

    The merge is a candidate: it lands when the step's criteria hold on it. If they do not, the failure is charged to
    the step that made the first input. It stops when both sides changed the same lines.
    """
    assert lego is not None, "the document runs this action for each LEGO"
    repository = context.workspace.repository
    head = _head(context)
    tip = context.state.legos[lego].tip
    return Done(commit=repository.merge(head, tip, f"Merge LEGO {lego}") if tip else head)


@action("write proof")
def write_proof(context: Context, step: Step, lego: str | None) -> Done:
    """Write `PROOF.md`: for each requirement the tests that name it, its LEGOs and the receipts.

    It is made from the receipts alone; what has none is shown as unproven. In a lane without tests of the whole app
    the LEGOs' unit tests prove, run with everything real. It stops when there is no plan.
    """
    by_legos = proven_by_legos(context.orchestration, context.state.orchestrator.run.lane)
    rows, _ = current_proof(context.workspace, context.toolchain, _plan(context), _head(context), by_legos)
    return Done(files={PROOF: render_proof(rows, by_legos).encode()})


@action("write release")
def write_release(context: Context, step: Step, lego: str | None) -> Done:
    """Write what a clone of the app needs to be proven and worked on without the engine's own files.

    These are `proof.json` with the receipts, `.meta-manifest.json` (which step made which file), `.meta-version`, the
    app's own `AGENTS.md`, and `.app_orchestration.md`, the record of what was decided. It stops when there is no plan.
    """
    files = release_files(
        context.workspace, context.orchestration, context.toolchain, context.state, _plan(context), _head(context)
    )
    return Done(files=dict(files))


def _plan(context: Context) -> Plan:
    if context.plan is None:
        raise ActionFailed("there is no LEGO plan yet: in the document this action must come after it")
    return context.plan


def _head(context: Context) -> str:
    head = context.workspace.repository.head()
    if head is None:
        raise ActionFailed("the repository has no commit: `meta new` makes the first one")
    return head
