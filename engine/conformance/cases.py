"""What must come of each session of the check. Pure: a case looks at what was seen and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.conformance.acts import LONG_BRIEF, Act
from engine.conformance.event_lines import problem_of
from engine.state.models import Outcome

MARK = b'{"kind": "weather", "t": 0, "text": "an event of a kind that nobody knows"}\n'
"""Stands in events.jsonl before the session starts."""
MALFORMED = '{"status": "perhaps"}'
HELLO = {"hello.txt": "hello"}

How = Literal["run", "cancel", "resume"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One session when it is over."""

    outcome: Outcome
    exit_code: int | None = None
    reason: str = ""
    ended: bool = True
    """By itself, before its deadline."""
    began: bool = True
    """The tool call that holds; always true where none does."""
    resumed: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    """Those of the act that are there, with their text."""
    answer: str | None = None
    """result.json in the session folder."""
    before: bytes = b""
    """events.jsonl at the start, or at the kill."""
    events: bytes = b""
    raw_size: int = 0
    left: tuple[str, ...] = ()
    """Processes of it that are still there."""
    unmarked: tuple[str, ...] = ()
    """Processes it started that do not carry META_SESSION."""


@dataclass(frozen=True, slots=True)
class Case:
    """`expected` is the line of the report; `judge` says what was found instead, "" if it is kept."""

    name: str
    expected: str
    judge: Callable[[Seen], str]


@dataclass(frozen=True, slots=True)
class Trial:
    """One session, and the cases that look at it. The first trial's cases must hold before the others mean anything."""

    name: str
    act: Act
    how: How
    cases: tuple[Case, ...]
    mark: bytes = b""


def ends(seen: Seen) -> str:
    """Nothing to read on stdin, and no need to."""
    return "" if seen.ended else f"it hung: {seen.reason}"


def writes(seen: Seen) -> str:
    """The plain session."""
    if seen.outcome != "done":
        return f"it came out as {seen.outcome} (exit code {seen.exit_code}): {seen.reason}"
    missing = [path for path, text in HELLO.items() if seen.files.get(path) != text]
    return f"{missing[0]} holds {seen.files.get(missing[0])!r}" if missing else ""


def tells(seen: Seen) -> str:
    """Signs of life, each of the right form."""
    told = seen.events.removeprefix(seen.before)
    if not told.strip() and not seen.raw_size:
        return "neither an event nor a line of output: the idle timer would end it"
    return problem_of(told)


def keeps(seen: Seen) -> str:
    """The file of events is appended to."""
    return "" if seen.events.startswith(seen.before) else "the event that stood in events.jsonl is gone or changed"


def arrives(seen: Seen) -> str:
    """The end of the brief was read."""
    if not seen.ended:
        return f"it hung: {seen.reason}"
    if seen.outcome == "done" and seen.files == HELLO:
        return ""
    return f"what its last lines ask for was not done ({seen.outcome}): {seen.reason or seen.files}"


def is_missed(seen: Seen) -> str:
    """No answer is no answer."""
    if seen.answer is not None:
        return f"result.json was invented: {seen.answer[:200]}"
    return _failed(seen)


def is_refused(seen: Seen) -> str:
    """A bad answer stays what it is."""
    if seen.answer is not None and seen.answer.strip() != MALFORMED:
        return f"result.json was changed to {seen.answer[:200]}"
    return _failed(seen)


def stops(seen: Seen) -> str:
    """Cancelled, and gone."""
    if not seen.began:
        return f"the tool call did not begin: {seen.reason}"
    if seen.left:
        return f"still running: {'; '.join(seen.left)}"
    if seen.unmarked:
        return f"without META_SESSION, so not to be found after a kill: {'; '.join(seen.unmarked)}"
    return "" if seen.outcome == "cancelled" else f"it came out as {seen.outcome}: {seen.reason}"


def goes_on(seen: Seen) -> str:
    """Killed, resumed, done."""
    if not seen.began:
        return f"the tool call did not begin: {seen.reason}"
    if not seen.resumed:
        return f"after the kill it was {seen.outcome}: {seen.reason}"
    if not seen.events.startswith(seen.before):
        return "the events from before the kill are gone or changed"
    if seen.outcome != "done" or seen.files != HELLO:
        return f"resumed, it came out as {seen.outcome} (exit code {seen.exit_code}): {seen.reason or seen.files}"
    return ""


def _failed(seen: Seen) -> str:
    if not seen.ended:
        return f"it hung: {seen.reason}"
    return "" if seen.outcome == "failed" and seen.reason else f"it came out as {seen.outcome}: {seen.reason}"


PLAIN = Trial(
    "plain",
    Act(HELLO),
    "run",
    (
        Case("stdin", "a session ends by itself with nothing to read on stdin", ends),
        Case("files", "a session writes a file and result.json, and ends with exit code 0", writes),
        Case("events", "every line it adds to events.jsonl is an event, with fields of the right types", tells),
        Case("kept", "what stands in events.jsonl is kept, an event of an unknown kind too", keeps),
    ),
    MARK,
)
OTHERS = (
    Trial(
        "brief",
        Act(HELLO, length=LONG_BRIEF),
        "run",
        (Case("long_brief", "a brief of 100 kB arrives whole", arrives),),
    ),
    Trial(
        "missing",
        Act(HELLO, answer=None),
        "run",
        (Case("no_result", "a session without a result has failed; none is invented", is_missed),),
    ),
    Trial(
        "malformed",
        Act(HELLO, answer=MALFORMED),
        "run",
        (Case("bad_result", "a malformed result is a failure with a reason; it is not mended", is_refused),),
    ),
    Trial(
        "cancel",
        Act(HELLO, hold=True),
        "cancel",
        (Case("cancel", "cancelled in the middle of a tool call, it leaves no process", stops),),
    ),
    Trial(
        "resume",
        Act(HELLO, hold=True),
        "resume",
        (Case("resume", "killed in the middle of a tool call and resumed, it comes to its end", goes_on),),
    ),
)
