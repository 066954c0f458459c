"""How codex is started, with a script in its place that tells what it was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.sessions.folder import SessionFolder
from runtime_adapters.codex import NETWORK_WORDS, NO_SANDBOX_WORDS, SANDBOX_WORDS, Codex
from runtime_adapters.stream_agent import AdapterError, Launch, Session, main
from tests.session_helpers import make_session

SCRIPT = """#!/bin/sh
case "$1" in
--version) echo "codex-cli VERSION" ;;
sandbox) SANDBOX ;;
login) echo "Not logged in" >&2; exit 1 ;;
exec) cat >/dev/null; STREAM ;;
esac
"""


def fake(folder: Path, version: str = "0.169.3", sandbox: str = "exit 0", stream: str = ":") -> Path:
    """A codex."""
    path = folder / "codex"
    path.write_text(SCRIPT.replace("VERSION", version).replace("SANDBOX", sandbox).replace("STREAM", stream))
    path.chmod(0o755)
    return path


def session(folder: Path, program: Path, **options: str) -> SessionFolder:
    return make_session(folder, options={"command": str(program), **options})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CODEX_API_KEY", raising=False)
    return tmp_path / "home"


def launch(folder: Path, program: Path, resume: str | None = None, **options: str) -> Launch:
    return Codex().launch(Session.load(session(folder, program, **options).path), resume)


def test_what_codex_would_read_by_itself_is_switched_off(tmp_path: Path) -> None:
    command = launch(tmp_path, fake(tmp_path)).command
    assert {"project_doc_max_bytes=0", "skills.include_instructions=false", 'approval_policy="never"'} <= set(command)
    assert command[-1] == "-"


def test_the_extra_arguments_come_after_ours_so_that_they_win(tmp_path: Path) -> None:
    command = launch(tmp_path, fake(tmp_path), extra_args='["-c", "features.plugins=true"]').command
    assert command.index("features.plugins=true") > command.index("features.plugins=false")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, SANDBOX_WORDS),
        ({"sandbox": "danger-full-access"}, NO_SANDBOX_WORDS),
        ({"extra_args": '["-s", "danger-full-access"]'}, NO_SANDBOX_WORDS),
        ({"extra_args": '["--dangerously-bypass-approvals-and-sandbox"]'}, NO_SANDBOX_WORDS),
        ({"extra_args": '["-c", "sandbox_workspace_write.network_access=true"]'}, NETWORK_WORDS),
    ],
)
def test_the_sandbox_in_force_is_said(tmp_path: Path, options: dict[str, str], words: str) -> None:
    assert launch(tmp_path, fake(tmp_path), **options).announce["sandbox"] == words


def test_a_sandbox_that_does_not_work_stops_the_session_before_it_is_wasted(tmp_path: Path) -> None:
    program = fake(tmp_path, sandbox="echo 'bwrap: no permission' >&2; exit 1")
    with pytest.raises(AdapterError, match="bwrap: no permission") as caught:
        launch(tmp_path, program)
    assert caught.value.code == 10
    assert launch(tmp_path, program, sandbox="danger-full-access").announce["sandbox"] == NO_SANDBOX_WORDS


def test_a_codex_whose_sandbox_cannot_be_tried_runs(tmp_path: Path) -> None:
    assert launch(tmp_path, fake(tmp_path, sandbox="exit 2")).notices == ()


@pytest.mark.parametrize("version", ["0.170.0", "1.0.0", ""])
def test_an_unknown_version_runs_with_a_notice(tmp_path: Path, version: str) -> None:
    stream = """echo '{"type": "novelty", "x": 1}'; echo '{"type": "turn.completed", "usage": {}}'; echo 'plain'"""
    folder = session(tmp_path, fake(tmp_path, version, stream=stream))
    assert main(Codex(), ["spawn", str(folder.path)]) == 0
    notice, *rest = [event for event in folder.tail() if event.kind != "started"]
    assert "tested is 0.169" in notice.text_of("text")
    assert [event.kind for event in rest] == ["raw", "raw", "raw"]


def test_a_session_is_gone_on_with_only_if_codex_kept_it(tmp_path: Path, home: Path) -> None:
    program = fake(tmp_path)
    afresh = launch(tmp_path, program, "0a1b")
    assert "resume" not in afresh.command
    assert afresh.stdin == b"Write hello.txt.\n"
    kept = home / "sessions" / "2026" / "01" / "02" / "rollout-x-0a1b.jsonl"
    kept.parent.mkdir(parents=True)
    kept.touch()
    again = launch(tmp_path, program, "0a1b")
    assert again.command[1:3] == ["exec", "resume"]
    assert again.command[-2:] == ["0a1b", "-"]
    assert b"You were interrupted" in again.stdin


def test_a_provider_of_ones_own_is_given_by_two_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "sk-1")
    command = launch(tmp_path, fake(tmp_path), base_url="http://h/v1", key_env="MINE").command
    table = next(word for word in command if word.startswith("model_providers.meta="))
    assert 'base_url="http://h/v1"' in table
    assert 'env_key="MINE"' in table
    assert "sk-1" not in " ".join(command)


@pytest.mark.parametrize(
    ("configured", "environment", "expected"),
    [
        ("", {}, False),
        ('model_provider = "mine"', {}, "unknown"),
        ("", {"CODEX_API_KEY": "k"}, True),
    ],
)
def test_detection_tells_what_is_known_of_the_login(
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    configured: str,
    environment: dict[str, str],
    expected: Any,
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(configured)
    monkeypatch.setenv("META_CODEX_COMMAND", str(fake(tmp_path)))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = Codex().detect()
    assert (said["installed"], said["version"], said["logged_in"]) == (True, "0.169.3", expected)


def test_detection_without_codex_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert Codex().detect()["installed"] is False
