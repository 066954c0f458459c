"""Claude Code's stream of JSON lines (`--output-format stream-json`) as events, and what its end means.

The closing line says `"subtype": "success"` also for failures: `is_error` is what counts. The exit code alone tells
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
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

TESTED = "2.1."
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
KILLED = (129, 130, 137, 143)
PATIENCE_SECONDS = 5.0
"""A longer wait that a server asks for is the engine's business."""
RETRIES = 2
WRITES = ("Write", "Edit", "MultiEdit", "NotebookEdit")
QUIET = ("status", "thinking_tokens", "hook_started", "hook_progress", "hook_response")
"""Subtypes of `system` lines that tell nothing to a person."""

Event = tuple[str, dict[str, object]]


class ClaudeReader:
    """Reads one session's stream. `worktree` is cut off from paths."""

    def __init__(self, worktree: str) -> None:
        self.prefix = worktree.rstrip("/") + "/"
        self.tools: dict[str, dict[str, Any]] = {}
        self.told = {"input_tokens": 0, "output_tokens": 0}
        self.result: dict[str, Any] | None = None
        self.trouble = ""
        self.trouble_text = ""
        self.retries = 0
        self.retry_after: float | None = None
        self.resets_at: str | None = None
        self.enough: Ending | None = None

    def read(self, line: dict[str, Any]) -> Iterator[Event]:
        """The events in one line."""
        match line.get("type"):
            case "system":
                yield from self._system(line)
            case "stream_event":
                yield from self._partial(line["event"])
            case "assistant":
                yield from self._assistant(line)
            case "user":
                yield from self._tool_results(line["message"]["content"])
            case "rate_limit_event":
                self._note_limit(line["rate_limit_info"])
            case "result":
                self.result = line
                yield from self._rest_of_usage(line)
            case _:
                yield unknown(line)

    def overdue(self, now: float) -> Ending | None:
        """The ending once the server asked for a longer wait, or has refused often enough."""
        return self.enough

    def ending(self, exit_code: int, stderr_tail: str) -> Ending:
        """What the end of the stream means."""
        result = self.result
        if result and str(result.get("terminal_reason", "")).startswith("aborted"):
            return Ending(EXIT_INTERRUPTED)
        if result and not result.get("is_error"):
            return Ending(EXIT_DONE)
        if exit_code < 0 or exit_code in KILLED:
            return Ending(128 - exit_code if exit_code < 0 else exit_code)
        if exit_code == 0 and result is None and not self.trouble:
            return Ending(EXIT_DONE)
        text = self._reason(stderr_tail) or f"claude ended with exit code {exit_code}"
        return self._judge(result.get("api_error_status") if result else None, self.trouble, text)

    def _system(self, line: dict[str, Any]) -> Iterator[Event]:
        match line.get("subtype"):
            case "init":
                version = str(line.get("claude_code_version") or "")
                yield "agent_session", {"session": line["session_id"], "model": line.get("model"), "version": version}
                if not version.startswith(TESTED):
                    yield "text", _notice(f"claude {version}: this adapter was tested with {TESTED}x")
            case "api_retry":
                yield self._retry(line)
            case "compact_boundary":
                yield "text", _notice("the conversation became too long and was summed up")
            case subtype if subtype not in QUIET:
                yield unknown(line)

    def _retry(self, line: dict[str, Any]) -> Event:
        wait = float(line["retry_delay_ms"]) / 1000
        status, kind = line.get("error_status"), str(line.get("error", ""))
        self.retries += 1
        self.retry_after = wait if status == 429 else None
        what = f"HTTP {status}" if status else "no connection"
        if wait > PATIENCE_SECONDS or self.retries > RETRIES:
            self.enough = self._judge(status, kind, f"{what} ({kind}); the next try would be in {wait:.0f} s")
        return "text", _notice(f"{what} from the model's server: trying again in {wait:.1f} s")

    def _partial(self, event: dict[str, Any]) -> Iterator[Event]:
        """Usage as it grows, so that a session that is killed has told what it used."""
        if event.get("type") == "message_start":
            yield from self._usage(_input_tokens(event["message"].get("usage") or {}), 0, None)
        elif event.get("type") == "message_delta":
            yield from self._usage(0, int((event.get("usage") or {}).get("output_tokens") or 0), None)

    def _assistant(self, line: dict[str, Any]) -> Iterator[Event]:
        content = line["message"]["content"]
        if trouble := line.get("error"):
            self.trouble = str(trouble)
            self.trouble_text = " ".join(str(block.get("text", "")) for block in content).strip()
            return
        self.retries, self.retry_after, self.trouble = 0, None, ""
        for block in content:
            match block.get("type"):
                case "text":
                    yield "text", {"text": block["text"]}
                case "thinking":
                    yield "thought", {"text": block["thinking"]}
                case "tool_use":
                    yield self._tool_started(block)

    def _tool_started(self, block: dict[str, Any]) -> Event:
        arguments = block.get("input") or {}
        told: dict[str, object] = {"name": block["name"], "id": block["id"]}
        path = str(arguments.get("file_path") or arguments.get("notebook_path") or arguments.get("path") or "")
        if command := arguments.get("command"):
            told["command"] = command
        elif path:
            told["path"] = path.removeprefix(self.prefix)
        self.tools[block["id"]] = {**told, "inside": path.startswith(self.prefix)}
        return "tool_started", told

    def _tool_results(self, content: object) -> Iterator[Event]:
        for block in content if isinstance(content, list) else []:
            if block.get("type") != "tool_result":
                continue
            tool = self.tools.get(block["tool_use_id"], {})
            ok = not block.get("is_error")
            told: dict[str, object] = {"name": tool.get("name", ""), "id": block["tool_use_id"], "ok": ok}
            if code := re.match(r"Exit code (\d+)", str(block.get("content", ""))):
                told["exit_code"] = int(code[1])
            yield "tool_finished", told
            if ok and tool.get("name") in WRITES and tool["inside"]:
                yield "file_changed", {"path": tool["path"]}

    def _note_limit(self, info: dict[str, Any]) -> None:
        if info.get("status") == "rejected" and info.get("resetsAt"):
            self.resets_at = datetime.fromtimestamp(float(info["resetsAt"]), UTC).isoformat()

    def _rest_of_usage(self, line: dict[str, Any]) -> Iterator[Event]:
        """What the whole session used, less what was told before. An answer no model gave has no usage."""
        models = [used for used in (line.get("modelUsage") or {}).values() if isinstance(used, dict)]
        if not models:
            return
        counts = ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens")
        inputs = sum(int(used.get(name) or 0) for used in models for name in counts)
        outputs = sum(int(used.get("outputTokens") or 0) for used in models)
        left = max(0, inputs - self.told["input_tokens"]), max(0, outputs - self.told["output_tokens"])
        yield from self._usage(*left, line.get("total_cost_usd"))

    def _usage(self, inputs: int, outputs: int, cost: float | None) -> Iterator[Event]:
        self.told["input_tokens"] += inputs
        self.told["output_tokens"] += outputs
        if inputs or outputs or cost:
            told: dict[str, object] = {"input_tokens": inputs, "output_tokens": outputs}
            yield "usage", {**told, "cost": cost} if cost is not None else told

    def _reason(self, stderr_tail: str) -> str:
        result = self.result or {}
        errors = [str(error) for error in result.get("errors") or []]
        said = [str(result.get("result") or ""), *errors, self.trouble_text, *reversed(stderr_tail.splitlines())]
        return next((text.strip() for text in said if text.strip()), "")

    def _judge(self, status: object, kind: str, text: str) -> Ending:
        lower = text.lower()
        if status == 413 or "prompt is too long" in lower or "context window" in lower:
            return Ending(EXIT_CONTEXT_OVERFLOW, text)
        if status == 429 or kind == "rate_limit":
            wait = self.retry_after if self.resets_at is None else None
            return Ending(EXIT_RATE_LIMITED, text, retry_after_seconds=wait, retry_at=self.resets_at)
        if status in (401, 403) or kind in ("authentication_failed", "oauth_org_not_allowed"):
            return Ending(EXIT_NOT_LOGGED_IN, text)
        if kind == "billing_error":
            return Ending(EXIT_UNAVAILABLE, text)
        if status in (400, 404) or kind in ("model_not_found", "invalid_request"):
            return Ending(EXIT_BAD_CONFIGURATION, text)
        if "unknown option" in lower or "sandbox required" in lower or "refusing to start" in lower:
            return Ending(EXIT_BAD_CONFIGURATION, text)
        return Ending(EXIT_UNAVAILABLE if kind or status else EXIT_FAILED, text)


def _notice(text: str) -> dict[str, object]:
    return {"text": text, "notice": True}


def _input_tokens(usage: dict[str, Any]) -> int:
    return sum(
        int(usage.get(name) or 0) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
