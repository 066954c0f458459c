"""What there is to do on the main screen, for its keys and for the word of the header. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.read_model import TROUBLE_STATUS

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView

AREAS = ("tree", "board", "details")
"""The parts of the screen that can have the focus, in the order in which `tab` goes round."""


def has_to_do(action: str, view: WorkspaceView | None, *, starts: bool) -> bool:
    """Whether the key of this action has something to do. `starts`: an engine could be started from here."""
    match action:
        case "app.decide":
            return bool(view and view.waiting)
        case "open":
            return bool(view and (view.live or view.waiting))
        case "cancel" | "take_over":
            return bool(view and view.live)
        case "refresh_stale":
            return bool(view and view.stale)
        case "retry":
            return bool(view and any(step.status in TROUBLE_STATUS for step in view.steps))
        case "app.pause":
            return bool(view and (view.engine.running or view.live or view.paused) and not view.finished)
        case "app.start_engine":
            return bool(view and starts and can_start(view))
    return True


def name_now(action: str, view: WorkspaceView | None, area: str) -> str:
    """What the key does there and then, where its binding says something else."""
    match action:
        case "area(1)":
            return next_area(area).title()
        case "open":
            return "" if view and view.live else "Open"
    return ""


def next_area(current: str) -> str:
    """What `tab` goes to from an area of the screen."""
    return AREAS[(AREAS.index(current) + 1) % len(AREAS)]


def can_start(view: WorkspaceView) -> bool:
    """Whether none runs and one would find something to do, or might by now."""
    return not (view.engine.running or view.finished or view.paused or only_waits(view))


def only_waits(view: WorkspaceView) -> bool:
    """Whether no engine runs for the one reason that everything waits for the person: then nothing is wrong."""
    wrong = view.problems or view.paused or any(step.status in TROUBLE_STATUS for step in view.steps)
    return bool(view.waiting) and not view.work_left and not wrong
