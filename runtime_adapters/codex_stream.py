"""The stream of `codex exec --json` as events, and what its end means.

Errors are plain text in this stream. A wait that the provider ordered (`retry-after`) is told on stderr only, by a
log line that the adapter asks for; without it the run would just be silent for hours.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from runtime_adapters.events import (
    EXIT_BAD_CONFIGURATION,
    EXIT_CONTEXT_OVERFLOW,
    EXIT_DONE,
    EXIT_NOT_LOGGED_IN,
    EXIT_RATE_LIMITED,
    EXIT_UNAVAILABLE,
    Event,
    read_events,
)
from runtime_adapters.stream_agent import Ending, relative, unknown

Fields = dict[str, object]
Events = Iterable[tuple[str, Fields]]

EXIT_FAILED = 1
EXIT_USAGE = 2
"""Codex's own code for arguments it does not know."""
RETRY_LOG = "error,codex_core::responses_retry=warn"
"""Value of RUST_LOG with which codex says how long it will wait before it asks again."""
RECONNECTING = "Reconnecting..."
KINDS_OF_ERROR = (
    (EXIT_CONTEXT_OVERFLOW, r"context window|context_length_exceeded"),
    (EXIT_NOT_LOGGED_IN, r"\b401\b|\b403\b|not logged in|missing environment variable|log ?in again|sign in again"),
    (EXIT_RATE_LIMITED, r"\b429\b|\b402\b|usage limit|rate limit|quota exceeded"),
    (EXIT_BAD_CONFIGURATION, r"\b404\b|model .* (does not exist|not found|is not supported)|newer version of codex"),
    (EXIT_UNAVAILABLE, r"stream disconnected|network|connection|sending request|timed? ?out|\b5\d\d\b"),
    (EXIT_UNAVAILABLE, r"high demand|at capacity|overloaded"),
)
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
WAIT = re.compile(r"retrying sampling request \(\d+/\d+ in ([\d.]+)(ms|s)\)")


def judge(message: str, now: Callable[[], datetime] = datetime.now) -> Ending:
    """The ending an error text stands for, with the time of the next try where the text tells one."""
    found = (code for code, pattern in KINDS_OF_ERROR if re.search(pattern, message, re.IGNORECASE))
    code = next(found, EXIT_FAILED)
    if code != EXIT_RATE_LIMITED:
        return Ending(code, message)
    return Ending(code, message, retry_after_seconds(message), retry_at(message, now()))


def retry_after_seconds(message: str) -> float | None:
    """Seconds in "try again in 1h2m", "… in 11.054s", "… in 3 days 2 hours"."""
    found = re.search(r"try again in ((?:[\d.]+ ?(?:ms|[smhd])[a-z]*[ ,]*)+)", message)
    if not found:
        return None
    parts = re.findall(r"([\d.]+) ?(ms|[smhd])", found[1])
    return sum(float(number.strip(".")) * UNITS[unit] for number, unit in parts)


def retry_at(message: str, now: datetime) -> str | None:
    """The moment in "try again at 8:42 PM" or "… at Nov 25th, 2026 7:45 PM", which is local time; ISO 8601."""
    found = re.search(r"try again at (?:(\w{3} \d+)\w\w, (\d{4}) )?(\d+:\d\d [AP]M)", message)
    if not found:
        return None
    day = f"{found[1]} {found[2]}" if found[1] else now.strftime("%b %d %Y")
    try:
        moment = datetime.strptime(f"{day} {found[3]}", "%b %d %Y %I:%M %p")
    except ValueError:
        return None
    if not found[1] and moment < now.replace(second=0, microsecond=0):
        moment += timedelta(days=1)
    return moment.astimezone().isoformat()


class CodexReader:
    """Reads one run. `told`: the events of the runs before it in the same session, whose usage is already reported."""

    def __init__(
        self,
        worktree: Path,
        told: Iterable[Event] = (),
        network_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        silence_seconds: float = 0.0,
    ) -> None:
        self.worktree, self.network_seconds, self.clock = worktree, network_seconds, clock
        self.silence_seconds = silence_seconds
        """How long nothing may be heard of the model while no tool is at work; 0: for ever."""
        self.heard_at: float | None = None
        self.at_work: set[object] = set()
        """Ids of the tools that are running."""
        self.thread, self.reported = _usage_so_far(told)
        self.completed = False
        self.error = ""
        self.trying_since: float | None = None
        self.wait: float | None = None
        """Seconds codex announced to wait before it asks again."""

    def read(self, line: Fields) -> Events:
        """The events of one line."""
        kind = line.get("type")
        self.heard_at = self.clock()
        if kind != "error":
            self.trying_since = self.wait = None
        match kind:
            case "thread.started":
                return self._thread(str(line["thread_id"]))
            case "turn.started":
                return []
            case "turn.completed":
                self.completed = True
                return self._usage(line["usage"])
            case "turn.failed":
                error = line["error"]
                self.error = str(error["message"] if isinstance(error, dict) else error)
                return []
            case "error":
                return self._error(str(line["message"]))
            case "item.started" | "item.updated" | "item.completed":
                item = line["item"]
                if isinstance(item, dict):
                    return self._item(str(kind), item)
        return [unknown(line)]

    def hear(self, stderr: str) -> None:
        """Take note of an announced wait."""
        if found := WAIT.search(stderr):
            self.wait = float(found[1]) * UNITS[found[2]]

    def overdue(self, now: float) -> Ending | None:
        """Codex never gives up on a network that is down, and waits for hours if told to: the engine decides."""
        if self.trying_since is None:
            return self._silent(now)
        ending = judge(self.error or "the model's server cannot be reached")
        if self.wait is not None and self.wait > self.network_seconds:
            code = ending.code if ending.code == EXIT_RATE_LIMITED else EXIT_UNAVAILABLE
            return Ending(code, ending.message, self.wait)
        if now - self.trying_since < self.network_seconds:
            return None
        code = EXIT_UNAVAILABLE if ending.code == EXIT_FAILED else ending.code
        message = f"no answer after {self.network_seconds:g} s of new tries: {ending.message}"
        return Ending(code, message, ending.retry_after_seconds, ending.retry_at)

    def _silent(self, now: float) -> Ending | None:
        if not self.silence_seconds or self.heard_at is None or self.at_work or self.completed:
            return None
        if now - self.heard_at < self.silence_seconds:
            return None
        return Ending(EXIT_UNAVAILABLE, f"nothing was heard of the model for {self.silence_seconds:g} s")

    def ending(self, exit_code: int, stderr_tail: str) -> Ending:
        """What the end means. Exit code 1 is an error, or an interrupt: the stream tells which."""
        if exit_code < 0:
            return Ending(128 - exit_code, "codex was killed")
        if self.error and not self.completed:
            return judge(self.error)
        if exit_code == EXIT_DONE and self.completed:
            return Ending(EXIT_DONE)
        said = _last_line(stderr_tail)
        if exit_code == EXIT_USAGE:
            error = re.search(r"^error: (.*)", stderr_tail, re.MULTILINE)
            return Ending(EXIT_BAD_CONFIGURATION, f"codex does not take its arguments: {error[1] if error else said}")
        ending = judge(said or f"codex ended with exit code {exit_code}, and its stream did not say how it ended")
        return Ending(EXIT_FAILED if ending.code == EXIT_DONE else ending.code, ending.message)

    def _thread(self, thread: str) -> Events:
        if thread != self.thread:
            self.thread, self.reported = thread, (0, 0)
        return [("agent_session", {"session": thread})]

    def _usage(self, usage: object) -> Events:
        """Codex counts the whole thread, from its first run: what is new is reported."""
        if not isinstance(usage, dict):
            return []
        total = (int(usage["input_tokens"]), int(usage["output_tokens"]))
        new = tuple(max(0, now - before) for now, before in zip(total, self.reported, strict=True))
        self.reported = total
        return [("usage", {"input_tokens": new[0], "output_tokens": new[1]})]

    def _error(self, message: str) -> Events:
        if message.startswith(RECONNECTING):
            if self.trying_since is None:
                self.trying_since = self.clock()
            inner = re.search(r"\((.*)\)", message, re.DOTALL)
            self.error = inner[1] if inner else message
        else:
            self.error = message
        return [("text", {"text": message, "notice": True})]

    def _item(self, kind: str, item: Fields) -> Events:
        started, completed = kind == "item.started", kind == "item.completed"
        if completed:
            self.error = ""
            self.at_work.discard(item.get("id"))
        match item["type"]:
            case "agent_message" if completed:
                return [("text", {"text": item["text"]})]
            case "reasoning" if completed:
                return [("thought", {"text": item["text"]})]
            case "error" if completed:
                return [("text", {"text": item["message"], "notice": True})]
            case "agent_message" | "reasoning" | "error":
                return []
            case "todo_list":
                return [("plan", {"text": _plan(item["items"])})]
            case "command_execution" | "file_change" | "mcp_tool_call" | "web_search":
                if started:
                    self.at_work.add(item["id"])
                    return [("tool_started", _tool(item, self.worktree))]
                return self._tool_finished(item) if completed else []
        return [unknown({"type": kind, "item": item})]

    def _tool_finished(self, item: Fields) -> Events:
        fields: Fields = {"name": _tool(item, self.worktree)["name"], "id": item["id"]}
        fields["ok"] = item.get("status", "completed") == "completed"
        if isinstance(item.get("exit_code"), int):
            fields["exit_code"] = item["exit_code"]
        events = [("tool_finished", fields)]
        if item["type"] == "file_change" and fields["ok"]:
            events += [("file_changed", {"path": path}) for path in _changed(item, self.worktree)]
        return events


def _tool(item: Fields, worktree: Path) -> Fields:
    common: Fields = {"id": item["id"]}
    match item["type"]:
        case "command_execution":
            return {"name": "shell", **common, "command": item["command"]}
        case "file_change":
            return {"name": "edit", **common, "path": ", ".join(_changed(item, worktree))}
        case "web_search":
            return {"name": "web_search", **common, "command": item.get("query", "")}
    return {"name": f"{item.get('server')}.{item.get('tool')}", **common}


def _changed(item: Fields, worktree: Path) -> list[str]:
    changes = item["changes"]
    return [relative(worktree, change["path"]) for change in changes] if isinstance(changes, list) else []


def _plan(items: object) -> str:
    if not isinstance(items, list):
        return ""
    return "\n".join(f"{'✓' if item.get('completed') else '·'} {item['text']}" for item in items)


def _usage_so_far(told: Iterable[Event]) -> tuple[str | None, tuple[int, int]]:
    """The last thread, and the tokens (in, out) reported of it."""
    thread, tokens = None, (0, 0)
    for event in told:
        session = event.text_of("session") if event.kind == "agent_session" else ""
        if session and session != thread:
            thread, tokens = session, (0, 0)
        if event.kind == "usage":
            tokens = (tokens[0] + _count(event, "input_tokens"), tokens[1] + _count(event, "output_tokens"))
    return thread, tokens


def _count(event: Event, name: str) -> int:
    value = event.fields.get(name)
    return value if isinstance(value, int) else 0


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("Error: ") if lines else ""


def reader_for(worktree: Path, events_path: Path, network_seconds: float, silence_seconds: float) -> CodexReader:
    """A reader that knows what the session's earlier runs reported."""
    return CodexReader(worktree, read_events(events_path), network_seconds, silence_seconds=silence_seconds)
