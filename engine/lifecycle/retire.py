"""What a LEGO that the plan retires leaves behind: its files are taken out, unless a person has edited them."""

from __future__ import annotations

from engine.document.model import Orchestration
from engine.edits import edits_by_hand
from engine.errors import MetaError
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.roles import outputs
from engine.legos.toolchain import Toolchain
from engine.state.models import State


class EditedByHand(MetaError):
    """A LEGO cannot be retired without losing what a person wrote."""


def retired_files(
    repository: Repository, head: str, orchestration: Orchestration, plan: Plan, toolchain: Toolchain, state: State
) -> list[str]:
    """Every file of the LEGOs that are retired. Raises EditedByHand, naming the files that hold a person's work."""
    found: set[str] = set()
    for lego in plan.legos:
        if lego.decision != "RETIRE":
            continue
        for step in orchestration.steps():
            if not step.per_lego:
                continue
            own = outputs(step, plan, toolchain, lego.name)
            edits = edits_by_hand(repository, head, state.record(step.name, lego.name), own)
            yours = {edit.path for edit in edits if edit.mine is not None} | set(repository.dirty(own) if own else ())
            if yours:
                raise EditedByHand(
                    f"{lego.name} is to be retired, and you have changed {', '.join(sorted(yours))}. "
                    "Move what you need elsewhere and `git checkout` these files as they were generated, or "
                    f"`meta plan --set {lego.name}=KEEP`; then `meta retry`."
                )
            found |= set(repository.files(head, own)) if own else set()
    return sorted(found)
