"""The inputs of a brief: the artifacts a step reads, from one commit, cut to what concerns this LEGO."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.artifacts import covers, split_notes
from engine.briefs.fence import fenced
from engine.document.model import Reference, Step
from engine.document.producers import singular
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.roles import paths
from engine.legos.slices import slice_of
from engine.legos.toolchain import Toolchain
from engine.secrets import find, read_allowed, without

CONTRACT = "contract"
"""The role of what a LEGO promises."""


@dataclass(frozen=True, slots=True)
class Input:
    """One artifact as it is told: its path, its text between fences, and a note on what it is.

    `whole`: it grows with the app, and may be told as an outline made from `body`; `room` is the size of that in
    tokens, 0 if it is told as it is. `kept`: it is never left out, at worst it is told as an outline.
    """

    name: str
    text: str
    note: str = ""
    mark: str = ""
    """The note without what is said of an outline."""
    body: str = ""
    whole: bool = False
    kept: bool = False
    under_review: bool = False
    room: int = 0
    removed: tuple[str, ...] = ()
    """Where a secret stood in it, and of what kind it was."""


def inputs(
    repository: Repository, commit: str, step: Step, plan: Plan | None, toolchain: Toolchain, lego: str | None
) -> list[Input]:
    """What a step reads and is told, in the order of the document; each file once."""
    wanted = [
        (reference, path)
        for reference in step.inputs
        if reference.shown
        for path in paths(reference, plan, toolchain, lego)
    ]
    contents = _read(repository, commit, [path for _, path in wanted])
    found: dict[str, Input] = {}
    for reference, path in wanted:
        for file, (text, gone) in contents.items():
            if covers([path], file):
                found.setdefault(file, replace(_input(file, text, reference, plan, lego), removed=gone))
    return list(found.values())


def own_work(repository: Repository, commit: str, written: list[str], note: str, whole: bool) -> list[Input]:
    """The artifacts a step has written so far, for whoever mends them. `whole`: they are about the whole app."""
    found = _read(repository, commit, written)
    return [
        Input(file, fenced(text), note, mark=note, body=text, whole=whole, removed=gone)
        for file, (text, gone) in found.items()
    ]


def _read(repository: Repository, commit: str, wanted: list[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """File → what is told of it, and where secrets were taken out of that, by the order of their names."""
    files = repository.files(commit, wanted) if wanted else []
    contents = repository.read_all(commit, files)
    return {file: _told(file, data.decode(errors="replace"), repository.root) for file, data in contents.items()}


def _input(file: str, text: str, reference: Reference, plan: Plan | None, lego: str | None) -> Input:
    """An artifact as the reference means it. A LEGO's own rows and its own contract are what its work stands on."""
    if reference.rows and plan and lego:
        rows, note = slice_of(file, text, plan, lego), f"only what concerns {lego}"
        return Input(file, fenced(rows), note, mark=note, body=rows, whole=True, kept=True)
    own = reference.target == "lego" and singular(reference.role) == CONTRACT
    whole = reference.target in ("", "legos") and "{lego}" not in reference.path
    return Input(file, fenced(text), body=text, whole=whole, kept=own)


def _told(file: str, text: str, root: Path) -> tuple[str, tuple[str, ...]]:
    """The last look: a secret that nobody allowed is told to no agent, however it came there."""
    text = split_notes(text)[0] if file.endswith(".md") else text
    if not find(text, file):
        return text, ()
    text, found = without(text, file, read_allowed(root))
    return text, tuple(f"`{one.path}:{one.line}`: a secret ({one.kind})" for one in found)
