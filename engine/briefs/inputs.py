"""The inputs of a brief: the artifacts a step reads, from one commit, cut to what concerns this LEGO."""

from __future__ import annotations

from dataclasses import dataclass

from engine.artifacts import split_notes
from engine.briefs.fence import fenced
from engine.document.model import Reference, Step
from engine.git import Repository
from engine.legos.plan import Plan, plan_rows
from engine.legos.requirements import rows
from engine.legos.roles import paths
from engine.legos.toolchain import Toolchain
from engine.workspace import PLAN


@dataclass(frozen=True, slots=True)
class Input:
    """One artifact as it is told: its path, its text between fences, and a note on what it is."""

    name: str
    text: str
    note: str = ""


def inputs(
    repository: Repository, commit: str, step: Step, plan: Plan | None, toolchain: Toolchain, lego: str | None
) -> list[Input]:
    """What a step reads and is told, in the order of the document; each file once."""
    found: dict[str, Input] = {}
    for reference in step.inputs:
        if reference.shown:
            for path in paths(reference, plan, toolchain, lego):
                for file in repository.files(commit, [path]):
                    found.setdefault(file, _input(repository, commit, file, reference, plan, lego))
    return list(found.values())


def own_work(repository: Repository, commit: str, written: list[str], note: str) -> list[Input]:
    """The artifacts a step has written so far, for whoever reviews or mends them."""
    return [
        Input(file, fenced(_told(file, repository.read(commit, file).decode(errors="replace"))), note)
        for file in repository.files(commit, written)
    ]


def _input(
    repository: Repository, commit: str, file: str, reference: Reference, plan: Plan | None, lego: str | None
) -> Input:
    text = _told(file, repository.read(commit, file).decode(errors="replace"))
    if reference.rows and plan and lego:
        text = plan_rows(plan, lego) if file == PLAN else rows(text, plan.lego(lego).requirements)
        return Input(file, fenced(text), f"only what concerns {lego}")
    return Input(file, fenced(text))


def _told(file: str, text: str) -> str:
    return split_notes(text)[0] if file.endswith(".md") else text
