"""Whether a text is held as a secret, from what the screen shows anyway. Pure, and nothing heavy is imported."""

from __future__ import annotations

from collections.abc import Iterator

from tui.read_model import TROUBLE_STATUS, StepView, WorkspaceView

OFFER = "meta allow-secret "
"""In every refusal of a secret: how a person insists."""
_WRITTEN = "what looks like a secret in "
"""In the evidence of work that was not taken."""


def held_steps(view: WorkspaceView) -> tuple[StepView, ...]:
    """The steps that a text which is held as a secret keeps from going on."""
    return tuple(step for step in view.steps if step.status in TROUBLE_STATUS and any(_texts(step)))


def held_texts(view: WorkspaceView | None, *said: str) -> tuple[str, ...]:
    """The refusals: those of steps, and those among what was `said` by the engine or at writing a decision."""
    steps = held_steps(view) if view else ()
    return (*(one for one in said if OFFER in one), *(text for step in steps for text in _texts(step)))


def _texts(step: StepView) -> Iterator[str]:
    if OFFER in step.why:
        yield step.why
    yield from (text for text in step.evidence[-1:] if _WRITTEN in text)
