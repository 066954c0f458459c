"""`meta prove`, started by the screen: what came out, receipt by receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.loaders.command import Ran, meta_command, run

PROVE_SECONDS = 3600.0
_LINE = re.compile(r"^(?P<mark>[✓✗]) (?P<id>[a-z0-9][a-z0-9_-]*): (?P<said>.*)$")


@dataclass(frozen=True, slots=True)
class Proved:
    """How every receipt came out when it was run again. `trouble`: why there is no answer, if there is none."""

    held: frozenset[str] = frozenset()
    fallen: tuple[tuple[str, str], ...] = ()
    """(receipt, what it says now)."""
    left_out: str = ""
    """What was not looked at, in the command's own words."""
    trouble: str = ""


def prove(workspace: Path, stopped: Callable[[], bool]) -> Proved:
    """Runs every receipt again. Raises OSError if that cannot be started."""
    return read(run(meta_command("prove", str(workspace)), workspace, PROVE_SECONDS, stopped))


def read(ran: Ran) -> Proved:
    """The answer in what the command said."""
    lines = [match for line in ran.output.splitlines() if (match := _LINE.match(line))]
    held = frozenset(line["id"] for line in lines if line["mark"] == "✓")
    fallen = tuple((line["id"], line["said"]) for line in lines if line["mark"] == "✗")
    notes = [line[2:] for line in ran.output.splitlines() if line[:1] in ("✓", "✗") and not _LINE.match(line)]
    return Proved(held, fallen, "\n".join(notes), _trouble(ran, bool(fallen)))


def _trouble(ran: Ran, fallen: bool) -> str:
    if ran.ending == "stopped":
        return "Stopped before it was done."
    if ran.ending == "timed out":
        return f"`meta prove` gave no answer within {PROVE_SECONDS / 60:.0f} minutes and was ended."
    if ran.code == 0 or (fallen and ran.code == 1):
        return ""
    said = (ran.errors or ran.output).strip() or "It said nothing."
    return f"`meta prove` ended with exit code {ran.code}. {said.removeprefix('meta: ')}"
