"""The floor: about the least Textual can do of each task. Run as `python -m benchmarks.minimal_app TASK RESULT`."""

from __future__ import annotations

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static

from benchmarks.probe import Probe, report, resident_mb

PAINTS_PER_SECOND = 10


class Minimal(App[None]):
    """A screen of text. Each key changes it; under `flood` it changes ten times a second."""

    def __init__(self, task: str, result: Path) -> None:
        super().__init__()
        self.job, self.result, self.count = task, result, 0

    def compose(self) -> ComposeResult:
        """All of it is one text."""
        yield Static(markup=False)

    def on_ready(self) -> None:
        """Begins with the task."""
        self.change()
        if self.job == "flood":
            self.set_interval(1 / PAINTS_PER_SECOND, self.change)
            self.run_worker(Probe(self.result).run())
        elif self.job == "memory":
            self.call_after_refresh(lambda: report(self.result, resident_mb()))
        elif self.job in ("open", "open beside"):
            self.set_timer(0.5, self.open)

    def change(self) -> None:
        """Another text all over the screen."""
        self.count += 1
        width, height = self.size
        self.query_one(Static).update("\n".join(f"{self.count} {n} ".ljust(width - 1, "x") for n in range(height)))

    def open(self) -> None:
        """Says how long another screen of text takes."""
        probe = Probe(self.result)
        self.change()
        self.call_after_refresh(probe.painted)

    def on_key(self) -> None:
        """Something is painted for each key."""
        self.change()


if __name__ == "__main__":
    Minimal(sys.argv[1], Path(sys.argv[2])).run()
