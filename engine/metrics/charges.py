"""What was charged to the steps, and which instances needed only their first Gen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from engine.metrics.model import Failures, FirstPass
from engine.metrics.reading import Key, Raw, key, kind, part, text
from engine.names import instance_name

Charge = tuple[str, str]
"""The step charged, and the cause: "sessions", "checks" or "blamed"."""


@dataclass(slots=True)
class _Try:
    """What happened to an instance until it was first done."""

    sessions: bool = False
    failed: bool = False
    blocked: bool = False
    done: bool = False

    @property
    def ended(self) -> bool:
        """Done, or blocked after a failure; one that a person or a runtime stopped is still to end."""
        return self.sessions and (self.done or (self.blocked and self.failed))


def first_pass(events: list[Raw]) -> FirstPass:
    """Of the instances that ended: those that were done without a failed session and without a charge."""
    tries: dict[Key, _Try] = {}
    for event in events:
        if kind(event) == "valve_tripped":
            for instance, attempt in tries.items():
                attempt.blocked |= instance_name(instance[0], instance[1] or None) == text(event, "instance")
        elif kind(event) and text(event, "step"):
            _follow(tries.setdefault(key(event), _Try()), event)
    ended = [attempt for attempt in tries.values() if attempt.ended]
    passed = sum(attempt.done and not attempt.failed for attempt in ended)
    return FirstPass(passed, len(ended), passed / len(ended) if ended else None)


def _follow(attempt: _Try, event: Raw) -> None:
    if attempt.done:
        return
    attempt.sessions |= kind(event) == "session_started"
    attempt.failed |= bool(_charge(event)) or _session_failed(event)
    attempt.blocked = kind(event) == "step_stopped"
    attempt.done = text(event, "next") == "done"


def _session_failed(event: Raw) -> bool:
    return kind(event) == "session_ended" and text(event, "outcome") == "failed"


def _charge(event: Raw) -> str:
    """What charges the event's step: "sessions", "checks" or "blamed"; "" if nothing does."""
    match kind(event):
        case "session_ended" if event.get("charge") is True:
            return "sessions"
        case "check_ended" if part(event, "check").get("passed") is False and event.get("charge") is not False:
            return "checks"
        case "reopened" if event.get("charge") is True:
            return "blamed"
    return ""


def charges(events: list[Raw]) -> list[Charge]:
    """Every charge, in order."""
    return [(text(event, "step"), cause) for event in events if (cause := _charge(event))]


def sum_up(charges: list[Charge]) -> Failures:
    """How many, by cause."""
    causes = Counter(cause for _, cause in charges)
    return Failures(len(charges), causes["sessions"], causes["checks"], causes["blamed"])
