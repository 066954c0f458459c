"""What codex prints, as recorded from the real one, becomes events and the right ending."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runtime_adapters.codex_stream import CodexReader, judge, retry_after_seconds, retry_at
from runtime_adapters.events import Event, EventWriter, read_events
from runtime_adapters.stream_agent import LineFeed

STREAMS = Path(__file__).parents[1] / "fixtures" / "streams"
CAPTURES = sorted(path.stem for path in STREAMS.glob("codex-*.jsonl"))
WORKTREE = Path("WORKDIR")
OVERLOADED = "We’re currently experiencing high demand, which may cause temporary errors."

ENDINGS = {
    "401": (1, 11, "401 Unauthorized"),
    "429": (1, 12, "429 Too Many Requests"),
    "429once": (0, 0, ""),
    "500": (1, 10, "high demand"),
    "cancel-group": (-15, 143, "killed"),
    "cancel-int": (1, 1, "its stream did not say how it ended"),
    "cancel-term": (-15, 143, "killed"),
    "down": (-15, 143, "killed"),
    "escape": (0, 0, ""),
    "failcmd": (0, 0, ""),
    "resume": (0, 0, ""),
    "stall-int": (1, 1, "its stream did not say how it ended"),
    "stall-term": (-15, 143, "killed"),
    "stdin": (0, 0, ""),
    "success": (0, 0, ""),
    "success-filechange": (0, 0, ""),
}
"""Capture → the exit code codex had, the adapter's, and a part of the reason."""


def feed(reader: CodexReader, path: Path, lines: list[bytes]) -> list[Event]:
    """The events of these lines, as they end up in the file."""
    writer = EventWriter(path)
    feed = LineFeed(reader, writer)
    for line in lines:
        feed.feed(line)
    writer.close()
    return read_events(path)


def play(name: str, tmp_path: Path, reader: CodexReader | None = None) -> tuple[CodexReader, list[Event]]:
    reader = reader or CodexReader(WORKTREE)
    lines = (STREAMS / f"codex-{name}.jsonl").read_bytes().splitlines()
    return reader, feed(reader, tmp_path / "events.jsonl", lines)


def said(tmp_path: Path, *lines: dict[str, Any]) -> list[Event]:
    return feed(CodexReader(WORKTREE), tmp_path / "events.jsonl", [json.dumps(line).encode() for line in lines])


def test_every_capture_has_an_ending_here() -> None:
    assert {name.removeprefix("codex-") for name in CAPTURES} == set(ENDINGS)


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_a_recorded_stream_ends_as_it_should(name: str, tmp_path: Path) -> None:
    exit_code, code, reason = ENDINGS[name]
    reader, _ = play(name, tmp_path)
    ending = reader.ending(exit_code, "")
    assert ending.code == code
    assert reason in ending.message


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_every_line_of_a_recorded_stream_is_understood(name: str, tmp_path: Path) -> None:
    _, events = play(name, tmp_path)
    assert "raw" not in [event.kind for event in events]
    assert events[0].kind == "agent_session"


def test_a_recorded_session_reads_as_it_went(tmp_path: Path) -> None:
    _, events = play("success", tmp_path)
    assert [event.kind for event in events] == [
        "agent_session",
        "text",
        "tool_started",
        "tool_finished",
        "text",
        "usage",
    ]
    session, notice, started, finished, text, usage = (event.fields for event in events)
    assert session == {"session": "01a2034f-56d2-7602-8208-1c47ea196b87"}
    assert notice["notice"] is True
    assert str(notice["text"]).startswith("Model metadata for `fake-model` not found")
    assert "cat > WORKDIR/hello.py" in str(started["command"])
    assert finished == {"name": "shell", "id": "item_1", "ok": True, "exit_code": 0}
    assert text == {"text": "Done. I created hello.py."}
    assert usage == {"input_tokens": 2400, "output_tokens": 68}


def test_a_failed_command_is_told_with_its_exit_code(tmp_path: Path) -> None:
    _, events = play("failcmd", tmp_path)
    finished = [event.fields for event in events if event.kind == "tool_finished"]
    assert [(fields["ok"], fields["exit_code"]) for fields in finished] == [(False, 1), (False, 3)]


def test_a_changed_file_is_told_as_seen_from_the_worktree(tmp_path: Path) -> None:
    _, events = play("success-filechange", tmp_path)
    assert [event.fields for event in events if event.kind == "file_changed"] == [{"path": "hello.py"}]


def test_of_a_resumed_thread_only_the_new_usage_is_reported(tmp_path: Path) -> None:
    thread: dict[str, object] = {"session": "01a20350-bf5a-7071-9c31-4c839a2bdfd8"}
    told = [Event(0, "agent_session", thread), Event(1, "usage", {"input_tokens": 2400, "output_tokens": 68})]
    _, events = play("resume", tmp_path, CodexReader(WORKTREE, told))
    assert events[-1].fields == {"input_tokens": 1200, "output_tokens": 34}


def test_of_another_thread_all_usage_is_new(tmp_path: Path) -> None:
    told = [Event(0, "agent_session", {"session": "old"}), Event(1, "usage", {"input_tokens": 9, "output_tokens": 9})]
    _, events = play("resume", tmp_path, CodexReader(WORKTREE, told))
    assert events[-1].fields == {"input_tokens": 3600, "output_tokens": 102}


# What it never ends by itself


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_server_that_is_down_is_given_up_after_the_time_allowed(tmp_path: Path) -> None:
    clock = Clock()
    reader, _ = play("down", tmp_path, CodexReader(WORKTREE, (), 60, clock))
    assert reader.overdue(159.9) is None
    ending = reader.overdue(160.0)
    assert ending
    assert (ending.code, ending.message) == (
        10,
        "no answer after 60 s of new tries: Connection failed: error sending request",
    )


def test_new_tries_that_succeed_begin_no_countdown(tmp_path: Path) -> None:
    reader, _ = play("429once", tmp_path, CodexReader(WORKTREE, (), 60, Clock()))
    assert reader.overdue(10_000.0) is None


def test_a_wait_of_hours_told_on_stderr_is_not_waited_for() -> None:
    reader = CodexReader(WORKTREE, (), 60, Clock())
    reader.read({"type": "error", "message": "Reconnecting... 1/1 (exceeded retry limit, last status: 429 Too Many"})
    reader.hear(
        "WARN codex_core::responses_retry: stream disconnected - retrying sampling request (1/1 in 3599.99s)..."
    )
    ending = reader.overdue(100.5)
    assert ending
    assert (ending.code, ending.retry_after_seconds) == (12, 3599.99)


def test_a_short_wait_is_waited_for() -> None:
    reader = CodexReader(WORKTREE, (), 60, Clock())
    reader.read({"type": "error", "message": "Reconnecting... 1/1 (exceeded retry limit, last status: 429)"})
    reader.hear("retrying sampling request (1/1 in 203.5ms)...")
    assert reader.overdue(100.5) is None


def test_silence_of_the_model_is_given_up_but_a_tool_may_be_silent() -> None:
    clock = Clock()
    reader = CodexReader(WORKTREE, (), 60, clock, silence_seconds=30)
    assert reader.overdue(999.0) is None
    list(reader.read({"type": "turn.started"}))
    assert reader.overdue(129.0) is None
    ending = reader.overdue(130.0)
    assert ending
    assert (ending.code, ending.message) == (10, "nothing was heard of the model for 30 s")
    tool = {"id": "1", "type": "command_execution", "command": "make"}
    list(reader.read({"type": "item.started", "item": tool}))
    assert reader.overdue(999.0) is None
    list(reader.read({"type": "item.completed", "item": tool}))
    assert reader.overdue(999.0)


# Errors are text


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("unexpected status 401 Unauthorized: Incorrect API key provided", 11),
        ("unexpected status 403 Forbidden: no", 11),
        ("Missing environment variable: `MY_KEY`.", 11),
        ("exceeded retry limit, last status: 429 Too Many Requests", 12),
        ("You’ve hit your usage limit. Try again later.", 12),
        ("Quota exceeded. Check your plan and billing details.", 12),
        ("Codex ran out of room in the model's context window. Start a new thread", 13),
        ("The model `x` does not exist", 14),
        ("unexpected status 404 Not Found", 14),
        (OVERLOADED, 10),
        ("Selected model is at capacity. Please try a different model.", 10),
        ("stream disconnected before completion: Transport error: network error", 10),
        ("unexpected status 503 Service Unavailable: busy", 10),
        ("Connection failed: error sending request", 10),
        ("the prompt was refused", 1),
    ],
)
def test_an_error_text_is_sorted_by_what_it_says(message: str, code: int) -> None:
    ending = judge(message)
    assert (ending.code, ending.message) == (code, message)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please try again in 11.054s.", 11.054),
        ("Please try again in 2h3m.", 7380),
        ("try again in 250ms", 0.25),
        ("try again in 1 day 2 hours", 93600),
        ("try again in 5 minutes.", 300),
        ("try again later", None),
    ],
)
def test_a_span_in_an_error_text_is_read(text: str, seconds: float | None) -> None:
    assert retry_after_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("or try again at 8:42 PM.", datetime(2026, 3, 1, 20, 42)),
        ("or try again at 12:05 AM.", datetime(2026, 3, 2, 0, 5)),
        ("or try again at Nov 25th, 2026 7:45 PM.", datetime(2026, 11, 25, 19, 45)),
        ("or try again at Dec 1st, 2026 11:00 AM.", datetime(2026, 12, 1, 11, 0)),
    ],
)
def test_a_moment_in_an_error_text_is_local_time(text: str, moment: datetime) -> None:
    told = retry_at(text, datetime(2026, 3, 1, 19, 30, 20))
    assert told
    read = datetime.fromisoformat(told)
    assert read.utcoffset() is not None
    assert read - moment.astimezone() == timedelta(0)


def test_a_text_without_a_moment_has_none() -> None:
    assert retry_at("try again at noon", datetime(2026, 3, 1)) is None
    assert retry_at("try again at Foo 25th, 2026 7:45 PM", datetime(2026, 3, 1)) is None


@pytest.mark.parametrize(
    ("exit_code", "stderr", "code", "reason"),
    [
        (2, "error: unexpected argument '--x' found\n\nFor more information, try '--help'.", 14, "argument '--x'"),
        (1, "Error: Not logged in. Run codex login.\n", 11, "Not logged in"),
        (1, "Error: something else\n", 1, "something else"),
        (0, "", 1, "its stream did not say how it ended"),
        (-9, "", 137, "killed"),
    ],
)
def test_an_end_without_a_stream_is_judged_by_stderr(exit_code: int, stderr: str, code: int, reason: str) -> None:
    ending = CodexReader(WORKTREE).ending(exit_code, stderr)
    assert ending.code == code
    assert reason in ending.message


# Shapes that were not recorded


def test_thoughts_plans_and_other_tools_are_told(tmp_path: Path) -> None:
    plan = {"id": "1", "type": "todo_list", "items": [{"text": "a", "completed": True}, {"text": "b"}]}
    events = said(
        tmp_path,
        {"type": "item.completed", "item": {"id": "0", "type": "reasoning", "text": "hm"}},
        {"type": "item.updated", "item": plan},
        {"type": "item.started", "item": {"id": "2", "type": "web_search", "query": "cats"}},
        {"type": "item.completed", "item": {"id": "2", "type": "web_search", "query": "cats"}},
        {"type": "item.started", "item": {"id": "3", "type": "mcp_tool_call", "server": "s", "tool": "t"}},
        {"type": "item.completed", "item": {"id": "3", "type": "mcp_tool_call", "server": "s", "tool": "t"}},
    )
    assert [(event.kind, event.fields) for event in events] == [
        ("thought", {"text": "hm"}),
        ("plan", {"text": "✓ a\n· b"}),
        ("tool_started", {"name": "web_search", "id": "2", "command": "cats"}),
        ("tool_finished", {"name": "web_search", "id": "2", "ok": True}),
        ("tool_started", {"name": "s.t", "id": "3"}),
        ("tool_finished", {"name": "s.t", "id": "3", "ok": True}),
    ]


@pytest.mark.parametrize(
    "line",
    [
        {"type": "novelty", "x": 1},
        {"no": "type"},
        {"type": "thread.started"},
        {"type": "turn.completed", "usage": {"input_tokens": "many"}},
        {"type": "turn.failed"},
        {"type": "item.started", "item": "text"},
        {"type": "item.completed", "item": {"id": "1"}},
        {"type": "item.completed", "item": {"id": "1", "type": "novelty"}},
        {"type": "item.completed", "item": {"id": "1", "type": "file_change"}},
        {"type": "item.started", "item": {"type": "command_execution"}},
        {"type": "item.updated", "item": {"type": "todo_list", "items": [1]}},
    ],
)
def test_a_line_of_an_unknown_shape_is_shown_and_harms_nothing(line: dict[str, Any], tmp_path: Path) -> None:
    (event,) = said(tmp_path, line)
    assert event.kind == "raw"
    assert next(iter(line)) in event.text_of("text")


def test_a_failed_turn_in_the_middle_is_forgiven_when_the_run_completes(tmp_path: Path) -> None:
    reader = CodexReader(WORKTREE)
    reader.read({"type": "error", "message": "Reconnecting... 1/2 (x)"})
    reader.read({"type": "turn.completed", "usage": {"input_tokens": 1, "output_tokens": 1}})
    assert reader.ending(0, "").code == 0
