"""The inputs of a brief: the artifacts a step reads, from one commit, cut to what concerns this LEGO."""

from __future__ import annotations

from dataclasses import dataclass

from engine.artifacts import covers, split_notes
from engine.briefs.fence import fenced
from engine.document.model import Reference, Step
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.roles import paths
from engine.legos.slices import slice_of
from engine.legos.toolchain import Toolchain


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
    wanted = [
        (reference, path)
        for reference in step.inputs
        if reference.shown
        for path in paths(reference, plan, toolchain, lego)
    ]
    contents = _read(repository, commit, [path for _, path in wanted])
    found: dict[str, Input] = {}
    for reference, path in wanted:
        for file, text in contents.items():
            if covers([path], file):
                found.setdefault(file, _input(file, text, reference, plan, lego))
    return list(found.values())


def own_work(repository: Repository, commit: str, written: list[str], note: str) -> list[Input]:
    """The artifacts a step has written so far, for whoever reviews or mends them."""
    return [Input(file, fenced(text), note) for file, text in _read(repository, commit, written).items()]


def _read(repository: Repository, commit: str, wanted: list[str]) -> dict[str, str]:
    """File → what is told of it, of the files at and below the paths wanted, in the order of their names."""
    files = repository.files(commit, wanted) if wanted else []
    contents = repository.read_all(commit, files)
    return {file: _told(file, data.decode(errors="replace")) for file, data in contents.items()}


def _input(file: str, text: str, reference: Reference, plan: Plan | None, lego: str | None) -> Input:
    if reference.rows and plan and lego:
        return Input(file, fenced(slice_of(file, text, plan, lego)), f"only what concerns {lego}")
    return Input(file, fenced(text))


def _told(file: str, text: str) -> str:
    return split_notes(text)[0] if file.endswith(".md") else text
