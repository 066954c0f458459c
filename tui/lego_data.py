"""What the LEGO view takes from the workspace's view: its LEGOs, their steps, sessions and attempts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.loaders.diff import Attempt

if TYPE_CHECKING:
    from tui.read_model import LegoView, SessionView, StepView, WorkspaceView
    from tui.tree.model import Node

TABS = ("live", "brief", "design", "contract", "diff", "tests", "receipts", "state", "attempts")
LIVE, BRIEF, DESIGN, CONTRACT, DIFF, TESTS, RECEIPTS, STATE, ATTEMPTS = TABS


def lego_of(view: WorkspaceView, name: str) -> LegoView | None:
    """The LEGO of that name."""
    return next((lego for lego in view.legos if lego.name == name), None)


def steps_of(view: WorkspaceView, lego: str) -> tuple[StepView, ...]:
    """The steps of one LEGO, in document order."""
    return tuple(step for step in view.steps if step.lego == lego)


def sessions_of(view: WorkspaceView, lego: str) -> tuple[SessionView, ...]:
    """The sessions of one LEGO: those that run, then the newest."""
    found = [session for step in steps_of(view, lego) for session in step.sessions]
    return tuple(sorted(found, key=lambda s: (s.live, s.started_at or 0.0, s.id), reverse=True))


def first_tab(view: WorkspaceView, lego: str) -> str:
    """What a person most likely wants to see of it."""
    sessions = sessions_of(view, lego)
    if any(session.live for session in sessions):
        return LIVE
    troubled = any(step.status in ("failed", "stopped") for step in steps_of(view, lego))
    return STATE if troubled or not sessions else ATTEMPTS


def attempts_of(view: WorkspaceView, lego: str) -> tuple[Attempt, ...]:
    """Which commits each session's work lies between; a running one has its work tree."""
    worktree = view.folder / ".orchestrator" / "worktrees" / lego
    return tuple(
        Attempt(
            session=session.id,
            title=f"{session.step} · {session.substep} #{session.attempt}",
            base=session.base,
            commit=session.commit,
            worktree=worktree if session.live else None,
        )
        for session in sessions_of(view, lego)
    )


def lego_at(node: Node | None, view: WorkspaceView) -> str:
    """The LEGO that a node of the phase tree belongs to; "" for none."""
    if node is None:
        return ""
    kind, _, rest = node.key.partition(":")
    if kind == "lego":
        return rest.partition(":")[2]
    of = node.session or node.step or view.step(rest.rpartition(":")[0])
    return (of.lego or "") if of is not None else ""
