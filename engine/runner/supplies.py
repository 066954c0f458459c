"""What the checks of an app find beside its files, a session finds in its worktree too."""

from __future__ import annotations

from pathlib import Path

from engine.gates.machine import machine
from engine.gates.packages import needed_in
from engine.runner.context import Context


def supply(context: Context, worktree: Path) -> None:
    """Show the packages in a worktree, if they were fetched; git is told to overlook them in this repository."""
    packages = context.toolchain.packages
    if packages is None:
        return
    needed = needed_in(worktree, packages, machine(context.toolchain, context.interpreter).key)
    if needed and needed.there:
        repository = context.workspace.repository
        with repository.lock:
            _overlook(repository.common_dir / "info" / "exclude", f"/{packages.makes}")
        needed.link(worktree)


def _overlook(exclude: Path, line: str) -> None:
    """Add a line to git's own list of what is ignored on this machine."""
    known = exclude.read_text(encoding="utf-8").splitlines() if exclude.is_file() else []
    if line not in known:
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("\n".join([*known, line, ""]), encoding="utf-8")
