"""Who makes what: the steps of a document by the artifacts they write. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.document.model import Orchestration, Reference, Step


def singular(role: str, known: Collection[str] = ()) -> str:
    """The role itself if it is `known`, else without its final "s": `contracts` means `contract`."""
    return role if role in known else role.removesuffix("s")


def reference_key(reference: Reference) -> str:
    """What a reference is found by: `path:…` or `role:…`, the same for `contract of {lego}` and `contracts of {legos}`.

    A path of the entry LEGO is made by the step that makes it for every LEGO.
    """
    if reference.path:
        return "path:" + reference.path.replace("{entry}", "{lego}")
    return "role:" + singular(reference.role)


def producers(orchestration: Orchestration) -> Mapping[str, Step]:
    """Each output's key → the step that writes it (the first one, should a faulty document name two)."""
    made: dict[str, Step] = {}
    for step in orchestration.steps():
        for reference in step.outputs:
            made.setdefault(reference_key(reference), step)
    return made
