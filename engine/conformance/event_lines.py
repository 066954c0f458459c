"""Whether lines of `events.jsonl` are what the adapter interface says. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import PurePosixPath

Check = Callable[[object], bool]


def problem_of(data: bytes) -> str:
    """What is wrong with the first line that is not right; "" if all are."""
    if data and not data.endswith(b"\n"):
        return "the last line has no newline"
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip() and (problem := _problem(line)):
            return f"line {number} of those it added: {problem}: {line[:120].decode(errors='replace')}"
    return ""


def _problem(line: bytes) -> str:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return "no JSON"
    if not isinstance(event, dict) or not isinstance(event.get("kind"), str):
        return "no object with a text `kind`"
    fields = {"t": ("seconds, 0 or more", _is_amount), **FIELDS.get(event["kind"], {})}
    for name, (expected, check) in fields.items():
        if event.get(name) is not None and not check(event[name]):
            return f"`{name}` is {json.dumps(event[name])[:60]}, expected: {expected}"
    return ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_relative(value: object) -> bool:
    return isinstance(value, str) and not PurePosixPath(value).is_absolute()


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


Expected = tuple[str, Check]
TEXT: Expected = ("a text", _is_text)
SWITCH: Expected = ("true or false", _is_switch)
COUNT: Expected = ("a whole number, 0 or more", _is_count)
SAID: dict[str, Expected] = {"text": TEXT, "notice": SWITCH}
TOOL: dict[str, Expected] = {"name": TEXT, "id": TEXT}
FIELDS: dict[str, dict[str, Expected]] = {
    "started": {"runtime": TEXT, "model": TEXT, "version": TEXT, "session": TEXT, "sandbox": TEXT},
    "agent_session": {"session": TEXT, "model": TEXT, "version": TEXT},
    "text": SAID,
    "thought": SAID,
    "tool_started": {**TOOL, "command": TEXT, "path": TEXT},
    "tool_finished": {**TOOL, "ok": SWITCH, "exit_code": ("a whole number", _is_whole)},
    "file_changed": {"path": ("a path relative to the worktree", _is_relative)},
    "usage": {
        "input_tokens": COUNT,
        "cached_input_tokens": COUNT,
        "output_tokens": COUNT,
        "cost": ("US dollars, 0 or more", _is_amount),
    },
    "question": {"text": TEXT},
    "rate_limited": {
        "message": TEXT,
        "retry_at": ("a moment in ISO 8601 with offset", _is_moment),
        "retry_after_seconds": ("seconds, 0 or more", _is_amount),
    },
    "error": {"message": TEXT},
    "result": {"status": TEXT, "summary": TEXT},
}
"""Kind → field → what is expected. Null counts as left out."""
