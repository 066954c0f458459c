"""What the scaffold of a service writes for whoever runs it: a container file and a unit of systemd."""

from __future__ import annotations

import configparser
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.legos.plan import parse_plan
from engine.legos.scaffold import scaffold
from engine.legos.toolchain import find_toolchain

PLAN = {"schema_version": 1, "app": "shelf", "legos": [{"name": "web", "purpose": "Answers.", "kind": "entry"}]}
TITLE = 'Shelf "of\nbooks"'


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    made = scaffold(parse_plan(json.dumps(PLAN)), find_toolchain("python_service"), TITLE)
    return {path: data.decode() for path, data in made.items() if path.startswith("deploy/")}


def test_only_a_service_has_them(files: dict[str, str]) -> None:
    assert {"deploy/Dockerfile", "deploy/shelf.service"} <= set(files)
    tool = scaffold(parse_plan(json.dumps(PLAN)), find_toolchain("python"), TITLE)
    assert not {"deploy/Dockerfile", "deploy/shelf.service"} & set(tool)


def test_the_container_runs_the_installed_command_as_a_user_without_rights(files: dict[str, str]) -> None:
    lines = files["deploy/Dockerfile"].splitlines()
    assert lines[0].startswith("# Shelf ")
    words = [line.split(maxsplit=1)[0] for line in lines if line and not line.startswith("#")]
    assert set(words) <= {"FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "ENTRYPOINT"}
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert lines[-1] == 'ENTRYPOINT ["shelf"]'


def test_the_unit_confines_the_service_and_takes_secrets_from_a_file(files: dict[str, str]) -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(files["deploy/shelf.service"])
    service = unit["Service"]
    assert service["ExecStart"] == "/opt/shelf/bin/shelf"
    assert service["EnvironmentFile"] == "-/etc/shelf.env"
    assert service["DynamicUser"] == service["NoNewPrivileges"] == service["PrivateTmp"] == "yes"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_systemd_itself_finds_nothing_wrong_but_that_the_app_is_not_installed(
    files: dict[str, str], tmp_path: Path
) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    place = tmp_path / "shelf.service"
    place.write_text(files["deploy/shelf.service"])
    said = subprocess.run(["systemd-analyze", "verify", place], capture_output=True, text=True, check=False).stderr
    about = [line for line in said.splitlines() if "shelf.service" in line]
    assert [line for line in about if "is not executable" not in line] == []
