"""Hides the rest of the workspace from a session: other LEGOs, other sessions, the repository with what was withheld.

A view, not a sandbox: the agent's own sandbox says what it may write. Where bubblewrap does not work nothing is hidden,
and session.json says so.
"""

from __future__ import annotations

from pathlib import Path

from engine.gates.sandbox import Bubblewrap, available

HIDDEN = "the rest of the workspace is hidden from it"
NOT_HIDDEN = "the rest of the workspace is not hidden from it: bubblewrap does not work here"


def view_of(workspace: Path, *shown: Path) -> list[str]:
    """The words to put before a command that is to see only these folders of the workspace; none where none can be."""
    program = program_here()
    if program is None:
        return []
    root = str(workspace.resolve())
    binds = [word for folder in shown for word in ("--bind", str(folder.resolve()), str(folder.resolve()))]
    return [program, "--dev-bind", "/", "/", "--tmpfs", root, *binds, "--"]


def program_here() -> str | None:
    """The bubblewrap that works on this machine."""
    found = available()
    return found.program if isinstance(found, Bubblewrap) else None


def in_words(sandbox: str) -> str:
    """What is in force for a session of an agent with that sandbox of its own."""
    return f"{sandbox}; {HIDDEN if program_here() else NOT_HIDDEN}"
