"""From what the orchestration document names to paths in the app. Pure.

Folders end with "/". As long as there is no plan, a reference that depends on it has no paths yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.document.model import Reference, Step
from engine.legos.model import Plan
from engine.legos.role_names import SOURCE as SOURCE
from engine.legos.toolchain_model import Toolchain, ToolchainError, fill


def paths(
    reference: Reference, plan: Plan | None, toolchain: Toolchain, lego: str | None, *, deep: bool = False
) -> list[str]:
    """The paths that one reference means. Raises ToolchainError for an unknown role or a LEGO that is not said.

    `deep`: {dependencies} means all that the LEGO needs, directly or through others.
    """
    patterns = toolchain.role(reference.role, plan) if reference.role else (reference.path,)
    if not any("{" in pattern for pattern in patterns):
        return list(patterns)
    if plan is None:
        return []
    found = [
        path
        for whose in _whose(reference, plan, lego, deep)
        for pattern in patterns
        for path in toolchain.own_files(pattern, plan, whose) or [_path(pattern, plan, whose, reference)]
    ]
    return list(dict.fromkeys(found))


def outputs(step: Step, plan: Plan | None, toolchain: Toolchain, lego: str | None) -> list[str]:
    """The paths that an instance of a step may write."""
    return [path for reference in step.outputs for path in paths(reference, plan, toolchain, lego)]


def view(step: Step, plan: Plan | None, toolchain: Toolchain, lego: str | None) -> list[str]:
    """All that an instance of a step sees: its inputs, its outputs and the file its review notes go to, once each.

    What its dependencies need in turn is there too: a contract may use the types of another one.
    """
    found = [path for ref in (*step.inputs, *step.outputs) for path in paths(ref, plan, toolchain, lego, deep=True)]
    notes = notes_file(step, plan, toolchain, lego)
    return list(dict.fromkeys([*found, *([notes] if notes else []), *_adopted(plan, lego)]))


def _adopted(plan: Plan | None, lego: str | None) -> list[str]:
    """The adopted code that a LEGO stands on: it was not written to be apart, so an adopted LEGO sees all of it."""
    if plan is None or lego is None or not plan.files_of:
        return []
    names = plan.names if lego in plan.files_of else plan.closure(lego)
    return [path for name in names for path in plan.files_of.get(name, {}).get(SOURCE, [])]


def notes_file(step: Step, plan: Plan | None, toolchain: Toolchain, lego: str | None) -> str | None:
    """Where the engine writes REVIEW NOTES of a step: its own Markdown output, else the design document it reads.

    That is its first Markdown input made for one LEGO. None when a step has neither.
    """
    for path in _markdown(step.outputs, plan, toolchain, lego):
        return path
    designs = [ref for ref in step.inputs if "{lego}" in ref.path or "{entry}" in ref.path]
    for path in _markdown(designs, plan, toolchain, lego):
        return path
    return None


def _markdown(references: Sequence[Reference], plan: Plan | None, toolchain: Toolchain, lego: str | None) -> list[str]:
    found = [path for ref in references if ref.path for path in paths(ref, plan, toolchain, lego)]
    return [path for path in found if path.endswith(".md")]


def _whose(reference: Reference, plan: Plan, lego: str | None, deep: bool) -> list[str | None]:
    """The LEGOs whose artifacts are meant; [None] for the app's own."""
    if reference.target == "legos":
        return list(plan.active)
    if reference.target == "dependencies":
        if lego is None:
            raise ToolchainError(f"{reference.text!r} means a LEGO's dependencies, but the step is not run per LEGO")
        return list(plan.closure(lego) if deep else plan.lego(lego).dependencies)
    return [lego if reference.path or reference.target == "lego" else None]


def _path(pattern: str, plan: Plan, lego: str | None, reference: Reference) -> str:
    path = fill(pattern, plan.app, lego).replace("{entry}", plan.entry)
    if "{lego}" in path:
        raise ToolchainError(f"{reference.text!r} is made once per LEGO, but it does not say for which")
    return path
