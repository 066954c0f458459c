"""The LEGO plan as the screens draw it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PlannedView:
    """One LEGO as planned. `contract` is where its contract belongs."""

    name: str
    purpose: str = ""
    kind: str = "component"
    size: str = "M"
    decision: str = "NEW"
    requirements: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    contract: str = ""


@dataclass(frozen=True, slots=True)
class PlanView:
    """The LEGOs of the app, those that are needed first."""

    legos: tuple[PlannedView, ...] = ()

    def lego(self, name: str) -> PlannedView | None:
        """The LEGO of that name, if it is planned."""
        return next((lego for lego in self.legos if lego.name == name), None)

    def used_by(self, name: str) -> tuple[str, ...]:
        """Who needs it directly."""
        return tuple(lego.name for lego in self.legos if name in lego.needs)


def load_plan(folder: Path, toolchain: str = "python") -> PlanView | None:
    """The plan; None when there is none yet. Raises MetaError for one that cannot be used."""
    from engine.workspace import Workspace
    from tui.loaders.documents import part_paths

    workspace = Workspace.at(folder)
    plan = workspace.plan()
    if plan is None:
        return None
    document, tools = workspace.orchestration(), workspace.toolchain(toolchain)
    found = []
    for name in plan.order():
        lego = plan.lego(name)
        contract = part_paths(document, plan, tools, name, "contract")
        found.append(
            PlannedView(
                name=name,
                purpose=lego.purpose,
                kind=lego.kind,
                size=lego.size,
                decision=lego.decision,
                requirements=tuple(lego.requirements),
                needs=tuple(lego.dependencies),
                packages=tuple(lego.packages),
                contract=contract[0] if contract else "",
            )
        )
    return PlanView(tuple(found))
