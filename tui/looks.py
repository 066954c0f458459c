"""What background work tells the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.person.recent import Recent
    from tui.person.settings import Read
    from tui.read_model import WorkspaceView
    from tui.supervisor import EngineStatus


@dataclass
class Looked(Message):
    """The files were read: a view, or why there is none."""

    view: WorkspaceView | None
    engine: EngineStatus
    problem: str = ""


@dataclass
class Written(Message):
    """A decision or an act is on the disk."""

    text: str
    wants_engine: bool = False


@dataclass
class SettingsChanged(Message):
    """These settings hold from now on."""

    read: Read


@dataclass
class RecentFound(Message):
    """The workspaces that were opened last."""

    recent: list[Recent]
