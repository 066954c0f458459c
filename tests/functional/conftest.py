"""What several modules of functional tests share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

META = [sys.executable, "-m", "engine.cli"]


@pytest.fixture(scope="session")
def built_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled example, built once from its recording. Tests that change it work on a copy."""
    place = tmp_path_factory.mktemp("example") / "app"
    words = [*META, "demo", "--headless", "--yes", "--speed", "max", "--dir", str(place)]
    done = subprocess.run(words, cwd=place.parent, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return place
