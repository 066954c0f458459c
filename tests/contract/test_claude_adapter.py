"""The real claude, run by the real session host, against a scripted model: every end is the right kind of trouble."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.sessions.adapters import PACKAGED, detect
from runtime_adapters.claude import sandbox
from tests.agent_clis import require_cli
from tests.helpers import wait_until
from tests.model_server import INPUT_TOKENS, OUTPUT_TOKENS, Cut, Fault, Hang, ModelServer, Shell, Text, Tool
from tests.real_agents import ANSWER, LONG, RealAgent, is_from_now, kinds, nobody_listens, worktree

pytestmark = pytest.mark.agents

ADAPTER = PACKAGED / "claude_adapter.sh"
TURN_TOKENS = INPUT_TOKENS + OUTPUT_TOKENS
MADE = (Shell(ANSWER), Text("Made."))
CONFINED = sandbox()[0]


def settings(url: str) -> dict[str, str]:
    return {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "sk-test"}


@pytest.fixture
def claude(tmp_path: Path) -> Iterator[RealAgent]:
    """Claude, or a skipped test."""
    with RealAgent("claude", tmp_path, require_cli("claude"), settings, "claude-opus-4-8").cleaned_up() as agent:
        yield agent


def error(status: int, kind: str, message: str, **headers: str) -> Fault:
    return Fault(status, headers, {"type": "error", "error": {"type": kind, "message": message}})


# Work


def test_a_session_writes_its_files_and_its_answer_by_shell(claude: RealAgent) -> None:
    end, folder = claude.ends(Shell(f"echo hello >hello.txt && {ANSWER}"), Text("Made."))
    assert (end.outcome, end.reason) == ("done", "")
    assert end.tokens == 2 * TURN_TOKENS
    assert end.cost is not None
    assert end.cost > 0
    assert (worktree(folder) / "hello.txt").read_text() == "hello\n"
    told = [kind for kind in kinds(folder) if kind != "usage"]
    assert told == ["started", "agent_session", "tool_started", "tool_finished", "text"]
    started, known, *_ = folder.tail(100)
    assert started.text_of("sandbox") == sandbox()[1]
    assert known.fields["session"] == started.fields["session"]
    assert known.fields["version"] == "2.1.197"
    assert '"type":"result"' in folder.raw_log.read_text()


def test_a_file_written_by_claudes_own_tool_is_a_changed_file(claude: RealAgent) -> None:
    with ModelServer() as model:
        folder = claude.session()
        path = worktree(folder) / "src" / "hello.txt"
        model.turns += [Tool("Write", {"file_path": str(path), "content": "hello\n"}), *MADE]
        assert claude.run(folder, model.url).outcome == "done"
    assert [event.fields["path"] for event in folder.tail(100) if event.kind == "file_changed"] == ["src/hello.txt"]
    assert path.read_text() == "hello\n"


def test_a_brief_of_100_kB_arrives_whole(claude: RealAgent) -> None:
    brief = "".join(f"Line {number} of a long brief.\n" for number in range(4000))
    with ModelServer(MADE) as model:
        assert claude.run(claude.session(brief=brief), model.url).outcome == "done"
    assert len(brief) > 100_000
    assert brief in texts(model.calls[0].body)


def texts(body: dict[str, Any]) -> list[str]:
    """The texts of a request's messages."""
    contents = [message["content"] for message in body["messages"]]
    blocks = [[{"text": content}] if isinstance(content, str) else content for content in contents]
    return [block["text"] for content in blocks for block in content if "text" in block]


def test_the_model_sees_the_brief_and_no_notes_of_the_user_or_the_app(claude: RealAgent) -> None:
    with ModelServer(MADE) as model:
        folder = claude.session(brief="Do this and only this.\n")
        (claude.home / ".claude").mkdir()
        for place in (worktree(folder), claude.home / ".claude"):
            (place / "CLAUDE.md").write_text("NOTES FOR AGENTS")
            (place / "AGENTS.md").write_text("NOTES FOR AGENTS")
        assert claude.run(folder, model.url).outcome == "done"
    told = json.dumps(model.calls[0].body)
    assert "Do this and only this." in told
    assert "NOTES FOR AGENTS" not in told


def test_what_an_agent_runs_sees_the_allowed_variables_only_and_none_of_our_modules(
    claude: RealAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    end, folder = claude.ends(Shell(f"env >env.txt; {ANSWER}"), Text("Made."))
    assert end.outcome == "done"
    seen = (worktree(folder) / "env.txt").read_text()
    assert "META_SESSION=" in seen
    assert "GITHUB_TOKEN" not in seen
    assert "PYTHONPATH" not in seen
    assert ("sk-test" in seen) != CONFINED


@pytest.mark.skipif(not CONFINED, reason=f"claude's sandbox does not work here ({sandbox()[1]})")
def test_the_sandbox_keeps_an_agent_in_its_worktree(claude: RealAgent) -> None:
    neighbour = claude.folder / ".orchestrator" / "worktrees" / "neighbour"
    neighbour.mkdir(parents=True)
    write = {"file_path": str(neighbour / "y"), "content": "y\n"}
    end, _ = claude.ends(
        Tool("Write", write), Shell(f"echo x >{neighbour}/x; echo x >{claude.home}/x; {ANSWER}"), Text("Tried.")
    )
    assert end.outcome == "done"
    assert list(neighbour.iterdir()) == []
    assert not (claude.home / "x").exists()


def test_without_socat_it_works_unconfined_and_says_so(claude: RealAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = claude.folder / "programs"
    programs.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for program in Path(folder).glob("*"):
            if program.name != "socat" and not (programs / program.name).is_symlink():
                (programs / program.name).symlink_to(program)
    monkeypatch.setenv("PATH", str(programs))
    end, session = claude.ends(*MADE)
    assert end.outcome == "done"
    assert session.tail(100)[0].text_of("sandbox").startswith("none: ")


# Trouble with the runtime


def test_a_key_that_is_refused_is_a_missing_login(claude: RealAgent) -> None:
    end, _ = claude.ends(after=Fault(401))
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert "401" in end.reason


def test_a_user_who_never_logged_in_is_told_so_without_a_request(claude: RealAgent) -> None:
    claude.environment = lambda url: {"ANTHROPIC_BASE_URL": url}
    with ModelServer() as model:
        end = claude.run(claude.session(), model.url)
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert "Not logged in" in end.reason
    assert model.calls == []


@pytest.mark.parametrize("seconds", [20, 7200])
def test_a_rate_limit_ends_the_session_and_tells_when_requests_are_taken_again(claude: RealAgent, seconds: int) -> None:
    began = time.monotonic()
    end, _ = claude.ends(after=Fault(429, {"retry-after": str(seconds)}))
    assert (end.outcome, end.exit_code) == ("runtime", 12)
    assert is_from_now(end.retry_at, seconds)
    assert time.monotonic() - began < 100


def test_one_refusal_is_got_over(claude: RealAgent) -> None:
    end, folder = claude.ends(Fault(429, {"retry-after": "0"}), *MADE)
    assert end.outcome == "done"
    assert any("HTTP 429" in event.text_of("text") for event in folder.tail(100))


def test_a_server_that_fails_is_unavailable(claude: RealAgent) -> None:
    end, _ = claude.ends(after=Fault(500))
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "500" in end.reason


def test_a_server_that_is_down_is_unavailable(claude: RealAgent) -> None:
    end = claude.run(claude.session(), nobody_listens())
    assert (end.outcome, end.exit_code) == ("runtime", 10)


def test_a_stream_that_is_always_cut_is_unavailable(claude: RealAgent) -> None:
    end, _ = claude.ends(after=Cut(700))
    assert (end.outcome, end.exit_code) == ("runtime", 10)


def test_an_unknown_model_is_bad_configuration(claude: RealAgent) -> None:
    end, _ = claude.ends(after=error(404, "not_found_error", "model: nope"), model="nope")
    assert (end.outcome, end.exit_code) == ("runtime", 14)
    assert "nope" in end.reason


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ({"command": "/nowhere/claude"}, 10, "/nowhere/claude cannot be executed"),
        ({"extra_args": "--bare"}, 14, "a JSON list of texts is expected"),
        ({"extra_args": '["--no-such-argument"]'}, 14, "--no-such-argument"),
    ],
)
def test_wrong_options_are_told_before_a_model_is_asked(
    claude: RealAgent, options: dict[str, str], code: int, reason: str
) -> None:
    with ModelServer() as model:
        end = claude.run(claude.session(options=options), model.url)
    assert (end.outcome, end.exit_code) == ("runtime", code)
    assert reason in end.reason
    assert model.calls == []


# Trouble with the work


def test_work_that_does_not_fit_into_the_context_is_an_overflow(claude: RealAgent) -> None:
    too_long = error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
    end, _ = claude.ends(after=too_long)
    assert (end.outcome, end.exit_code) == ("overflow", 13)


def test_a_session_without_an_answer_has_failed(claude: RealAgent) -> None:
    end, _ = claude.ends(Text("I would rather not."))
    assert (end.outcome, end.exit_code) == ("failed", 0)
    assert "there is no result.json" in end.reason
    assert end.tokens == TURN_TOKENS


def test_a_model_that_hangs_is_ended_by_the_idle_timer(claude: RealAgent) -> None:
    end, _ = claude.ends(after=Hang(), idle_seconds=3)
    assert end.outcome == "failed"
    assert "no sign of life for 3 seconds" in end.reason


# Cancel and resume


def test_a_cancel_in_the_middle_of_a_command_leaves_nothing_behind(claude: RealAgent) -> None:
    began = time.monotonic()
    with ModelServer([Shell(LONG)]) as model:
        end = claude.stopped(claude.session(), model.url)
    assert (end.outcome, end.reason) == ("cancelled", "enough")
    assert time.monotonic() - began < 100


def test_an_interrupted_session_goes_on_with_its_history(claude: RealAgent) -> None:
    with ModelServer([Shell("echo begun"), Shell(LONG), *MADE]) as model:
        folder = claude.session(brief="Write hello.txt, then rest.\n")
        assert claude.stopped(folder, model.url, kill=True).outcome == "interrupted"
        end = claude.run(folder, model.url, resume=True)
    assert end.outcome == "done"
    history = json.dumps(model.calls[2].body["messages"])
    assert "Write hello.txt, then rest." in history
    assert "echo begun" in history
    assert "You were interrupted" in history


def test_a_session_claude_has_forgotten_starts_afresh(claude: RealAgent) -> None:
    with ModelServer([Text("Not yet."), *MADE]) as model:
        folder = claude.session(brief="Write hello.txt.\n")
        claude.run(folder, model.url)
        for conversation in (claude.home / ".claude" / "projects").rglob("*.jsonl"):
            conversation.unlink()
        assert claude.run(folder, model.url, resume=True).outcome == "done"
    assert "Write hello.txt.\n" in texts(model.calls[1].body)


# Detecting


def test_detect_tells_version_and_login_without_a_model(claude: RealAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(claude.home))
    monkeypatch.setenv("PATH", f"{claude.command.parent}{os.pathsep}{os.environ['PATH']}")
    told = ("2.1.197", False)
    # On a busy machine a probe can take longer than it may.
    wait_until(lambda: tuple(detect(ADAPTER)[name] for name in ("version", "logged_in")) == told, 30)
    answer = detect(ADAPTER)
    assert answer["installed"] is True
    assert answer["sandbox"] == sandbox()[1]
    assert answer["takeover"] == ["claude", "--resume", "{session}"]


def test_detect_says_that_nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("META_CLAUDE_COMMAND", str(tmp_path / "claude"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert detect(ADAPTER)["installed"] is False
