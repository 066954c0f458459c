"""A `meta` command that takes its time, as a process of its own: it goes on when the screen is closed."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tui.lines.sanitize import clean
from tui.supervisor import environment

_TAIL_BYTES = 16 * 1024


class Errand:
    """Begins at once. What it says goes to `log`, which begins anew. Raises OSError if it cannot be started."""

    def __init__(self, command: Sequence[str], folder: Path, log: Path, began: float) -> None:
        self.log, self.began = log, began
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def said(self, lines: int = 1) -> list[str]:
        """The last lines that it said."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _TAIL_BYTES))
            text = clean(log.read().decode("utf-8", errors="replace"))
        return [line for line in text.splitlines() if line.strip()][-lines:]
