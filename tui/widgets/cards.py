"""One line each for what has no pane: sessions that do not fit, what the engine does itself, what just ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import LOOKS, count, duration, elapsed, outcome_word, word

if TYPE_CHECKING:
    from engine.assessment import Status
    from tui.read_model import SessionView, WorkspaceView

_ENDED: dict[str, Status] = {"done": "done", "failed": "failed", "runtime": "paused", "needs_input": "waiting_answer"}


def card_lines(view: WorkspaceView, crowded_out: Sequence[SessionView], recent: int, now: float) -> list[Content]:
    """The lines, the most telling first; at most `recent` of them for sessions that have ended."""
    lines = [_card("running", session.title, "running", _facts(session, now)) for session in crowded_out]
    sessions = {session.id for session in view.live}
    for step in view.steps:
        if step.status in ("running", "checking") and step.session not in sessions:
            title = " · ".join(filter(None, [step.lego, step.step]))
            doing = step.substep if step.status == "running" and step.substep else word(step.status)
            lines.append(_card(step.status, title, doing, [step.why]))
    ended = [session for session in view.sessions if not session.live][:recent]
    return lines + [
        _card(
            _ENDED.get(session.outcome or "", "stopped"),
            session.title,
            outcome_word(session.outcome),
            _facts(session, now),
        )
        for session in ended
    ]


def shortened(lines: list[Content], room: int) -> list[Content]:
    """As many lines as there is room for; the last one then says how many are missing."""
    if len(lines) <= room:
        return lines
    missing = len(lines) - room + 1
    return [*lines[: room - 1], Content.styled(f"… and {missing} more", "$text-muted")]


def _facts(session: SessionView, now: float) -> list[str]:
    return [duration(elapsed(session.started_at, session.ended_at, now)), count(session.tokens, "tokens")]


def _card(status: Status, title: str, state: str, facts: list[str]) -> Content:
    look = LOOKS[status]
    return Content.assemble(
        (f"{look.glyph} ", look.colour),
        title,
        (f"  {state}", look.colour),
        (f"  {'  '.join(filter(None, facts))}", "$text-muted"),
    )
