"""The store is killed, refused and cut off from power at every call that changes the disk; it loses nothing.

The harness counts the writer's own calls of `os`, so it needs no tracer and no privileges. A kill does not test
`fsync`; the power cut is therefore modelled. Writers with a known fault prove that it finds faults.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HARNESS = Path(__file__).with_name("store_harness.py")


def harness(writer: str, what: str, folder: Path) -> dict[str, dict[str, Any]]:
    """What the harness reports of a writer, by the workspace it started from."""
    root = HARNESS.parents[2]
    done = subprocess.run(
        [sys.executable, HARNESS, writer, what, folder],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        check=True,
    )
    reports: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return reports


@pytest.mark.parametrize(("what", "at_least"), [("kill", 30), ("tear", 8), ("refuse", 30)])
def test_no_fault_at_any_call_loses_or_tears_anything(tmp_path: Path, what: str, at_least: int) -> None:
    reports = harness("good", what, tmp_path)
    assert list(reports) == ["empty", "crashed"]
    for report in reports.values():
        assert report["faults"] == []
        assert report["points"] >= at_least


def test_no_power_cut_loses_or_tears_anything(tmp_path: Path) -> None:
    for report in harness("good", "power", tmp_path).values():
        assert report["faults"] == []
        assert report["points"] >= 30


@pytest.mark.parametrize(
    ("writer", "what"),
    [
        ("writes in place", "kill"),
        ("journals late", "kill"),
        ("writes in place", "power"),
        ("syncs no state file", "power"),
        ("syncs no journal", "power"),
        ("syncs no folder", "power"),
        ("believes an unsynced journal", "power"),
    ],
)
def test_the_harness_finds_a_writer_that(tmp_path: Path, writer: str, what: str) -> None:
    assert any(report["faults"] for report in harness(writer, what, tmp_path).values())
