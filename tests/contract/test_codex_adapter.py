"""The real codex, run by the real session host, against a scripted model: every end is the right kind of trouble."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.sessions.adapters import PACKAGED, detect
from engine.sessions.folder import SessionFolder
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.processes import kill_survivors, sweep
from tests.agent_clis import require_cli
from tests.helpers import eventually
from tests.model_server import (
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    Cut,
    Fault,
    Hang,
    ModelServer,
    Shell,
    StreamFault,
    Text,
    Tool,
    Turn,
)
from tests.real_agents import ANSWER, LONG, kinds, nobody_listens, worktree
from tests.session_helpers import in_time, make_session

pytestmark = pytest.mark.agents

ADAPTER = PACKAGED / "codex_cli_adapter.sh"
KEY = "SCRIPTED_MODEL_KEY"
MODEL = "gpt-5.5"
TURN_TOKENS = INPUT_TOKENS + OUTPUT_TOKENS


class Codex:
    """A workspace in which codex runs, with a home of its own that knows no user."""

    def __init__(self, folder: Path, command: Path) -> None:
        self.folder, self.command = folder, command
        home, temporary = folder / "home", folder / "temp"
        home.mkdir()
        temporary.mkdir()
        self.pool = LocalPool({"HOME": str(home), "TMPDIR": str(temporary), KEY: "sk-test"}, grace=2.0)

    def session(self, url: str, **fields: Any) -> SessionFolder:
        """A session that asks the model at this address."""
        options = {"command": str(self.command), "base_url": f"{url}/v1", "key_env": KEY, **fields.pop("options", {})}
        # As the engine has it: of the workspace only its own folders are there for it.
        fields = {"hidden": str(self.folder / ".orchestrator"), **fields}
        return make_session(self.folder, runtime="codex", adapter=str(ADAPTER), model=MODEL, options=options, **fields)

    def run(self, folder: SessionFolder, *, resume: bool = False) -> SessionEnd:
        """Run it to its end; nothing of it may be left."""
        self.pool.submit(folder, resume=resume)
        end = in_time(follow(folder, self.pool))
        assert sweep(folder.spec().marker) == []
        return end

    def ends(self, *turns: Turn, after: Turn | None = None, **fields: Any) -> tuple[SessionEnd, SessionFolder]:
        """The end of a session with a model that answers so."""
        with ModelServer(turns, after) as model:
            folder = self.session(model.url, **fields)
            return self.run(folder), folder


@pytest.fixture
def codex(tmp_path: Path) -> Iterator[Codex]:
    """Codex, or a skipped test. Its sessions are ended with the test, however it ends."""
    yield Codex(tmp_path, require_cli("codex"))
    for path in (tmp_path / ".orchestrator" / "sessions").glob("*"):
        kill_survivors(SessionFolder(path))


def test_a_session_writes_its_files_and_its_answer_by_shell(codex: Codex) -> None:
    with ModelServer([Shell(f"echo hello >hello.txt && {ANSWER}"), Text("Made.")]) as model:
        folder = codex.session(model.url)
        end = codex.run(folder)
    assert (end.outcome, end.reason) == ("done", "")
    assert end.tokens == 2 * TURN_TOKENS
    assert (worktree(folder) / "hello.txt").read_text() == "hello\n"
    assert kinds(folder) == ["started", "agent_session", "tool_started", "tool_finished", "text", "usage"]
    started, *_, said, _ = folder.tail()
    assert started.fields["version"] == "0.169.0"
    assert "no network" in started.text_of("sandbox")
    assert said.text_of("text") == "Made."
    assert '"thread.started"' in folder.raw_log.read_text()


def test_a_change_by_codexs_own_edit_tool_is_a_changed_file(codex: Codex) -> None:
    patch = "*** Begin Patch\n*** Add File: hello.txt\n+hello\n*** End Patch\n"
    end, folder = codex.ends(Tool("apply_patch", {"input": patch}), Shell(ANSWER), Text("Made."))
    assert end.outcome == "done"
    assert [event.fields["path"] for event in folder.tail(100) if event.kind == "file_changed"] == ["hello.txt"]


def test_the_model_sees_the_brief_and_neither_notes_nor_skills_of_the_worktree(codex: Codex) -> None:
    with ModelServer([Shell(ANSWER), Text("Made.")]) as model:
        folder = codex.session(model.url, brief="Do this and only this.\n")
        (worktree(folder) / "AGENTS.md").write_text("NOTES FOR AGENTS")
        skill = worktree(folder) / ".agents" / "skills" / "tricks"
        skill.mkdir(parents=True)
        (skill / "SKILL.md").write_text("---\nname: tricks\ndescription: TRICKS OF THE TRADE\n---\nNone.\n")
        assert codex.run(folder).outcome == "done"
    told = str(model.calls[0].body)
    assert "Do this and only this." in told
    assert "NOTES FOR AGENTS" not in told
    assert "TRICKS OF THE TRADE" not in told


def test_a_brief_of_100_kB_arrives_whole(codex: Codex) -> None:
    brief = "".join(f"Line {number} of a long brief.\n" for number in range(4000))
    with ModelServer([Shell(ANSWER), Text("Made.")]) as model:
        assert codex.run(codex.session(model.url, brief=brief)).outcome == "done"
    assert len(brief) > 100_000
    assert any(part.get("text") == brief for item in model.calls[0].body["input"] for part in item.get("content", []))


def test_what_an_agent_runs_sees_the_allowed_variables_only_and_none_of_our_modules(
    codex: Codex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    with ModelServer([Shell(f"env >env.txt; {ANSWER}"), Text("Made.")]) as model:
        folder = codex.session(model.url)
        assert codex.run(folder).outcome == "done"
    seen = (worktree(folder) / "env.txt").read_text()
    assert "META_SESSION=" in seen
    assert "GITHUB_TOKEN" not in seen
    assert "PYTHONPATH" not in seen


def test_the_sandbox_keeps_an_agent_in_its_worktree(codex: Codex) -> None:
    neighbour = codex.folder / ".orchestrator" / "worktrees" / "neighbour"
    neighbour.mkdir(parents=True)
    end, _ = codex.ends(Shell(f"echo x >{neighbour}/x; echo x >{codex.folder}/x; {ANSWER}"), Text("Tried."))
    assert end.outcome == "done"
    assert list(neighbour.iterdir()) == []
    assert not (codex.folder / "x").exists()


# Trouble with the runtime


def test_a_key_that_is_refused_is_a_missing_login(codex: Codex) -> None:
    end, _ = codex.ends(after=Fault(401))
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert "401 Unauthorized" in end.reason


def test_a_key_that_is_not_there_is_a_missing_login_without_a_request(codex: Codex) -> None:
    with ModelServer() as model:
        end = codex.run(codex.session(model.url, options={"key_env": "NOWHERE_KEY"}))
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert "NOWHERE_KEY" in end.reason
    assert model.requests == []


def test_a_rate_limit_tells_when_requests_are_taken_again(codex: Codex) -> None:
    end, _ = codex.ends(after=Fault(429, {"retry-after": "7200"}))
    assert (end.outcome, end.exit_code) == ("runtime", 12)
    assert "429 Too Many Requests" in end.reason
    assert soon(end, hours=2)


def test_a_used_up_plan_tells_when_it_is_filled_again(codex: Codex) -> None:
    resets_at = int(time.time()) + 3 * 86400
    error = {"type": "usage_limit_reached", "message": "used up", "plan_type": "plus", "resets_at": resets_at}
    end, _ = codex.ends(after=Fault(429, body={"error": error}))
    assert (end.outcome, end.exit_code) == ("runtime", 12)
    assert soon(end, hours=72)


def soon(end: SessionEnd, hours: float) -> bool:
    """Whether the next try is so many hours from now, give or take the minute that texts are rounded to."""
    assert end.retry_at
    wanted = datetime.now(UTC) + timedelta(hours=hours)
    return abs(datetime.fromisoformat(end.retry_at) - wanted) < timedelta(seconds=90)


def test_a_server_that_fails_is_unavailable(codex: Codex) -> None:
    end, _ = codex.ends(after=Fault(500))
    assert (end.outcome, end.exit_code) == ("runtime", 10)


def test_one_failure_of_the_server_is_got_over(codex: Codex) -> None:
    end, folder = codex.ends(Cut(300), Fault(500), Shell(ANSWER), Text("Made."))
    assert end.outcome == "done"
    assert any("Reconnecting" in event.text_of("text") for event in folder.tail(100))


def test_a_server_that_is_down_is_unavailable_after_the_time_allowed(codex: Codex) -> None:
    end = codex.run(codex.session(nobody_listens(), options={"network_seconds": "1"}))
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "no answer after 1 s" in end.reason


def test_a_stream_that_is_always_cut_is_unavailable(codex: Codex) -> None:
    end, _ = codex.ends(after=Cut(300))
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "stream disconnected" in end.reason


def test_a_model_that_hangs_is_unavailable(codex: Codex) -> None:
    end, _ = codex.ends(after=Hang(), options={"silence_seconds": "1"})
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "nothing was heard of the model for 1 s" in end.reason


def test_an_unknown_model_is_bad_configuration(codex: Codex) -> None:
    error = {"message": "The model `m` does not exist", "type": "invalid_request_error", "code": "model_not_found"}
    end, _ = codex.ends(after=Fault(404, body={"error": error}))
    assert (end.outcome, end.exit_code) == ("runtime", 14)


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ({"command": "/nowhere/codex"}, 10, "/nowhere/codex cannot be executed"),
        ({"extra_args": "--oss"}, 14, "a JSON list of texts is expected"),
        ({"extra_args": '["--no-such-argument"]'}, 14, "--no-such-argument"),
        ({"sandbox": "strong"}, 14, "'workspace-write' or 'danger-full-access' is expected"),
        ({"network_seconds": "soon"}, 14, "a number of seconds is expected"),
    ],
)
def test_wrong_options_are_told_before_a_model_is_asked(
    codex: Codex, options: dict[str, str], code: int, reason: str
) -> None:
    with ModelServer() as model:
        end = codex.run(codex.session(model.url, options=options))
    assert (end.outcome, end.exit_code) == ("runtime", code)
    assert reason in end.reason
    assert model.requests == []


# Trouble with the work


@pytest.mark.parametrize("sent_as", ["stream", "status"])
def test_work_that_does_not_fit_into_the_context_is_an_overflow(codex: Codex, sent_as: str) -> None:
    code, message = "context_length_exceeded", "Your input exceeds the context window of this model."
    error = {"code": code, "message": message, "type": "invalid_request_error"}
    trouble = StreamFault(code, message) if sent_as == "stream" else Fault(400, body={"error": error})
    end, _ = codex.ends(after=trouble)
    assert (end.outcome, end.exit_code) == ("overflow", 13)
    assert "context" in end.reason


def test_a_session_without_an_answer_has_failed(codex: Codex) -> None:
    end, _ = codex.ends(Text("I would rather not."))
    assert (end.outcome, end.exit_code) == ("failed", 0)
    assert "there is no result.json" in end.reason
    assert end.tokens == TURN_TOKENS


def test_a_command_that_hangs_is_ended_by_the_idle_timer(codex: Codex) -> None:
    end, _ = codex.ends(Shell("sleep 300"), idle_seconds=2)
    assert end.outcome == "failed"
    assert "no sign of life for 2 seconds" in end.reason


# Cancel and resume


def test_a_cancel_in_the_middle_of_a_command_leaves_nothing_behind(codex: Codex) -> None:
    async def cancelled(folder: SessionFolder) -> SessionEnd:
        codex.pool.submit(folder)
        await eventually((worktree(folder) / "busy").exists, 60)
        assert len(sweep(folder.spec().marker)) > 3
        await codex.pool.cancel(folder, "enough")
        return await follow(folder, codex.pool)

    with ModelServer([Shell(LONG)]) as model:
        folder = codex.session(model.url)
        began = time.monotonic()
        end = in_time(cancelled(folder))
    assert (end.outcome, end.reason) == ("cancelled", "enough")
    assert sweep(folder.spec().marker) == []
    assert time.monotonic() - began < 100


def test_an_interrupted_session_goes_on_with_its_history(codex: Codex) -> None:
    async def interrupted(folder: SessionFolder) -> SessionEnd:
        codex.pool.submit(folder)
        await eventually((worktree(folder) / "busy").exists, 60)
        kill_survivors(folder)
        return await follow(folder, codex.pool)

    brief = "Write hello.txt, then rest.\n"
    with ModelServer([Shell(LONG), Shell(ANSWER), Text("Made.")]) as model:
        folder = codex.session(model.url, brief=brief)
        assert in_time(interrupted(folder)).outcome == "interrupted"
        end = codex.run(folder, resume=True)
    assert end.outcome == "done"
    history = str(model.calls[1].body["input"])
    assert brief.strip() in history
    assert LONG in history
    assert "You were interrupted" in history
    assert end.tokens is not None
    assert end.tokens <= 3 * TURN_TOKENS


def test_usage_is_counted_once_though_codex_tells_totals(codex: Codex) -> None:
    with ModelServer([Text("Not yet."), Shell(ANSWER), Text("Made.")]) as model:
        folder = codex.session(model.url)
        assert codex.run(folder).tokens == TURN_TOKENS
        end = codex.run(folder, resume=True)
    assert (end.outcome, end.tokens) == ("done", 3 * TURN_TOKENS)


def test_a_session_codex_has_forgotten_starts_afresh_and_says_so(codex: Codex) -> None:
    with ModelServer([Text("Not yet."), Shell(ANSWER), Text("Made.")]) as model:
        folder = codex.session(model.url)
        codex.run(folder)
        for thread in (codex.folder / "home" / ".codex" / "sessions").rglob("*.jsonl"):
            thread.unlink()
        end = codex.run(folder, resume=True)
    assert (end.outcome, end.tokens) == ("done", 3 * TURN_TOKENS)
    assert any("starts afresh" in event.text_of("text") for event in folder.tail(100))


# Detection


def test_detection_tells_version_log_in_and_sandbox_and_asks_no_model(
    codex: Codex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("META_CODEX_COMMAND", str(codex.command))
    monkeypatch.setattr("engine.sessions.host.ALLOWED", ("PATH", "HOME", "META_CODEX_COMMAND"))
    monkeypatch.setenv("HOME", str(codex.folder / "home"))
    began = time.monotonic()
    said = detect(ADAPTER)
    assert time.monotonic() - began < 100
    assert said["installed"] is True
    assert said["version"] == "0.169.0"
    assert said["logged_in"] is False
    assert "no network" in str(said["sandbox"])
    assert said["takeover"] == ["codex", "resume", "{session}"]
