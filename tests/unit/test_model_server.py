"""The scripted model server speaks three protocols by one script."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.model_server import Cut, Fault, Hang, ModelServer, Shell, StreamFault, Text, Tool, turn_from_json

SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}, "description": {"type": "string"}}}
SCHEMA["required"] = ["command", "description"]
PROTOCOLS = {
    "/v1/responses": {"tools": [{"type": "function", "name": "shell", "parameters": SCHEMA}]},
    "/v1/messages": {"tools": [{"name": "Bash", "input_schema": SCHEMA}]},
    "/v1/chat/completions": {"tools": [{"type": "function", "function": {"name": "bash", "parameters": SCHEMA}}]},
}


def post(url: str, path: str, body: Any) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer. Raises IncompleteRead when it was cut."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode()
    finally:
        connection.close()


def events(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def texts(plain: Any) -> list[str]:
    """All texts anywhere in it."""
    if isinstance(plain, str):
        return [plain]
    parts = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else []
    return [text for part in parts for text in texts(part)]


@pytest.mark.parametrize("path", PROTOCOLS)
def test_turns_are_answered_in_their_order_and_then_the_last_word(path: str) -> None:
    with ModelServer([Text("one"), Text("two")], after=Text("over")) as model:
        told = [texts(events(post(model.url, path, {**PROTOCOLS[path], "stream": True})[2])) for _ in range(4)]
    assert [next(word for word in words if word in ("one", "two", "over")) for words in told] == [
        "one",
        "two",
        "over",
        "over",
    ]
    assert [request.path for request in model.calls] == [path] * 4


@pytest.mark.parametrize("path", PROTOCOLS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_shell_turn_calls_the_agents_own_shell_tool(path: str, stream: bool) -> None:
    with ModelServer([Shell("echo hi")]) as model:
        status, _, answer = post(model.url, path, {**PROTOCOLS[path], "stream": stream})
    assert status == 200
    told = texts(events(answer) if stream else json.loads(answer))
    assert {"shell", "Bash", "bash"} & set(told)
    assert any("echo hi" in text for text in told)


@pytest.mark.parametrize("path", PROTOCOLS)
def test_trouble_is_told_in_the_words_of_the_protocol(path: str) -> None:
    with ModelServer([Fault(429, {"retry-after": "9"}), StreamFault("too_long", "no room")]) as model:
        status, headers, body = post(model.url, path, PROTOCOLS[path])
        assert (status, headers["retry-after"]) == (429, "9")
        assert json.loads(body)["error"]["code"] == "rate_limit_exceeded"
        _, _, answer = post(model.url, path, {**PROTOCOLS[path], "stream": True})
    assert {"too_long", "no room"} <= set(texts(events(answer)))


@pytest.mark.parametrize("path", PROTOCOLS)
def test_a_cut_stream_is_not_whole(path: str) -> None:
    with ModelServer([Cut(50)]) as model, pytest.raises(http.client.IncompleteRead) as caught:
        post(model.url, path, {**PROTOCOLS[path], "stream": True})
    assert len(caught.value.partial) == 50


def test_whoever_hangs_is_let_go_when_the_server_closes() -> None:
    model = ModelServer([Hang()])
    with model:
        connection = http.client.HTTPConnection(urlsplit(model.url).netloc, timeout=60)
        connection.request("POST", "/v1/responses", json.dumps(PROTOCOLS["/v1/responses"]))
        response = connection.getresponse()
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()


def test_a_request_without_tools_takes_no_turn() -> None:
    with ModelServer([Text("one")]) as model:
        assert "A short title" in post(model.url, "/v1/chat/completions", {"stream": False})[2]
        assert "one" in post(model.url, "/v1/chat/completions", PROTOCOLS["/v1/chat/completions"])[2]


def test_a_function_may_answer_instead_of_a_list() -> None:
    with ModelServer(lambda body: Text(body["model"].upper())) as model:
        assert "ABC" in post(model.url, "/v1/responses", {"model": "abc"})[2]


def test_the_server_runs_by_itself_with_a_script_in_a_file(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"text": "from a file"}]))
    command = [sys.executable, "-m", "tests.model_server", str(script), "0"]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert "from a file" in post(url, "/v1/messages", PROTOCOLS["/v1/messages"])[2]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("plain", "turn"),
    [
        ({"text": "a"}, Text("a")),
        ({"tool": "t", "arguments": {"x": 1}}, Tool("t", {"x": 1})),
        ({"shell": "ls"}, Shell("ls")),
        ({"fault": 500}, Fault(500)),
        ({"stream_fault": "c"}, StreamFault("c", "c")),
        ({"hang": True}, Hang()),
        ({"cut": 3, "turn": {"text": "abc"}}, Cut(3, Text("abc"))),
    ],
)
def test_a_turn_may_be_written_as_json(plain: dict[str, Any], turn: object) -> None:
    assert turn_from_json(plain) == turn


def test_what_is_no_turn_is_refused() -> None:
    with pytest.raises(ValueError, match="is no turn"):
        turn_from_json({"dance": 1})
