"""`meta adapters list`: what is known of every runtime, without a model call and within three seconds."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from engine.configuration import Configuration
from engine.conformance.survey import from_answer, survey
from engine.errors import RuntimeUnavailable
from engine.sessions.adapters import PACKAGED, acp_agents, detect_environment, known, resolve
from engine.sessions.processes import sweep
from tests.scripted import meta

ANSWER = {
    "installed": True,
    "version": "1.2",
    "logged_in": False,
    "capabilities": ["resume"],
    "sandbox": "a strong one",
}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of adapters of one's own."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def nobodys_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("META_ADAPTER_PATH", raising=False)


def adapter(folder: Path, name: str, script: str) -> Path:
    path = folder / f"{name}_adapter.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def saying(**fields: Any) -> str:
    return f"echo '{json.dumps({**ANSWER, **fields})}'"


def listed(*arguments: object) -> dict[str, dict[str, Any]]:
    """The runtimes by name."""
    said = meta("adapters", "list", "--json", *arguments)
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["schema_version"] == 1
    return {one["name"]: one for one in document["adapters"]}


def test_all_shipped_adapters_and_the_known_acp_agents_are_listed(tmp_path: Path) -> None:
    runtimes = listed(tmp_path)
    assert {*known(), "gemini", "opencode", "codex_acp", "claude_agent_acp", "copilot_acp"} == set(runtimes)
    assert runtimes["gemini"]["adapter"] == str(PACKAGED / "acp_adapter.sh")
    assert runtimes["replay"]["installed"] is True
    assert all(runtime["installed"] or runtime["trouble"] for runtime in runtimes.values())


def test_an_adapter_of_ones_own_is_listed_with_what_it_says(own: Path, tmp_path: Path) -> None:
    path = adapter(own, "mine", saying())
    assert listed(tmp_path, "--adapter-path", own)["mine"] == {
        "name": "mine",
        "adapter": str(path),
        "installed": True,
        "version": "1.2",
        "logged_in": False,
        "sandbox": "a strong one",
        "capabilities": ["resume"],
        "takeover": [],
        "trouble": "",
    }


def test_the_path_of_adapters_may_stand_in_the_environment(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter(own, "mine", saying())
    monkeypatch.setenv("META_ADAPTER_PATH", f"/nowhere:{own}")
    assert listed(tmp_path)["mine"]["version"] == "1.2"


def test_the_table_says_it_in_words(own: Path, tmp_path: Path) -> None:
    adapter(own, "absent", saying(installed=False, reason="the agent is not there"))
    adapter(own, "broken", "echo 'no settings' >&2; exit 3")
    adapter(own, "mine", saying())
    said = meta("adapters", "list", tmp_path, "--adapter-path", own)
    rows = {line.split()[0]: " ".join(line.split()) for line in said.lines}
    assert said.lines[0].split() == ["RUNTIME", "INSTALLED", "VERSION", "LOGGED", "IN", "CAPABILITIES", "SANDBOX"]
    assert rows["mine"] == "mine yes 1.2 no resume a strong one"
    assert rows["absent"] == "absent no 1.2 - - the agent is not there"
    assert (
        rows["broken"] == f"broken unknown - - - `{own}/broken_adapter.sh detect` ended with exit code 3: no settings"
    )


def test_a_probe_that_hangs_is_given_up_with_all_it_started_and_holds_up_no_other(own: Path) -> None:
    adapter(own, "mine", saying())
    hangs = adapter(own, "slow", 'echo "$META_SESSION" >"$0.marker"; setsid sleep 300 & sleep 300')
    began = time.monotonic()
    runtimes = {one.name: one for one in survey([own], Configuration(), {}, seconds=5)}
    assert time.monotonic() - began < 100, "one after the other, or without a limit, it would take minutes"
    assert runtimes["slow"].installed is None
    assert runtimes["slow"].trouble == f"`{hangs} detect` gave no answer within 5 s"
    assert runtimes["mine"].installed
    assert sweep(hangs.with_name(f"{hangs.name}.marker").read_text().strip()) == []


def test_what_meta_toml_says_is_told_to_the_probe(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "a key")
    monkeypatch.setenv("OTHER_KEY", "another key")
    adapter(own, "mine", 'echo "{\\"installed\\": true, \\"version\\": \\"$META_MINE_COMMAND $MY_KEY$OTHER_KEY\\"}"')
    (tmp_path / "meta.toml").write_text('[runtime.mine]\ncommand = "/opt/mine"\nenv = ["MY_KEY"]\n')
    assert listed(tmp_path, "--adapter-path", own)["mine"]["version"] == "/opt/mine a key"


def test_a_command_that_is_configured_makes_an_agent_of_acp_installed(tmp_path: Path) -> None:
    agent = tmp_path / "gemini"
    agent.write_text("#!/bin/sh\necho 9.9\n")
    agent.chmod(0o755)
    (tmp_path / "meta.toml").write_text(f'[runtime.gemini]\ncommand = "{agent} --acp"\n')
    gemini = listed(tmp_path)["gemini"]
    assert (gemini["installed"], gemini["version"]) == (True, "9.9")


def test_a_mistake_in_meta_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "meta.toml").write_text("[runtime.mine]\ncomand = 'x'\n")
    said = meta("adapters", "list", tmp_path)
    assert "meta.toml:2: runtime.mine.comand: unknown key; did you mean `command`?" in said.err
    assert said.code == 2


@pytest.mark.parametrize("logged_in", ["yes", 1, None, []])
def test_a_log_in_that_is_no_word_of_the_interface_is_unknown(logged_in: object) -> None:
    assert from_answer("mine", "path", {**ANSWER, "logged_in": logged_in}).logged_in == "unknown"


# Names


def test_an_agent_of_acp_is_a_runtime_by_its_own_name(own: Path) -> None:
    for name in ("codex_acp", "codex-acp"):
        resolved = resolve(name)
        assert (resolved.path, resolved.options) == (PACKAGED / "acp_adapter.sh", {"agent": "codex-acp"})
    assert resolve("codex").options == {}
    assert detect_environment(resolved.path, resolved.options) == {"META_ACP_AGENT": "codex-acp"}


def test_an_adapter_wins_over_an_agent_of_the_same_name(own: Path) -> None:
    assert resolve("copilot").path == PACKAGED / "copilot_adapter.sh"
    assert resolve("copilot_acp").options == {"agent": "copilot"}
    mine = adapter(own, "gemini", saying())
    assert resolve("gemini", [own]).path == mine
    assert acp_agents(known([own]))["gemini_acp"] == "gemini"


def test_a_name_that_nobody_knows_is_refused_with_all_that_are_known(own: Path) -> None:
    adapter(own, "mine", saying())
    with pytest.raises(RuntimeUnavailable) as caught:
        resolve("crystal_ball", [own])
    for name in ("codex", "gemini", "mine", "replay", str(own)):
        assert name in str(caught.value)
