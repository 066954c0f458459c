"""The screen at work, beside a minimal Textual app on a terminal of the same size."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.probe import SECONDS, WARM_UP, percentile
from benchmarks.terminal import Terminal
from benchmarks.timing import Measured

PATIENCE = 120.0
KEYS = 150

FEEDER = """
import sys, time
from pathlib import Path
folder, panes, per_second = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
text = "a line of a flood: words, a path/to/file.py, list[int]"
found = []
while len(found) < panes:
    found = list(folder.glob(".orchestrator/sessions/*/events.jsonl"))
    time.sleep(0.05)
files = [path.open("a") for path in found]
began, sent = time.monotonic(), 0
while time.monotonic() < began + 25:
    due = int((time.monotonic() - began) * per_second)
    for file in files:
        for n in range(sent, due):
            file.write('{"t": 1.0, "kind": "text", "text": "%d %s"}\\n' % (n, text))
        file.flush()
    sent = due
    time.sleep(0.05)
"""


def measure() -> Iterator[Measured]:
    """Each takes about twenty seconds for both sides, the million lines half a minute."""
    yield from _flood(8, 200, "50 ms")
    yield from _flood(50, 20, "60 ms")
    yield from _key_press()
    yield from _memory()
    yield _big_diff("open", "10,000-line diff to first paint")
    yield _big_diff("open beside", "the same side by side")


@contextmanager
def _ours(task: str, live: int) -> Iterator[tuple[Terminal, Path, Path]]:
    with tempfile.TemporaryDirectory() as place:
        folder, result = Path(place) / "app", Path(place) / "result.json"
        folder.mkdir()
        with Terminal("benchmarks.our_app", [task, str(result), str(folder), str(live)]) as terminal:
            yield terminal, result, folder


@contextmanager
def _floor(task: str) -> Iterator[tuple[Terminal, Path]]:
    with tempfile.TemporaryDirectory() as place:
        result = Path(place) / "result.json"
        with Terminal("benchmarks.minimal_app", [task, str(result)]) as terminal:
            yield terminal, result


def _result(task: str, live: int = 1) -> tuple[Any, Any]:
    """What ours and the floor found out about themselves."""
    with _ours(task, live) as (terminal, result, _):
        ours = json.loads(terminal.read_until(result, PATIENCE))
    with _floor(task) as (terminal, result):
        return ours, json.loads(terminal.read_until(result, PATIENCE))


def _row(what: str, ours: float, floor: float, reach: str, unit: str) -> Measured:
    return Measured(what, ours, floor, ours / floor if floor else 0.0, reach, unit)


def _flood(panes: int, per_second: int, reach: str) -> Iterator[Measured]:
    """The floor paints one full screen of text ten times a second."""
    with _ours("flood", panes) as (terminal, result, folder):
        feeder = subprocess.Popen([sys.executable, "-c", FEEDER, str(folder), str(panes), str(per_second)])
        try:
            ours = json.loads(terminal.read_until(result, PATIENCE))
        finally:
            feeder.kill()
            feeder.wait()
    with _floor("flood") as (terminal, result):
        floor = json.loads(terminal.read_until(result, WARM_UP + SECONDS + PATIENCE))
    name = f"{panes} sessions × {per_second} lines/s"
    yield _row(f"{name}: loop lag p99", percentile(ours["lags"], 0.99), percentile(floor["lags"], 0.99), reach, "s")
    yield _row(f"{name}: CPU, share of a core", 100 * ours["share"], 100 * floor["share"], "45 %", "%")


def _key_press() -> Iterator[Measured]:
    """From the byte on the terminal to the first byte of the answer: the cursor of the tree goes down and up."""
    times = []
    with _ours("keys", 8) as (terminal, _, _):
        terminal.rest()
        times.append(_answers(terminal))
    with _floor("keys") as (terminal, _):
        terminal.rest()
        times.append(_answers(terminal))
    for part in (0.5, 0.99):
        ours, floor = (percentile(each, part) for each in times)
        yield _row(f"key press to paint p{round(part * 100)}", ours, floor, "", "s")


def _answers(terminal: Terminal) -> list[float]:
    answers = []
    for number in range(KEYS):
        answers.append(terminal.answer(b"jk"[number % 2 : number % 2 + 1]))
        terminal.rest(quiet=0.03, most=0.2)
    return answers


def _memory() -> Iterator[Measured]:
    """The floor has shown one screen of text."""
    (early, late), floor = _result("memory")
    yield _row("memory after 1,000,000 lines", late, floor, "100 MB", "M")
    yield _row("the same, over memory after 200,000 lines", late, early, "ratio 1.0", "M")


def _big_diff(task: str, what: str) -> Measured:
    """The floor changes one screen of text."""
    ours, floor = _result(task)
    return _row(what, ours, floor, "100 ms", "s")
