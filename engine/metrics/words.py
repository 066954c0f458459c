"""The figures as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from engine.metrics.model import Amount, Confidence, Failures, Metrics, Sessions


def lines(found: Metrics) -> list[str]:
    """What `meta status --metrics` prints."""
    told = [*_sessions(found), *_quality(found), *_times(found)]
    if found.not_understood:
        told.append(f"not counted: {found.not_understood} lines of the journal that this version does not understand")
    return told


def duration(seconds: float | None) -> str:
    """`14:03`, from an hour on `1:14:03`; "unknown" for None."""
    if seconds is None:
        return "unknown"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def money(amount: float) -> str:
    """Dollars, to the cent; what is less than a cent to the first digits that tell something."""
    return f"${amount:,.2f}" if amount >= 0.01 or amount == 0 else f"${amount:.2g}"


def _sessions(found: Metrics) -> Iterator[str]:
    yield f"sessions: {_counted(found.sessions)}"
    yield f"tokens: {_tokens(found.sessions.tokens)}"
    yield f"money: {_money(found.sessions.cost)}"
    for name, sessions in found.runtimes.items():
        used = f"tokens {_tokens(sessions.tokens)}, money {_money(sessions.cost)}"
        yield f"  runtime {name}: {_counted(sessions)}; {used}"


def _quality(found: Metrics) -> Iterator[str]:
    first = found.first_pass
    rate = "nothing has ended yet" if first.rate is None else f"{first.passed} of {first.ended} ({first.rate:.0%})"
    yield f"first pass: {rate}"
    yield f"confidence: {_confidence(found.confidence)}"
    for name, confidence in found.confidence_by_step.items():
        yield f"  {name}: {_confidence(confidence)}"
    yield f"failures charged: {_failures(found.failures)}"
    for name, failures in found.failures_by_step.items():
        yield f"  {name}: {_failures(failures)}"


def _times(found: Metrics) -> Iterator[str]:
    yield f"time: {duration(found.time.elapsed_seconds)} elapsed, {duration(found.time.working_seconds)} at work"
    for name, phase in found.phases.items():
        title = f" {phase.title}" if phase.title else ""
        yield f"  phase {name}{title}: {duration(phase.elapsed_seconds)}; {_counted(phase.sessions)}"
    waits = found.waiting
    yield f"waiting for a person: {duration(waits.seconds)} at all gates, {duration(waits.elapsed_seconds)} elapsed"
    for name, gate in waits.gates.items():
        still = ", still open" if gate.open_since else ""
        yield f"  {name}: {duration(gate.seconds)}, asked {gate.asked}×{still}"


def _counted(sessions: Sessions) -> str:
    words = [f"{number} {outcome}" for outcome, number in sessions.outcomes.items()]
    if sessions.open:
        words.append(f"{sessions.open} open")
    return f"{sessions.count} ({', '.join(words)})" if words else str(sessions.count)


def _tokens(amount: Amount) -> str:
    return _told("unknown" if amount.total is None else f"{amount.total:,.0f}", amount)


def _money(amount: Amount) -> str:
    return _told("unknown" if amount.total is None else money(amount.total), amount)


def _told(text: str, amount: Amount) -> str:
    return f"{text} ({amount.silent} sessions told nothing)" if amount.silent else text


def _confidence(found: Confidence) -> str:
    if found.mean is None or found.lowest is None:
        return "unknown"
    return f"mean {found.mean:.2f}, lowest {found.lowest:.2f} ({found.lowest_session})"


def _failures(found: Failures) -> str:
    causes = {"failed sessions": found.sessions, "red checks": found.checks, "blamed by later steps": found.blamed}
    words = [f"{name}: {number}" for name, number in causes.items() if number]
    return f"{found.total} ({', '.join(words)})" if words else str(found.total)
