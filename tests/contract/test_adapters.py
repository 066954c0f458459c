"""Every shipped adapter keeps the adapter interface, and the interface's text is true."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import runtime_adapters.protocol as protocol
from engine.conformance.calls import ANSWER
from engine.conformance.event_lines import FIELDS
from engine.errors import RuntimeUnavailable
from engine.sessions.adapters import PACKAGED, acp_agents, can_resume, detect, find, known
from engine.sessions.host import environment
from runtime_adapters.acp.presets import PRESETS
from tests.session_helpers import SCRIPTED, make_session

SHIPPED = sorted(known())
INTERFACE = (PACKAGED / "adapter_interface.md").read_text()


def adapter(folder: Path, name: str, script: str) -> Path:
    """An executable file of the user's."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_these_adapters_are_shipped() -> None:
    assert SHIPPED == ["acp", "claude", "codex", "copilot", "handoff", "openai", "replay"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_adapter_tells_what_it_is(name: str) -> None:
    answer = detect(find(name))
    assert isinstance(answer["installed"], bool)
    assert isinstance(answer["version"], str)
    assert answer["logged_in"] in (True, False, "unknown")
    capabilities = answer["capabilities"]
    assert isinstance(capabilities, list)
    assert all(isinstance(capability, str) for capability in capabilities)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("arguments", [[], ["dance"], ["spawn"]])
def test_a_wrong_call_is_answered_with_the_usage(name: str, arguments: list[str]) -> None:
    ended = subprocess.run(
        [find(name), *arguments], check=False, capture_output=True, text=True, env=environment(None), timeout=120
    )
    assert ended.returncode == protocol.EXIT_BAD_CONFIGURATION
    assert "usage:" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", SHIPPED)
def test_an_adapter_takes_no_code_from_the_worktree(name: str, tmp_path: Path) -> None:
    for module in ("json", "time", "runtime_adapters"):
        (tmp_path / f"{module}.py").write_text('raise SystemExit("code of the worktree was run")')
    ended = subprocess.run(
        [find(name), "detect"], check=False, capture_output=True, text=True, cwd=tmp_path, env=environment(None)
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("name", ["replay", "handoff"])
def test_the_adapters_that_need_no_library_import_none(name: str) -> None:
    loads = f"import sys, runtime_adapters.{name}; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-S", "-c", loads],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGED.parent)},
    )
    assert not {"pydantic", "dataclasses", "asyncio", "engine", "subprocess"} & set(ended.stdout.split())


# Finding


def test_the_users_adapter_wins_over_the_packaged_one(tmp_path: Path) -> None:
    own = adapter(tmp_path / "first", "replay_adapter.py", ":")
    adapter(tmp_path / "second", "replay_adapter.sh", ":")
    assert find("replay", [tmp_path / "first", tmp_path / "second"]) == own
    assert find("handoff", [tmp_path / "missing"]) == PACKAGED / "handoff_adapter.sh"


@pytest.mark.parametrize("file", ["codex_cli_adapter.sh", "codex_adapter", "codex_adapter.py"])
def test_the_file_name_tells_the_runtime(tmp_path: Path, file: str) -> None:
    path = adapter(tmp_path, file, ":")
    assert find("codex", [tmp_path]) == path


def test_an_unknown_runtime_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    adapter(tmp_path, "mine_adapter.sh", ":")
    (tmp_path / "plain_adapter.sh").write_text("not executable")
    with pytest.raises(RuntimeUnavailable) as caught:
        find("plain", [tmp_path])
    told = str(caught.value)
    assert "'plain'" in told
    listed = told.partition("Known: ")[2].partition(". ")[0].split(", ")
    assert {*SHIPPED, "mine"} <= set(listed)
    assert "plain" not in listed
    assert str(tmp_path) in told


# Detecting


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'not found: agent' >&2; exit 3", "exit code 3: not found: agent"),
        ("echo hello", "did not answer with JSON"),
        ("echo '[]'", "`installed` true or false is expected"),
        ('echo \'{"installed": "yes"}\'', "`installed` true or false is expected"),
        ("cat; echo '{'", "did not answer with JSON"),
    ],
)
def test_an_adapter_whose_answer_is_of_no_use_is_unavailable(tmp_path: Path, script: str, message: str) -> None:
    with pytest.raises(RuntimeUnavailable, match=message):
        detect(adapter(tmp_path, "odd_adapter.sh", script), timeout=60)


def test_an_adapter_that_does_not_answer_in_time_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match=r"gave no answer within 0\.3 s"):
        detect(adapter(tmp_path, "odd_adapter.sh", "sleep 300"), timeout=0.3)


def test_a_file_that_cannot_be_run_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match="cannot be run"):
        detect(tmp_path / "nothing_adapter.sh")


def test_only_an_adapter_that_says_so_can_resume(tmp_path: Path) -> None:
    assert can_resume(find("handoff"))
    assert can_resume(find("replay"))
    assert not can_resume(adapter(tmp_path, "plain_adapter.sh", "echo '{\"installed\": true}'"))


def test_an_adapter_in_another_language_keeps_the_same_contract() -> None:
    assert detect(SCRIPTED)["installed"] is True


# The interface's text


def test_the_interface_names_every_event_kind_exit_code_and_field(tmp_path: Path) -> None:
    spec = json.loads((make_session(tmp_path).path / "session.json").read_text())
    named = set(re.findall(r"`([a-z0-9_]+)`", INTERFACE))
    assert set(protocol.EVENT_KINDS) <= named
    assert set(spec) <= named
    assert set(protocol.Result.model_fields) <= named
    codes = {getattr(protocol, name) for name in protocol.__all__ if name.startswith("EXIT_")}
    rows = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", INTERFACE, re.MULTILINE) for code in row.split(",")}
    assert codes <= rows


@pytest.mark.parametrize("title", ["options", "what confines the agent", "what the agent reads by itself"])
def test_the_interface_tells_of_every_shipped_adapter(title: str) -> None:
    section = INTERFACE.split(f"## Shipped adapters: {title}\n")[1].split("\n## ")[0]
    assert set(SHIPPED) <= set(re.findall(r"`([a-z]+)`", section))


def test_the_interface_names_every_option_and_agent_of_the_shipped_adapters() -> None:
    section = INTERFACE.split("## Shipped adapters: options\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z_-]+)`", section))
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGED.rglob("*.py"))
    read = set(re.findall(r"""options(?:\.get\(|\[|, )"([a-z_]+)\"""", code))
    assert {"tape", "command", "key_env", "max_turns", "start_seconds"} <= read, "the search finds what it looks for"
    assert read <= named
    assert set(PRESETS) <= named
    assert {name.replace("_", "-") for name in acp_agents(SHIPPED)} <= {name.replace("_", "-") for name in named}


def test_the_interface_names_every_field_and_kind_that_the_check_judges() -> None:
    named = set(re.findall(r"`([a-z_]+)`", INTERFACE))
    assert set(FIELDS) <= named
    assert {field for fields in FIELDS.values() for field in fields} <= named
    assert set(ANSWER) <= named
