"""A workspace on disk: where everything lies, and the documents in force there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.document.model import Orchestration
from engine.document.parser import load
from engine.errors import MetaError, UsageError
from engine.folders import is_workspace
from engine.git import Repository
from engine.legos.plan import Plan, PlanError, parse_plan
from engine.legos.sub_apps import APPS
from engine.legos.toolchain import Toolchain, find_toolchain
from engine.names import INTENT as INTENT
from engine.resources import document

REQUEST = "change_request.md"
"""What a person wants changed in a finished app, if they would rather say it apart from the intent."""
GIVEN = (INTENT, REQUEST)
ESSENCE = "essence.md"
REQUIREMENTS = "requirements.md"
PLAN = "lego_plan.json"


class NotAWorkspace(UsageError):
    """The folder is not one the engine made."""


@dataclass(frozen=True)
class Workspace:
    """The folder of one app. Use `Workspace.at`, which checks that it is one."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> Workspace:
        """The workspace in `folder`. Raises NotAWorkspace with what to do."""
        root = folder.resolve()
        if root.exists() and not root.is_dir():
            raise NotAWorkspace(f"{folder}: this is a file. Name the folder of a workspace.")
        if not root.is_dir():
            raise NotAWorkspace(f"{folder}: there is no such folder. `meta new {folder}` makes a workspace.")
        if not is_workspace(root):
            raise NotAWorkspace(f"{folder}: this is no workspace. `meta new {folder}` makes one.")
        return cls(root)

    @property
    def private(self) -> Path:
        """`.orchestrator`: the engine's own folder."""
        return self.root / ".orchestrator"

    @property
    def overlay(self) -> Path:
        """The app's own documents, which replace the engine's file by file. A sub-app without any has its parent's."""
        own, parent = self.root / ".meta", self.parent
        return parent.overlay if parent and not own.is_dir() else own

    @property
    def parent(self) -> Workspace | None:
        """The workspace whose sub-app this is."""
        above = self.root.parent.parent
        return Workspace(above) if self.root.parent.name == APPS and is_workspace(above) else None

    def session(self, session: str) -> Path:
        """The folder of a session."""
        return self.private / "sessions" / session

    def worktree(self, name: str) -> Path:
        """The worktree of a LEGO or of a meta step."""
        return self.private / "worktrees" / name

    @cached_property
    def repository(self) -> Repository:
        """The app's git repository."""
        return Repository(self.root)

    def orchestration(self) -> Orchestration:
        """The orchestration document in force. Raises DocumentError."""
        return load(document("AGENTS.md", self.overlay))

    def toolchain(self, name: str) -> Toolchain:
        """The toolchain document in force."""
        return find_toolchain(name, self.overlay)

    def plan(self) -> Plan | None:
        """The LEGO plan as it lies in the workspace; None when there is none yet. Raises PlanError."""
        path = self.root / PLAN
        try:
            return parse_plan(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise MetaError(f"{path}: this is not UTF-8 text ({error.reason} at byte {error.start})") from error


def plan_at(repository: Repository, commit: str) -> Plan | None:
    """The plan in a commit; None where there is none that can be used."""
    data = repository.read_present(commit, [PLAN]).get(PLAN)
    try:
        return parse_plan(data.decode(errors="replace")) if data else None
    except PlanError:
        return None
