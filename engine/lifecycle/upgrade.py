"""What newer documents mean for a finished app: what changed in them, and which of its work that touches.

Nothing is changed; the criteria are looked at with the shared files as they would be written now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine import __version__
from engine.document.model import Step
from engine.document.texts import text_sha256
from engine.documents import kept
from engine.errors import MetaError
from engine.facts import WorkspaceFacts
from engine.instances import Instances
from engine.lifecycle.upgrade_criteria import Looked, Red, asked_anew, is_concerned, look
from engine.lifecycle.upgrade_documents import parsed, same_words
from engine.lifecycle.upgrade_made import Made, made_now
from engine.lifecycle.upgrade_versions import ChangedDocument, changed_documents, made_with, released
from engine.names import instance_name
from engine.staleness import criteria_changed
from engine.state.models import StepRecord, Upgraded

MODE = "upgrade"
TOOLCHAINS = "toolchains/"
SCHEMA_VERSION = 1
"""Raised when a field is removed or means something else; fields may be added within a version."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Finished work that the upgrade begins again, or looks at again.

    `files`: path → how it would be written otherwise; `edited`: those that a person changed, whose edits stay; `red`:
    criteria that do not hold; `later`: criteria that the upgrade has to run to know.
    """

    step: str
    lego: str | None
    how: Upgraded
    why: str
    files: Mapping[str, str] = field(default_factory=dict)
    edited: tuple[str, ...] = ()
    red: tuple[Red, ...] = ()
    later: tuple[str, ...] = ()
    always: bool = False
    """Whether the document has it done in each upgrade."""
    follows: tuple[str, ...] = ()
    """The actions whose files, written anew, it reads: it is looked at whenever they are done again."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return instance_name(self.step, self.lego)


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """The whole upgrade. `older`: work whose sessions ran under an older text, which is done again only if asked for;
    `new`: steps that the app never had; `unknown`: what cannot be said, in sentences."""

    engine_then: str
    engine_now: str
    documents: tuple[ChangedDocument, ...]
    touched: tuple[Touched, ...]
    older: tuple[tuple[str, str | None], ...]
    new: tuple[tuple[str, str | None], ...]
    unknown: tuple[str, ...]


def look_at_upgrade(facts: WorkspaceFacts) -> UpgradeReport:
    """What the documents of now mean for the app as it is. Raises MetaError."""
    workspace, run = facts.workspace, facts.state.orchestrator.run
    said = released(workspace)
    before = made_with(run, said)
    changed = tuple(one for one in changed_documents(workspace, before) if _is_about(facts, one.name))
    head = workspace.repository.head()
    assert head is not None, "a workspace has a first commit"
    unknown = list(_unknown(before, changed))
    made = dict(_made(facts, head, unknown))
    touched = [*_actions(facts, made), *_checks(facts, head, made, changed)]
    touched = [one for one in touched if not one.always or len(touched) > 1 or one.files or changed]
    order = [(step.name, lego) for step, lego in _instances(facts).all()]
    return UpgradeReport(
        engine_then=said.engine,
        engine_now=__version__,
        documents=changed,
        touched=tuple(sorted(touched, key=lambda one: order.index((one.step, one.lego)))),
        older=tuple(_older(facts)),
        new=tuple(_new(facts)),
        unknown=tuple(unknown),
    )


def _instances(facts: WorkspaceFacts) -> Instances:
    return Instances(facts.orchestration, facts.snapshot.plan)


def _finished(facts: WorkspaceFacts) -> Iterator[tuple[Step, str | None, StepRecord]]:
    for step, lego in _instances(facts).all():
        record = facts.state.record(step.name, lego)
        if record is not None and record.stage == "done":
            yield step, lego, record


def _unknown(before: Mapping[str, str], changed: Sequence[ChangedDocument]) -> Iterator[str]:
    if len(before) < 2:
        yield "which documents changed: the engine that made this app noted at most the hash of one"
    yield from (
        f"what changed in {one.name}: of the version that the app was made with only its hash is known"
        for one in changed
        if not one.known
    )


def _made(facts: WorkspaceFacts, head: str, unknown: list[str]) -> Iterator[tuple[str, Made]]:
    """Step → what its action would write now."""
    for step, lego, record in _finished(facts):
        if step.action and lego is None:
            try:
                made = made_now(facts, step, record, head)
            except MetaError as error:
                unknown.append(f"what {step.name} would write now: {error}")
                continue
            if made is not None:
                yield step.name, made


def _actions(facts: WorkspaceFacts, made: Mapping[str, Made]) -> Iterator[Touched]:
    for step, lego, record in _finished(facts):
        if not step.action:
            continue
        always = MODE in step.modes
        own = made.get(step.name) if lego is None else None
        if own is not None and own.differ:
            edits = {edit.path for edit in own.edits} | set(facts.workspace.repository.dirty(sorted(own.differ)))
            edited = tuple(sorted(edits & own.differ.keys()))
            yield Touched(step.name, lego, "action", "it would write other files", own.differ, edited, always=always)
        elif criteria_changed(step, record):
            yield Touched(step.name, lego, "action", "its criteria have changed", always=always)
        elif always:
            yield Touched(step.name, lego, "action", "the document has it done in each upgrade", always=True)


def _checks(
    facts: WorkspaceFacts, head: str, made: Mapping[str, Made], changed: Sequence[ChangedDocument]
) -> Iterator[Touched]:
    """Work whose criteria have to be looked at again, because of new criteria, other tools, or other shared files."""
    tools = any(_is_of_toolchain(facts, one) for one in changed)
    shared = {name: own.differ for name, own in made.items() if MODE not in facts.orchestration.step(name).modes}
    concerned = []
    follows: dict[tuple[str, str | None], tuple[str, ...]] = {}
    for step, lego, record in _finished(facts):
        reads = tuple(name for name, differ in shared.items() if record.inputs.keys() & differ.keys())
        sees_all = not step.per_lego and any(shared.values())
        if not step.action and (reads or is_concerned(step, record, tools or sees_all)):
            concerned.append((step, lego, asked_anew(step, record, tools or sees_all or bool(reads))))
            follows[step.name, lego] = reads
    if not concerned:
        return
    files = {path: data for own in made.values() for path, data in own.with_edits().items()}
    commit = facts.workspace.repository.commit_files(head, files, "As an upgrade would write it")
    for (step, lego, asked), looked in zip(concerned, look(facts, commit, concerned), strict=True):
        yield Touched(
            step.name,
            lego,
            "check",
            _why(asked, looked),
            red=looked.red,
            later=looked.later,
            follows=follows[step.name, lego],
        )


def _why(asked: Sequence[object], looked: Looked) -> str:
    if looked.red:
        return "it does not meet its criteria any more"
    if looked.later:
        return "whether it meets its criteria has to be tried"
    return "it meets its new criteria" if asked else "it has other criteria, or reads files that are written anew"


def _is_of_toolchain(facts: WorkspaceFacts, one: ChangedDocument) -> bool:
    """Whether a changed document decides what commands of this kind of app do."""
    if one.name not in {f"{TOOLCHAINS}{name}.md" for name in _kinds(facts)}:
        return False
    return not one.known or any(detail.kind == "command" for detail in one.details)


def _is_about(facts: WorkspaceFacts, name: str) -> bool:
    """Whether a document concerns this app: those of other kinds of app do not."""
    own = (f"{TOOLCHAINS}{kind}{end}" for kind in _kinds(facts) for end in (".md", "/"))
    return not name.startswith(TOOLCHAINS) or name.startswith(tuple(own))


def _kinds(facts: WorkspaceFacts) -> tuple[str, ...]:
    """The kind of this app, and those that it is based on."""
    toolchain = facts.snapshot.toolchain
    return (toolchain.name, *toolchain.based_on)


def _older(facts: WorkspaceFacts) -> Iterator[tuple[str, str | None]]:
    """Work of sessions that were told other words than they would be now."""
    for step, lego, record in _finished(facts):
        now = text_sha256(facts.orchestration, step)
        if not record.sessions or record.text == now or record.document == facts.orchestration.sha256:
            continue
        data = kept(facts.workspace, record.document) if record.document else None
        old = parsed(data) if data else None
        if old is None or not same_words(old, facts.orchestration, step.name):
            yield step.name, lego


def _new(facts: WorkspaceFacts) -> Iterator[tuple[str, str | None]]:
    """Steps that the document has now and that this app never went through."""
    for one in facts.assessment.instances():
        if facts.state.record(one.step, one.lego) is None and one.status in ("ready", "pending"):
            yield one.step, one.lego
