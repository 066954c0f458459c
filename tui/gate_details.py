"""What a person should know before answering a gate."""

from __future__ import annotations

from textual.content import Content

from tui.format import duration
from tui.node_details import criterion_line
from tui.read_model import StepView, WaitingView
from tui.sanitize import clean, one_line


def title_line(waiting: WaitingView, step: StepView | None, now: float) -> Content:
    """`◆ Approve requirements   ✓ 3/3 checks   confidence 0.82 · waiting 12:03`."""
    verb = "Answer" if waiting.kind == "answers" else "Approve"
    sessions = step.sessions if step else ()
    confidence = next((s.confidence for s in reversed(sessions) if s.confidence is not None), None)
    check = step.checks[-1] if step and step.checks else None
    passed = sum(criterion.passed for criterion in check.criteria) if check else 0
    mark = f"   {'✓' if check.passed else '✗'} {passed}/{len(check.criteria)} checks" if check else ""
    facts = [
        f"confidence {confidence:.2f}" if confidence is not None else "",
        f"waiting {duration(now - waiting.since)}" if waiting.since is not None else "",
        f"round {waiting.round}",
        f"phase {step.phase}" if step else "",
    ]
    return Content.assemble(
        (" ◆ ", "$text-warning"),
        (f"{verb} {waiting.gate}", "bold"),
        (mark, "$text-success" if check and check.passed else "$text-error"),
        (f"   {' · '.join(filter(None, facts))}", "$text-muted"),
    )


def evidence(step: StepView | None, notes: str) -> Content:
    """The exit criteria with their receipts, what the sessions say, and the REVIEW NOTES."""
    blocks = [_criteria(step), _summaries(step), _notes(notes)]
    return Content("\n\n").join([block for block in blocks if block.plain])


def _criteria(step: StepView | None) -> Content:
    if step is None or not step.checks:
        return Content.styled("This step has no exit criteria that the engine can check.", "$text-warning")
    check = step.checks[-1]
    passed = sum(criterion.passed for criterion in check.criteria)
    colour = "$text-success" if check.passed else "$text-error"
    lines = [
        Content.assemble(("Checked by the engine", "bold"), (f"  {passed} of {len(check.criteria)} passed", colour))
    ]
    for criterion in check.criteria:
        lines.append(criterion_line(criterion.sentence, criterion.passed, criterion.receipt))
        if criterion.detail and not criterion.passed:
            lines.append(Content.styled(f"    {one_line(criterion.detail, 1000)}", "$text-muted"))
    return Content("\n").join(lines)


def _summaries(step: StepView | None) -> Content:
    last = next((s for s in reversed(step.sessions if step else ()) if s.summary), None)
    if last is None:
        return Content("")
    title = f"{last.substep.capitalize()} #{last.attempt} says"
    return Content.assemble((f"{title}\n", "bold"), clean(last.summary))


def _notes(notes: str) -> Content:
    return Content.assemble(("REVIEW NOTES\n", "bold"), clean(notes)) if notes else Content("")
