"""The figures of a run, from its journal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.metrics import Metrics, metrics
from engine.metrics.reading import read_journal


def load_metrics(folder: Path, now: float) -> Metrics:
    """The figures up to `now` (seconds since the epoch). Raises MetaError."""
    return metrics(read_journal(folder / ".orchestrator" / "journal.jsonl"), datetime.fromtimestamp(now, UTC))
