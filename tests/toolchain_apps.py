"""Two-LEGO apps, one for each kind of app, as tapes: every artifact is a file in `fixtures/toolchain_apps/KIND/`.

A folder there is named after a step, or after a step and the LEGO it is for (`code-store`).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from engine.errors import MetaError
from engine.gates.machine import machine
from engine.gates.packages import Needed, needed_in
from engine.legos.plan import Plan, parse_plan
from engine.legos.scaffold import scaffold
from engine.legos.toolchain import find_toolchain
from engine.lifecycle.create import create
from engine.workspace import Workspace
from tests.tapes import GOOD, TapeMaker

APPS = Path(__file__).parent / "fixtures" / "toolchain_apps"
PACKAGES = Path(__file__).parent.parent / ".agents" / "packages"
"""Where `make agents` puts what the apps of the tests need from a registry."""

KINDS = ("python_library", "python_service", "node", "node_page")


def plan(kind: str) -> Plan:
    """The LEGO plan of the app of that kind."""
    return parse_plan((APPS / kind / "lego_plan" / "lego_plan.json").read_text(encoding="utf-8"))


def tape(folder: Path, kind: str) -> TapeMaker:
    """A tape that answers every Gen and every Review with the files of the fixture."""
    made = TapeMaker(folder, (APPS / kind / "intent.md").read_text(encoding="utf-8"))
    for home in sorted(path for path in (APPS / kind).iterdir() if path.is_dir()):
        step, _, lego = home.name.partition("-")
        files = {path.relative_to(home).as_posix(): path.read_text() for path in home.rglob("*") if path.is_file()}
        said = {**GOOD, "essence_clarity": 0.9} if step == "essence" else GOOD
        made.session(step, lego=lego or None, files=files, result=said)
        made.session(step, "review", lego=lego or None, result={**said, "review_notes": [f"{step}: nothing found"]})
    return made


def workspace(folder: Path, kind: str) -> Workspace:
    """An empty workspace of that kind."""
    create(folder, APPS / kind / "intent.md", kind)
    return Workspace.at(folder)


def checkout(folder: Path, kind: str) -> Path:
    """The finished app in a folder, with its packages, to run commands of the toolchain in."""
    for path, data in scaffold(plan(kind), find_toolchain(kind), kind).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    for home in (path for path in (APPS / kind).iterdir() if path.is_dir()):
        shutil.copytree(home, folder, dirs_exist_ok=True)
    if found := needed(kind):
        found.link(folder)
    return folder


def needed(kind: str) -> Needed | None:
    """The packages that the app of that kind is checked with. Raises MetaError where a program is missing."""
    toolchain = find_toolchain(kind)
    with tempfile.TemporaryDirectory() as folder:
        for path, data in scaffold(plan(kind), toolchain, kind).items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_bytes(data)
        return needed_in(Path(folder), toolchain.packages, machine(toolchain, Path(sys.executable)).key)


def lacking(kind: str) -> str:
    """Why the app of that kind cannot be checked here; "" when it can."""
    try:
        found = needed(kind)
    except MetaError as error:
        return str(error)
    return "" if found is None or found.there else "its packages are not here: `make agents` fetches them"


def brief_tokens(place: Workspace) -> list[int]:
    """What each session was told, by the engine's estimate."""
    specs = sorted((place.private / "sessions").glob("*/session.json"))
    return [json.loads(path.read_text(encoding="utf-8"))["budget"]["brief_tokens"] for path in specs]


def fetch(kind: str) -> str:
    """Fetch the packages of the app of that kind where they are not here; why that did not work, "" when it did."""
    try:
        found = needed(kind)
        if found and not found.there:
            found.fetch()
    except MetaError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    os.environ["META_PACKAGES"] = str(PACKAGES)
    for name in KINDS:
        if why := fetch(name):
            print(f"{name}: {why} Its app will not be built by the tests.")
