"""Copilot CLI's stream as events: the recorded streams of the real program, and the lines they lack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runtime_adapters.copilot_stream import CopilotReader
from runtime_adapters.stream_agent import Ending

STREAMS = Path(__file__).parent.parent / "fixtures" / "streams"
WROTE_A_FILE = ["tool_started", "tool_finished", "file_changed", "text", "agent_session"]
REFUSED = {"type": "model.call_failure", "data": {"statusCode": 500, "errorMessage": '{"message": "Internal error"}'}}
LIMITED = {"type": "model.call_failure", "data": {"statusCode": 429, "errorMessage": '{"message": "Slow down"}'}}


def lines(case: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (STREAMS / f"copilot-{case}.jsonl").read_text().splitlines()]


def reader_after(folder: Path, *stream: dict[str, Any]) -> tuple[CopilotReader, list[tuple[str, dict[str, object]]]]:
    reader = CopilotReader("WORKDIR", folder / "usage.json", folder / "logs", folder / "s" / "events.jsonl")
    return reader, [event for line in stream for event in reader.read(line)]


def note_wait(folder: Path, milliseconds: int) -> None:
    (folder / "logs").mkdir()
    warning = f'2026-11-22T18:36:49Z [WARNING] Model provider request failed {{"retry_after_ms":{milliseconds}}}\n'
    (folder / "logs" / "process-1.log").write_text(warning)


# Recorded streams


@pytest.mark.parametrize(
    ("case", "agents_code", "kinds", "code", "reason"),
    [
        ("success", 0, WROTE_A_FILE, 0, ""),
        ("stdin", 0, WROTE_A_FILE, 0, ""),
        ("resume", 0, ["text", "agent_session"], 0, ""),
        ("429once", 0, ["text", *WROTE_A_FILE], 0, ""),
        ("401", 1, ["text"] * 3 + ["agent_session"], 11, "Authentication failed with provider"),
        ("429", 1, ["text"] * 6 + ["agent_session"], 12, "Failed to get response from the AI model; retried 5 times"),
        ("500", 1, ["text"] * 6 + ["agent_session"], 10, "Failed to get response from the AI model; retried 5 times"),
        ("down", 1, ["text"] * 6 + ["agent_session"], 10, "Could not connect to local model provider"),
        ("cancel-term", -15, ["tool_started"], 143, ""),
        ("cancel-int", -2, ["tool_started"], 130, ""),
        ("cancel-group", 0, ["tool_started"], 130, ""),
        ("stall-term", -15, [], 143, ""),
        ("stall-int", -2, [], 130, ""),
    ],
)
def test_a_recorded_stream_becomes_events_and_an_ending(
    case: str, agents_code: int, kinds: list[str], code: int, reason: str, tmp_path: Path
) -> None:
    reader, events = reader_after(tmp_path, *lines(case))
    assert [kind for kind, _ in events] == kinds
    ending = reader.ending(agents_code, "")
    assert (ending.code, ending.message[: len(reason)]) == (code, reason)
    assert bool(ending.message) == bool(reason)


def test_every_recorded_stream_is_known(tmp_path: Path) -> None:
    for path in STREAMS.glob("copilot-*.jsonl"):
        _, events = reader_after(tmp_path, *lines(path.stem.removeprefix("copilot-")))
        assert "raw" not in [kind for kind, _ in events], path.stem


def test_the_events_of_a_session_that_wrote_a_file(tmp_path: Path) -> None:
    _, events = reader_after(tmp_path, *lines("success"))
    assert events == [
        ("tool_started", {"name": "create", "id": "call_1", "path": "hello.py"}),
        ("tool_finished", {"name": "create", "id": "call_1", "ok": True}),
        ("file_changed", {"path": "hello.py"}),
        ("text", {"text": "Done. I created hello.py."}),
        ("agent_session", {"session": "269ffb55-6e03-44c8-84a8-d0ac92cc3162"}),
    ]


def test_a_denied_call_is_a_tool_that_failed(tmp_path: Path) -> None:
    _, events = reader_after(tmp_path, *lines("escape"))
    assert [fields["ok"] for kind, fields in events if kind == "tool_finished"] == [False, False]
    assert "file_changed" not in [kind for kind, _ in events]


# Endings


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"errorType": "query", "message": "400 maximum context length is 128000 tokens", "statusCode": 400}, 13),
        ({"errorType": "query", "message": "The provider rejected the prompt as too long"}, 13),
        ({"errorType": "query", "message": "Model 'nope' not found on provider", "statusCode": 404}, 14),
        ({"errorType": "query", "message": "400 unknown field", "statusCode": 400}, 14),
        ({"errorType": "authentication", "message": "Sign in again"}, 11),
        ({"errorType": "quota", "message": "No requests are left this month"}, 12),
        ({"errorType": "query", "message": "Failed to finalize the stream"}, 10),
    ],
)
def test_trouble_is_told_apart(error: dict[str, Any], code: int, tmp_path: Path) -> None:
    reader, events = reader_after(tmp_path, {"type": "session.error", "data": error})
    assert events == []
    assert reader.ending(1, "") == Ending(code, error["message"])


@pytest.mark.parametrize(
    ("stderr", "code", "reason"),
    [
        ("Error: No authentication information found.\n\nCopilot can be…\n", 11, "Error: No authentication"),
        ("error: unknown option '--nonsense'\n\nTry 'copilot --help'.\n", 14, "error: unknown option"),
        ("Segmentation fault\n", 1, "Segmentation fault"),
        ("", 1, "copilot ended with exit code 1"),
    ],
)
def test_without_a_stream_the_reason_is_in_stderr(stderr: str, code: int, reason: str, tmp_path: Path) -> None:
    ending = reader_after(tmp_path)[0].ending(1, stderr)
    assert ending.code == code
    assert ending.message.startswith(reason)


def test_a_server_that_asks_for_a_long_wait_is_not_waited_for(tmp_path: Path) -> None:
    note_wait(tmp_path, 30_000)
    reader, _ = reader_after(tmp_path, LIMITED)
    assert reader.overdue(0.0) == Ending(12, "HTTP 429: Slow down", retry_after_seconds=30)


def test_a_short_wait_is_left_to_copilot(tmp_path: Path) -> None:
    note_wait(tmp_path, 1000)
    reader, _ = reader_after(tmp_path, LIMITED)
    assert reader.overdue(0.0) is None


def test_the_third_refusal_in_a_row_is_the_last(tmp_path: Path) -> None:
    reader, _ = reader_after(tmp_path, REFUSED, REFUSED)
    assert reader.overdue(0.0) is None
    list(reader.read(REFUSED))
    assert reader.overdue(0.0) == Ending(10, "HTTP 500: Internal error")


def test_refusals_are_counted_anew_after_an_answer(tmp_path: Path) -> None:
    answer = {"type": "assistant.message", "data": {"content": "Hm.", "toolRequests": []}}
    reader, _ = reader_after(tmp_path, REFUSED, REFUSED, answer, REFUSED, REFUSED)
    assert reader.overdue(0.0) is None


# Single lines


def test_the_tokens_come_from_copilots_own_file(tmp_path: Path) -> None:
    models = {
        "a": {"usage": {"inputTokens": 400, "outputTokens": 60}},
        "b": {"usage": {"inputTokens": 1, "outputTokens": 2}},
    }
    (tmp_path / "usage.json").write_text(json.dumps({"modelMetrics": models}))
    _, events = reader_after(tmp_path, {"type": "result", "sessionId": "s", "exitCode": 0})
    assert events == [("usage", {"input_tokens": 401, "output_tokens": 62})]


def test_tokens_of_earlier_runs_are_not_told_again(tmp_path: Path) -> None:
    (tmp_path / "usage.json").write_text('{"modelMetrics": {"a": {"usage": {"inputTokens": 400, "outputTokens": 60}}}}')
    reader = CopilotReader("WORKDIR", tmp_path / "usage.json", tmp_path, tmp_path / "s" / "events.jsonl", (300, 50))
    events = list(reader.read({"type": "result", "sessionId": "s", "exitCode": 0}))
    assert events[-1] == ("usage", {"input_tokens": 100, "output_tokens": 10})


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"modelMetrics": {}}', '{"modelMetrics": {"a": {}}}'])
def test_a_file_without_tokens_leaves_them_unknown(text: str, tmp_path: Path) -> None:
    (tmp_path / "usage.json").write_text(text)
    _, events = reader_after(tmp_path, {"type": "result", "sessionId": "s", "exitCode": 0})
    assert events == []


@pytest.mark.parametrize(
    ("version", "notices"), [("1.0.102", []), ("2.0.1", ["copilot 2.0.1: this adapter was tested with 1.0.x"])]
)
def test_the_version_is_told_and_a_notice_if_nobody_tested_it(version: str, notices: list[str], tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    begun = {"type": "session.start", "data": {"copilotVersion": version}}
    (tmp_path / "s" / "events.jsonl").write_text(json.dumps(begun) + "\n")
    spoken = {"type": "assistant.message", "data": {"content": "", "toolRequests": []}}
    _, events = reader_after(tmp_path, spoken, spoken)
    assert events[0] == ("agent_session", {"session": "s", "version": version})
    assert [fields["text"] for _, fields in events[1:]] == notices


def test_a_command_tells_its_exit_code(tmp_path: Path) -> None:
    started = {"toolCallId": "c1", "toolName": "bash", "arguments": {"command": "false"}}
    ended = {"toolCallId": "c1", "success": True, "shellExecution": {"exitCode": 3}}
    _, events = reader_after(
        tmp_path,
        {"type": "tool.execution_start", "data": started},
        {"type": "tool.execution_complete", "data": ended},
    )
    assert events == [
        ("tool_started", {"name": "bash", "id": "c1", "command": "false"}),
        ("tool_finished", {"name": "bash", "id": "c1", "ok": False, "exit_code": 3}),
    ]


def test_thoughts_are_thoughts(tmp_path: Path) -> None:
    message = {"type": "assistant.message", "data": {"reasoningText": "Hm.", "content": "So.", "toolRequests": []}}
    _, events = reader_after(tmp_path, message)
    assert events == [("thought", {"text": "Hm."}), ("text", {"text": "So."})]


@pytest.mark.parametrize("line", [{"type": "novel", "data": {"x": 1}}, {}])
def test_a_line_of_an_unknown_type_is_shown_as_it_is(line: dict[str, Any], tmp_path: Path) -> None:
    _, events = reader_after(tmp_path, line)
    assert events == [("raw", {"text": json.dumps(line)})]
