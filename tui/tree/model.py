"""The phase tree as plain data: nodes built from the view, and the rows that show for a set of opened nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tui.decide import DONE
from tui.lines.format import outcome_word
from tui.read_model import (
    ACTIVE_STATUS,
    LIVE_STATUS,
    TROUBLE_STATUS,
    WAITING_STATUS,
    CheckView,
    PhaseView,
    SessionView,
    StepView,
    WorkspaceView,
)
from tui.tree.roll_up import roll_up
from tui.tree.waiting import timed

if TYPE_CHECKING:
    from engine.assessment import Status

_OUTCOMES: dict[str | None, Status] = {
    None: "running",
    "done": "done",
    "failed": "failed",
    "needs_input": "done",
    "interrupted": "stopped",
    "runtime": "paused",
    "cancelled": "stopped",
}


class Node(NamedTuple):
    """One line of the tree. `key` names it for as long as the workspace lives."""

    key: str
    label: str
    status: Status
    word: str = ""
    """Says more than the status word, where something does."""
    note: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    stale_inside: bool = False
    edited: bool = False
    phase: PhaseView | None = None
    step: StepView | None = None
    session: SessionView | None = None
    check: CheckView | None = None
    children: tuple[Node, ...] = ()


class Row(NamedTuple):
    """A node where it shows: how deep, and whether its children show below it."""

    node: Node
    depth: int
    open: bool


def build(view: WorkspaceView) -> tuple[Node, ...]:
    """The phases with everything below them."""
    return timed(tuple(_phase(phase) for phase in view.phases), view)


def rows(nodes: tuple[Node, ...], opened: Mapping[str, bool]) -> tuple[Row, ...]:
    """The rows that show. `opened` is what the person opened or closed; the rest opens where something goes on."""
    return tuple(row for node in nodes for row in _rows(node, 0, opened))


def _rows(node: Node, depth: int, opened: Mapping[str, bool]) -> list[Row]:
    is_open = bool(node.children) and opened.get(node.key, _opens_by_itself(node))
    below = [row for child in node.children for row in _rows(child, depth + 1, opened)] if is_open else []
    return [Row(node, depth, is_open), *below]


def _opens_by_itself(node: Node) -> bool:
    """Phases where something goes on; LEGOs only where a person is needed, for there may be fifty of them."""
    if node.phase is not None:
        return goes_on(node) or any(goes_on(child) for child in node.children)
    return node.step is None and node.status in TROUBLE_STATUS | WAITING_STATUS


def goes_on(node: Node) -> bool:
    """Whether something goes on there, or is about to because a person has just decided."""
    return node.status in ACTIVE_STATUS or (node.step is not None and bool(node.step.decided))


def path_to(nodes: tuple[Node, ...], key: str) -> tuple[str, ...]:
    """The keys from a root down to the node of that key; empty where there is none."""
    for node in nodes:
        below = (key,) if node.key == key else path_to(node.children, key)
        if below:
            return below if node.key == key else (node.key, *below)
    return ()


def active_row(visible: tuple[Row, ...]) -> int:
    """The row a person most likely wants to look at: the deepest one where something goes on."""
    wanted = [i for i, row in enumerate(visible) if goes_on(row.node)]
    leaves = [i for i in wanted if not visible[i].open]
    return next(iter(leaves or wanted), 0)


def _phase(phase: PhaseView) -> Node:
    alone = phase.steps[0] if len(phase.steps) == 1 and phase.steps[0].lego is None else None
    children = _history(alone) if alone else _members(phase)
    return Node(
        key=f"phase:{phase.number}",
        label=f"{phase.number:>2} {phase.title}",
        status=phase.status,
        word=_word(alone) if alone else "",
        note=_note(alone) if alone else _progress(phase),
        started_at=phase.started_at,
        ended_at=phase.ended_at,
        stale_inside=phase.status != "stale" and any(step.status == "stale" for step in phase.steps),
        edited=any(step.edited for step in phase.steps),
        phase=phase,
        step=alone,
        children=children,
    )


def _progress(phase: PhaseView) -> str:
    legos = dict.fromkeys(step.lego for step in phase.steps if step.lego)
    if not legos or phase.status in ("done", "pending", "skipped"):
        return ""
    done = sum(all(s.status in ("done", "stale", "skipped") for s in phase.steps if s.lego == lego) for lego in legos)
    return f"{done}/{len(legos)}"


def _members(phase: PhaseView) -> tuple[Node, ...]:
    """The steps of a phase, those of one LEGO under its name, in document order."""
    return tuple(_member(phase, steps) for steps in by_lego(phase))


def by_lego(phase: PhaseView) -> list[list[StepView]]:
    """The steps of a phase in document order, those of one LEGO together."""
    found: dict[str, list[StepView]] = {}
    for step in phase.steps:
        found.setdefault(step.lego or f" {step.name}", []).append(step)
    return list(found.values())


def _member(phase: PhaseView, steps: list[StepView]) -> Node:
    first = steps[0]
    if first.lego is None or len(steps) == 1:
        return _step(first, first.lego or first.step)
    under_way = next((step for step in steps if step.status in ACTIVE_STATUS), None)
    return Node(
        key=f"lego:{phase.number}:{first.lego}",
        label=first.lego,
        status=roll_up(step.status for step in steps),
        note=" ".join(filter(None, [under_way.step, _note(under_way)])) if under_way else "",
        started_at=min((step.started_at for step in steps if step.started_at is not None), default=None),
        ended_at=max((step.ended_at for step in steps if step.ended_at is not None), default=None)
        if all(step.ended_at is not None for step in steps)
        else None,
        stale_inside=any(step.status == "stale" for step in steps),
        edited=any(step.edited for step in steps),
        children=tuple(_step(step, step.step) for step in steps),
    )


def _step(step: StepView, label: str) -> Node:
    return Node(
        key=f"step:{step.name}",
        label=label,
        status=step.status,
        word=_word(step),
        note=_note(step),
        started_at=step.started_at,
        ended_at=step.ended_at,
        edited=bool(step.edited),
        step=step,
        children=_history(step),
    )


def _word(step: StepView) -> str:
    return DONE.get(step.decided, "")


def _note(step: StepView) -> str:
    """What is under way and how often something was tried."""
    tries = f"×{step.attempt}" if step.attempt > 1 else ""
    failed = f"✗{step.failure_count}" if step.failure_count and step.status != "done" else ""
    return " ".join(filter(None, [step.substep if step.status in LIVE_STATUS else "", tries, failed]))


def _history(step: StepView) -> tuple[Node, ...]:
    """The sessions and checks of a step in the order they happened."""
    entries = [(session.started_at or 0.0, _session(session)) for session in step.sessions]
    entries += [(check.at or 0.0, _check(step, number, check)) for number, check in enumerate(step.checks)]
    return tuple(node for _, node in sorted(entries, key=lambda entry: entry[0]))


def _session(session: SessionView) -> Node:
    return Node(
        key=f"session:{session.id}",
        label=f"{session.substep} #{session.attempt}",
        status=_OUTCOMES.get(session.outcome, "stopped"),
        word=outcome_word(session.outcome),
        started_at=session.started_at,
        ended_at=session.ended_at,
        session=session,
    )


def _check(step: StepView, number: int, check: CheckView) -> Node:
    passed = sum(criterion.passed for criterion in check.criteria)
    return Node(
        key=f"check:{step.name}:{number}",
        label="check",
        status="done" if check.passed else "failed",
        word=f"{passed}/{len(check.criteria)} passed" if check.criteria else "",
        check=check,
    )
