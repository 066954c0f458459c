"""Slices: the part of a document about the whole app that concerns one LEGO, and how such a part is named. Pure.

A step of a LEGO that reads `(rows of {lego})` is told only that part, and only a change in it makes the step stale.
"""

from __future__ import annotations

from engine.document.model import Reference, Step
from engine.git import blob_id
from engine.legos.plan import Plan, plan_rows
from engine.legos.requirements import rows
from engine.legos.roles import paths
from engine.legos.toolchain_model import Toolchain
from engine.workspace import PLAN

_MARK = " (rows of "


def input_key(reference: Reference, path: str, lego: str | None) -> str:
    """The name under which the identity of an input is kept: its path, and whose rows if only those are read."""
    return f"{path}{_MARK}{lego})" if reference.rows and lego else path


def inputs_of(step: Step, plan: Plan | None, toolchain: Toolchain, lego: str | None) -> dict[str, str]:
    """Name → path of everything that an instance of a step reads."""
    return {
        input_key(reference, path, lego): path
        for reference in step.inputs
        for path in paths(reference, plan, toolchain, lego)
    }


def path_of(key: str) -> str:
    """The path of an input, whatever part of it is read."""
    return key.partition(_MARK)[0]


def lego_of(key: str) -> str | None:
    """Whose rows are read; None for a whole artifact."""
    return key.partition(_MARK)[2].removesuffix(")") or None


def slice_of(path: str, text: str, plan: Plan, lego: str) -> str:
    """What of a document concerns a LEGO: its entry and its neighbours' in the plan, its requirements elsewhere."""
    return plan_rows(plan, lego) if path == PLAN else rows(text, plan.lego(lego).requirements)


def slice_id(path: str, data: bytes, plan: Plan, lego: str) -> str:
    """The identity of a slice."""
    return blob_id(slice_of(path, data.decode(errors="replace"), plan, lego).encode())
