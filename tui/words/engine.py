"""Why an engine ended, in one line, and which keys go on from there. The whole log opens on a key. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import EXIT_RUNTIME
from tui.lines.sanitize import one_line
from tui.lines.wrap import fit

if TYPE_CHECKING:
    from tui.supervisor import EngineStatus

_TOLD = "meta: "
"""What a line of the log begins with that was written for a person."""


def why_ended(status: EngineStatus, across: int) -> str:
    """What is known of the end, in at most `across` cells: how, and the line of the log that tells most."""
    how, *log = status.trouble.splitlines()
    told = [line.strip().removeprefix(_TOLD) for line in log if line.strip().startswith(_TOLD)] or log
    return fit(one_line(" ".join([how, *told[-1:]])), across)


def ways_on(status: EngineStatus) -> str:
    """The keys of the main screen that matter then."""
    runtimes = "U shows the runtimes, " if status.code == EXIT_RUNTIME else ""
    return f"s starts the engine again, {runtimes}O opens its log."
