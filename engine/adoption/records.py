"""The state of an adopted app: steps whose work is there already are done, everything else is left to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.adoption.placing import folders_above
from engine.artifacts import artifact_id, artifact_ids
from engine.document.model import Orchestration, Step
from engine.git import Repository
from engine.instances import Instances, Key
from engine.legos.plan import Plan
from engine.legos.roles import outputs
from engine.legos.slices import inputs_of, slice_id
from engine.legos.toolchain import Toolchain
from engine.lifecycle.manifest import Generated, made_in
from engine.names import instance_name
from engine.state.events import ActionEnded, Event, GateDecided, Landed
from engine.state.models import GateFact
from engine.workspace import PLAN

BY = "meta adopt"
"""Who approved the plan: the person who adopted."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the state of an adopted app follows from. `files`: all that is tracked, the plan included."""

    repository: Repository
    orchestration: Orchestration
    toolchain: Toolchain
    plan: Plan
    files: Collection[str]


def made(ground: Ground) -> Iterator[tuple[Step, str | None, list[str]]]:
    """Every instance of a step all of whose outputs are there, and these; in document order.

    What sessions write for the whole app counts only if that from which they write it is made too; the plan always
    does: it was approved.
    """
    there = {*ground.files, *(folder for file in ground.files for folder in folders_above(file))}
    instances = Instances(ground.orchestration, ground.plan)
    done: set[Key] = set()
    for step, lego in instances.all():
        wanted = outputs(step, ground.plan, ground.toolchain, lego)
        needed = () if step.per_lego or step.action or PLAN in wanted else instances.read_by(step, lego)
        if wanted and there.issuperset(wanted) and done.issuperset(needed):
            done.add((step.name, lego))
            yield step, lego, wanted


def manifest_of(ground: Ground, commit: str, added: Mapping[str, bytes]) -> tuple[Generated, ...]:
    """Every file that a step would have made, by path, as it is in `commit` or among the files that are added."""
    found: dict[str, Generated] = {}
    for step, lego, wanted in made(ground):
        found |= made_in(ground.repository, commit, [path for path in wanted if path not in added], step.name, lego)
        for path in set(wanted) & added.keys():
            found[path] = Generated(path, artifact_id(path, added[path]), step.name, lego)
    return tuple(found[path] for path in sorted(found))


def events(ground: Ground, commit: str) -> Iterator[Event]:
    """What brings the state about in which everything there is done, as of `commit`; the plan is approved."""
    for step, lego, wanted in made(ground):
        ids = artifact_ids(ground.repository, commit, wanted)
        known = _inputs(ground, commit, step, lego)
        yield ActionEnded(step=step.name, lego=lego, commit=commit, inputs=known, next="land")
        yield Landed(step=step.name, lego=lego, commit=commit, outputs=ids, next="done")
        if PLAN in wanted:
            gate = instance_name(step.name, lego)
            fact = GateFact(gate=gate, round=1, decision="approve", about=ids, by=BY)
            yield GateDecided(step=step.name, lego=lego, fact=fact, outputs=ids, next="done")


def _inputs(ground: Ground, commit: str, step: Step, lego: str | None) -> dict[str, str]:
    """What a step read, had it been run: "" for what a session would have read and is not there.

    So the step is stale as soon as that is there. Engine actions run again by themselves: they know what there is.
    """
    named = inputs_of(step, ground.plan, ground.toolchain, lego)
    there = artifact_ids(ground.repository, commit, dict.fromkeys(named.values()))
    found = {}
    for key, path in named.items():
        if key != path and lego and path in there:
            found[key] = slice_id(path, ground.repository.read(commit, path), ground.plan, lego)
        elif path in there or not step.action:
            found[key] = there.get(path, "")
    return found
