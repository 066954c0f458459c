"""Our app at the tasks of the floor. Run as `python -m benchmarks.our_app TASK RESULT FOLDER LIVE`."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from benchmarks.probe import Probe, report, resident_mb
from tests.helpers import eventually
from tests.tui import fixture_views
from tui.app import MetaApp
from tui.lego_data import DIFF
from tui.lines.document import drawn
from tui.loaders.diff import AttemptDiff
from tui.person.settings import Read, Settings
from tui.read_model import LegoView, WorkspaceView
from tui.screens.lego import LegoScreen
from tui.screens.session import SessionScreen
from tui.widgets.board import Board
from tui.widgets.lines_view import LinesView
from tui.widgets.output_view import MAX_LINES, OutputView

LINES, BLOCK, EARLY = 1_000_000, 10_000, 200_000
"""For those lines; on a machine with other work there are fewer, and the row says how many."""
LINE = '{{"t": 1.0, "kind": "text", "text": "line {} of the output: some words, a path/to/file.py and list[int]"}}\n'
DIFF_LINES = 10_000


def workspace(folder: Path, live: int) -> WorkspaceView:
    """That many LEGOs, a session of each under way."""
    names = tuple(f"lego{n:02}" for n in range(live))
    steps = []
    for name in names:
        one = fixture_views.session(folder, "code", name, "gen", started_at=time.time())
        fixture_views.write_events(one)
        steps.append(fixture_views.step("code", 7, "running", name, session=one.id, sessions=(one,)))
    phases = [*fixture_views.done_until(7), fixture_views.phase(7, *steps)]
    return fixture_views.view(folder, phases, legos=tuple(LegoView(name, "running") for name in names))


class Reader:
    """The workspace, a little different at each look, as when the engine is at work."""

    def __init__(self, view: WorkspaceView) -> None:
        self.view, self.looks = view, 0

    def __call__(self) -> WorkspaceView:
        self.looks += 1
        budget = self.view.budget._replace(tokens=self.looks * 1000)
        return self.view._replace(budget=budget, last_event=f"look {self.looks}")


class Ours(MetaApp):
    """Does the task once the workspace shows."""

    def __init__(self, task: str, result: Path, view: WorkspaceView) -> None:
        super().__init__(view.folder, reader=Reader(view) if task == "flood" else lambda: view)
        self.job, self.result = task, result

    def on_ready(self) -> None:
        """The task; that of the app itself is called as well."""
        work = {
            "flood": self.flood,
            "memory": self.remember,
            "open": self.open,
            "open beside": self.open,
        }.get(self.job)
        if work is not None:
            self.run_worker(work())

    async def shown(self) -> WorkspaceView:
        """The workspace, once it is on the screen."""
        await eventually(lambda: self.view is not None)
        await asyncio.sleep(0.3)
        assert self.view is not None
        return self.view

    async def flood(self) -> None:
        """The lag of the loop, while every session writes."""
        await self.shown()
        assert self.main is not None
        panes = self.main.query_one(Board).panes
        await Probe(self.result).run()
        assert all("flood" in pane.tail.lines[-1].text for pane in panes), "a pane does not follow its session"

    async def remember(self) -> None:
        """A million lines through the full view of a session: memory early and at the end."""
        view = await self.shown()
        screen = SessionScreen(view.live[0], self.clock, live=False)
        await self.push_screen(screen)
        held = []
        with (view.live[0].folder / "events.jsonl").open("a", encoding="utf-8") as file:
            for number in range(0, LINES, BLOCK):
                file.write("".join(LINE.format(n) for n in range(number, number + BLOCK)))
                file.flush()
                screen.flush()
                await asyncio.sleep(0.01)
                held.append(resident_mb())
        assert screen.query_one(OutputView).virtual_size.height >= MAX_LINES
        report(self.result, [held[EARLY // BLOCK - 1], held[-1]])

    async def open(self) -> None:
        """From the diff in hand to its first paint; `beside`: with its sides beside each other."""
        if self.job.endswith(" beside"):
            self.apply_settings(Read(Settings(diffs="side by side")))
        view = await self.shown()
        lego = view.legos[0].name
        screen = LegoScreen(view, self.clock, live=False, lego=lego)
        screen.sources.load = lambda what, loader: None
        await self.push_screen(screen)
        screen.tab = DIFF
        screen.show_view(view)
        await asyncio.sleep(0.5)
        data = (drawn(AttemptDiff(view.live[0].id, "the attempt", diff_of(DIFF_LINES))),)
        probe = Probe(self.result)
        screen.loaded(f"diff of {lego}", data, "")
        shown = screen.query_one("#lego-text", LinesView)
        screen.call_after_refresh(probe.painted)
        await eventually(self.result.exists)
        assert shown.display and shown.beside == self.side_by_side, "the diff does not show"
        least = DIFF_LINES * 3 // 4 if shown.beside else DIFF_LINES
        assert shown.virtual_size.height > least, "a part of the diff is missing"


def diff_of(lines: int) -> str:
    """A change of one file with that many lines."""
    text = [f"    value_{n} = compute(value_{n - 1}, '書籍' if {n} else None)" for n in range(lines)]
    body = "\n".join("+-  "[n % 4] + line for n, line in enumerate(text))
    return f"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,{lines} +1,{lines} @@\n{body}"


if __name__ == "__main__":
    Ours(sys.argv[1], Path(sys.argv[2]), workspace(Path(sys.argv[3]), int(sys.argv[4]))).run()
