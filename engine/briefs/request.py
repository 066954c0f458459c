"""For whom a brief is, and from which commit it is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.document.model import Orchestration, Step
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.toolchain import Toolchain
from engine.state.models import State, Substep


@dataclass(frozen=True)
class Request:
    """For whom a brief is: a substep of a step (of a LEGO), working from a commit."""

    repository: Repository
    commit: str
    orchestration: Orchestration
    toolchain: Toolchain
    plan: Plan | None
    state: State
    step: Step
    lego: str | None
    substep: Substep
    overlay: Path | None = None
    overflows: int = 0
    """How often the brief did not fit into a model's context: each time it is made half as long."""
