"""The journal folded into facts: pure, and right whatever each state file already holds."""

from __future__ import annotations

from collections.abc import Iterable

from engine.state.apply import apply_to_lego, apply_to_orchestrator, legos_of
from engine.state.events import Event
from engine.state.models import LegoState, State


def replay(state: State, events: Iterable[Event]) -> State:
    """Apply to each file the events that are newer than its own `seq`.

    Raises `ValueError` naming the event that cannot follow.
    """
    orchestrator, legos = state.orchestrator, dict(state.legos)
    for event in events:
        try:
            if event.seq > orchestrator.seq:
                orchestrator = apply_to_orchestrator(orchestrator, event)
            for name in legos_of(event):
                before = legos.get(name) or LegoState(name=name)
                if event.seq > before.seq:
                    legos[name] = apply_to_lego(before, event)
        except ValueError as error:
            raise ValueError(f"event {event.seq} ({event.event}) cannot follow: {error}") from error
    return State(orchestrator=orchestrator, legos=legos)
