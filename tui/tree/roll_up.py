"""One word for many: what a collapsed parent says of its children."""

from __future__ import annotations

from collections.abc import Iterable

from engine.assessment import SETTLED, Status

_LOUDEST_FIRST: tuple[Status, ...] = (
    "failed",
    "stopped",
    "waiting_answer",
    "waiting_approval",
    "running",
    "checking",
    "paused",
    "stale",
)


def roll_up(statuses: Iterable[Status]) -> Status:
    """The word that matters most to a person; half-done work is `running`'s quiet form, `ready`."""
    present = set(statuses)
    for status in _LOUDEST_FIRST:
        if status in present:
            return status
    if not present:
        return "pending"
    if present <= SETTLED:
        return "skipped" if present == {"skipped"} else "done"
    return "ready" if present & ({"ready"} | SETTLED) else "pending"
