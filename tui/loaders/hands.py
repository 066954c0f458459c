"""`meta take-over` and `meta hand-back`, started by the screen: what they say, and the command to go on with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.loaders.command import Ran, meta_command, run

TAKE_OVER_SECONDS = 60.0
"""The command itself gives up after half of that."""
HAND_BACK_SECONDS = 30.0
_MINE = re.compile(r"^(\S+) is in your hands")


@dataclass(frozen=True, slots=True)
class Hands:
    """What the command said. `session` is the one in the person's hands; `trouble`: why it was not done."""

    text: str = ""
    session: str = ""
    trouble: str = ""

    @property
    def command(self) -> str:
        """What a person types to go on: the first indented line."""
        return next((line.strip() for line in self.text.splitlines() if line.startswith("  ")), "")


def take_over(workspace: Path, session: str, stopped: Callable[[], bool]) -> Hands:
    """Takes a session out of its agent's hands. Raises OSError if the command cannot be started."""
    return _read(
        "take-over", run(meta_command("take-over", session, str(workspace)), workspace, TAKE_OVER_SECONDS, stopped)
    )


def hand_back(workspace: Path, session: str, stopped: Callable[[], bool]) -> Hands:
    """Hands a session back. Raises OSError if the command cannot be started."""
    return _read(
        "hand-back", run(meta_command("hand-back", session, str(workspace)), workspace, HAND_BACK_SECONDS, stopped)
    )


def _read(name: str, ran: Ran) -> Hands:
    found = next((match for line in ran.output.splitlines() if (match := _MINE.match(line))), None)
    if ran.code == 0:
        return Hands(ran.output.strip(), found[1] if found else "")
    if ran.ending == "timed out":
        return Hands(trouble=f"`meta {name}` gave no answer in time and was ended.")
    said = (ran.errors or ran.output).strip() or f"`meta {name}` ended with exit code {ran.code} and said nothing."
    return Hands(trouble=said.removeprefix("meta: "))
