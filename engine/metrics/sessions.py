"""What the journal tells of each session, and sums over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.metrics.model import Amount, Confidence, Sessions
from engine.metrics.reading import Raw, kind, moment, number, part, seconds, text

UNKNOWN = "unknown"
"""The runtime, phase or outcome of a session of which the journal does not tell it."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session; `outcome` is "" while it runs."""

    id: str
    step: str
    runtime: str = UNKNOWN
    started_at: str = ""
    outcome: str = ""
    seconds: float | None = None
    tokens: float | None = None
    cost: float | None = None
    confidence: float | None = None

    @property
    def phase(self) -> str:
        """The phase, as the id names it: `<ordinal>-<phase>-…`."""
        parts = self.id.split("-")
        return parts[1] if len(parts) > 2 and parts[1].isdigit() else UNKNOWN


def sessions_of(events: Iterable[Raw]) -> list[Session]:
    """Every session of the journal, in the order in which they began."""
    found: dict[str, Session] = {}
    for event in events:
        match kind(event):
            case "session_started":
                about = part(event, "session")
                name = text(about, "id")
                found[name] = Session(
                    id=name,
                    step=text(event, "step"),
                    runtime=text(about, "runtime") or UNKNOWN,
                    started_at=text(about, "started_at") or text(event, "at"),
                )
            case "session_ended":
                name = text(event, "session")
                begun = found.get(name) or Session(id=name, step=text(event, "step"))
                found[name] = replace(
                    begun,
                    outcome=text(event, "outcome") or UNKNOWN,
                    seconds=seconds(moment(begun.started_at), moment(text(event, "at"))),
                    tokens=number(event, "tokens"),
                    cost=number(event, "cost"),
                    confidence=number(event, "confidence"),
                )
    return list(found.values())


def count(sessions: Iterable[Session]) -> Sessions:
    """The sums over these sessions."""
    all_ = list(sessions)
    ended = [session for session in all_ if session.outcome]
    return Sessions(
        count=len(all_),
        open=len(all_) - len(ended),
        outcomes=dict(sorted(Counter(session.outcome for session in ended).items())),
        seconds=sum(session.seconds or 0.0 for session in ended),
        tokens=_amount([session.tokens for session in ended]),
        cost=_amount([session.cost for session in ended]),
    )


def _amount(values: list[float | None]) -> Amount:
    known = [value for value in values if value is not None]
    return Amount(sum(known) if known else None, len(values) - len(known))


def confidence(sessions: Iterable[Session]) -> Confidence:
    """The confidence of those that told one."""
    told = [(session.confidence, session.id) for session in sessions if session.confidence is not None]
    if not told:
        return Confidence()
    lowest, session = min(told)
    return Confidence(len(told), sum(value for value, _ in told) / len(told), lowest, session)
