"""The real copilot, run by the real session host, against a scripted model: every end is the right kind of trouble."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.sessions.adapters import PACKAGED, detect
from runtime_adapters.copilot import sandbox
from tests.agent_clis import require_cli
from tests.helpers import wait_until
from tests.model_server import INPUT_TOKENS, OUTPUT_TOKENS, Cut, Fault, Hang, ModelServer, Shell, Text, Tool
from tests.real_agents import ANSWER, LONG, RealAgent, is_from_now, nobody_listens, worktree

pytestmark = pytest.mark.agents

ADAPTER = PACKAGED / "copilot_adapter.sh"
TURN_TOKENS = INPUT_TOKENS + OUTPUT_TOKENS
MADE = (Shell(ANSWER), Text("Made."))
CONFINED = sandbox()[0]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where copilot unpacks itself: once for all tests, as that takes it seconds."""
    return tmp_path_factory.mktemp("unpacked")


@pytest.fixture
def copilot(tmp_path: Path, unpacked: Path) -> Iterator[RealAgent]:
    """Copilot, or a skipped test."""

    def settings(url: str) -> dict[str, str]:
        provider = {"COPILOT_PROVIDER_BASE_URL": f"{url}/v1", "COPILOT_PROVIDER_API_KEY": "sk-test"}
        return {"COPILOT_OFFLINE": "true", "COPILOT_CACHE_HOME": str(unpacked), **provider}

    with RealAgent("copilot", tmp_path, require_cli("copilot"), settings, "gpt-4.1").cleaned_up() as agent:
        yield agent


def error(status: int, code: str, message: str) -> Fault:
    return Fault(status, body={"error": {"type": "invalid_request_error", "code": code, "message": message}})


# Work


def test_a_session_writes_its_files_and_its_answer_by_shell(copilot: RealAgent) -> None:
    end, folder = copilot.ends(Shell(f"echo hello >hello.txt && {ANSWER}"), Text("Made."))
    assert (end.outcome, end.reason) == ("done", "")
    assert end.tokens == 2 * TURN_TOKENS
    assert end.cost is None
    assert (worktree(folder) / "hello.txt").read_text() == "hello\n"
    told = {event.kind: event for event in folder.tail(100)}
    assert set(told) == {"started", "agent_session", "tool_started", "tool_finished", "text", "usage"}
    started, known, finished = told["started"], told["agent_session"], told["tool_finished"]
    assert started.text_of("sandbox") == sandbox()[1]
    assert known.fields["session"] == started.fields["session"]
    assert known.fields["version"] == "1.0.102"
    assert (finished.fields["ok"], finished.fields["exit_code"]) == (True, 0)
    assert '"type":"result"' in folder.raw_log.read_text()


def test_a_file_written_by_copilots_own_tool_is_a_changed_file(copilot: RealAgent) -> None:
    with ModelServer() as model:
        folder = copilot.session()
        path = worktree(folder) / "hello.txt"
        model.turns += [Tool("create", {"path": str(path), "file_text": "hello\n"}), *MADE]
        assert copilot.run(folder, model.url).outcome == "done"
    assert [event.fields["path"] for event in folder.tail(100) if event.kind == "file_changed"] == ["hello.txt"]
    assert path.read_text() == "hello\n"


def test_a_brief_of_100_kB_arrives_whole(copilot: RealAgent) -> None:
    brief = "".join(f"Line {number} of a long brief.\n" for number in range(4000))
    with ModelServer(MADE) as model:
        assert copilot.run(copilot.session(brief=brief), model.url).outcome == "done"
    assert len(brief) > 100_000
    assert brief.strip() in told_by_the_user(model.calls[0].body)


def told_by_the_user(body: dict[str, Any]) -> str:
    """The first message of the user in a request."""
    content = next(message["content"] for message in body["messages"] if message["role"] == "user")
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def test_the_model_sees_the_brief_and_no_notes_of_the_user_or_the_app(copilot: RealAgent) -> None:
    with ModelServer(MADE) as model:
        folder = copilot.session(brief="Do this and only this.\n")
        for place in (worktree(folder), worktree(folder) / ".github", copilot.home / ".copilot"):
            place.mkdir(exist_ok=True)
            for name in ("AGENTS.md", "CLAUDE.md", "copilot-instructions.md"):
                (place / name).write_text("NOTES FOR AGENTS")
        assert copilot.run(folder, model.url).outcome == "done"
    told = json.dumps(model.calls[0].body)
    assert "Do this and only this." in told
    assert "NOTES FOR AGENTS" not in told


def test_what_an_agent_runs_sees_the_allowed_variables_only_and_neither_keys_nor_our_modules(
    copilot: RealAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    end, folder = copilot.ends(Shell(f"env >env.txt; {ANSWER}"), Text("Made."))
    assert end.outcome == "done"
    seen = (worktree(folder) / "env.txt").read_text()
    assert "META_SESSION=" in seen
    assert "GITHUB_TOKEN" not in seen
    assert "PYTHONPATH" not in seen
    assert "sk-test" not in seen


@pytest.mark.skipif(not CONFINED, reason=f"copilot's sandbox does not work here ({sandbox()[1]})")
def test_the_sandbox_keeps_an_agent_in_its_worktree(copilot: RealAgent) -> None:
    neighbour = copilot.folder / ".orchestrator" / "worktrees" / "neighbour"
    neighbour.mkdir(parents=True)
    create = Tool("create", {"path": str(neighbour / "y"), "file_text": "y\n"})
    with ModelServer([create, Shell("python3 hidden.py"), *MADE]) as model:
        folder = copilot.session()
        # Copilot reads a command for paths; this one shows none.
        (worktree(folder) / "hidden.py").write_text(f"open('/'.join({str(neighbour / 'x').split('/')!r}), 'w')")
        assert copilot.run(folder, model.url).outcome == "done"
    assert list(neighbour.iterdir()) == []


# Trouble with the runtime


def test_a_key_that_is_refused_is_a_missing_login(copilot: RealAgent) -> None:
    end, _ = copilot.ends(after=Fault(401))
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert "401" in end.reason


def test_a_user_who_never_logged_in_is_told_so(copilot: RealAgent, unpacked: Path) -> None:
    copilot.environment = lambda url: {"COPILOT_CACHE_HOME": str(unpacked)}
    end = copilot.run(copilot.session(), nobody_listens())
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert "No authentication information found" in end.reason


@pytest.mark.parametrize("seconds", [20, 7200])
def test_a_rate_limit_ends_the_session_and_tells_when_requests_are_taken_again(
    copilot: RealAgent, seconds: int
) -> None:
    began = time.monotonic()
    end, _ = copilot.ends(after=Fault(429, {"retry-after": str(seconds)}))
    assert (end.outcome, end.exit_code) == ("runtime", 12)
    assert is_from_now(end.retry_at, seconds)
    assert time.monotonic() - began < 100


def test_one_refusal_is_got_over(copilot: RealAgent) -> None:
    end, folder = copilot.ends(Fault(429, {"retry-after": "0"}), *MADE)
    assert end.outcome == "done"
    assert any("HTTP 429" in event.text_of("text") for event in folder.tail(100))


def test_a_server_that_fails_is_unavailable(copilot: RealAgent) -> None:
    end, _ = copilot.ends(after=Fault(500))
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "500" in end.reason


def test_a_server_that_is_down_is_unavailable(copilot: RealAgent) -> None:
    end = copilot.run(copilot.session(), nobody_listens())
    assert (end.outcome, end.exit_code) == ("runtime", 10)


def test_a_stream_that_is_always_cut_is_unavailable(copilot: RealAgent) -> None:
    end, _ = copilot.ends(after=Cut(300))
    assert (end.outcome, end.exit_code) == ("runtime", 10)


def test_an_unknown_model_is_bad_configuration(copilot: RealAgent) -> None:
    end, _ = copilot.ends(after=error(404, "model_not_found", "The model does not exist"), model="nope")
    assert (end.outcome, end.exit_code) == ("runtime", 14)
    assert "nope" in end.reason


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ({"command": "/nowhere/copilot"}, 10, "/nowhere/copilot cannot be executed"),
        ({"extra_args": "--yolo"}, 14, "a JSON list of texts is expected"),
        ({"extra_args": '["--no-such-argument"]'}, 14, "error"),
    ],
)
def test_wrong_options_are_told_before_a_model_is_asked(
    copilot: RealAgent, options: dict[str, str], code: int, reason: str
) -> None:
    with ModelServer() as model:
        end = copilot.run(copilot.session(options=options), model.url)
    assert (end.outcome, end.exit_code) == ("runtime", code)
    assert reason in end.reason
    assert model.calls == []


# Trouble with the work


def test_work_that_does_not_fit_into_the_context_is_an_overflow(copilot: RealAgent) -> None:
    too_long = error(400, "context_length_exceeded", "This model's maximum context length is 128000 tokens.")
    end, _ = copilot.ends(after=too_long)
    assert (end.outcome, end.exit_code) == ("overflow", 13)


def test_a_session_without_an_answer_has_failed(copilot: RealAgent) -> None:
    end, _ = copilot.ends(Text("I would rather not."))
    assert (end.outcome, end.exit_code) == ("failed", 0)
    assert "there is no result.json" in end.reason
    assert end.tokens == TURN_TOKENS


def test_a_model_that_hangs_is_ended_by_the_idle_timer(copilot: RealAgent) -> None:
    end, _ = copilot.ends(after=Hang(), idle_seconds=4)
    assert end.outcome == "failed"
    assert "no sign of life for 4 seconds" in end.reason


# Cancel and resume


def test_a_cancel_in_the_middle_of_a_command_leaves_nothing_behind(copilot: RealAgent) -> None:
    began = time.monotonic()
    with ModelServer([Shell(LONG)]) as model:
        end = copilot.stopped(copilot.session(), model.url)
    assert (end.outcome, end.reason) == ("cancelled", "enough")
    assert time.monotonic() - began < 100


def test_an_interrupted_session_goes_on_with_its_history(copilot: RealAgent) -> None:
    with ModelServer([Shell(LONG), *MADE]) as model:
        folder = copilot.session(brief="Write hello.txt, then rest.\n")
        assert copilot.stopped(folder, model.url, kill=True).outcome == "interrupted"
        end = copilot.run(folder, model.url, resume=True)
    assert end.outcome == "done"
    history = json.dumps(model.calls[1].body["messages"])
    assert "Write hello.txt, then rest." in history
    assert LONG in history
    assert "You were interrupted" in history


def test_usage_is_counted_once_over_several_runs(copilot: RealAgent) -> None:
    with ModelServer([Text("Not yet."), *MADE]) as model:
        folder = copilot.session()
        assert copilot.run(folder, model.url).tokens == TURN_TOKENS
        end = copilot.run(folder, model.url, resume=True)
    assert (end.outcome, end.tokens) == ("done", 3 * TURN_TOKENS)


def test_a_session_copilot_has_forgotten_starts_afresh(copilot: RealAgent) -> None:
    with ModelServer([Text("Not yet."), *MADE]) as model:
        folder = copilot.session(brief="Write hello.txt.\n")
        copilot.run(folder, model.url)
        for conversation in (copilot.home / ".copilot" / "session-state").rglob("events.jsonl"):
            conversation.unlink()
        assert copilot.run(folder, model.url, resume=True).outcome == "done"
    assert "Write hello.txt." in told_by_the_user(model.calls[1].body)


# Detecting


def test_detect_tells_version_and_sandbox_without_a_model(copilot: RealAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(copilot.home))
    monkeypatch.setenv("PATH", f"{copilot.command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("GH_TOKEN", raising=False)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    # It unpacks itself first, which can take longer than the probe waits.
    wait_until(lambda: detect(ADAPTER)["version"] == "1.0.102", 30)
    answer = detect(ADAPTER)
    assert (answer["installed"], answer["logged_in"]) == (True, "unknown")
    assert answer["sandbox"] == sandbox()[1]
    assert answer["takeover"] == ["copilot", "--resume={session}"]


def test_detect_says_that_nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("META_COPILOT_COMMAND", str(tmp_path / "copilot"))
    assert detect(ADAPTER)["installed"] is False
