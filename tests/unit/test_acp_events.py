"""What ACP agents said in captured sessions, as events; their errors, permissions and options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runtime_adapters.acp.errors import judge, retry_after, retry_at, stopped
from runtime_adapters.acp.events import Translator
from runtime_adapters.acp.permission import decide
from runtime_adapters.acp.presets import OPENCODE_CONFIG, PRESETS, chosen, known_as, resolve
from runtime_adapters.acp.process import parse
from runtime_adapters.stream_agent import AdapterError

STREAMS = Path(__file__).resolve().parent.parent / "fixtures" / "streams"
OPTIONS = [
    {"optionId": "always", "kind": "allow_always"},
    {"optionId": "once", "kind": "allow_once"},
    {"optionId": "no", "kind": "reject_once"},
]


class Heard:
    """A translator, and the events it gave."""

    def __init__(self, worktree: Path) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.translator = Translator(worktree, self.take)

    def take(self, kind: str, **fields: Any) -> None:
        self.events.append((kind, fields))

    def update(self, **update: Any) -> None:
        self.translator.update({"update": update})

    def say(self, text: str, **more: Any) -> None:
        self.update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": text}, **more)

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.events if name == kind]


def heard(capture: str, worktree: Path) -> Heard:
    """Everything in a captured session, whose working folder this is."""
    heard = Heard(worktree)
    for line in (STREAMS / f"acp-{capture}.jsonl").read_text().replace("WORKDIR", str(worktree)).splitlines():
        piece = json.loads(line)
        match piece["kind"]:
            case "session/update":
                heard.translator.update({"update": piece["data"]})
            case "session/request_permission":
                heard.translator.permission(piece["data"]["toolCall"])
            case "session/prompt result":
                heard.translator.prompt_result(piece["data"])
    return heard


def kinds(capture: str, worktree: Path) -> list[str]:
    return [kind for kind, _ in heard(capture, worktree).events if kind != "usage"]


# Captured sessions


@pytest.mark.parametrize("capture", ["opencode-success", "copilot-success", "gemini-success", "claude-acp-success"])
def test_a_written_file_is_a_tool_call_a_changed_file_and_a_last_word(tmp_path: Path, capture: str) -> None:
    session = heard(capture, tmp_path)
    assert [fields["name"] for fields in session.told("tool_started")] == ["edit"]
    assert session.told("tool_started")[0]["path"] == "hello.py"
    assert [fields["ok"] for fields in session.told("tool_finished")] == [True]
    assert session.told("file_changed") == [{"path": "hello.py"}]
    assert session.told("text")[-1]["text"].endswith("Done. I created hello.py.")
    assert session.translator.last_text.endswith("Done. I created hello.py.")
    order = [kind for kind in kinds(capture, tmp_path) if kind != "text"]
    assert order[:3] == ["tool_started", "tool_finished", "file_changed"]


def test_a_command_is_shown_without_the_shell_around_it(tmp_path: Path) -> None:
    session = heard("codex-acp-success", tmp_path)
    command = session.told("tool_started")[0]["command"]
    assert command.startswith(f"cat > {tmp_path}/hello.py <<")
    assert session.told("tool_finished")[0]["exit_code"] == 0


@pytest.mark.parametrize("capture", ["codex-acp-cancel", "gemini-cancel"])
def test_a_command_is_known_before_it_ends_however_the_agent_tells_it(tmp_path: Path, capture: str) -> None:
    assert heard(capture, tmp_path).told("tool_started")[0]["command"] == "sleep 301 & sleep 300; wait"


@pytest.mark.parametrize(
    ("capture", "tokens"),
    [
        ("opencode-success", [(1200, 34)]),
        ("copilot-success", [(2400, 68)]),
        ("claude-acp-success", [(2400, 68)]),
        ("gemini-success", [(2400, 68)]),
        ("codex-acp-success", []),
    ],
)
def test_tokens_count_what_came_from_the_cache_and_unknown_stays_unknown(
    tmp_path: Path, capture: str, tokens: list[tuple[int, int]]
) -> None:
    usage = heard(capture, tmp_path).told("usage")
    assert [(u["input_tokens"], u["output_tokens"]) for u in usage if "input_tokens" in u] == tokens


def test_a_cost_of_nothing_is_no_cost(tmp_path: Path) -> None:
    assert [u["cost"] for u in heard("claude-acp-success", tmp_path).told("usage") if "cost" in u] == [0.0047]
    assert not [u for u in heard("opencode-success", tmp_path).told("usage") if "cost" in u]


def test_an_error_that_is_only_text_is_the_last_statement(tmp_path: Path) -> None:
    session = heard("copilot-401", tmp_path)
    ending = stopped("end_turn", session.translator.last_text, errors_are_text=True)
    assert ending.code == 11
    assert ending.message.startswith("Authentication failed with provider at http://127.0.0.1:PORT/v1 (HTTP 401).")
    assert stopped("end_turn", session.translator.last_text, errors_are_text=False).code == 0
    assert len([t for t in session.told("text") if t["text"].startswith("Info: Request failed")]) == 2


# Updates


def test_chunks_are_joined_to_lines_and_each_message_stands_alone(tmp_path: Path) -> None:
    session = Heard(tmp_path)
    for text in ("One", " line\nand", " the next", "\n"):
        session.say(text, messageId="a")
    session.say("Another", messageId="b")
    session.translator.pause()
    assert [fields["text"] for fields in session.told("text")] == ["One line", "and the next", "Another"]


def test_costs_are_told_as_what_was_added(tmp_path: Path) -> None:
    session = Heard(tmp_path)
    session.translator.replaying = True
    session.update(sessionUpdate="usage_update", used=1, size=2, cost={"amount": 1.0, "currency": "USD"})
    session.translator.replaying = False
    for amount in (1.25, 1.25, 2.0, 0.5):
        session.update(sessionUpdate="usage_update", used=1, size=2, cost={"amount": amount, "currency": "USD"})
    session.update(sessionUpdate="usage_update", used=1, size=2, cost={"amount": 9.0, "currency": "EUR"})
    assert session.told("usage") == [{"cost": 0.25}, {"cost": 0.75}, {"cost": 0.5}]


def test_the_history_of_a_loaded_session_is_not_told_again(tmp_path: Path) -> None:
    session = Heard(tmp_path)
    session.translator.replaying = True
    session.say("old")
    session.update(sessionUpdate="tool_call", toolCallId="1", title="old", status="completed")
    session.translator.replaying = False
    session.say("new")
    session.translator.pause()
    assert session.events == [("text", {"text": "new"})]


@pytest.mark.parametrize("name", ["plan", "mood_update"])
def test_an_update_nobody_knows_is_an_event_of_its_own_kind(tmp_path: Path, name: str) -> None:
    session = Heard(tmp_path)
    session.update(sessionUpdate=name, entries=[1])
    assert session.events == [(name, {"data": {"entries": [1]}})]


@pytest.mark.parametrize("name", ["error", "usage", "rate_limited"])
def test_no_update_can_pass_for_an_event_of_the_adapter(tmp_path: Path, name: str) -> None:
    session = Heard(tmp_path)
    session.update(sessionUpdate=name, message="all is lost", input_tokens=10**9)
    assert [kind for kind, _ in session.events] == [f"acp_{name}"]


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {"update": 1},
        {"update": {"sessionUpdate": "tool_call"}},
        {"update": {"sessionUpdate": "agent_message_chunk", "content": "plain"}},
        {"update": {"sessionUpdate": "tool_call", "toolCallId": 1, "locations": 5, "status": "completed"}},
    ],
)
def test_an_update_of_another_shape_is_shown_as_it_is(tmp_path: Path, params: object) -> None:
    session = Heard(tmp_path)
    session.translator.update(params)
    assert [kind for kind, _ in session.events][-1] == "raw"


def test_a_failed_tool_changed_no_file_and_a_file_outside_is_none_of_ours(tmp_path: Path) -> None:
    session = Heard(tmp_path)
    for call, path, status in (("1", "a.py", "failed"), ("2", "../b.py", "completed"), ("3", "c.py", "completed")):
        place = [{"path": str(tmp_path / path)}]
        session.update(sessionUpdate="tool_call", toolCallId=call, kind="edit", status=status, locations=place)
    assert [fields["ok"] for fields in session.told("tool_finished")] == [False, True, True]
    assert session.told("file_changed") == [{"path": "c.py"}]


# Permissions


@pytest.mark.parametrize(
    ("call", "option"),
    [
        ({"locations": [{"path": "{in}/a.py"}]}, "once"),
        ({"rawInput": {"filePath": "a.py"}}, "once"),
        ({"rawInput": {"command": "cat /etc/hosts"}}, "once"),
        ({}, "once"),
        ({"locations": [{"path": "{in}/../b.py"}]}, "no"),
        ({"locations": [{"path": "{in}/link/b.py"}]}, "no"),
        ({"content": [{"type": "diff", "path": "/etc/hosts"}]}, "no"),
        ({"rawInput": {"file_path": "~/.ssh/config"}}, "no"),
        ({"rawInput": {"cwd": "/"}}, "no"),
        ({"locations": [{"path": "{in}/a.py"}, {"path": "/etc/hosts"}]}, "no"),
        ({"locations": [{"path": "a\0b"}]}, "no"),
    ],
)
def test_a_call_is_allowed_once_if_all_its_paths_lie_inside(tmp_path: Path, call: dict[str, Any], option: str) -> None:
    worktree = tmp_path / "tree"
    worktree.mkdir()
    (worktree / "link").symlink_to(tmp_path)
    filled = json.loads(json.dumps(call).replace("{in}", str(worktree)))
    assert decide(filled, OPTIONS, worktree).option == option


@pytest.mark.parametrize("options", [None, [], [{"optionId": "no", "kind": "reject_once"}], ["once"]])
def test_where_no_answer_fits_the_request_counts_as_cancelled(tmp_path: Path, options: object) -> None:
    decision = decide({}, options, tmp_path)
    assert (decision.allowed, decision.outcome()) == (False, {"outcome": {"outcome": "cancelled"}})


# Errors


@pytest.mark.parametrize(
    ("code", "message", "data", "meaning"),
    [
        (-32000, "Authentication required", None, 11),
        (-32000, "no", None, 11),
        (401, "API key not valid", None, 11),
        (-32603, "Internal error", {"details": "unexpected status 401 Unauthorized"}, 11),
        (-32603, "Internal error", "403 Forbidden", 11),
        (429, "slow down", None, 12),
        (-32000, "You have exceeded your quota", None, 12),
        (-32603, "Internal error: 429 Too Many Requests", None, 12),
        (None, "retried 5 times (total retry wait time: 38.47 seconds) Last error: 429 slow down", None, 12),
        (None, "retried 5 times (total retry wait time: 14.95 seconds) Last error: 500 oops", None, 10),
        (-32603, "prompt is too long: 250000 tokens > 200000 maximum", None, 13),
        (-32603, "this model's maximum context length is 128000 tokens", None, 13),
        (-32603, "The model `gpt-9` does not exist", None, 14),
        (503, "busy", None, 10),
        (-32603, "Internal error", {"message": "HTTP 502 Bad Gateway"}, 10),
        (-32603, "fetch failed", {"cause": "connect ECONNREFUSED 127.0.0.1:9"}, 10),
        (-32603, "Internal error", None, 1),
        (-32602, "Invalid params: 512 is no number", None, 1),
        (None, "the file has 1500 lines", None, 1),
    ],
)
def test_an_error_is_judged_by_its_code_or_its_text(code: int | None, message: str, data: object, meaning: int) -> None:
    assert judge(code, message, data).code == meaning


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("429: retry after 12 seconds", 12),
        ("Retry-After: 7", 7),
        ('{"retryDelay": "36s"}', 36),
        ('{"retry_after_seconds": 5}', 5),
        ("rate limit reached, try again in 1m30.5s", 90.5),
        ("try again in 250ms", 0.25),
        ("usage limit: resets in 2 hours 5 minutes", 7500),
        ("retried 5 times (total retry wait time: 38.47 seconds)", None),
        ("please try again later", None),
        ("429 Too Many Requests", None),
    ],
)
def test_the_time_to_wait_is_read_from_the_text(text: str, seconds: float | None) -> None:
    assert retry_after(text) == seconds


def test_a_moment_wins_over_a_time_to_wait() -> None:
    ending = judge(429, "limit reached, retry after 2026-11-22T18:00:00Z")
    assert (ending.retry_at, ending.retry_after_seconds) == ("2026-11-22T18:00:00+00:00", None)
    assert retry_at("at noon") is None


@pytest.mark.parametrize(
    ("reason", "code", "message"),
    [
        ("end_turn", 0, ""),
        ("cancelled", 143, "the agent's turn was cancelled"),
        ("refusal", 1, "the agent refused to go on: No."),
        ("max_tokens", 1, "the agent stopped at its limit of tokens: No."),
        ("max_turn_requests", 1, "the agent stopped at its limit of model calls in one turn: No."),
        ("bored", 1, "the agent ended its turn for a reason nobody knows: bored: No."),
        (None, 1, "the agent ended its turn for a reason nobody knows: None: No."),
    ],
)
def test_each_way_to_stop_has_its_code(reason: object, code: int, message: str) -> None:
    ending = stopped(reason, "No.", errors_are_text=False)
    assert (ending.code, ending.message) == (code, message)


@pytest.mark.parametrize(
    "line", [b"hello", b"[1]", b"3", b"\xff\xfe", b"{}", b'{"id": {}, "result": 1}', b'{"id": 1}', b'{"method": 3}']
)
def test_a_line_that_is_no_message_is_none(line: bytes) -> None:
    assert parse(line) is None


def test_an_error_that_is_a_text_is_still_an_error() -> None:
    assert parse(b'{"id": 1, "error": "no"}') == {"id": 1, "error": {"code": -32603, "message": "no"}}


# Which agent


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An agent's program named as the real opencode."""
    path = tmp_path / "opencode"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    for name in PRESETS:
        if name != path.name:
            (tmp_path / name).symlink_to(path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(OPENCODE_CONFIG, raising=False)
    return str(path)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("gemini", ["gemini", "--acp", "-m", "M"]),
        ("opencode", ["opencode", "acp"]),
        ("copilot", ["copilot", "--acp"]),
        (
            "codex-acp",
            ["codex-acp", "-c", 'sandbox_mode="workspace-write"', "-c", 'approval_policy="never"', "-c", 'model="M"'],
        ),
        ("claude-agent-acp", ["claude-agent-acp"]),
    ],
)
def test_a_known_agent_is_started_as_it_must_be(program: str, agent: str, words: list[str]) -> None:
    launch = resolve({"agent": agent, "extra_args": '["--more"]'}, "M")
    assert launch.command == [*words, "--more"]
    preset = PRESETS[agent]
    assert not preset.model_variable or launch.environment[preset.model_variable] == "M"


def test_opencode_is_told_its_model_and_the_users_configuration_stays(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OPENCODE_CONFIG, '{"provider": {"p": {}}, "model": "p/old", "share": "manual"}')
    config = json.loads(resolve({"agent": "opencode"}, "p/new").environment[OPENCODE_CONFIG])
    assert config["provider"] == {"p": {}}
    assert (config["model"], config["small_model"], config["share"]) == ("p/new", "p/new", "manual")
    assert resolve({"agent": "opencode"}, None).model == "p/old"


@pytest.mark.parametrize("options", [{"agent": "opencode"}, {"command": "{program} acp"}])
def test_opencode_without_a_model_is_refused_however_it_is_named(program: str, options: dict[str, str]) -> None:
    filled = {name: value.replace("{program}", program) for name, value in options.items()}
    with pytest.raises(AdapterError, match="to a hosted model of a third party") as caught:
        resolve(filled, None)
    assert caught.value.code == 14


@pytest.mark.parametrize("command", ['["my agent", "--acp"]', "'my agent' --acp"])
def test_any_command_is_a_json_list_or_words_as_in_a_shell(command: str) -> None:
    assert chosen("", command) == (["my agent", "--acp"], None)


@pytest.mark.parametrize("command", ["[]", "[1]", "it's", '[""]', "  "])
def test_a_command_that_is_none_is_refused(command: str) -> None:
    with pytest.raises(AdapterError, match="option `command` is"):
        chosen("", command)


def test_an_agent_is_known_by_what_it_calls_itself() -> None:
    assert known_as("Copilot") is PRESETS["copilot"]
    assert known_as("somebody") is None
