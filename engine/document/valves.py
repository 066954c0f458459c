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

NOT_IN_FORCE = "Nothing yet: the number is read and checked, and nothing stops on it in this version."
"""What a valve says of itself as long as no part of the engine reads its number."""


@dataclass(frozen=True, slots=True)
class ValveForm:
    """A valve's sentence, the field of `Valves` it sets, the numbers it takes, and what a person must know of it."""

    form: SentenceForm
    field: str
    limits: str
    """What the number limits."""
    trips: str = NOT_IN_FORCE
    """What happens when the limit is reached."""
    remedy: str = ""
    """What to do then; empty for a valve that is not in force."""
    least: float = 0
    most: float | None = None
    whole: bool = False


AT_THE_LEGOS_CAP = (
    "No new session starts for this LEGO: its steps are `stopped`. What is under way ends, and other LEGOs go on.",
    "Raise the number, then `meta run`.",
)
AT_THE_DAYS_CAP = (
    "No new session starts on this day (UTC): the steps that need one are `stopped`. What is under way ends.",
    "`meta run` on another day, or raise the number before.",
)
AT_THE_SESSIONS_CAP = (
    "The session is ended and its step is `stopped`. It is no failure of the work, what it wrote stays reachable, and "
    "other LEGOs go on. An agent that tells only at its end what it used is not ended: its work is taken.",
    "Make the step smaller, or raise the number; then `meta retry NAME`.",
)
UNTOLD = "What an agent does not tell is not counted."


def _cap(
    what: str,
    limits: str,
    field: str,
    then: tuple[str, str] = (NOT_IN_FORCE, ""),
    *,
    least: float = 0,
    whole: bool = False,
) -> ValveForm:
    form = SentenceForm(f"{what} at most <number>")
    return ValveForm(form, field, limits, trips=then[0], remedy=then[1], least=least, whole=whole)


VALVES = (
    ValveForm(
        SentenceForm("failure_count at most <number>"),
        "failure_count",
        limits="How often the work on one step may come out wrong: a red check, a session that fails, or one that "
        "writes what is not its to write. A person's wish for a change, trouble with the runtime and a killed session "
        "do not count.",
        trips="The step is `failed` and starts nothing more. Whatever needs it waits; other LEGOs go on. The same "
        "failure twice on the same files is no progress: the step is `stopped` before the number is reached.",
        remedy="`meta status` says why. Mend what is wrong (the input, the criterion, the instructions), "
        "then `meta retry NAME`, which forgets the count.",
        least=1,
        whole=True,
    ),
    ValveForm(
        SentenceForm("confidence at least <number>"),
        "confidence",
        limits="The confidence, as a session states it, below which its work is not taken. A step that has a criterion "
        "`confidence is at least …` is judged by that number instead.",
        trips="The check is red and counts as a failure of the step; the next session is told the number.",
        remedy="Nothing, if the next session is surer. Else mend what makes it unsure, as its summary says.",
        most=1,
    ),
    ValveForm(
        SentenceForm("essence clarity at least <number>"),
        "essence_clarity",
        limits="The clarity of the intent, as a session states it, below which its questions are asked first. What a "
        "step must reach is the number in its own criterion.",
        trips="The step is `waiting_answer` until a person has answered; a question answered with nothing stays open.",
        remedy="Answer on the screen or with `meta answer`.",
        most=1,
    ),
    ValveForm(
        SentenceForm("interview at most <number> rounds"),
        "interview_rounds",
        limits="How often a step may put questions to a person.",
        trips="The step is `stopped` and names the questions that are still open.",
        remedy="Say it in `app_intent.md`, then `meta retry NAME`, which begins the interview anew.",
        whole=True,
    ),
    ValveForm(
        SentenceForm("LEGOs at most <number> per app"),
        "legos",
        limits="How many LEGOs a plan may have; those that it retires do not count.",
        trips="The plan is no valid plan: the criterion on it is red, and the next session is told the number.",
        remedy="Nothing, if the next plan is smaller. If it cannot be, cut the app into several, or raise the number.",
        least=1,
        whole=True,
    ),
    ValveForm(
        SentenceForm("brief at most <number> tokens"),
        "brief_tokens",
        limits="How long the text may be that a session is told, by estimate.",
        trips="Cards are left out, then inputs, which stay in the session's folder to be opened. If the rest is still "
        "too long, the step is `stopped`, and says how long its brief is.",
        remedy="Shorten its Gen or Review, take a slice `(rows of {lego})` of a long input, or raise the number.",
        least=1,
        whole=True,
    ),
    ValveForm(
        SentenceForm("sessions in parallel at most <number>"),
        "parallel_sessions",
        limits="How many sessions are at work at once. `meta run --jobs` sets a lower limit, never a higher one.",
        trips="No step stops: what is ready starts as soon as a session has ended.",
        remedy="Nothing; raise the number, and `--jobs`, if the machine and the runtime can bear more.",
        least=1,
        whole=True,
    ),
    ValveForm(
        SentenceForm("minutes per session at most <number>"),
        "session_minutes",
        limits="How long one session may take. A brief that waits for a person's hand has all the time it needs.",
        trips="The session is ended and counts as a failure of its step; what it wrote stays reachable.",
        remedy="Nothing, if the next attempt is quicker. Else make the step smaller, or raise the number.",
        least=0.01,
    ),
    ValveForm(
        SentenceForm("idle minutes per session at most <number>"),
        "idle_minutes",
        limits="How long a session may write nothing, neither events nor output. Waiting for a person does not count.",
        trips="The session is ended and counts as a failure of its step; what it wrote stays reachable.",
        remedy="Look at the end of its `raw.log` for what it waited for. Raise the number if its runtime is just slow.",
        least=0.01,
    ),
    _cap(
        "minutes per LEGO", "The time of all ended sessions of one LEGO.", "lego_minutes", AT_THE_LEGOS_CAP, least=0.01
    ),
    _cap("minutes per day", "The time of all ended sessions of a day.", "day_minutes", AT_THE_DAYS_CAP, least=0.01),
    _cap(
        "tokens per session", f"The tokens of one session. {UNTOLD}", "session_tokens", AT_THE_SESSIONS_CAP, whole=True
    ),
    _cap("tokens per LEGO", f"The tokens of one LEGO. {UNTOLD}", "lego_tokens", AT_THE_LEGOS_CAP, whole=True),
    _cap("tokens per day", f"The tokens of a day. {UNTOLD}", "day_tokens", AT_THE_DAYS_CAP, whole=True),
    _cap("cost per session", f"The price of one session, in US dollars. {UNTOLD}", "session_cost", AT_THE_SESSIONS_CAP),
    _cap("cost per LEGO", f"The price of one LEGO, in US dollars. {UNTOLD}", "lego_cost", AT_THE_LEGOS_CAP),
    _cap("cost per day", f"The price of a day, in US dollars. {UNTOLD}", "day_cost", AT_THE_DAYS_CAP),
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
