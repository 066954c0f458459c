"""The figures of a run as blocks of lines with small plots. Pure. None is said as unknown, never drawn as zero."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import LOOKS, count, duration, plural
from tui.lines.plots import bar, columns, running_total
from tui.lines.sanitize import one_line
from tui.lines.wrap import fit
from tui.words.lego import OUTCOMES

if TYPE_CHECKING:
    from engine.metrics.model import Amount, Confidence, Failures, Metrics, PhaseTime, Sessions
    from tui.read_model import SessionView

UNKNOWN = "unknown"
_PLOT_HEIGHT = 6
_NAME_ROOM = 22


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that matters, what it is, and what to know of it."""

    name: str
    value: str
    note: str = ""
    style: str = "$foreground"


@dataclass(frozen=True, slots=True)
class Block:
    """A titled plot; `lines` draws it for a width and always gives `height` lines."""

    title: str
    height: int
    lines: Callable[[int], list[Content]]


def figures(found: Metrics) -> list[Figure]:
    """The five numbers at the top."""
    first, waits, times = found.first_pass, found.waiting, found.time
    rate = UNKNOWN if first.rate is None else f"{first.rate:.0%}"
    still = any(gate.open_since for gate in waits.gates.values())
    return [
        Figure("tokens", amount(found.sessions.tokens, tokens), silent(found.sessions.tokens)),
        Figure("money", amount(found.sessions.cost, money), silent(found.sessions.cost)),
        Figure("elapsed", duration(times.elapsed_seconds) or UNKNOWN, f"{duration(times.working_seconds)} at work"),
        Figure("first pass", rate, f"{first.passed} of {first.ended}" if first.ended else "nothing ended yet"),
        Figure(
            "waited for you",
            duration(waits.elapsed_seconds),
            "one open now" if still else f"at {plural(len(waits.gates), 'gate')}",
            "$text-warning" if still else "$foreground",
        ),
    ]


def amount(found: Amount, say: Callable[[float], str]) -> str:
    """The sum, or that it is unknown."""
    return UNKNOWN if found.total is None else say(found.total)


def silent(found: Amount) -> str:
    """How many sessions told nothing, where some did not."""
    if not found.silent:
        return ""
    return "no session told any" if found.total is None else f"{plural(found.silent, 'session')} told none"


def tokens(number: float) -> str:
    """`184.3k`."""
    return count(round(number))


def money(number: float) -> str:
    """`$1.20`; small amounts with two digits that tell something."""
    return f"${number:,.2f}" if number >= 0.01 or number == 0 else f"${number:.2g}"


def blocks(found: Metrics, sessions: Sequence[SessionView], end: float) -> list[Block]:
    """Every plot, in the order in which they are read."""
    return [
        _over_time(sessions, end),
        _phases(found.phases),
        _legos(sessions),
        _confidence(found.confidence_by_step),
        _outcomes(found.sessions),
        _waits(found),
        _runtimes(found.runtimes),
        _failures(found.failures_by_step),
    ]


def _over_time(sessions: Sequence[SessionView], end: float) -> Block:
    points = [(s.ended_at, float(s.tokens)) for s in sessions if s.ended_at is not None and s.tokens is not None]
    if not points:
        return _text("Tokens over time", "No session that ended has told its tokens; a recording tells none.")
    begin = min((s.started_at for s in sessions if s.started_at is not None), default=points[0][0])
    last = max(max(moment for moment, _ in points), min(end, max(moment for moment, _ in points) + 1))
    total = sum(number for _, number in points)

    def lines(width: int) -> list[Content]:
        room = max(4, width - 9)
        rows = columns(running_total(points, begin, last, room), _PLOT_HEIGHT)
        drawn = []
        for number, row in enumerate(rows):
            label = tokens(total) if number == 0 else "0" if number == _PLOT_HEIGHT - 1 else ""
            drawn.append(Content.assemble((f"{label:>7} ", "$text-muted"), (row, "$text-primary")))
        left, right = _clock(begin), _clock(last)
        gap = " " * max(1, room - len(left) - len(right))
        return [*drawn, Content.styled(f"        {left}{gap}{right}", "$text-muted")]

    return Block("Tokens over time", _PLOT_HEIGHT + 1, lines)


def _clock(moment: float) -> str:
    return time.strftime("%H:%M UTC", time.gmtime(moment))


def _phases(phases: Mapping[str, PhaseTime]) -> Block:
    if not phases:
        return _text("Time of each phase", "No phase has begun yet.")
    rows = []
    for name, phase in phases.items():
        total, ran = phase.sessions.tokens.total, phase.sessions.count
        note = f"{tokens(total)} tokens" if total is not None else plural(ran, "session") if ran else "no session"
        label = f"{name:>2} {phase.title}" if name.isdigit() else name
        rows.append(Bar(label, phase.elapsed_seconds, duration(phase.elapsed_seconds) or UNKNOWN, note))
    return bars("Time of each phase", rows, "$text-secondary")


def _legos(sessions: Sequence[SessionView]) -> Block:
    """Their tokens; where nobody told any, their sessions."""
    names = dict.fromkeys(session.lego for session in sessions if session.lego)
    if not names:
        return _text("Tokens of each LEGO", "No session of a LEGO has begun yet.")
    known = any(session.tokens is not None for session in sessions if session.lego)
    rows = [_lego(name, [session for session in sessions if session.lego == name], known) for name in names]
    rows.sort(key=lambda row: (-(row.value or 0), row.label))
    return bars("Tokens of each LEGO" if known else "Sessions of each LEGO", rows, "$text-primary")


def _lego(name: str, sessions: Sequence[SessionView], by_tokens: bool) -> Bar:
    ran = plural(len(sessions), "session")
    if not by_tokens:
        return Bar(name, len(sessions), ran)
    told = [session.tokens for session in sessions if session.tokens is not None]
    total = sum(told) if told else None
    return Bar(name, total, UNKNOWN if total is None else tokens(total), ran)


def _outcomes(found: Sessions) -> Block:
    if not found.count:
        return _text("How sessions ended", "No session has begun yet.")
    rows = [
        Bar(name.replace("_", " "), number, str(number), "", _colour(name)) for name, number in found.outcomes.items()
    ]
    if found.open:
        rows.append(Bar("running", found.open, str(found.open), "", "$text-primary"))
    return bars("How sessions ended", rows)


def _colour(outcome: str) -> str:
    return LOOKS[OUTCOMES.get(outcome, "failed")].colour


def _waits(found: Metrics) -> Block:
    gates = found.waiting.gates
    if not gates:
        return _text("Waiting for a person", "Nothing has waited for a person.")
    rows = []
    for name, gate in sorted(gates.items(), key=lambda item: -item[1].seconds):
        note = "◆ still open" if gate.open_since else f"asked {gate.asked}×" if gate.asked > 1 else ""
        rows.append(Bar(name, gate.seconds, duration(gate.seconds), note))
    return bars("Waiting for a person", rows, "$text-warning")


def _confidence(steps: Mapping[str, Confidence]) -> Block:
    rows = [
        Bar(name, told.mean, f"{told.mean:.2f}", f"lowest {told.lowest:.2f}")
        for name, told in steps.items()
        if told.mean is not None and told.lowest is not None
    ]
    if not rows:
        return _text("Confidence of each step", "No session has told how sure it is.")
    return bars("Confidence of each step", rows, "$text-success", most=1.0)


def _runtimes(runtimes: Mapping[str, Sessions]) -> Block:
    if not runtimes:
        return _text("Runtimes", "No runtime has been used yet.")
    rows = []
    for name, used in runtimes.items():
        told = [] if used.tokens.total is None else [f"{tokens(used.tokens.total)} tokens"]
        told += [] if used.cost.total is None else [money(used.cost.total)]
        rows.append(Bar(name, used.count, plural(used.count, "session"), " · ".join(told) or "tells no usage"))
    return bars("Runtimes", rows, "$text-secondary")


def _failures(steps: Mapping[str, Failures]) -> Block:
    if not steps:
        return _text("Failures charged", "No step was charged with a failure.")
    rows = []
    for name, found in sorted(steps.items(), key=lambda item: (-item[1].total, item[0])):
        told = (plural(found.sessions, "session"), plural(found.checks, "red check"), f"{found.blamed} blamed")
        numbers = (found.sessions, found.checks, found.blamed)
        causes = ", ".join(words for words, number in zip(told, numbers, strict=True) if number)
        rows.append(Bar(name, found.total, str(found.total), causes))
    return bars("Failures charged", rows, "$text-error")


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart; a `value` of None is unknown and has no bar."""

    label: str
    value: float | None
    text: str
    note: str = ""
    colour: str = ""


def bars(title: str, rows: Iterable[Bar], colour: str = "$text-primary", most: float = 0.0) -> Block:
    """A bar chart; the longest bar is `most`, else the largest value."""
    found = list(rows)
    top = most or max((row.value or 0.0 for row in found), default=0.0)
    names = min(_NAME_ROOM, max((len(row.label) for row in found), default=0))
    texts = max((len(row.text) for row in found), default=0)
    notes = max((len(row.note) for row in found), default=0)

    def lines(width: int) -> list[Content]:
        own = names if width >= 50 else min(names, 14)
        with_notes = notes if width - own - texts - notes - 4 >= 10 else 0
        room = max(4, width - own - texts - 2 - (with_notes + 2 if with_notes else 0))
        return [_bar_line(row, own, room, texts, bool(with_notes), colour, top) for row in found]

    return Block(title, len(found), lines)


def _bar_line(row: Bar, names: int, room: int, texts: int, with_notes: bool, colour: str, top: float) -> Content:
    drawn = bar(row.value or 0.0, top, room)
    unknown = row.value is None
    return Content.assemble(
        (f"{fit(one_line(row.label), names):<{names}} ", "$foreground"),
        (f"{drawn:<{room}} ", row.colour or colour),
        (f"{row.text:>{texts}}", "$text-muted" if unknown else "bold $foreground"),
        (f"  {row.note}" if with_notes else "", "$text-muted"),
    )


def _text(title: str, text: str) -> Block:
    return Block(title, 1, lambda width: [Content.styled(fit(text, width), "$text-muted")])
