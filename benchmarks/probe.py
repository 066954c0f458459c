"""Measures from inside a process: how late its event loop is, what it costs, what it holds."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import time
from pathlib import Path

STEP = 0.005
WARM_UP = 2.0
SECONDS = 6.0


class Probe:
    """Writes what it found to `result`."""

    def __init__(self, result: Path) -> None:
        self.result = result
        self.began = time.perf_counter()

    async def run(self) -> None:
        """After a warm-up: the lags of the loop in seconds, and the share of a core that the process took."""
        await asyncio.sleep(WARM_UP)
        began, cost = time.perf_counter(), time.process_time()
        lags: list[float] = []
        while (before := time.perf_counter()) < began + SECONDS:
            await asyncio.sleep(STEP)
            lags.append(max(0.0, time.perf_counter() - before - STEP))
        share = (time.process_time() - cost) / (time.perf_counter() - began)
        report(self.result, {"lags": lags, "share": share})

    def painted(self) -> None:
        """Says how long ago this probe was made."""
        report(self.result, time.perf_counter() - self.began)


def report(result: Path, value: object) -> None:
    """Writes the result, whole at once."""
    part = result.with_suffix(".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(result)


def resident_mb() -> float:
    """Megabytes of memory that this process holds now; where the system does not say, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def percentile(values: list[float], part: float) -> float:
    """The value that this part of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
