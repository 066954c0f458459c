"""The list of LEGOs beside the LEGO view, and what its tabs say when they have nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tui.format import LOOKS, word
from tui.read_model import WorkspaceView
from tui.text_lines import TextLine

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


def lego_rows(view: WorkspaceView, now: float) -> list[TextLine]:
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
