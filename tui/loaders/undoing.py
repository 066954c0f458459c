"""`meta undo`, started by the screen: what it would take back, and the taking back. Blocking: call it in a thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import EXIT_DONE, EXIT_WAITING, MetaError
from tui.loaders.command import Ran, meta_command, run

SECONDS = 600.0


class NotUndone(MetaError):
    """Nothing was taken back, and why."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What one undo, or one redo, takes back. `files`: path → lines that come and go, None where it is no text."""

    id: int
    name: str
    kind: str
    redo: bool = False
    legos: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    commits: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, tuple[int, int] | None] = field(default_factory=dict)
    edits_kept: tuple[str, ...] = ()
    edits_lost: tuple[str, ...] = ()
    uncommitted: tuple[str, ...] = ()
    sub_apps: tuple[str, ...] = ()


def preview(folder: Path, redo: bool = False) -> Unit | None:
    """What would be taken back; None for nothing. Raises NotUndone where nothing can be, in the command's words."""
    ran = run(_command(folder, redo), folder, SECONDS)
    if ran.code == EXIT_DONE and (said := ran.errors.strip()):
        raise NotUndone(said)  # an undo that had been cut off was finished instead
    return _unit(_answer(ran, EXIT_WAITING), redo)


def undo(folder: Path, unit: Unit) -> str:
    """Takes back what was shown; the commit that does it. Raises NotUndone if that is not the next one any more."""
    answer = _answer(run([*_command(folder, unit.redo), "--yes", "--only", str(unit.id)], folder, SECONDS), EXIT_DONE)
    return str(answer["done"])


def _command(folder: Path, redo: bool) -> list[str]:
    return meta_command("undo", str(folder), "--json", *(["--redo"] if redo else []))


def _answer(ran: Ran, *expected: int) -> dict[str, Any]:
    if ran.code not in (EXIT_DONE, *expected):
        said = (ran.errors or ran.output).strip() or f"`meta undo` {ran.ending}, with exit code {ran.code}."
        raise NotUndone(said.removeprefix("meta: "))
    answer: dict[str, Any] = json.loads(ran.output)
    return answer


def _unit(answer: Mapping[str, Any], redo: bool) -> Unit | None:
    unit = answer["unit"]
    if unit is None:
        return None
    return Unit(
        id=unit["id"],
        name=unit["name"],
        kind=unit["kind"],
        redo=redo,
        legos=tuple(answer["legos"]),
        requirements=tuple(answer["requirement_ids"]),
        commits=tuple((one["id"], one["subject"]) for one in answer["commits"]),
        files={
            path: (counts["added"], counts["deleted"]) if counts else None for path, counts in answer["files"].items()
        },
        edits_kept=tuple(answer["edits_kept"]),
        edits_lost=tuple(answer["edits_lost"]),
        uncommitted=tuple(answer["uncommitted"]),
        sub_apps=tuple(answer["sub_apps"]),
    )
