"""Undo: the last unit of work is taken off the branch by a new commit, and the facts go back with it.

Journaled first, then done: whoever comes next after a kill, `meta undo` or `meta run`, finishes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.artifacts import artifact_ids
from engine.errors import MetaError
from engine.folders import is_workspace
from engine.gates.receipts import ReceiptStore
from engine.git import DirtyPaths, Repository, blob_id
from engine.git.reverting import Reverted, again, line_counts, revert
from engine.legos.requirements import requirement_changes
from engine.legos.sub_apps import APPS
from engine.lifecycle.release import REQUIREMENTS
from engine.lifecycle.undo import MERGE, Unit, facts_after, history, receipts_of, under_way
from engine.names import instance_name
from engine.runner.context import Say
from engine.runner.landing import keep_state
from engine.state.apply import apply
from engine.state.atomic import sync_folder
from engine.state.events import Event, Landed, Undone, UndoStarted
from engine.state.files import Files
from engine.state.journal import Journal
from engine.state.lock import EngineLock
from engine.state.models import State, StepRecord, Undoing
from engine.state.replay import replay
from engine.state.store import Store
from engine.workspace import GIVEN, Workspace

ASIDE = "undone"
"""Where the receipts of undone work go, below the others: nothing is proven by them."""


class CannotUndo(MetaError):
    """Something has to be finished, moved or looked at before anything can be undone."""


class UndoneFirst(MetaError):
    """What was asked for may rest on work that has just been taken back."""


@dataclass(frozen=True)
class Preview:
    """What an undo would do. Nothing of it is done yet."""

    unit: Unit
    head: str
    reverted: Reverted
    commits: tuple[tuple[str, str], ...]
    """Id and first line of what goes, newest first."""
    requirements: tuple[str, ...]
    uncommitted: tuple[str, ...]
    """Files with edits that are not committed; they stay as they lie."""
    apart: tuple[str, ...]
    """Folders of sub-apps that are left as they are: each has an undo of its own."""


def preview(workspace: Workspace, redo: bool = False) -> Preview | None:
    """What would be undone (with `redo`: which undo would be taken back); None when there is nothing.

    Raises CannotUndo, RevertConflict, DirtyPaths, EngineRunning.
    """
    with EngineLock(workspace.root):
        state = Store.open(workspace.root, read_only=True).state
        events = _events(workspace)
        known = history(events, merges(workspace))
        unit = known.redo if redo else known.last
        if reasons := under_way(state):
            raise CannotUndo(
                f"nothing can be undone now: {'; '.join(reasons)}. `meta run` goes on with it, `meta stop` ends it; "
                "then run this again"
            )
        return _preview(workspace, unit) if unit else None


def undo(workspace: Workspace, seen: Preview) -> str:
    """Do what was shown; the commit that does it. Raises CannotUndo if it would be something else by now."""
    with EngineLock(workspace.root), Store.open(workspace.root) as store:
        now = history(_events(workspace), merges(workspace))
        units = [unit for unit in (now.last, now.redo) if unit]
        if under_way(store.state) or seen.unit not in units or workspace.repository.head() != seen.head:
            raise CannotUndo("something was done here in the meantime: look again with `meta undo`")
        undoing = _begin(workspace, store, seen)
        _carry_out(workspace, store, seen.unit, undoing)
        return undoing.new


def finish(workspace: Workspace, store: Store, say: Say) -> bool:
    """Go on with an undo that was cut off, if there is one. Raises DirtyPaths, RevertConflict.

    The caller holds the engine lock.
    """
    undoing = store.state.orchestrator.undoing
    if undoing is None:
        return False
    unit = _begun(workspace, undoing)
    if workspace.repository.head() not in (undoing.old, undoing.new):
        undoing = _begin(workspace, store, _preview(workspace, unit))
    _carry_out(workspace, store, unit, undoing)
    say(f"the undo of {name_of(unit)} had been cut off: it is finished")
    return True


def _begun(workspace: Workspace, undoing: Undoing) -> Unit:
    """The unit of an undo that was cut off, whatever the document says by now of the step that made it."""
    events = _events(workspace)
    known = history(events, {event.step for event in events if isinstance(event, Landed)})
    for unit in (*known.units, known.redo):
        if unit and unit.id == undoing.unit:
            return unit
    raise CannotUndo(
        f"an undo was cut off, and the journal does not hold event {undoing.unit}, which it is about: "
        "`meta doctor --rebuild` makes the state from the journal as it is"
    )


def finish_cut_off(workspace: Workspace, say: Say) -> bool:
    """As `finish`, where no engine runs."""
    if Store.open(workspace.root, read_only=True).state.orchestrator.undoing is None:
        return False
    with EngineLock(workspace.root), Store.open(workspace.root) as store:
        return finish(workspace, store, say)


def name_of(unit: Unit) -> str:
    """The unit in words."""
    match unit.kind:
        case "lego":
            return f"the merge of {unit.legos[0]}"
        case "undo":
            return f"the undo of {unit.at[:16].replace('T', ' ')}"
        case "change":
            return f"the change of {unit.at[:16].replace('T', ' ')}{'' if unit.ended else ', which is under way'}"


def merges(workspace: Workspace) -> list[str]:
    """The steps that merge LEGOs."""
    return [step.name for step in workspace.orchestration().steps() if step.action == MERGE]


def _events(workspace: Workspace) -> list[Event]:
    return Journal(Files(workspace.root).journal).read()


def _preview(workspace: Workspace, unit: Unit) -> Preview:
    repository = workspace.repository
    head = repository.head()
    assert head is not None, "a workspace has a first commit"
    apart = _sub_apps(workspace)
    reverted = revert(
        repository, head, unit.spans, lambda path: path in GIVEN or path.startswith(apart), f"Undo {name_of(unit)}"
    )
    dirty = repository.dirty()
    if in_the_way := [path for path in dirty if path in reverted.changed and not _is_there(workspace, reverted, path)]:
        raise DirtyPaths(in_the_way)
    touched = {path for old, new in unit.spans for path in line_counts(repository, old, new)} if apart else set()
    return Preview(
        unit=unit,
        head=head,
        reverted=reverted,
        commits=tuple(_commits(repository, unit)),
        requirements=tuple(_requirements(workspace, unit, head, reverted.commit)),
        uncommitted=tuple(path for path in dirty if path not in reverted.changed),
        apart=tuple(folder for folder in apart if any(path.startswith(folder) for path in touched)),
    )


def _sub_apps(workspace: Workspace) -> tuple[str, ...]:
    """Folders, ending with "/", of the apps in this one that are workspaces of their own."""
    folder = workspace.root / APPS
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    return tuple(f"{APPS}/{one.name}/" for one in inside if is_workspace(one))


def _is_there(workspace: Workspace, reverted: Reverted, path: str) -> bool:
    """Whether the file is already as it is to be: an undo that was killed may have written it."""
    file = workspace.root / path
    wanted = workspace.repository.ids(reverted.commit, [path]).get(path)
    return (blob_id(file.read_bytes()) if file.is_file() else None) == wanted


def _commits(repository: Repository, unit: Unit) -> list[tuple[str, str]]:
    found = []
    for old, new in reversed(unit.spans):
        log = repository.run("log", "--first-parent", "--format=%h %s", f"{old}..{new}").text.splitlines()
        found += [(id_, subject) for id_, _, subject in (line.partition(" ") for line in log)]
    return found


def _requirements(workspace: Workspace, unit: Unit, head: str, commit: str) -> list[str]:
    """Whose text changes, or whose LEGO is taken out."""
    repository = workspace.repository
    texts = [repository.read_present(one, [REQUIREMENTS]).get(REQUIREMENTS, b"") for one in (head, commit)]
    moved = {one.id for one in requirement_changes(*(text.decode(errors="replace") for text in texts))}
    plan = workspace.plan()
    if unit.kind == "lego" and plan and unit.legos[0] in plan.names:
        moved |= set(plan.lego(unit.legos[0]).requirements)
    return sorted(moved)


def _begin(workspace: Workspace, store: Store, seen: Preview) -> Undoing:
    """Written down before anything is changed; from here on it is finished, whatever happens."""
    tip = None
    if seen.unit.kind == "lego":
        # git takes what was merged once for there already: the LEGO's work needs a commit of its own to merge again.
        message = f"LEGO {seen.unit.legos[0]}, to be merged again"
        tip = again(workspace.repository, seen.head, seen.reverted.commit, message)
    undoing = Undoing(unit=seen.unit.id, old=seen.head, new=seen.reverted.commit, tip=tip)
    store.commit(UndoStarted(undoing=undoing))
    return undoing


def _carry_out(workspace: Workspace, store: Store, unit: Unit, undoing: Undoing) -> None:
    repository = workspace.repository
    repository.fast_forward(undoing.old, undoing.new)
    held: dict[str, str] = {}
    events = _events(workspace)
    if undoing.tip:
        lego = unit.legos[0]
        before = replay(State(), (event for event in events if event.seq < unit.id)).legos.get(lego)
        held = artifact_ids(repository, undoing.tip, before.held if before else ())
        if store.state.legos[lego].tip is None:
            repository.update_ref(f"refs/meta/legos/{lego}", undoing.tip)
    undone = facts_after(events, unit, store.state, store.time(), undoing.tip, held)
    _sort_receipts(workspace, unit, store.state, undone)
    _keep_generated(repository, undone)
    store.commit(undone)
    keep_state(workspace)


def _keep_generated(repository: Repository, undone: Undone) -> None:
    """What stood there as generated, before a person's change, is needed again: no garbage collection may take it."""
    records: list[tuple[str, str | None, StepRecord]] = [(step, None, record) for step, record in undone.steps.items()]
    records += [(step, name, record) for name, lego in undone.legos.items() for step, record in lego.steps.items()]
    for step, name, record in records:
        if record.generated:
            repository.update_ref(f"refs/meta/generated/{instance_name(step, name)}", record.generated)


def _sort_receipts(workspace: Workspace, unit: Unit, state: State, undone: Undone) -> None:
    """Receipts of work that is no longer there are put aside, those of work that is there again brought back."""
    store = ReceiptStore(workspace.root)
    if not store.folder.is_dir():
        return
    aside = store.folder / ASIDE
    aside.mkdir(exist_ok=True)
    rests_on = receipts_of(apply(state, undone))
    keys: set[tuple[str, str | None]] = {(step, None) for step in undone.steps}
    keys |= {(step, name) for name, lego in undone.legos.items() for step in lego.steps}
    for receipt in store.all():
        if (receipt.step, receipt.lego) in keys and receipt.at >= unit.at and receipt.id not in rests_on:
            (store.folder / f"{receipt.id}.json").replace(aside / f"{receipt.id}.json")
    for id_ in sorted(rests_on):
        back = aside / f"{id_}.json"
        if back.is_file() and not (store.folder / back.name).exists():
            back.replace(store.folder / back.name)
    sync_folder(aside)
    sync_folder(store.folder)
