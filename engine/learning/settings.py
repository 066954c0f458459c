"""How a retrospective is run: as the run itself was done."""

from __future__ import annotations

from dataclasses import replace

from engine.errors import RuntimeUnavailable
from engine.learning.retrospective import FOLDER
from engine.names import REPLAY
from engine.runner.context import Settings
from engine.sessions.tape import HEAD as TAPE_HEAD


def settings_for(settings: Settings) -> Settings:
    """As the run itself was done; recordings lie below those of the run. Raises RuntimeUnavailable."""
    tape = settings.tape / FOLDER if settings.tape else None
    if tape and not (tape / TAPE_HEAD).is_file():
        tape = None
    if tape is None and settings.runtimes == (REPLAY,):
        raise RuntimeUnavailable(
            "the recording of this run holds no retrospective. `--runtime R` names an agent that does one; "
            "`--runtime handoff` lets you, or any tool that reads files, do it."
        )
    record = settings.record / FOLDER if settings.record else None
    return replace(settings, tape=tape, record=record, jobs=1)
