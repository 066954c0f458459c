"""Whether a toolchain document can be worked with: it is read, its templates are rendered for a small plan."""

from __future__ import annotations

from pathlib import Path

from engine.legos.model import Plan, PlannedLego
from engine.legos.scaffold import scaffold
from engine.legos.toolchain import ToolchainError, load_toolchain

SAMPLE = Plan(
    app="sample",
    legos=[
        PlannedLego(name="store", purpose="Keeps.", kind="component"),
        PlannedLego(name="command", purpose="Runs.", kind="entry", dependencies=["store"], packages=["one>=1.2"]),
    ],
)


def toolchain_problems(path: Path, overlay: Path | None = None) -> list[str]:
    """What is wrong with that document, as `file:line: message`; the first thing found is enough to go on with."""
    try:
        toolchain = load_toolchain(path, overlay)
        scaffold(SAMPLE, toolchain, 'A "small" sample')
    except ToolchainError as error:
        return [str(error)]
    return []
