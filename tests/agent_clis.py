"""Where the real agents are that the contract tests run: what `make agents` installed, pinned."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = Path(os.environ.get("META_TEST_AGENTS") or ROOT / ".agents") / "node_modules" / ".bin"
"""META_TEST_AGENTS names another folder with the same packages in its node_modules."""


def agent_cli(name: str) -> Path | None:
    """The executable of `codex`, `copilot`, `claude` or `opencode`; None where it is not installed."""
    path = INSTALLED / name
    return path if os.access(path, os.X_OK) else None


def require_cli(name: str) -> Path:
    """As `agent_cli`; the test is skipped where there is none."""
    path = agent_cli(name)
    if path is None:
        pytest.skip(
            f"{name} is not installed in {INSTALLED.parent}: `make agents` installs it (needs npm and a registry)"
        )
    return path
