"""The list of LEGOs beside the LEGO view, and what its tabs say when they have nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from tui.lego_data import lego_of, sessions_of, steps_of
from tui.lines.format import LOOKS, duration, elapsed, plural, word
from tui.lines.text import TextLine

if TYPE_CHECKING:
    from tui.read_model import SessionView, WorkspaceView

EMPTY: Mapping[str, tuple[str, str]] = {
    "live": ("Nothing was said yet", "No session of this LEGO has begun. Its output appears here, line by line."),
    "brief": ("No brief yet", "When a session begins, what it is told stands here, with the cost of each part."),
    "design": ("No design yet", "It appears here when the design of this LEGO is written."),
    "contract": ("No contract yet", "It appears here, typed and sealed by tests, before any code is written."),
    "diff": ("Nothing changed yet", "What each attempt changes appears here, the newest first."),
    "tests": ("No tests yet", "Its contract tests, its fake and its unit tests appear here."),
    "receipts": ("No receipts yet", "Every check that the engine runs for this LEGO leaves one here."),
    "state": ("No steps yet", "The steps of this LEGO appear here, and why each stands where it does."),
    "attempts": ("No attempts yet", "Every session of this LEGO is listed here: how it ended, why, and what it cost."),
}
"""Tab → heading and sentence."""


def lego_rows(view: WorkspaceView) -> list[TextLine]:
    """One line for each LEGO: glyph, name, word."""
    rows = []
    for lego in view.legos:
        look = LOOKS[lego.status]
        rows.append(
            TextLine(
                lego.name,
                marks=((f" {look.glyph} ", look.colour),),
                note=f"{word(lego.status, 9)} ",
                note_style=look.colour,
                key=lego.name,
            )
        )
    return rows


def lego_title(view: WorkspaceView, name: str, session: SessionView | None, now: float) -> Content:
    """`● store  running   1 of 3 steps done   session 1 of 4: code · gen #2  1:40`."""
    lego = lego_of(view, name)
    if lego is None:
        return Content.styled(" LEGOs", "bold")
    look, steps = LOOKS[lego.status], steps_of(view, name)
    done = sum(step.status in ("done", "skipped") for step in steps)
    facts = [f"{done} of {plural(len(steps), 'step')} done"]
    if session is not None:
        sessions = sessions_of(view, name)
        number = next((n for n, one in enumerate(sessions, 1) if one.id == session.id), 1)
        time = duration(elapsed(session.started_at, session.ended_at, now))
        facts.append(
            f"session {number} of {len(sessions)}: {session.step} · {session.substep} #{session.attempt}  {time}"
        )
    return Content.assemble(
        (f" {look.glyph} ", look.colour),
        (lego.name, "bold"),
        (f"  {word(lego.status)}", look.colour),
        (f"   {'   '.join(facts)}", "$text-muted"),
    )
