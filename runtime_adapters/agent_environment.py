"""The environment an agent is started with: the adapter's own, without what only the adapter needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

OURS = str(Path(__file__).resolve().parent.parent)


def agent_environment(defaults: Mapping[str, str]) -> dict[str, str]:
    """`defaults`, then our environment, which wins. PYTHONPATH loses our own folder: the app's tests would find it."""
    ours = {**defaults, **os.environ}
    entries = [entry for entry in ours.pop("PYTHONPATH", "").split(os.pathsep) if entry and not _is_ours(entry)]
    return {**ours, "PYTHONPATH": os.pathsep.join(entries)} if entries else ours


def _is_ours(entry: str) -> bool:
    return os.path.realpath(entry) == OURS
