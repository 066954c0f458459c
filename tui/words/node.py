"""What there is to say about one node of the tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content

from tui.keys import key_name
from tui.lines.format import LOOKS, count, duration, elapsed, outcome_word, plural, word
from tui.lines.sanitize import clean, one_line
from tui.lines.wrap import UNKNOWN, hang
from tui.read_model import ACTIVE_STATUS, CheckView, PhaseView, SessionView, StepView

if TYPE_CHECKING:
    from tui.tree.model import Node

Piece = Content | tuple[str, str] | str

_LABEL = 7
"""Cells of a label and the space after it."""


def describe_node(node: Node, now: float, across: int = UNKNOWN) -> Content:
    """The title line and what follows from the kind of node, in so many cells across."""
    lines = [_title(node, now)]
    if node.step is not None:
        lines += _step(node.step, now, across)
    elif node.session is not None:
        lines += _session(node.session, across)
    elif node.check is not None:
        lines += _check(node.check)
    elif node.phase is not None:
        lines += _phase(node.phase)
    else:
        lines += _members(node, now, across)
    return Content("\n").join(lines)


def _line(*pieces: Piece) -> Content:
    return Content.assemble(*pieces)


def _title(node: Node, now: float) -> Content:
    look = LOOKS[node.status]
    time = duration(elapsed(node.started_at, node.ended_at, now))
    name = _step_title(node.step) if node.step is not None and node.phase is None else node.label.strip()
    return _line(
        (f"{look.glyph} ", look.colour),
        (one_line(name), "bold"),
        (f"  {node.word or word(node.status)}", look.colour),
        (f"  {time}" if time else "", "$text-muted"),
    )


def _step_title(step: StepView) -> str:
    return " · ".join(filter(None, [step.lego, step.step]))


def _members(node: Node, now: float, across: int) -> list[Content]:
    """The steps of a LEGO, and everything about the one that matters now."""
    lines = [_title(child, now) for child in node.children]
    matters = next((child.step for child in node.children if child.status in ACTIVE_STATUS and child.step), None)
    if matters is None:
        return lines
    return [*lines, Content(""), Content.styled(_step_title(matters), "bold"), *_step(matters, now, across)]


def _phase(phase: PhaseView) -> list[Content]:
    done = sum(step.status in ("done", "stale", "skipped") for step in phase.steps)
    lines = [_line((f"{done} of {plural(len(phase.steps), 'step')} done", "$text-muted"))]
    for step in phase.steps:
        look = LOOKS[step.status]
        why = _told(step.why).stylize("$text-muted") if step.why and step.status not in ("done", "pending") else ""
        lines.append(_line((f"{look.glyph} ", look.colour), _step_title(step), "  " if why else "", why))
    return lines


def _step(step: StepView, now: float, across: int) -> list[Content]:
    lines = [_told(step.why)] if step.why else []
    for name, values in (("reads", step.inputs), ("writes", step.outputs), ("edited", step.edited)):
        lines += _fact(name, values, across)
    if step.older_text:
        label = "older text  "
        told = hang("the document tells it something else now", len(label), across)
        lines.append(_line((label, "$text-accent"), (told, "$text-muted")))
    if step.checks:
        lines += [Content(""), *_check(step.checks[-1])]
    lines += _failures(step)
    if step.sessions:
        lines.append(Content(""))
        lines += [_session_line(session, now) for session in step.sessions]
    return lines


def _told(sentence: str) -> Content:
    """A sentence of the engine in one line; what stands between backticks there, such as a command, is bold."""
    parts = one_line(sentence).split("`")
    return Content.assemble(*((part, "bold" if number % 2 else "") for number, part in enumerate(parts)))


def _fact(name: str, values: Iterable[str], across: int) -> list[Content]:
    text = ", ".join(one_line(value).replace("`", "") for value in values)
    label = f"{name:<{_LABEL}}" if len(name) < _LABEL else f"{name} "
    return [_line((label, "$text-muted"), hang(text, len(label), across))] if text else []


def _failures(step: StepView) -> list[Content]:
    if not step.evidence or step.status == "done":
        return []
    lines = [Content(""), _line(("What failed, newest first", "bold $text-error"))]
    for text in reversed(step.evidence):
        lines += [_line(("✗ ", "$text-error"), clean(text[:2000]).strip())]
    return lines


def _check(check: CheckView) -> list[Content]:
    after = check.after.replace("_", " ").removesuffix(" check")
    passed = sum(criterion.passed for criterion in check.criteria)
    lines = [
        _line(
            (f"Check after {after}", "bold"),
            (f"  {passed} of {len(check.criteria)} passed", "$text-success" if check.passed else "$text-error"),
            (f"  commit {check.commit[:10]}" if check.commit else "", "$text-muted"),
        )
    ]
    for criterion in check.criteria:
        lines.append(criterion_line(criterion.sentence, criterion.passed, criterion.receipt))
        if criterion.detail and not criterion.passed:
            lines.append(_line(("    " + one_line(criterion.detail, 1000), "$text-muted")))
    return lines


def criterion_line(sentence: str, passed: bool, receipt: str | None) -> Content:
    """`✓ passed r-12  sentence`: the receipt comes before the sentence, which may be long."""
    mark = ("✓ passed ", "$text-success") if passed else ("✗ failed ", "$text-error")
    return _line(mark, (f"{one_line(receipt)}  " if receipt else " ", "$text-muted"), _told(sentence))


def _session_line(session: SessionView, now: float) -> Content:
    time = duration(elapsed(session.started_at, session.ended_at, now))
    facts = [outcome_word(session.outcome), time, count(session.tokens, "tokens"), _confidence(session)]
    text = "  ".join(filter(None, facts))
    return _line((f"{session.substep} #{session.attempt}", "bold"), "  ", (text, "$text-muted"))


def _session(session: SessionView, across: int) -> list[Content]:
    facts = [session.runtime, count(session.tokens, "tokens"), _confidence(session)]
    lines = [_line((" · ".join(filter(None, facts)), "$text-muted"))]
    lines += _fact("session", [session.id], across)
    if session.summary:
        lines += [Content(""), Content(clean(session.summary))]
    if session.reason:
        lines += [Content(""), _line(("✗ ", "$text-error"), clean(session.reason))]
    return [*lines, Content(""), _line((f"{key_name('enter')} shows its output", "$text-muted"))]


def _confidence(session: SessionView) -> str:
    return "" if session.confidence is None else f"confidence {session.confidence:.2f}"
