"""`meta run` on a finished workspace until "done", beside an interpreter that only imports what it needs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.timing import Measured, compare
from tests.cookbook import cook, kitchen, menu_tape


def measure() -> Measured:
    """Ours reads the journal, the document and the files, and finds nothing due."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = kitchen(Path(folder) / "app")
        tape = menu_tape(Path(folder) / "tape").path
        cook(workspace, tape, yes=True)
        ours = [sys.executable, "-m", "engine.cli", "run", str(workspace.root), "--tape", str(tape)]
        return compare(
            "nothing to do, over importing pydantic+click",
            lambda: _timed(ours),
            lambda: _timed([sys.executable, "-c", "import pydantic, click, markdown_it, jinja2"]),
            "0.3 s",
        )


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
