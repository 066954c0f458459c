"""The `acp` adapter with a stub agent, as real processes under the session host."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.sessions.adapters import PACKAGED, detect, find
from engine.sessions.folder import SessionFolder
from engine.sessions.host import environment
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.processes import kill_survivors, processes_of
from runtime_adapters.protocol import Event, read_events
from tests.helpers import eventually
from tests.session_helpers import BRIEF, in_time, make_session

pytest.importorskip("acp", reason="the extra `acp` is not installed")

TOGETHER_SECONDS = 90.0
"""For many sessions at once on a busy machine."""
STUB = Path(__file__).resolve().parent.parent / "acp_stub.py"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose sessions are ended with the test, however it ends."""
    yield tmp_path
    for path in (tmp_path / ".orchestrator" / "sessions").glob("*"):
        kill_survivors(SessionFolder(path))


def session(workspace: Path, scenario: str, options: dict[str, str] | None = None, **fields: Any) -> SessionFolder:
    """A session of the stub agent."""
    command = json.dumps([sys.executable, str(STUB), scenario])
    given = {"command": command, **(options or {})}
    return make_session(workspace, f"1-{scenario}", runtime="acp", adapter=str(find("acp")), options=given, **fields)


def run(folder: SessionFolder, *, resume: bool = False, extras: dict[str, str] | None = None) -> SessionEnd:
    """Start it and follow it to its end."""
    pool = LocalPool(extras)
    pool.submit(folder, resume=resume)
    return in_time(follow(folder, pool))


def run_all(workspace: Path, scenarios: list[str], **fields: Any) -> dict[str, SessionEnd]:
    """Sessions of several scenarios, side by side."""
    pool = LocalPool()
    folders = {scenario: session(workspace, scenario, **fields) for scenario in scenarios}
    for folder in folders.values():
        pool.submit(folder)

    async def ends() -> list[SessionEnd]:
        return list(await asyncio.gather(*(follow(folder, pool) for folder in folders.values())))

    found = asyncio.run(asyncio.wait_for(ends(), TOGETHER_SECONDS))
    return dict(zip(folders, found, strict=True))


def noted(folder: SessionFolder, name: str) -> str:
    """What the stub wrote down; empty if it did not."""
    path = Path(folder.spec().worktree) / "noted" / name
    return path.read_text() if path.exists() else ""


def events(folder: SessionFolder, *kinds: str) -> list[Event]:
    """The session's events, of these kinds or all."""
    return [event for event in read_events(folder.events_path) if not kinds or event.kind in kinds]


def gone(pid: int) -> bool:
    """Whether the process ended; where nobody collects orphans it stays as a zombie."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def cancelled_while_the_tool_runs(folder: SessionFolder) -> SessionEnd:
    """Start it, cancel it when its tool runs, and say how it ended."""
    pool = LocalPool()
    pool.submit(folder)
    await eventually(lambda: noted(folder, "tool"))
    await pool.cancel(folder, "you stopped it")
    return pool.collect(folder)


# A session from start to end


def test_a_session_is_prompted_with_its_brief_and_what_the_agent_does_becomes_events(workspace: Path) -> None:
    folder = session(workspace, "success")
    end = run(folder)
    assert (end.outcome, end.reason, end.tokens) == ("done", "", 1234)
    assert (Path(folder.spec().worktree) / "hello.txt").read_text() == "hello\n"
    assert noted(folder, "prompt") == BRIEF
    assert noted(folder, "opened") == folder.spec().worktree
    told = [(event.kind, event.text_of("session", "text", "path", "id")) for event in events(folder)]
    assert told == [
        ("started", "stub-session-1"),
        ("thought", "Let me see."),
        ("text", "I write hello.txt."),
        ("tool_started", "hello.txt"),
        ("tool_finished", "write-hello.txt"),
        ("file_changed", "hello.txt"),
        ("text", "Done."),
        ("usage", ""),
    ]
    assert events(folder, "started")[0].text_of("version") == "stub 1.2.3"
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in folder.raw_log.read_text().splitlines())


def test_a_brief_of_100_kilobytes_arrives_whole(workspace: Path) -> None:
    brief = "".join(f"{number}: äöü {'x' * 40}\n" for number in range(2000))
    folder = session(workspace, "success", brief=brief)
    assert run(folder).outcome == "done"
    assert len(brief) > 100_000
    assert hashlib.sha256(noted(folder, "prompt").encode()).hexdigest() == folder.spec().brief_sha256


def test_writes_are_allowed_once_inside_the_worktree_and_refused_outside(workspace: Path) -> None:
    folder = session(workspace, "permission")
    assert run(folder).outcome == "done"
    worktree = Path(folder.spec().worktree)
    assert (noted(folder, "answer-inside.txt"), noted(folder, "answer-outside.txt")) == ("once", "no")
    assert (worktree / "inside.txt").exists()
    assert not (worktree.parent / "outside.txt").exists()
    asked = [(event.fields["allowed"], event.text_of("text")) for event in events(folder, "permission")]
    outside = f"not allowed: Write ../outside.txt: {worktree / '../outside.txt'} is outside the worktree"
    assert asked == [(True, "allowed: Write inside.txt"), (False, outside)]


def test_what_nobody_knows_is_kept_and_stops_nothing(workspace: Path) -> None:
    folder = session(workspace, "odd-messages")
    end = run(folder)
    assert (end.outcome, end.reason) == ("done", "")
    assert events(folder, "mood_update")[0].fields == {"data": {"mood": "sunny", "kind": "weather"}}
    assert events(folder, "stub/heartbeat")[0].fields == {"data": {"beat": 1}}
    assert len(events(folder, "raw")) == 2
    assert noted(folder, "refused") == "-32601"
    assert b"no JSON\n[1, 2]\n42\n\xff\xfe\n" in folder.raw_log.read_bytes()
    assert "Traceback" not in folder.stderr_log.read_text()


def test_a_question_of_the_agent_is_shown_and_declined(workspace: Path) -> None:
    folder = session(workspace, "asks")
    assert run(folder).outcome == "done"
    assert events(folder, "question")[0].text_of("text") == "Blue or green?"
    assert json.loads(noted(folder, "reply")) == {"action": "decline"}


def test_the_model_is_chosen_and_an_authentication_asked_for_is_done(workspace: Path) -> None:
    folder = session(workspace, "success", {"auth_method": "key"}, model="large")
    assert run(folder).outcome == "done"
    assert noted(folder, "configured") == "model=large"
    assert noted(folder, "authenticated") == "key"
    assert events(folder, "started")[0].text_of("model") == "large"


def test_a_model_the_agent_does_not_have_is_bad_configuration(workspace: Path) -> None:
    folder = session(workspace, "success", model="huge")
    end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", 14)
    assert "does not use the model huge: it offers small, large" in end.reason
    assert not noted(folder, "prompt")


# Trouble


def test_each_trouble_is_told_by_its_exit_code(workspace: Path) -> None:
    expected = {
        "logged-out": ("runtime", 11, "Authentication required"),
        "401": ("runtime", 11, "401 Unauthorized"),
        "text-401": ("runtime", 11, "Authentication failed with provider"),
        "429": ("runtime", 12, "429 Too Many Requests"),
        "down": ("runtime", 10, "ECONNREFUSED"),
        "refusal": ("failed", 1, "the agent refused to go on: I would rather not."),
        "dies": ("failed", 1, "ended with exit code 3 during session/prompt: stub: out of ideas"),
        "killed": ("interrupted", 137, "was killed"),
        "dies-at-once": ("runtime", 10, "ended with exit code 7 during initialize: cannot find my settings"),
        "other-version": ("runtime", 10, "speaks version 99 of the protocol, this adapter version 1"),
        "third-party": ("runtime", 14, "opencode would choose small by itself: set a model"),
    }
    ends = run_all(workspace, list(expected))
    for scenario, (outcome, code, reason) in expected.items():
        end = ends[scenario]
        assert (end.outcome, end.exit_code) == (outcome, code), scenario
        assert reason in end.reason, scenario
    limited = events(session_of(workspace, "429"), "rate_limited")[0]
    assert limited.fields["retry_after_seconds"] == 90
    assert ends["429"].retry_at is not None
    assert not noted(session_of(workspace, "third-party"), "prompt")
    assert events(session_of(workspace, "dies"), "text")[0].text_of("text") == "I think I"
    for scenario in expected:
        assert not processes_of(session_of(workspace, scenario)), scenario
        assert "Traceback" not in session_of(workspace, scenario).stderr_log.read_text(), scenario


def session_of(workspace: Path, scenario: str) -> SessionFolder:
    return SessionFolder(workspace / ".orchestrator" / "sessions" / f"1-{scenario}")


def test_an_agent_that_never_answers_is_unavailable(workspace: Path) -> None:
    folder = session(workspace, "silent", {"start_seconds": "1.5"})
    end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", 10)
    assert "did not answer initialize within 1.5 s" in end.reason
    assert not processes_of(folder)


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ({"command": ""}, 14, "which agent?"),
        ({"command": "", "agent": "gemni"}, 14, "did you mean 'gemini'?"),
        ({"command": "[1]"}, 14, "a JSON list of texts, or words as in a shell"),
        ({"command": "no-such-agent --acp"}, 10, "no-such-agent is not installed"),
        ({"command": "sh", "agent": "opencode"}, 14, "opencode needs a model"),
        ({"start_seconds": "soon"}, 14, "`start_seconds` is soon"),
    ],
)
def test_wrong_options_are_told_before_anything_starts(
    workspace: Path, options: dict[str, str], code: int, reason: str
) -> None:
    folder = session(workspace, "success", options)
    end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", code)
    assert reason in end.reason


def test_without_the_library_the_way_to_install_it_is_told(workspace: Path, tmp_path: Path) -> None:
    """The same Python without its site-packages has no library."""
    bare = tmp_path / "bare_python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    folder = session(workspace, "success")
    end = run(folder, extras={"META_PYTHON": str(bare)})
    assert (end.outcome, end.exit_code) == ("runtime", 14)
    assert "pip install 'meta-orchestrator[acp]'" in end.reason
    answer = subprocess.run(
        [find("acp"), "detect"], check=True, capture_output=True, env={**environment(None), "META_PYTHON": str(bare)}
    )
    assert json.loads(answer.stdout)["installed"] is False


# Cancel


def test_a_cancel_stops_the_turn_and_leaves_no_tool_behind(workspace: Path) -> None:
    """Of an agent that ends its tool, one that does not, and one that does not even end its turn."""
    folders = [session(workspace, scenario) for scenario in ("tool", "tool-left", "deaf")]

    async def cancel_all() -> list[SessionEnd]:
        return list(await asyncio.gather(*(cancelled_while_the_tool_runs(folder) for folder in folders)))

    for folder, end in zip(folders, asyncio.run(asyncio.wait_for(cancel_all(), TOGETHER_SECONDS)), strict=True):
        assert (end.outcome, end.reason) == ("cancelled", "you stopped it")
        assert noted(folder, "cancelled") == "stub-session-1", "the agent was not asked to stop"
        assert gone(int(noted(folder, "tool")))
        assert not processes_of(folder)
        assert not folder.stderr_log.read_text()
        seen = json.loads(noted(folder, "environment"))
        assert seen["META_SESSION"] == folder.spec().marker
        assert "PYTHONPATH" not in seen, "the adapter's own way to its modules"


def test_the_adapter_alone_ends_what_its_agent_left_behind(workspace: Path) -> None:
    folder = session(workspace, "leaves")
    ended = subprocess.run(
        [folder.spec().adapter, "spawn", str(folder.path)],
        check=False,
        cwd=folder.spec().worktree,
        env=environment(folder.spec().marker),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    assert gone(int(noted(folder, "tool")))


# Resume


def interrupted(workspace: Path, scenario: str, previous: str) -> SessionFolder:
    """A session whose agent had told its id when it was killed."""
    folder = session(workspace, scenario)
    folder.events_path.write_text(json.dumps({"t": 4.0, "kind": "started", "session": previous}) + "\n")
    return folder


def test_a_resumed_session_loads_the_agents_own_and_goes_on(workspace: Path) -> None:
    folder = interrupted(workspace, "success", "stub-session-1")
    assert run(folder, resume=True).outcome == "done"
    assert noted(folder, "loaded") == "stub-session-1"
    assert noted(folder, "prompt").startswith("You were interrupted.")
    assert BRIEF not in noted(folder, "prompt")
    assert not noted(folder, "opened")
    said = [event.text_of("text") for event in events(folder, "text")]
    assert "what was said before the interruption" not in said
    assert events(folder, "started")[-1].t >= 4.0


@pytest.mark.parametrize(("scenario", "previous"), [("forgets", "stub-session-1"), ("success", "gone")])
def test_where_the_agents_session_is_lost_a_new_one_gets_the_brief(
    workspace: Path, scenario: str, previous: str
) -> None:
    folder = interrupted(workspace, scenario, previous)
    assert run(folder, resume=True).outcome == "done"
    assert noted(folder, "prompt").endswith(BRIEF)
    assert "it starts anew" in events(folder, "text")[0].text_of("text")


# Detect


@pytest.mark.parametrize(
    ("named", "installed", "word"),
    [
        ({"META_ACP_COMMAND": "sh -c true"}, True, "resume"),
        ({"META_ACP_COMMAND": "no-such-agent"}, False, "no-such-agent is not installed"),
        ({"META_ACP_AGENT": "gemni"}, False, "did you mean 'gemini'?"),
    ],
)
def test_detect_tells_of_the_agent_that_is_named(named: dict[str, str], installed: bool, word: str) -> None:
    answer = subprocess.run(
        [find("acp"), "detect"], check=True, capture_output=True, text=True, env={**environment(None), **named}
    )
    told = json.loads(answer.stdout)
    assert told["installed"] is installed
    assert told["logged_in"] == "unknown"
    assert told["sandbox"] == "as the agent has it: unknown"
    assert word in answer.stdout


def test_detect_without_a_name_needs_no_agent() -> None:
    assert isinstance(detect(PACKAGED / "acp_adapter.sh")["agents"], list)
