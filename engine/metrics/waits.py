"""How long people were waited for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from engine.metrics.model import GateWait, Waits
from engine.metrics.reading import Key, Raw, Span, key, kind, moment, part, text, union_seconds
from engine.state.clock import iso

Wait = tuple[str, datetime, datetime | None]
"""A gate, since when it was open, and until when; None: it still is."""


def waits(events: list[Raw], end: datetime | None) -> Waits:
    """The waiting for each gate; what is still open counts up to `end`."""
    found = list(open_gates(events))
    gates = {name: _gate([wait for wait in found if wait[0] == name], end) for name in sorted({w[0] for w in found})}
    return Waits(
        seconds=sum(gate.seconds for gate in gates.values()),
        elapsed_seconds=union_seconds(_span(wait, end) for wait in found),
        gates=gates,
    )


def open_gates(events: Iterable[Raw]) -> Iterator[Wait]:
    """Each time a gate was open.

    A question put again before it was answered goes on waiting; one whose step is done again is dropped.
    """
    since: dict[str, tuple[datetime, Key]] = {}
    for event in events:
        at = moment(text(event, "at"))
        if at is None:
            continue
        match kind(event):
            case "gate_asked":
                since.setdefault(text(part(event, "waiting"), "gate"), (at, key(event)))
            case "gate_decided" if (gate := text(part(event, "fact"), "gate")) in since:
                yield gate, since.pop(gate)[0], at
            case "reopened":
                for gate in [gate for gate, (_, instance) in since.items() if instance == key(event)]:
                    yield gate, since.pop(gate)[0], at
    for gate, (begin, _) in since.items():
        yield gate, begin, None


def _span(wait: Wait, end: datetime | None) -> Span:
    _, begin, until = wait
    return begin, max(begin, until or end or begin)


def _gate(found: list[Wait], end: datetime | None) -> GateWait:
    spans = [_span(wait, end) for wait in found]
    still = [begin for _, begin, until in found if until is None]
    return GateWait(
        seconds=sum((until - begin).total_seconds() for begin, until in spans),
        asked=len(found),
        open_since=iso(still[-1]) if still else None,
    )
