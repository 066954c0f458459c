"""What a person should know before answering a gate. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.editing.drafts import GateDraft, LineComment, sorted_comments
from tui.keys import key_name
from tui.lines.format import ago, plural
from tui.lines.sanitize import clean, one_line
from tui.lines.text import TextLine, blank, heading
from tui.words.gate_lines import BEGUN, COMMENT, comment_lines

if TYPE_CHECKING:
    from tui.loaders.gate import Report
    from tui.read_model import CommentView, StepView

RECEIPT = "receipt "
"""A line with this key prefix opens a receipt: the number of the criterion and the id follow."""


def evidence(step: StepView | None, notes: str, report: Report, draft: GateDraft, now: float) -> tuple[TextLine, ...]:
    """The person's own comments, the exit criteria with their receipts, what was asked and said, the REVIEW NOTES."""
    blocks = [
        _own(draft),
        _criteria(step),
        _asked(step.comments if step else (), report),
        _open(step, report),
        _summaries(step),
        _text("REVIEW NOTES", notes),
        _approved(step, now),
        [TextLine(report.trouble, "$text-warning")] if report.trouble else [],
    ]
    lines = [line for block in blocks if block for line in [*block, blank()]]
    return tuple(lines[:-1])


def _own(draft: GateDraft) -> list[TextLine]:
    return [
        *_listed(f"Your {plural(len(draft.comments), 'comment')}", "sent with r", draft.comments, COMMENT),
        *_listed("Begun, not kept", f"{key_name('enter')} goes on", list(draft.unfinished.values()), BEGUN),
    ]


def _listed(title: str, note: str, comments: Sequence[LineComment], prefix: str) -> list[TextLine]:
    if not comments:
        return []
    lines = [heading(title, note)]
    for comment in sorted_comments(comments):
        lines.append(TextLine(comment.spot.place, "$text-muted", note=one_line(comment.spot.quote, 30)))
        lines += comment_lines(comment, "┃ ", prefix)
    return lines


def _criteria(step: StepView | None) -> list[TextLine]:
    if step is None or not step.checks:
        return [TextLine("This step has no exit criteria that the engine can check.", "$text-warning")]
    check = step.checks[-1]
    passed = sum(criterion.passed for criterion in check.criteria)
    lines = [heading("Checked by the engine", f"{passed} of {len(check.criteria)} passed")]
    for number, criterion in enumerate(check.criteria):
        mark = ("✓ passed  ", "$text-success") if criterion.passed else ("✗ failed  ", "$text-error")
        receipt = criterion.receipt or ""
        key = f"{RECEIPT}{number} {receipt}" if receipt else ""
        lines.append(TextLine(one_line(criterion.sentence), marks=(mark,), note=one_line(receipt), key=key))
        if criterion.detail and not criterion.passed:
            lines.append(TextLine(one_line(criterion.detail, 1000), "$text-muted", marks=(("          ", ""),)))
    return lines


def _asked(comments: Sequence[CommentView], report: Report) -> list[TextLine]:
    """Each comment of the last round beside how the work says it was met."""
    if not comments:
        return []
    met = sum(comment.id in report.met for comment in comments)
    lines = [heading("You asked for", f"{met} of {len(comments)} answered")]
    for comment in comments:
        place = ":".join(filter(None, [comment.file, str(comment.line or "")]))
        if place:
            lines.append(TextLine(one_line(place), "$text-muted", note=one_line(comment.quote, 30)))
        lines += _paragraphs(clean(comment.text), "$foreground", "┃ ", "$text-warning")
        if comment.id in report.met:
            said = clean(report.met[comment.id]) or "Met, it says, without a word on how."
            lines += _paragraphs(said, "$text-success", "→ ", "$text-success")
        else:
            lines.append(TextLine("Not answered by the session.", "$text-error", marks=(("→ ", "$text-error"),)))
    return lines


def _open(step: StepView | None, report: Report) -> list[TextLine]:
    questions = dict.fromkeys([*(step.unanswered if step else ()), *report.questions])
    if not questions:
        return []
    lines = [heading("Open questions", "nobody answered them")]
    for question in questions:
        lines += _paragraphs(clean(question), "$foreground", "? ", "$text-warning")
    return lines


def _summaries(step: StepView | None) -> list[TextLine]:
    last = next((s for s in reversed(step.sessions if step else ()) if s.summary), None)
    return _text(f"{last.substep.capitalize()} #{last.attempt} says", last.summary) if last else []


def _approved(step: StepView | None, now: float) -> list[TextLine]:
    if step is None or step.approved is None:
        return []
    approved = step.approved
    when = ago(now - approved.at) if approved.at is not None else ""
    facts = ", ".join(filter(None, [f"round {approved.round}", when, f"by {approved.by}" if approved.by else ""]))
    return [TextLine(f"Approved before: {one_line(facts)}. Key 3 shows what changed.", "$text-muted")]


def _text(title: str, text: str) -> list[TextLine]:
    return [heading(title), *_paragraphs(clean(text), "$foreground")] if text.strip() else []


def _paragraphs(text: str, style: str, lead: str = "", lead_style: str = "") -> list[TextLine]:
    marks = ((lead, lead_style),) if lead else ()
    return [TextLine(part, style, marks=marks) for part in text.strip().split("\n")]
