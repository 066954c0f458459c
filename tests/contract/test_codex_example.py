"""The bundled example, built whole by the real codex, whose model plays the recording."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.lifecycle.create import create
from engine.resources import examples_home
from engine.sessions.folder import SessionFolder
from engine.sessions.processes import sweep
from runtime_adapters.replay import stored_name
from tests.agent_clis import require_cli
from tests.model_server import ModelServer
from tests.model_server.tape import TapeModel

pytestmark = pytest.mark.agents

META = [sys.executable, "-m", "engine.cli"]
EXAMPLE = next(head.parent.parent for head in sorted(examples_home().glob("*/tape/tape.json")))
SECONDS = 600
CONFIG = """
model = "gpt-5.5"
model_provider = "scripted"

[model_providers.scripted]
name = "scripted"
base_url = "URL/v1"
wire_api = "responses"
experimental_bearer_token = "none"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of a user who set up codex and nothing else."""
    (tmp_path / "home" / ".codex").mkdir(parents=True)
    return tmp_path / "home"


def test_the_example_is_built_as_recorded(tmp_path: Path, home: Path) -> None:
    codex = require_cli("codex")
    app, model = tmp_path / "app", TapeModel(EXAMPLE / "tape")
    create(app, EXAMPLE / "app_intent.md", "python")
    environment = {**os.environ, "HOME": str(home), "PATH": f"{codex.parent}:{os.environ['PATH']}"}
    with ModelServer(model) as server:
        (home / ".codex" / "config.toml").write_text(CONFIG.replace("URL", server.url))
        command = [*META, "run", str(app), "--runtime", "codex", "--yes"]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    status = subprocess.run([*META, "status", "--json"], cwd=app, capture_output=True, text=True, check=True)
    assert [phase["status"] for phase in json.loads(status.stdout)["phases"]] == ["done"] * 12
    assert sorted(model.played) == sorted(model.entries)
    assert differing(app, model) == []
    for path in (app / ".orchestrator" / "sessions").iterdir():
        spec = SessionFolder(path).spec()
        assert spec.runtime == "codex"
        assert sweep(spec.marker) == []


def differing(app: Path, model: TapeModel) -> list[str]:
    """The recorded files that do not stand in the app as the last session that wrote them left them.

    Documents apart: the engine adds to them what the reviewers noted.
    """
    last: dict[str, bytes] = {}
    for name in model.played:
        about = json.loads((model.entries[name] / "entry.json").read_text())
        for path in about["files"]:
            last[path] = (model.entries[name] / "files" / stored_name(path)).read_bytes()
        for path in about["deleted"]:
            last.pop(path, None)
    code = {path: data for path, data in last.items() if not path.endswith(".md")}
    assert len(code) > 20
    return [path for path, data in code.items() if not (app / path).is_file() or (app / path).read_bytes() != data]
