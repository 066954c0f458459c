"""What is said of a question that is decided while no engine has taken that up yet. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.decide import DONE
from tui.lines.format import plural

if TYPE_CHECKING:
    from tui.read_model import WaitingView, WorkspaceView


def decided(view: WorkspaceView) -> str:
    """`Requirements approved`, `2 gates decided`; "" where nothing of that kind is known."""
    if len(view.decided) == 1:
        (one,) = view.decided
        return f"{view.title(one.gate)} {DONE[one.decided]}"
    return f"{plural(len(view.decided), 'gate')} decided" if view.decided else ""


def taken_up(view: WorkspaceView) -> str:
    """`Requirements approved, the engine takes it up`; "" where nothing is decided."""
    said = decided(view)
    return f"{said}, the engine takes {'it' if len(view.decided) == 1 else 'them'} up" if said else ""


def none_waits(view: WorkspaceView | None) -> str:
    """What the key says that opens what waits, where nothing does."""
    said = taken_up(view) if view else ""
    return f"Nothing else waits for you: {said}." if said else "Nothing waits for you."


_SOMEHOW = "decided"


def meanwhile(view: WorkspaceView, waiting: WaitingView, known: str = "") -> str:
    """How a question that was open has been decided: "" while it still is. `known`: what was said of it before."""
    asked = (waiting.gate, waiting.round)
    if any((one.gate, one.round) == asked for one in view.waiting):
        return ""
    taken = next((DONE[one.decided] for one in view.decided if (one.gate, one.round) == asked), "")
    step = view.step(waiting.gate)
    approved = step is not None and step.approved is not None and step.approved.round == waiting.round
    return taken or known or (DONE["approve"] if approved else _SOMEHOW)
