"""Agents that do what a test wrote down, as a runtime of their own; and the `meta` command, here or as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from engine.cli import cli
from engine.facts import assess_workspace
from engine.sessions.folder import SessionFolder
from engine.sessions.processes import kill_survivors
from engine.state.models import State, StepRecord
from engine.state.store import Store
from tests import cookbook
from tests.cookbook import DISHES, MENU, PLAN, dish
from tests.helpers import wait_until
from tests.tapes import GOOD

RUNTIME = "scripted"

_ADAPTER = """#!/bin/sh
# Copies what the test wrote for this session into its worktree. `starts` counts; `hold` makes it wait for `go`.
if [ "$1" = detect ]; then echo '{"installed": true}'; exit 0; fi
key=$(basename "$2" | sed 's/^[0-9]*-[0-9]*-//; s/-[0-9]*$//')
mine="HOME/$key"
echo "$(basename "$2")" >>"HOME/starts"
tries=3000
while [ -e "$mine/hold" ] && [ ! -e "$mine/go" ] && [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.02; done
if [ -e "$mine/script.sh" ]; then . "$mine/script.sh"; fi
if [ -d "$mine/files" ]; then cp -R "$mine/files/." .; fi
cp "$mine/result.json" .session/result.json
"""


@dataclass(frozen=True)
class Agents:
    """What each session will do, below `home`; a session is known by `lego-step-substep`, or `step-substep`."""

    home: Path

    @classmethod
    def at(cls, home: Path) -> Agents:
        """Agents that know nothing yet. Their adapter is in `home`."""
        home.mkdir(parents=True)
        adapter = home / f"{RUNTIME}_adapter.sh"
        adapter.write_text(_ADAPTER.replace("HOME", str(home)), encoding="utf-8")
        adapter.chmod(0o755)
        return cls(home)

    def will(self, key: str, files: Mapping[str, str] | None = None, script: str = "", **result: Any) -> None:
        """What the session of that key does: files it leaves, a piece of shell, and fields of its result."""
        folder = self.home / key
        for path, text in (files or {}).items():
            place = folder / "files" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        folder.mkdir(exist_ok=True)
        (folder / "script.sh").write_text(script or ":", encoding="utf-8")
        (folder / "result.json").write_text(json.dumps({**GOOD, **result}), encoding="utf-8")

    def hold(self, *keys: str) -> None:
        """Let these sessions wait until `go`."""
        for key in keys:
            (self.home / key / "hold").touch()

    def go(self, *keys: str) -> None:
        """Let them go on."""
        for key in keys:
            (self.home / key / "go").touch()

    def starts(self) -> list[str]:
        """The id of every session that was ever started, one each time."""
        path = self.home / "starts"
        return path.read_text().split() if path.exists() else []


def cooks(home: Path) -> Agents:
    """Agents with whom every session of the cookbook goes well."""
    agents = Agents.at(home)
    agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": json.dumps(PLAN)})
    agents.will("menu-review", review_notes=["nothing found"])
    for name in DISHES:
        agents.will(f"{name}-dishes-gen", {f"dishes/{name}.md": dish(name)})
        agents.will(f"{name}-dishes-review", review_notes=["more salt"])
    agents.will("book-gen", {"book.md": "# Book\n\n## Preface\n\nEat well.\n"})
    agents.will("book-review")
    return agents


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of its output."""
        return self.out.splitlines()


def meta(*arguments: object) -> Said:
    """Run a command in this process. An exception is a bug and is raised here."""
    done = CliRunner().invoke(cli, [str(word) for word in arguments], catch_exceptions=False)
    return Said(done.exit_code, done.stdout, done.stderr)


def patiently(condition: Callable[[], object]) -> None:
    """As `wait_until`, for what whole processes do on a machine that may be busy."""
    wait_until(condition, 60)


def command(*arguments: object) -> list[str]:
    """The command line of `meta` as a process."""
    return [sys.executable, "-P", "-m", "engine.cli", *map(str, arguments)]


def start(log: Path, words: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
    """Start a process whose output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **environment}
        )


@dataclass(frozen=True)
class Kitchen:
    """A workspace that works by the cookbook document, its agents, and the engines that run there."""

    root: Path
    agents: Agents

    @property
    def state(self) -> State:
        """The facts as they lie on the disk."""
        return Store.open(self.root, read_only=True).state

    @property
    def words(self) -> dict[str, str]:
        """Instance → status."""
        return {i.name: i.status for i in assess_workspace(self.root).assessment.instances()}

    @property
    def log(self) -> str:
        """What engines said that ran as processes."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    @property
    def _log(self) -> Path:
        return self.agents.home / "engine.log"

    def record(self, step: str, lego: str | None = None) -> StepRecord:
        """What is recorded of a step that began."""
        found = self.state.record(step, lego)
        assert found is not None
        return found

    def session(self, ending: str) -> Path:
        """The folder of the session whose id ends so."""
        return next((self.root / ".orchestrator" / "sessions").glob(f"*-{ending}"))

    def words_for_run(self, *options: object) -> list[object]:
        """The words after `meta` that run the engine here with the scripted agents."""
        return ["run", self.root, "--runtime", RUNTIME, "--adapter-path", self.agents.home, *options]

    def run(self, *options: object) -> Said:
        """Run the engine in this process until it ends."""
        return meta(*self.words_for_run(*options))

    def start(self, *options: object) -> subprocess.Popen[bytes]:
        """Start the engine as a process."""
        return start(self._log, command(*self.words_for_run(*options)))

    def approved(self) -> Kitchen:
        """The menu is made and approved, nothing else."""
        assert self.run("--yes", "--until", 0).code == 0
        return self

    def end(self) -> None:
        """Kill whatever session a test left running."""
        for path in (self.root / ".orchestrator" / "sessions").glob("*"):
            folder = SessionFolder(path)
            if folder.exists():
                kill_survivors(folder)


def kitchen_with_cooks(folder: Path) -> Kitchen:
    """A kitchen in which everything goes well."""
    return Kitchen(cookbook.kitchen(folder / "app").root, cooks(folder / "agents"))
