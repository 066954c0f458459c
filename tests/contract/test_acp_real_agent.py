"""Real agents over ACP, under the session host, against a scripted model on 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from engine.sessions.adapters import find
from engine.sessions.folder import SessionFolder
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.processes import kill_survivors, sweep
from runtime_adapters.protocol import Event, read_events
from tests.agent_clis import require_cli
from tests.helpers import eventually
from tests.model_server import INPUT_TOKENS, OUTPUT_TOKENS, Fault, ModelServer, Shell, Text, Turn
from tests.session_helpers import make_session

pytestmark = pytest.mark.agents

pytest.importorskip("acp", reason="the extra `acp` is not installed")

ANSWER = '{"status": "done", "confidence_score": 0.9, "summary": "made it"}'
WRITES = Shell(f"echo hello >hello.txt && mkdir -p .session && echo '{ANSWER}' >.session/result.json")
SLEEPS = Shell("echo $$ >tool.pid; sleep 301 & sleep 300; wait")


SECONDS = 90.0
"""These agents need seconds to start, on a busy machine many."""

T = TypeVar("T")


def in_time(work: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns; it fails if that takes too long."""
    return asyncio.run(asyncio.wait_for(work, SECONDS))


def opencode(url: str) -> tuple[str, dict[str, str]]:
    """The model's name and the environment with which opencode asks this server."""
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": f"{url}/v1", "apiKey": "sk-test"},
        "models": {"scripted": {"name": "scripted", "limit": {"context": 200000, "output": 8000}}},
    }
    config = json.dumps({"provider": {"local": provider}})
    return "local/scripted", {"OPENCODE_CONFIG_CONTENT": config, "OPENCODE_DISABLE_MODELS_FETCH": "1"}


def copilot(url: str) -> tuple[str, dict[str, str]]:
    """As `opencode`, for copilot."""
    provider = {"COPILOT_PROVIDER_BASE_URL": f"{url}/v1", "COPILOT_PROVIDER_API_KEY": "sk-test"}
    return "gpt-4.1", {"COPILOT_OFFLINE": "true", **provider}


AGENTS = {"opencode": (opencode, "acp"), "copilot": (copilot, "--acp")}


class Agent:
    """A workspace in which one agent runs, with a home of its own that knows no user."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.settings, argument = AGENTS[name]
        self.command = json.dumps([str(require_cli(name)), argument])
        for part in ("home", "temp"):
            (folder / part).mkdir()

    def pool(self, environment: Mapping[str, str]) -> LocalPool:
        return LocalPool({"HOME": str(self.folder / "home"), "TMPDIR": str(self.folder / "temp"), **environment})

    def start(self, url: str, **fields: Any) -> tuple[SessionFolder, LocalPool]:
        """A session that asks the model at this address, begun."""
        model, environment = self.settings(url)
        options = {"agent": self.name, "command": self.command}
        folder = make_session(
            self.folder, runtime="acp", adapter=str(find("acp")), **{"model": model, "options": options, **fields}
        )
        pool = self.pool(environment)
        pool.submit(folder)
        return folder, pool

    def ends(self, *turns: Turn, after: Turn | None = None, **fields: Any) -> tuple[SessionEnd, SessionFolder]:
        """The end of a session with a model that answers so; nothing of it may be left."""
        with ModelServer(turns, after) as model:
            folder, pool = self.start(model.url, **fields)
            end = in_time(follow(folder, pool))
        assert sweep(folder.spec().marker) == []
        return end, folder


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose sessions are ended with the test, however it ends."""
    yield tmp_path
    for path in (tmp_path / ".orchestrator" / "sessions").glob("*"):
        kill_survivors(SessionFolder(path))


def events(folder: SessionFolder, kind: str) -> list[Event]:
    return [event for event in read_events(folder.events_path) if event.kind == kind]


@pytest.mark.parametrize("name", AGENTS)
def test_a_session_writes_its_files_and_its_answer(workspace: Path, name: str) -> None:
    end, folder = Agent(workspace, name).ends(WRITES, Text("Made."))
    assert (end.outcome, end.reason) == ("done", "")
    assert (Path(folder.spec().worktree) / "hello.txt").read_text() == "hello\n"
    started = events(folder, "started")[0]
    assert started.text_of("session")
    assert started.text_of("model") == folder.spec().model
    assert "echo hello >hello.txt" in events(folder, "tool_started")[0].text_of("command")
    assert events(folder, "tool_finished")[0].fields["ok"] is True
    assert events(folder, "text")[-1].text_of("text") == "Made."
    assert end.tokens is not None
    assert end.tokens >= INPUT_TOKENS + OUTPUT_TOKENS


@pytest.mark.parametrize("name", AGENTS)
def test_a_refused_key_is_trouble_with_the_log_in(workspace: Path, name: str) -> None:
    end, _ = Agent(workspace, name).ends(after=Fault(401))
    assert (end.outcome, end.exit_code) == ("runtime", 11)
    assert end.reason.startswith("the runtime is not logged in: ")


@pytest.mark.parametrize("name", AGENTS)
def test_a_cancel_while_a_tool_runs_leaves_no_process(workspace: Path, name: str) -> None:
    with ModelServer([SLEEPS]) as model:
        folder, pool = Agent(workspace, name).start(model.url)
        pid = Path(folder.spec().worktree) / "tool.pid"

        async def cancel() -> SessionEnd:
            await eventually(pid.exists, SECONDS / 2)
            await pool.cancel(folder, "you stopped it")
            return await asyncio.to_thread(pool.collect, folder)

        end = in_time(cancel())
    assert (end.outcome, end.reason) == ("cancelled", "you stopped it")
    assert sweep(folder.spec().marker) == []
    assert "Traceback" not in folder.stderr_log.read_text()


def test_an_interrupted_session_goes_on_with_what_the_agent_remembers(workspace: Path) -> None:
    with ModelServer([SLEEPS]) as model:
        agent = Agent(workspace, "copilot")
        folder, pool = agent.start(model.url)
        pid = Path(folder.spec().worktree) / "tool.pid"

        async def cancel() -> None:
            await eventually(pid.exists, SECONDS / 2)
            await pool.cancel(folder, "interrupted")

        in_time(cancel())
        before = len(model.calls)
        model.turns = [WRITES, Text("Made.")]
        pool.submit(folder, resume=True)
        end = in_time(follow(folder, pool))
        asked = json.dumps(model.calls[before].body)
    assert (end.outcome, end.reason) == ("done", "")
    assert "You were interrupted." in asked
    assert "Write hello.txt." in asked, "the brief is remembered by the agent"
    first, second = events(folder, "started")
    assert first.text_of("session") == second.text_of("session")


def test_opencode_without_a_model_asks_nobody(workspace: Path) -> None:
    with ModelServer() as model:
        folder, pool = Agent(workspace, "opencode").start(model.url, model=None)
        end = in_time(follow(folder, pool))
    assert (end.outcome, end.exit_code) == ("runtime", 14)
    assert "opencode needs a model" in end.reason
    assert model.requests == []
