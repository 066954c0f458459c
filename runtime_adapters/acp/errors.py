"""What an agent's error means. Agents type their errors badly: often only the text tells."""

from __future__ import annotations

import json
import re
from datetime import datetime

from runtime_adapters.agent_process import Ending
from runtime_adapters.events import (
    EXIT_BAD_CONFIGURATION,
    EXIT_CONTEXT_OVERFLOW,
    EXIT_DONE,
    EXIT_NOT_LOGGED_IN,
    EXIT_RATE_LIMITED,
    EXIT_UNAVAILABLE,
)
from runtime_adapters.stream_agent import EXIT_TERMINATED

EXIT_FAILED = 1
AUTH_REQUIRED = -32000
SHOWN = 500

MEANINGS = (
    (
        EXIT_CONTEXT_OVERFLOW,
        r"context.{0,20}(length|window|limit|overflow)|prompt is too long|maximum context"
        r"|input.{0,20}too (long|large)",
    ),
    (EXIT_RATE_LIMITED, r"\b429\b|rate.?limit|too many requests|quota|usage limit|resource.?exhausted"),
    (
        EXIT_NOT_LOGGED_IN,
        r"\b40[13]\b|unauthori[sz]ed|authenticat|forbidden|(invalid|incorrect|missing).{0,20}api.?key"
        r"|not logged in|log ?in required|please (run )?.{0,20}log ?in",
    ),
    (
        EXIT_BAD_CONFIGURATION,
        r"model.{0,80}(not found|not exist|not supported|unknown)|(unknown|invalid|no such) model",
    ),
    (
        EXIT_UNAVAILABLE,
        r"(http|status|code|error|api)\W{1,4}(code\W{1,3})?5\d\d\b"
        r"|\b5\d\d (internal server|bad gateway|service unav|gateway time)"
        r"|internal server error|bad gateway|service unavailable|overloaded|could not connect|cannot connect"
        r"|connection (refused|error|reset|failed)|econn(refused|reset)|enotfound|etimedout|fetch failed"
        r"|unable to connect|waiting for network|server error|network error",
    ),
)
"""Exit code and what its errors say, the first that fits; a text about tokens may mention limits and codes too."""

_SPAN = r"(?:(\d+(?:\.\d+)?)\s*h(?:ours?)?\s*)?(?:(\d+(?:\.\d+)?)\s*m(?:in\w*)?(?!s)\s*)?(?:(\d+(?:\.\d+)?)\s*(ms)?)?"
_WAIT = re.compile(
    r"(?:retry|try again|resets?|wait)[\W_]*(?:after|in|delay|for)?[\W_]*(?:seconds)?[\W_]{0,4}(?=\d)" + _SPAN, re.I
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")


def judge(code: int | None, message: str, data: object = None) -> Ending:
    """What an error (JSON-RPC code, message and data, or only a text) means for the session."""
    said = sentence(message, data)
    everything = f"{message} {data if isinstance(data, str) else json.dumps(data) if data else ''}"
    meaning = _typed(code) or _meaning(everything) or (EXIT_NOT_LOGGED_IN if code == AUTH_REQUIRED else EXIT_FAILED)
    if meaning != EXIT_RATE_LIMITED:
        return Ending(meaning, said)
    moment = retry_at(everything)
    return Ending(meaning, said, None if moment else retry_after(everything), moment)


STOPS = {
    "end_turn": (EXIT_DONE, ""),
    "cancelled": (EXIT_TERMINATED, "the agent's turn was cancelled"),
    "refusal": (EXIT_FAILED, "the agent refused to go on"),
    "max_tokens": (EXIT_FAILED, "the agent stopped at its limit of tokens"),
    "max_turn_requests": (EXIT_FAILED, "the agent stopped at its limit of model calls in one turn"),
}


def stopped(reason: object, said: str, *, errors_are_text: bool) -> Ending:
    """What the end of a turn means. `said`: the agent's last words."""
    if reason == "end_turn" and errors_are_text and said.startswith("Error: "):
        return judge(None, said.removeprefix("Error: "))
    code, message = STOPS.get(
        str(reason), (EXIT_FAILED, f"the agent ended its turn for a reason nobody knows: {reason}")
    )
    return Ending(code, f"{message}: {said}"[:SHOWN] if code == EXIT_FAILED and said else message)


def sentence(message: str, data: object = None) -> str:
    """The error as one line; "Internal error" says nothing where the data says more."""
    detail = data if isinstance(data, str) else ""
    if isinstance(data, dict):
        detail = next((v for k in ("message", "details", "error") if isinstance(v := data.get(k), str) and v), "")
    text = detail if detail and message in ("Internal error", "Error", "") else message
    if detail and detail not in text and text == message:
        text = f"{message}: {detail}"
    return " ".join(text.split())[:SHOWN] or "the agent ended its turn with an error that says nothing"


def retry_after(text: str) -> float | None:
    """The seconds that a text asks to wait; None if it does not."""
    match = _WAIT.search(text)
    if match is None or not any(match.group(1, 2, 3)):
        return None
    hours, minutes, rest = (float(value or 0) for value in match.group(1, 2, 3))
    return hours * 3600 + minutes * 60 + (rest / 1000 if match.group(4) == "ms" else rest)


def retry_at(text: str) -> str | None:
    """The moment (ISO 8601 with offset) that a text names; None if it does not."""
    match = _MOMENT.search(text)
    if match is None:
        return None
    try:
        return datetime.fromisoformat(match.group()).isoformat()
    except ValueError:
        return None


def _typed(code: int | None) -> int | None:
    """Some agents send the HTTP status as the error's code."""
    if code in (401, 403):
        return EXIT_NOT_LOGGED_IN
    if code == 429:
        return EXIT_RATE_LIMITED
    return EXIT_UNAVAILABLE if code is not None and 500 <= code < 600 else None


def _meaning(text: str) -> int | None:
    return next((code for code, pattern in MEANINGS if re.search(pattern, text, re.IGNORECASE)), None)
