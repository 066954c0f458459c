"""The `openai` adapter through the real session host, against a scripted server: each outcome is the right trouble."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from engine.sessions.adapters import PACKAGED, find
from engine.sessions.folder import SessionFolder
from engine.sessions.host import environment
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.processes import processes_of
from runtime_adapters.events import Event, read_events
from tests.helpers import eventually, wait_until
from tests.model_server import (
    CACHED_TOKENS,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    Cut,
    Fault,
    Hang,
    ModelServer,
    Request,
    StreamFault,
    Text,
    Tool,
    Turn,
    chat,
    responses,
)
from tests.session_helpers import BRIEF, in_time, make_session

pytest.importorskip("pydantic_ai", reason="the extra `openai` is not installed")
pytest.importorskip("openai", reason="the extra `openai` is not installed")

KEY = "key-of-this-test"
RESULT = {"status": "done", "confidence_score": 0.9, "summary": "hello.txt says hello"}
WRITE = Tool("write_file", {"path": "hello.txt", "content": "hello\n"})
ANSWER = Tool("write_file", {"path": ".session/result.json", "content": json.dumps(RESULT)})
WORK: list[Turn] = [WRITE, ANSWER, Text("It is done.")]

needs_bubblewrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path


def session(workspace: Path, server: ModelServer | None, **fields: Any) -> SessionFolder:
    """A session of the adapter with this server; `options` are added to the address."""
    options = {"base_url": f"{server.url}/v1"} if server else {}
    options |= fields.pop("options", {})
    return make_session(
        workspace, runtime="openai", adapter=str(find("openai")), model="scripted", options=options, **fields
    )


def run(folder: SessionFolder, **variables: str) -> SessionEnd:
    """The session's end."""
    pool = LocalPool({"OPENAI_API_KEY": KEY, **variables})
    pool.submit(folder)
    return in_time(follow(folder, pool))


def events(folder: SessionFolder, kind: str) -> list[Event]:
    return [event for event in read_events(folder.events_path) if event.kind == kind]


def tool_answers(server: ModelServer) -> list[str]:
    """What the model was told of its tool calls."""
    return [message["content"] for message in server.calls[-1].body["messages"] if message["role"] == "tool"]


# Success


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_the_model_writes_its_files_and_its_result(workspace: Path, api: str) -> None:
    with ModelServer(WORK) as server:
        folder = session(workspace, server, options={"api": api})
        end = run(folder)
    assert (end.outcome, end.exit_code, end.reason) == ("done", 0, "")
    assert end.result and end.result.summary == "hello.txt says hello"
    assert Path(folder.spec().worktree, "hello.txt").read_text() == "hello\n"
    assert end.tokens == 3 * (INPUT_TOKENS + OUTPUT_TOKENS)
    assert end.cost is None, "what it costs is not for the adapter to say"


def test_what_happens_is_told_as_events(workspace: Path) -> None:
    with ModelServer(WORK) as server:
        folder = session(workspace, server)
        run(folder)
    started = events(folder, "started")[0].fields
    assert started["runtime"] == "openai"
    assert started["model"] == "scripted"
    assert started["sandbox"]
    assert [event.fields["path"] for event in events(folder, "file_changed")] == ["hello.txt", ".session/result.json"]
    assert [(event.fields["name"], event.fields["path"]) for event in events(folder, "tool_started")] == [
        ("write_file", "hello.txt"),
        ("write_file", ".session/result.json"),
    ]
    assert [event.fields["ok"] for event in events(folder, "tool_finished")] == [True, True]
    assert [event.fields["text"] for event in events(folder, "text")] == ["It is done."]
    usage = events(folder, "usage")[0].fields
    assert usage == {
        "input_tokens": INPUT_TOKENS,
        "cached_input_tokens": CACHED_TOKENS,
        "output_tokens": OUTPUT_TOKENS,
    }


def test_raw_log_holds_each_answer_of_the_model_as_a_line_of_json(workspace: Path) -> None:
    with ModelServer(WORK) as server:
        folder = session(workspace, server)
        run(folder)
    lines = [json.loads(line) for line in folder.raw_log.read_text().splitlines()]
    assert [line["parts"][0]["part_kind"] for line in lines] == ["tool-call", "tool-call", "text"]
    assert KEY not in folder.raw_log.read_text() + folder.stderr_log.read_text() + folder.events_path.read_text()


def test_the_key_is_taken_from_the_variable_that_is_named(workspace: Path) -> None:
    with ModelServer(WORK) as server:
        assert run(session(workspace, server, options={"key_env": "MY_KEY"}), MY_KEY="another").outcome == "done"
    assert {request.headers["authorization"] for request in server.calls} == {"Bearer another"}


def test_azure_is_asked_in_its_own_way(workspace: Path) -> None:
    with ModelServer(WORK) as server:
        options = {"base_url": server.url, "azure_api_version": "2024-10-21"}
        assert run(session(workspace, server, options=options)).outcome == "done"
    request: Request = server.calls[0]
    assert request.path == "/openai/deployments/scripted/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == KEY


def test_a_brief_of_100_kb_arrives_whole(workspace: Path) -> None:
    brief = BRIEF + "x" * 100_000 + "\nthe end\n"
    with ModelServer(WORK) as server:
        assert run(session(workspace, server, brief=brief)).outcome == "done"
    assert brief in [message["content"] for message in server.calls[0].body["messages"]]


def test_usage_that_the_server_does_not_tell_stays_unknown(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = chat.stream
    monkeypatch.setattr(chat, "stream", lambda *given: [e for e in whole(*given) if b'"usage"' not in e])
    with ModelServer(WORK) as server:
        end = run(session(workspace, server))
    assert end.outcome == "done"
    assert end.tokens is None


# Trouble with the server


def test_a_refused_key_is_not_logged_in(workspace: Path) -> None:
    with ModelServer(after=Fault(401)) as server:
        end = run(session(workspace, server))
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert "HTTP 401" in end.reason


@pytest.mark.parametrize("options", [{}, {"key_env": "NOT_SET", "base_url": "http://127.0.0.1:9/v1"}])
def test_a_missing_key_is_not_logged_in_and_the_variable_is_named(workspace: Path, options: dict[str, str]) -> None:
    folder = session(workspace, None, options=options)
    pool = LocalPool()
    pool.submit(folder)
    end = in_time(follow(folder, pool))
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert options.get("key_env", "OPENAI_API_KEY") in end.reason


def test_a_local_server_needs_no_key(workspace: Path) -> None:
    with ModelServer(WORK) as server:
        folder = session(workspace, server)
        pool = LocalPool()
        pool.submit(folder)
        assert in_time(follow(folder, pool)).outcome == "done"


def test_a_rate_limit_says_when_to_come_back(workspace: Path) -> None:
    with ModelServer(after=Fault(429, {"retry-after": "3600"})) as server:
        folder = session(workspace, server)
        end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", 12)
    assert events(folder, "rate_limited")[0].fields["retry_after_seconds"] == 3600
    assert end.retry_at
    assert len(server.calls) == 1, "who is told to wait an hour does not ask again"


def test_a_short_rate_limit_is_waited_for(workspace: Path) -> None:
    with ModelServer([Fault(429, {"retry-after-ms": "20"}), *WORK]) as server:
        folder = session(workspace, server)
        assert run(folder).outcome == "done"
    assert "HTTP 429" in str(events(folder, "text")[0].fields["text"])


def test_a_broken_server_is_unavailable(workspace: Path) -> None:
    with ModelServer(after=Fault(500, {"retry-after-ms": "20"})) as server:
        end = run(session(workspace, server))
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "HTTP 500" in end.reason


def test_a_server_that_is_down_is_unavailable(workspace: Path) -> None:
    with ModelServer() as server:
        folder = session(workspace, server)
    end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", 10)


@pytest.mark.parametrize("options", [{"timeout_seconds": "0.5"}, {"timeout_seconds": "0.5", "api": "responses"}])
def test_a_server_that_says_nothing_is_unavailable_after_the_time_limit(
    workspace: Path, options: dict[str, str]
) -> None:
    with ModelServer(after=Hang()) as server:
        end = run(session(workspace, server, options=options))
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "timed out after 0.5 seconds" in end.reason
    assert len(server.calls) == 1, "the limit is for all tries together"


def test_a_silent_server_is_given_up_before_the_engine_gives_up_the_work(workspace: Path) -> None:
    with ModelServer(after=Hang()) as server:
        folder = session(workspace, server, idle_seconds=12)
        end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "timed out after 8 seconds" in end.reason


def test_a_server_that_says_nothing_is_left_at_the_deadline(workspace: Path) -> None:
    with ModelServer(after=Hang()) as server:
        folder = session(workspace, server, deadline_seconds=4)
        end = run(folder)
    assert end.outcome == "failed"
    assert processes_of(folder) == set()


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize(
    "turn",
    [Cut(200), Cut(700, WRITE), StreamFault("server_error", "the model broke down")],
    ids=["in a text", "in a tool call", "with an error"],
)
def test_a_stream_that_is_cut_is_trouble_with_the_server_and_no_answer(workspace: Path, turn: Turn, api: str) -> None:
    with ModelServer([turn]) as server:
        folder = session(workspace, server, options={"api": api})
        end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert not Path(folder.spec().worktree, "hello.txt").exists()


@pytest.mark.parametrize(("protocol", "kept"), [(chat, 2), (responses, -1)], ids=["chat", "responses"])
def test_a_stream_that_ends_early_without_an_error_is_no_answer_either(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, protocol: ModuleType, kept: int
) -> None:
    whole = protocol.stream
    monkeypatch.setattr(protocol, "stream", lambda *given: whole(*given)[:kept])
    with ModelServer([ANSWER, Text("Half a sen")]) as server:
        end = run(session(workspace, server, options={"api": protocol.__name__.rpartition(".")[2]}))
    assert (end.outcome, end.exit_code) == ("runtime", 10)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "context_length_exceeded", "message": "too long", "type": "invalid_request_error"}},
        {"error": {"code": 400, "message": "the request exceeds the available context size", "type": "exceed_context"}},
    ],
    ids=["openai", "llama.cpp"],
)
def test_a_brief_that_is_too_long_for_the_model_is_a_context_overflow(workspace: Path, body: object) -> None:
    with ModelServer(after=Fault(400, body=body)) as server:
        end = run(session(workspace, server))
    assert (end.outcome, end.exit_code) == ("overflow", 13)
    assert "context overflow" in end.reason


@pytest.mark.parametrize("status", [404, 400])
def test_an_unknown_model_or_a_refused_request_is_bad_configuration(workspace: Path, status: int) -> None:
    with ModelServer(after=Fault(status)) as server:
        end = run(session(workspace, server))
    assert (end.outcome, end.exit_code) == ("runtime", 14)


# Configuration


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"api": "telepathy"}, "`api`"),
        ({"base_url": "localhost:1234"}, "`base_url`"),
        ({"max_turns": "many"}, "`max_turns`"),
        ({"timeout_seconds": "-1"}, "`timeout_seconds`"),
        ({"azure_api_version": "2024-10-21"}, "`base_url`"),
    ],
)
def test_a_wrong_option_is_named(workspace: Path, options: dict[str, str], word: str) -> None:
    end = run(session(workspace, None, options=options))
    assert (end.outcome, end.exit_code) == ("runtime", 14)
    assert word in end.reason


def test_without_a_model_it_says_where_to_name_one(workspace: Path) -> None:
    folder = make_session(workspace, runtime="openai", adapter=str(find("openai")), model=None)
    end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", 14)
    assert "[models.openai]" in end.reason


def test_without_the_library_it_says_how_to_install_it(tmp_path: Path) -> None:
    folder = make_session(tmp_path, runtime="openai", adapter=str(find("openai")), model="m")
    ended = subprocess.run(
        [sys.executable, "-P", "-S", "-m", "runtime_adapters.openai_agent", "spawn", str(folder.path)],
        env={**environment("m"), "PYTHONPATH": str(PACKAGED.parent), "OPENAI_API_KEY": KEY},
        cwd=folder.spec().worktree,
        check=False,
    )
    assert ended.returncode == 14
    assert "pip install 'meta-orchestrator[openai]'" in str(events(folder, "error")[0].fields["message"])


# What a model may do


def test_a_path_that_leads_out_is_refused_and_the_model_is_told(workspace: Path) -> None:
    outside = workspace / "outside.txt"
    turns: list[Turn] = [Tool("write_file", {"path": str(outside), "content": "x"}), ANSWER, Text("Done.")]
    with ModelServer(turns) as server:
        folder = session(workspace, server)
        assert run(folder).outcome == "done"
    assert not outside.exists()
    assert "leads out of the working folder" in tool_answers(server)[0]
    assert events(folder, "tool_finished")[0].fields["ok"] is False


@needs_bubblewrap
def test_a_command_runs_in_its_sandbox_and_sees_no_key(workspace: Path) -> None:
    command = f"echo made > made.txt; env; touch {workspace}/outside.txt; test -w /usr"
    turns: list[Turn] = [Tool("run_command", {"command": command}), ANSWER, Text("Done.")]
    with ModelServer(turns) as server:
        folder = session(workspace, server)
        assert run(folder).outcome == "done"
    assert Path(folder.spec().worktree, "made.txt").read_text() == "made\n"
    assert not (workspace / "outside.txt").exists()
    assert KEY not in tool_answers(server)[0]
    assert events(folder, "tool_started")[0].fields["command"] == command
    assert events(folder, "tool_finished")[0].fields["exit_code"] == 1
    assert "bubblewrap" in str(events(folder, "started")[0].fields["sandbox"])


def test_without_a_sandbox_commands_are_off_unless_they_were_allowed(workspace: Path) -> None:
    programs = workspace / "programs"
    programs.mkdir()
    for name in ("sh", "date", "mv", "mkdir"):
        (programs / name).symlink_to(str(shutil.which(name)))
    turns: list[Turn] = [Tool("run_command", {"command": "echo made > made.txt"}), ANSWER, Text("Done.")]
    for number, options in enumerate([{}, {"unsandboxed": "1"}]):
        with ModelServer(turns) as server:
            folder = session(workspace, server, name=f"000{number}", options=options)
            assert run(folder, PATH=str(programs)).outcome == "done"
        assert Path(folder.spec().worktree, "made.txt").exists() is bool(options)
        assert ("not available here" in tool_answers(server)[0]) is not bool(options)
        said = events(folder, "started")[0].fields["sandbox"]
        assert said == ("none" if options else "no sandbox here: run_command is off")


# Cancel


SLEEPS = Tool("run_command", {"command": "setsid sleep 301 & touch running; sleep 300"})


@needs_bubblewrap
def test_a_cancel_in_the_middle_of_a_command_leaves_no_process(workspace: Path) -> None:
    with ModelServer([SLEEPS]) as server:
        folder = session(workspace, server)
        pool = LocalPool({"OPENAI_API_KEY": KEY})
        pool.submit(folder)

        async def cancel() -> SessionEnd:
            await eventually(Path(folder.spec().worktree, "running").exists)
            await pool.cancel(folder, "enough")
            return pool.collect(folder)

        end = in_time(cancel())
    assert (end.outcome, end.reason) == ("cancelled", "enough")
    assert processes_of(folder) == set()


@needs_bubblewrap
def test_an_adapter_that_someone_ends_ends_at_once_with_its_command(workspace: Path) -> None:
    with ModelServer([SLEEPS]) as server:
        folder = session(workspace, server)
        pool = LocalPool({"OPENAI_API_KEY": KEY})
        pool.submit(folder)
        wait_until(Path(folder.spec().worktree, "running").exists)
        agents = [psutil.Process(pid) for pid in processes_of(folder)]
        adapter = next(one for one in agents if "runtime_adapters.openai_agent" in one.cmdline())
        adapter.terminate()
        end = in_time(follow(folder, pool))
    assert (end.outcome, end.exit_code) == ("interrupted", 143)
    assert processes_of(folder) == set()


# Weak models


def test_a_model_that_only_talks_has_no_result(workspace: Path) -> None:
    with ModelServer([Text("Sure! I have written hello.txt for you. <tool>write</tool>")]) as server:
        end = run(session(workspace, server))
    assert (end.outcome, end.exit_code) == ("failed", 0)
    assert "there is no result.json" in end.reason


def test_a_model_that_says_nothing_has_no_result(workspace: Path) -> None:
    with ModelServer(after=Text("")) as server:
        end = run(session(workspace, server))
    assert (end.outcome, end.exit_code) == ("failed", 0)
    assert "there is no result.json" in end.reason


def test_a_model_that_has_nothing_to_say_after_its_result_is_done(workspace: Path) -> None:
    with ModelServer([ANSWER, Text("")]) as server:
        assert run(session(workspace, server)).outcome == "done"


def test_a_model_that_goes_on_for_ever_is_ended(workspace: Path) -> None:
    with ModelServer(after=Tool("list_files", {})) as server:
        end = run(session(workspace, server, options={"max_turns": "4"}))
    assert end.outcome == "failed"
    assert "within 4 turns" in end.reason
    assert len(server.calls) == 4


@pytest.mark.parametrize("turn", [Tool("fly", {}), Tool("read_file", {"file": 7})], ids=["no such tool", "arguments"])
def test_a_model_that_calls_nonsense_is_ended_with_the_reason(workspace: Path, turn: Turn) -> None:
    with ModelServer(after=turn) as server:
        end = run(session(workspace, server))
    assert end.outcome == "failed"
    assert "cannot be used" in end.reason
    assert len(server.calls) < 10


def test_a_model_that_calls_nonsense_once_is_told_and_goes_on(workspace: Path) -> None:
    with ModelServer([Tool("fly", {"to": "the moon"}), *WORK]) as server:
        assert run(session(workspace, server)).outcome == "done"


@pytest.mark.skipif("META_TEST_LLAMA" not in os.environ, reason="META_TEST_LLAMA names no model file (gguf)")
def test_whatever_a_real_small_model_answers_the_session_comes_to_a_clear_end(workspace: Path) -> None:
    pytest.importorskip("llama_cpp.server", reason="llama-cpp-python[server] is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", os.environ["META_TEST_LLAMA"]]
    server = subprocess.Popen([*command, "--n_ctx", "8192", "--host", "127.0.0.1", "--port", str(port)])
    try:
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, timeout=120)
        options = {"base_url": f"http://127.0.0.1:{port}/v1", "max_turns": "5"}
        folder = session(workspace, None, options=options, deadline_seconds=25)
        end = run(folder)
    finally:
        server.terminate()
        server.wait()
    assert end.outcome in ("done", "failed", "needs_input", "overflow")
    assert processes_of(folder) == set()
