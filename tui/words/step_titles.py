"""How a step is called on the screen: by its title where it has one, by its LEGO where it belongs to one. Pure.

Its name, which is also that of its gate, is for command lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui.lines.sanitize import one_line

if TYPE_CHECKING:
    from tui.read_model import PhaseView


def step_title(phases: Iterable[PhaseView], name: str) -> str:
    """`store · code`, or `Risk and trade-offs` where a phase has just this step; else the name, as in the tree."""
    for phase in phases:
        for step in phase.steps:
            if step.name == name:
                return of_lego(step.step, step.lego) or one_line(phase.title if len(phase.steps) == 1 else step.step)
    return name


def of_lego(step: str, lego: str | None) -> str:
    """`store · code`; "" for a step of the whole app."""
    return one_line(f"{lego} · {step}") if lego else ""
