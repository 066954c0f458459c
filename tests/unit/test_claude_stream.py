"""Claude Code's stream as events: the recorded streams of the real program, and the lines they lack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runtime_adapters.claude_stream import ClaudeReader
from runtime_adapters.stream_agent import Ending

STREAMS = Path(__file__).parent.parent / "fixtures" / "streams"
WROTE_A_FILE = ["agent_session", "tool_started", "tool_finished", "file_changed", "text", "usage"]
SAID_TWICE = ["agent_session", "text", "text"]
"""Two retries, each told as a notice."""


def lines(case: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (STREAMS / f"claude-{case}.jsonl").read_text().splitlines()]


def reader_after(*stream: dict[str, Any]) -> tuple[ClaudeReader, list[tuple[str, dict[str, object]]]]:
    reader = ClaudeReader("WORKDIR")
    return reader, [event for line in stream for event in reader.read(line)]


def message(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "assistant", "message": {"content": list(blocks)}, **more}


def failed(text: str, status: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "result",
        "subtype": "success",
        "is_error": True,
        "api_error_status": status,
        "result": text,
        **more,
    }


def retry(status: int | None, seconds: float, kind: str = "rate_limit") -> dict[str, Any]:
    told = {"retry_delay_ms": seconds * 1000, "error_status": status, "error": kind}
    return {"type": "system", "subtype": "api_retry", "attempt": 1, "max_retries": 2, **told}


# Recorded streams


@pytest.mark.parametrize(
    ("case", "agents_code", "kinds", "code", "reason"),
    [
        ("success", 0, WROTE_A_FILE, 0, ""),
        ("stdin", 0, WROTE_A_FILE, 0, ""),
        ("resume", 0, ["agent_session", "text", "usage"], 0, ""),
        ("429once", 0, ["agent_session", "text", *WROTE_A_FILE[1:]], 0, ""),
        ("401", 1, SAID_TWICE, 11, "Failed to authenticate. API Error: 401 Incorrect API key provided (fake)"),
        ("429", 1, SAID_TWICE, 12, "API Error: Request rejected (429) · Rate limit reached (fake)"),
        ("500", 1, SAID_TWICE, 10, "API Error: 500 Internal error (fake). This is a server-side issue"),
        ("down", 1, SAID_TWICE, 10, "API Error: Unable to connect to API (ConnectionRefused)"),
        ("cancel-term", 143, ["agent_session", "tool_started"], 143, ""),
        ("cancel-group", -15, ["agent_session", "tool_started"], 143, ""),
        ("cancel-int", 1, ["agent_session", "tool_started", "tool_finished", "usage"], 130, ""),
        ("stall-int", 0, ["agent_session"], 130, ""),
        ("stall-term", 143, ["agent_session"], 143, ""),
    ],
)
def test_a_recorded_stream_becomes_events_and_an_ending(
    case: str, agents_code: int, kinds: list[str], code: int, reason: str
) -> None:
    reader, events = reader_after(*lines(case))
    assert [kind for kind, _ in events] == kinds
    ending = reader.ending(agents_code, "")
    assert (ending.code, ending.message[: len(reason)]) == (code, reason)
    assert bool(ending.message) == bool(reason)
    assert reader.overdue(0.0) is None


def test_every_recorded_stream_is_known() -> None:
    for path in STREAMS.glob("claude-*.jsonl"):
        _, events = reader_after(*lines(path.stem.removeprefix("claude-")))
        assert events
        assert "raw" not in [kind for kind, _ in events], path.stem


def test_the_events_of_a_session_that_wrote_a_file() -> None:
    _, events = reader_after(*lines("success"))
    session = {"session": "fb06ccda-3985-4c91-a7f2-83ae4cacab13", "model": "claude-opus-4-8[1m]", "version": "2.1.197"}
    assert events == [
        ("agent_session", session),
        ("tool_started", {"name": "Write", "id": "toolu_0001", "path": "hello.py"}),
        ("tool_finished", {"name": "Write", "id": "toolu_0001", "ok": True}),
        ("file_changed", {"path": "hello.py"}),
        ("text", {"text": "Done. I created hello.py."}),
        ("usage", {"input_tokens": 2400, "output_tokens": 68, "cost": 0.0047}),
    ]


def test_a_write_outside_of_the_worktree_is_no_changed_file() -> None:
    _, events = reader_after(*lines("escape"))
    assert "file_changed" not in [kind for kind, _ in events]


def test_a_rate_limit_tells_how_long_to_wait() -> None:
    reader, _ = reader_after(*lines("429"))
    assert reader.ending(1, "").retry_after_seconds == pytest.approx(1.09, abs=0.01)


# Endings that no recorded stream has


@pytest.mark.parametrize(
    ("text", "status", "trouble", "code"),
    [
        ("Prompt is too long · the request is ~210000 tokens (limit 200000)", 400, "invalid_request", 13),
        ("Request too large (max 32MB). Try with a smaller file.", 413, "invalid_request", 13),
        ("There's an issue with the selected model (nope).", 404, "model_not_found", 14),
        ("API Error: 400 messages: bad", 400, "unknown", 14),
        ("Failed to authenticate. API Error: 403", 403, "authentication_failed", 11),
        ("Not logged in · Please run /login", None, "authentication_failed", 11),
        ("Credit balance is too low", 400, "billing_error", 10),
        ("API Error: 529 Overloaded.", 529, "overloaded", 10),
        ("API Error: API returned an empty or malformed response (HTTP 200)", None, "unknown", 10),
    ],
)
def test_trouble_is_told_apart(text: str, status: int | None, trouble: str, code: int) -> None:
    reader, events = reader_after(message({"type": "text", "text": text}, error=trouble), failed(text, status))
    assert events == []
    assert reader.ending(1, "") == Ending(code, text)


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        ("error: unknown option '--nonsense'\n", 14),
        ("Error: sandbox required but unavailable: socat not installed\n", 14),
        ("Segmentation fault\n", 1),
        ("", 1),
    ],
)
def test_without_a_stream_the_reason_is_in_stderr(stderr: str, code: int) -> None:
    ending = ClaudeReader("WORKDIR").ending(1, stderr)
    assert ending == Ending(code, stderr.strip() or "claude ended with exit code 1")


def test_a_subscription_that_is_used_up_tells_when_it_is_renewed() -> None:
    info = {"status": "rejected", "resetsAt": 1795380000, "rateLimitType": "five_hour"}
    reader, _ = reader_after(
        {"type": "rate_limit_event", "rate_limit_info": info},
        message({"type": "text", "text": "You've hit your limit"}, error="rate_limit"),
        failed("You've hit your limit", 429),
    )
    assert reader.ending(1, "") == Ending(12, "You've hit your limit", retry_at="2026-11-22T20:40:00+00:00")


def test_a_server_that_asks_for_a_long_wait_is_not_waited_for() -> None:
    reader, events = reader_after(retry(429, 3600))
    ending = reader.overdue(0.0)
    assert ending is not None
    assert (ending.code, ending.retry_after_seconds) == (12, 3600)
    assert events[0][1]["notice"] is True


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [(429, "rate_limit", 12), (529, "overloaded", 10), (503, "server_error", 10), (None, "unknown", 10)],
)
def test_the_third_refusal_in_a_row_is_the_last(status: int | None, kind: str, code: int) -> None:
    refusal = retry(status, 0.5, kind)
    reader, _ = reader_after(refusal, refusal)
    assert reader.overdue(0.0) is None
    list(reader.read(refusal))
    ending = reader.overdue(0.0)
    assert ending is not None
    assert ending.code == code


def test_refusals_are_counted_anew_after_an_answer() -> None:
    refusal = retry(429, 0.5)
    reader, _ = reader_after(refusal, refusal, message({"type": "text", "text": "Hm."}), refusal, refusal)
    assert reader.overdue(0.0) is None


# Single lines


def test_usage_is_told_as_it_grows_and_not_twice() -> None:
    begun = {"usage": {"input_tokens": 200, "cache_read_input_tokens": 1000, "output_tokens": 1}}
    _, events = reader_after(
        {"type": "stream_event", "event": {"type": "message_start", "message": begun}},
        {"type": "stream_event", "event": {"type": "message_delta", "usage": {"output_tokens": 30}}},
        {
            "type": "result",
            "is_error": False,
            "total_cost_usd": 0.01,
            "modelUsage": {
                "large": {"inputTokens": 200, "cacheReadInputTokens": 1000, "outputTokens": 30},
                "small": {"inputTokens": 5, "outputTokens": 2},
            },
        },
    )
    assert [fields for _, fields in events] == [
        {"input_tokens": 1200, "output_tokens": 0},
        {"input_tokens": 0, "output_tokens": 30},
        {"input_tokens": 5, "output_tokens": 2, "cost": 0.01},
    ]


def test_a_session_that_no_model_answered_has_no_usage() -> None:
    _, events = reader_after(*lines("401"))
    assert "usage" not in [kind for kind, _ in events]


def test_a_command_that_failed_tells_its_exit_code() -> None:
    called = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "false"}}
    came = {"type": "tool_result", "tool_use_id": "t1", "content": "Exit code 3\nno", "is_error": True}
    _, events = reader_after(message(called), {"type": "user", "message": {"content": [came]}})
    assert events == [
        ("tool_started", {"name": "Bash", "id": "t1", "command": "false"}),
        ("tool_finished", {"name": "Bash", "id": "t1", "ok": False, "exit_code": 3}),
    ]


def test_thoughts_are_thoughts() -> None:
    _, events = reader_after(message({"type": "thinking", "thinking": "Hm."}))
    assert events == [("thought", {"text": "Hm."})]


@pytest.mark.parametrize("line", [{"type": "novel", "x": 1}, {"type": "system", "subtype": "novel"}, {}])
def test_a_line_of_an_unknown_type_is_shown_as_it_is(line: dict[str, Any]) -> None:
    _, events = reader_after(line)
    assert events == [("raw", {"text": json.dumps(line)})]


def test_a_version_nobody_tested_is_told() -> None:
    init = {"type": "system", "subtype": "init", "session_id": "s", "claude_code_version": "3.0.0"}
    _, events = reader_after(init)
    assert events[1] == ("text", {"text": "claude 3.0.0: this adapter was tested with 2.1.x", "notice": True})
