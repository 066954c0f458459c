"""The safety valves: each is one sentence, and one number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from engine.document.model import Valves
from engine.document.passage import Passage
from engine.document.problems import Report, quoted
from engine.document.vocabulary import SentenceForm, match, nearest


@dataclass(frozen=True, slots=True)
class ValveForm:
    """A valve's sentence, the field of `Valves` it sets, and the numbers it takes."""

    form: SentenceForm
    field: str
    least: float = 0
    most: float | None = None
    whole: bool = False


def _cap(what: str, field: str, *, least: float = 0, whole: bool = False) -> ValveForm:
    return ValveForm(SentenceForm(f"{what} at most <number>"), field, least=least, whole=whole)


def _share(what: str, field: str) -> ValveForm:
    return ValveForm(SentenceForm(f"{what} at least <number>"), field, most=1)


VALVES = (
    _cap("failure_count", "failure_count", least=1, whole=True),
    _share("confidence", "confidence"),
    _share("essence clarity", "essence_clarity"),
    ValveForm(SentenceForm("interview at most <number> rounds"), "interview_rounds", whole=True),
    ValveForm(SentenceForm("LEGOs at most <number> per app"), "legos", least=1, whole=True),
    ValveForm(SentenceForm("brief at most <number> tokens"), "brief_tokens", least=1, whole=True),
    _cap("sessions in parallel", "parallel_sessions", least=1, whole=True),
    _cap("minutes per session", "session_minutes", least=0.01),
    _cap("idle minutes per session", "idle_minutes", least=0.01),
    _cap("minutes per LEGO", "lego_minutes", least=0.01),
    _cap("minutes per day", "day_minutes", least=0.01),
    _cap("tokens per session", "session_tokens", whole=True),
    _cap("tokens per LEGO", "lego_tokens", whole=True),
    _cap("tokens per day", "day_tokens", whole=True),
    _cap("cost per session", "session_cost"),
    _cap("cost per LEGO", "lego_cost"),
    _cap("cost per day", "day_cost"),
)


def read_valves(sentences: Iterable[Passage], report: Report) -> Valves:
    """The valves that the sentences set; those that are not named keep their default."""
    values: dict[str, Any] = {}
    for sentence in sentences:
        found = _find(sentence)
        if found is None:
            near = nearest(sentence.text, [valve.form for valve in VALVES])
            known = f"; the nearest known form is: {near.pattern}" if near else ""
            report.add(sentence.position(), f"unknown safety valve {quoted(sentence.text)}{known}")
            continue
        valve, text = found
        if valve.field in values:
            report.add(sentence.position(), f"the safety valve {quoted(sentence.text)} is set a second time")
            continue
        values[valve.field] = _number(valve, text, sentence, report)
    return replace(Valves(), **{field: value for field, value in values.items() if value is not None})


def _find(sentence: Passage) -> tuple[ValveForm, str] | None:
    for valve in VALVES:
        slots = match(valve.form, sentence.text)
        if slots is not None:
            return valve, slots["number"]
    return None


def _number(valve: ValveForm, text: str, sentence: Passage, report: Report) -> float | None:
    value = float(text.replace(",", ""))
    most = math.inf if valve.most is None else valve.most
    if valve.least <= value <= most and math.isfinite(value) and (value.is_integer() or not valve.whole):
        return int(value) if valve.whole else value
    wanted = "a whole number" if valve.whole else "a number"
    bounds = f"of at least {valve.least:g}" if valve.most is None else f"from {valve.least:g} to {valve.most:g}"
    place = re.search(re.escape(text), sentence.text)
    report.add(sentence.position(place.start() if place else 0), f"{quoted(text)} must be {wanted} {bounds}")
    return None
