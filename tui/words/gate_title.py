"""The first line of a gate: which question it is, how its work was checked, how long it waits. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import duration

if TYPE_CHECKING:
    from tui.read_model import StepView, WaitingView, WorkspaceView

_SPACE, _DOT = "   ", " · "


def queue_place(view: WorkspaceView, waiting: WaitingView) -> tuple[int, int]:
    """Which question this is, of how many that wait; (0, n) when it does not wait any more."""
    gates = [one.gate for one in view.waiting]
    return (gates.index(waiting.gate) + 1 if waiting.gate in gates else 0), len(gates)


def title_line(view: WorkspaceView, waiting: WaitingView, now: float, width: int, remark: str = "") -> Content:
    """`◆ 1 of 2  Approve Requirements   ✓ 3/3 checks   confidence 0.82 · waiting 12:03`, as far as there is room.

    `remark` stands in place of what is known of the work.
    """
    step = view.step(waiting.gate)
    place, number = queue_place(view, waiting)
    verb = "Answer" if waiting.kind == "answers" else "Approve"
    asks = Content.assemble(
        (" ◆ ", "$text-warning"),
        (f"{place} of {number}  " if number > 1 and place else "", "bold $text-warning"),
        (f"{verb} {view.title(waiting.gate)}", "bold"),
    )
    if remark:
        return asks + Content.styled(f"{_SPACE}{remark}", "bold $text-warning")
    asks += Content.assemble(_checks(step))
    facts = _fitting(_facts(step, waiting, now), width - asks.cell_length - 1)
    return asks + Content.styled(facts, "$text-muted")


def decided_line(view: WorkspaceView, waiting: WaitingView, meanwhile: str, typed: bool) -> Content:
    """`✓ Requirements was approved meanwhile   esc leaves it`, in place of a question that is open no more."""
    kept = "what you typed is kept · " if typed else ""
    return Content.assemble(
        (" ✓ ", "$text-success"),
        (view.title(waiting.gate), "bold"),
        (f" was {meanwhile} meanwhile", "bold $text-success"),
        (f"   {kept}esc leaves it", "$text-muted"),
    )


def _checks(step: StepView | None) -> tuple[str, str]:
    check = step.checks[-1] if step and step.checks else None
    if check is None:
        return "", ""
    passed = sum(criterion.passed for criterion in check.criteria)
    text = f"   {'✓' if check.passed else '✗'} {passed}/{len(check.criteria)} checks"
    return text, "$text-success" if check.passed else "$text-error"


def _fitting(facts: list[tuple[int, str]], room: int) -> str:
    """The facts beside each other; the highest rank goes first where there is little room."""
    left = facts
    while left and len(_SPACE + _DOT.join(fact for _, fact in left)) > room:
        left = [one for one in left if one != max(left)]
    return _SPACE + _DOT.join(fact for _, fact in left) if left else ""


def _facts(step: StepView | None, waiting: WaitingView, now: float) -> list[tuple[int, str]]:
    """(rank, text) in the order they show."""
    sessions = step.sessions if step else ()
    confidence = next((s.confidence for s in reversed(sessions) if s.confidence is not None), None)
    facts = [
        (3, f"confidence {confidence:.2f}" if confidence is not None else ""),
        (1, f"waiting {duration(now - waiting.since)}" if waiting.since is not None else ""),
        (0, f"round {waiting.interview} of {waiting.interviews}" if waiting.interview else f"round {waiting.round}"),
        (2, f"phase {step.phase}" if step else ""),
    ]
    return [(rank, fact) for rank, fact in facts if fact]
