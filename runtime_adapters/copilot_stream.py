"""Copilot CLI's stream of JSON lines (`--output-format json`) as events, and what its end means.

Tokens are not in the stream: the file of `--usage-output-file` has them, written before the last line. Nor is the time
a server asks to wait: copilot's own log has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runtime_adapters.events import (
    EXIT_BAD_CONFIGURATION,
    EXIT_CONTEXT_OVERFLOW,
    EXIT_DONE,
    EXIT_NOT_LOGGED_IN,
    EXIT_RATE_LIMITED,
    EXIT_UNAVAILABLE,
)
from runtime_adapters.stream_agent import Ending, unknown

TESTED = "1.0."
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
KILLED = (129, 130, 137, 143)
PATIENCE_SECONDS = 5.0
"""A longer wait that a server asks for is the engine's business."""
TRIES = 3
LOG_TAIL = 64 * 1024
TOO_LONG = ("context_length", "context length", "context limit", "context window", "prompt as too long")
QUIET = {
    "abort",
    "agent.interrupted",
    "assistant.idle",
    "assistant.intent",
    "assistant.message_delta",
    "assistant.message_start",
    "assistant.reasoning_delta",
    "assistant.streaming_delta",
    "assistant.tool_call_delta",
    "assistant.turn_end",
    "assistant.turn_retry",
    "assistant.turn_start",
    "model.call_final_result",
    "model.call_finished",
    "model.call_start",
    "session.background_tasks_changed",
    "session.info",
    "session.mcp_server_status_changed",
    "session.mcp_servers_loaded",
    "session.skills_loaded",
    "session.tools_updated",
    "session.usage_info",
    "tool.execution_partial_result",
    "tool.execution_progress",
    "user.message",
}
"""Types of lines that tell nothing new to a person."""

Event = tuple[str, dict[str, object]]


class CopilotReader:
    """Reads one session's stream. `worktree` is cut off from paths.

    `usage`, `logs` and `conversation` (in a folder named after the session) are what copilot writes; `told` are the
    tokens (input, output) of this conversation's earlier runs: copilot counts from its beginning.
    """

    def __init__(
        self, worktree: str, usage: Path, logs: Path, conversation: Path, told: tuple[int, int] = (0, 0)
    ) -> None:
        self.prefix = worktree.rstrip("/") + "/"
        self.usage, self.logs, self.conversation, self.told = usage, logs, conversation, told
        self.error: dict[str, Any] | None = None
        self.failure: dict[str, Any] = {}
        self.failures = 0
        self.interrupted = False
        self.version = ""
        self.tools: dict[str, str] = {}
        self.result: dict[str, Any] | None = None

    def read(self, line: dict[str, Any]) -> Iterator[Event]:
        """The events in one line."""
        kind, data = line.get("type"), line.get("data") or {}
        if not self.version and kind not in QUIET:
            yield from self._version()
        match kind:
            case "assistant.message":
                self.failures = 0
                yield from self._message(data)
            case "assistant.reasoning":
                yield "thought", {"text": data["content"]}
            case "tool.execution_start":
                yield self._tool_started(data)
            case "tool.execution_complete":
                yield from self._tool_finished(data)
            case "model.call_failure":
                self.failures += 1
                self.failure = data
                yield "text", {"text": f"the model's server: {_words(data)}", "notice": True}
            case "session.error":
                self.error = data
            case "session.warning":
                yield "text", {"text": data["message"], "notice": True}
            case "result":
                self.result = line
                if line["sessionId"] != self.conversation.parent.name:
                    yield "agent_session", {"session": line["sessionId"]}
                yield from used(self.usage, self.told)
            case _ if kind not in QUIET:
                yield unknown(line)
        self.interrupted = self.interrupted or kind in ("abort", "agent.interrupted")

    def overdue(self, now: float) -> Ending | None:
        """The ending once the server asked for a longer wait, or has refused often enough."""
        if not self.failures or self.error:
            return None
        wait = self._wait()
        if self.failures < TRIES and (wait is None or wait <= PATIENCE_SECONDS):
            return None
        return self._judge(self.failure.get("statusCode"), "", _words(self.failure), wait)

    def ending(self, exit_code: int, stderr_tail: str) -> Ending:
        """What the end of the stream means."""
        if self.error:
            text = " ".join(str(self.error.get("message") or "").split()) or _words(self.failure)
            return self._judge(self.error.get("statusCode"), str(self.error.get("errorType") or ""), text, self._wait())
        if exit_code < 0 or exit_code in KILLED:
            return Ending(128 - exit_code if exit_code < 0 else exit_code)
        if self.interrupted:
            return Ending(EXIT_INTERRUPTED)
        if exit_code == 0:
            return Ending(EXIT_DONE)
        return _without_stream(exit_code, stderr_tail)

    def _version(self) -> Iterator[Event]:
        """Told as soon as copilot has written it down."""
        self.version = noted_version(self.conversation)
        if self.version:
            yield "agent_session", {"session": self.conversation.parent.name, "version": self.version}
            if not self.version.startswith(TESTED):
                notice = f"copilot {self.version}: this adapter was tested with {TESTED}x"
                yield "text", {"text": notice, "notice": True}

    def _message(self, data: dict[str, Any]) -> Iterator[Event]:
        if thought := data.get("reasoningText"):
            yield "thought", {"text": thought}
        if text := data.get("content"):
            yield "text", {"text": text}

    def _tool_started(self, data: dict[str, Any]) -> Event:
        arguments = data.get("arguments")
        arguments = arguments if isinstance(arguments, dict) else {}
        told: dict[str, object] = {"name": data["toolName"], "id": data["toolCallId"]}
        self.tools[data["toolCallId"]] = data["toolName"]
        if command := arguments.get("command"):
            told["command"] = command
        elif path := arguments.get("path"):
            told["path"] = str(path).removeprefix(self.prefix)
        return "tool_started", told

    def _tool_finished(self, data: dict[str, Any]) -> Iterator[Event]:
        called = data["toolCallId"]
        told: dict[str, object] = {"name": self.tools.get(called, ""), "id": called, "ok": bool(data["success"])}
        code = (data.get("shellExecution") or {}).get("exitCode")
        if isinstance(code, int):
            told |= {"exit_code": code, "ok": bool(data["success"]) and code == 0}
        yield "tool_finished", told
        for edit in data.get("fileEdits") or []:
            if edit["path"].startswith(self.prefix):
                yield "file_changed", {"path": edit["path"].removeprefix(self.prefix)}

    def _wait(self) -> float | None:
        """How long the server asked to wait, if it is a rate limit and copilot noted it."""
        return noted_wait(self.logs) if self.failure.get("statusCode") == 429 else None

    def _judge(self, status: object, kind: str, text: str, wait: float | None) -> Ending:
        code = str(self.failure.get("errorCode") or "")
        if status == 413 or any(words in f"{code} {text}".lower() for words in TOO_LONG):
            return Ending(EXIT_CONTEXT_OVERFLOW, text)
        if status == 429 or kind in ("rate_limit", "quota"):
            return Ending(EXIT_RATE_LIMITED, text, retry_after_seconds=wait)
        if status in (401, 403) or kind in ("authentication", "authorization"):
            return Ending(EXIT_NOT_LOGGED_IN, text)
        if status in (400, 404, 422):
            return Ending(EXIT_BAD_CONFIGURATION, text)
        return Ending(EXIT_UNAVAILABLE, text)


def used(path: Path, told: tuple[int, int]) -> Iterator[Event]:
    """The usage event in copilot's own file, less what was told; none if it is not there or names no model."""
    try:
        models = json.loads(path.read_bytes())["modelMetrics"].values()
        counts = [model["usage"] for model in models]
        inputs, outputs = (sum(int(count[name]) for count in counts) for name in ("inputTokens", "outputTokens"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return  # what was used stays unknown
    if counts:
        yield "usage", {"input_tokens": max(0, inputs - told[0]), "output_tokens": max(0, outputs - told[1])}


def noted_version(conversation: Path) -> str:
    """The version of copilot that began the conversation; the empty text if it is not told."""
    try:
        with conversation.open("rb") as file:
            return str(json.loads(file.readline())["data"]["copilotVersion"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def noted_wait(logs: Path) -> float | None:
    """The last `retry_after_ms` in copilot's logs, in seconds."""
    found: list[bytes] = []
    for path in sorted(logs.glob("*.log")):
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_TAIL))
            found += re.findall(rb'"retry_after_ms":\s*(\d+)', file.read())
    return int(found[-1]) / 1000 if found else None


def _words(failure: dict[str, Any]) -> str:
    """A failed call of the model in one line."""
    status, text = failure.get("statusCode"), str(failure.get("errorMessage") or "")
    try:
        plain = json.loads(text)
    except ValueError:
        plain = text
    said = str(plain.get("message", "")) if isinstance(plain, dict) else str(plain)
    return " ".join(f"{f'HTTP {status}: ' if status else ''}{said or 'no answer'}".split())


def _without_stream(exit_code: int, stderr_tail: str) -> Ending:
    """Copilot gave up before it printed a word: only stderr tells why."""
    lines = [line.strip() for line in stderr_tail.splitlines() if line.strip()]
    text = next((line for line in lines if line.lower().startswith("error")), lines[-1] if lines else "")
    lower = text.lower()
    if "authentication" in lower or "not logged in" in lower:
        return Ending(EXIT_NOT_LOGGED_IN, text)
    if "option" in lower or "argument" in lower or "command format" in lower or "model" in lower:
        return Ending(EXIT_BAD_CONFIGURATION, text)
    return Ending(EXIT_FAILED, text or f"copilot ended with exit code {exit_code}")
