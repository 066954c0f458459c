"""The LEGO plan in words: the list of LEGOs with what they need, and everything about one of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.lego_data import steps_of
from tui.lines.format import LOOKS, plural, word
from tui.lines.sanitize import one_line
from tui.lines.text import TextLine, blank, heading

if TYPE_CHECKING:
    from engine.assessment import Status
    from tui.loaders.plan import PlannedView, PlanView
    from tui.read_model import LegoView, StepView, WorkspaceView

SIZES: Mapping[str, str] = {"S": "small", "M": "medium", "L": "large"}


def status_of(view: WorkspaceView, lego: str) -> Status:
    """The word of a planned LEGO; one whose steps are not known yet is pending."""
    return next((known.status for known in view.legos if known.name == lego), "pending")


def progress(steps: Sequence[StepView]) -> str:
    """`2/3` steps done; empty without steps."""
    done = sum(step.status in ("done", "skipped", "stale") for step in steps)
    return f"{done}/{len(steps)}" if steps else ""


def title(plan: PlanView, view: WorkspaceView) -> str:
    """How many LEGOs there are, and how many of them are in which state."""
    words = [word(status_of(view, lego.name)) for lego in plan.legos]
    counted = ", ".join(f"{words.count(one)} {one}" for one in dict.fromkeys(words))
    return f"{plural(len(plan.legos), 'LEGO')}: {counted}"


def list_lines(plan: PlanView, view: WorkspaceView, names_room: int = 16) -> list[TextLine]:
    """One line for each LEGO, those that are needed first: glyph, name, word, what it needs."""
    room = max([names_room, *(len(lego.name) for lego in plan.legos)])
    lines = []
    for lego in plan.legos:
        status = status_of(view, lego.name)
        look = LOOKS[status]
        marks = ((f"{look.glyph} ", look.colour), (f"{lego.name:<{room}} ", "bold $foreground"))
        needs = f"needs {', '.join(lego.needs)}" if lego.needs else "needs nothing"
        lines.append(TextLine(needs, "$text-muted", marks, word(status), look.colour, key=lego.name))
    return lines


def details(lego: PlannedView, plan: PlanView, view: WorkspaceView) -> list[TextLine]:
    """What there is to know of one LEGO in the plan."""
    known: LegoView | None = next((one for one in view.legos if one.name == lego.name), None)
    status = known.status if known else "pending"
    look = LOOKS[status]
    kind = {"entry": "the entry: it wires the app", "app": "an app of its own"}.get(lego.kind, "a component")
    lines = [
        TextLine(lego.name, "bold $foreground", ((f"{look.glyph} ", look.colour),), word(status), look.colour),
        TextLine(one_line(lego.purpose, 2000)),
        blank(),
        _fact("kind", f"{kind}, {SIZES.get(lego.size, lego.size)}"),
        _fact("plan", lego.decision),
        _fact("needs", ", ".join(lego.needs) or "nothing"),
        _fact("used by", ", ".join(plan.used_by(lego.name)) or "nobody"),
        _fact("contract", lego.contract or "unknown"),
        _fact("meets", ", ".join(lego.requirements) or "no requirement of its own"),
    ]
    if lego.packages:
        lines.append(_fact("packages", ", ".join(lego.packages)))
    steps = steps_of(view, lego.name)
    return [*lines, blank(), heading("Steps"), *_steps(steps)] if steps else lines


def _fact(name: str, text: str) -> TextLine:
    return TextLine(one_line(text, 2000), marks=((f"{name:<10}", "$text-muted"),))


def _steps(steps: Sequence[StepView]) -> list[TextLine]:
    lines = []
    for step in steps:
        look = LOOKS[step.status]
        lines.append(
            TextLine(
                step.step, marks=((f"{look.glyph} ", look.colour),), note=word(step.status), note_style=look.colour
            )
        )
        if step.why and step.status not in ("done", "pending"):
            lines.append(TextLine(one_line(step.why), "$text-muted", marks=(("  ", ""),)))
    return lines
