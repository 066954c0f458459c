"""The newest line of the journal as a sentence."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from tui.lines.format import timestamp
from tui.lines.sanitize import one_line
from tui.words.step_titles import of_lego

_WINDOW = 64 * 1024

_SENTENCES = {
    "run_set": "the run was set up",
    "action_started": "{step} began",
    "action_ended": "{step} ended",
    "session_ended": "{step}: the {substep} session ended ({outcome})",
    "landing_started": "{step} is about to land",
    "landed": "{step} landed",
    "gate_asked": "{step} waits for you",
    "reopened": "{step} is done again: {why}",
    "step_stopped": "{step} stopped: {why}",
    "valve_tripped": "a safety valve stopped {instance}: {message}",
    "valve_reset": "the safety valve of {instance} is open again",
    "command_done": "your command was carried out",
    "undo_started": "an undo begins",
    "undone": "the last merge or change was undone",
    "phase_started": "phase {phase}, {title}, began",
    "phase_ended": "phase {phase} is done",
}


def last_event(workspace: Path, title: Callable[[str], str] = str) -> str:
    """`14:03:07  store · tests landed`; empty when nothing happened yet. `title` calls a step as the screen does."""
    event = _last(workspace / ".orchestrator" / "journal.jsonl")
    if event is None:
        return ""
    at = timestamp(str(event.get("at", "")))
    clock = time.strftime("%H:%M:%S  ", time.localtime(at)) if at is not None else ""
    return clock + one_line(describe(event, title), 300)


def describe(event: dict[str, object], title: Callable[[str], str] = str) -> str:
    """One event in words. An unknown event is named, never dropped."""
    kind = str(event.get("event", "something happened"))
    step = _step(event, title)
    match kind, event:
        case "session_started", {"session": {"substep": substep, "attempt": attempt}}:
            return f"{step}: {substep} session #{attempt} began"
        case "check_ended", {"check": {"passed": passed}}:
            return f"{step}: the check {'passed' if passed else 'failed'}"
        case "gate_decided", {"fact": {"decision": decision}}:
            return f"{step}: decided, {decision}"
        case _:
            values = _Fields(event | {"step": step, "instance": title(str(event.get("instance", "")))})
            return _SENTENCES.get(kind, kind.replace("_", " ") + " {step}").format_map(values).strip()


def _step(event: dict[str, object], title: Callable[[str], str]) -> str:
    """What it happened to; a step that is no longer there has no title."""
    step, lego = (str(event.get(part) or "") for part in ("step", "lego"))
    return of_lego(step, lego) or title(step)


class _Fields(dict[str, object]):
    """A field that an event does not have is left blank."""

    def __missing__(self, key: str) -> str:
        return ""


def _last(path: Path) -> dict[str, object] | None:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _WINDOW))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return None
    for line in reversed(lines[:-1]):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            return event
    return None
