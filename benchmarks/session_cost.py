"""What the engine adds to a session, beside the bare commands of the same sessions started with asyncio.

An app of 50 LEGOs that need nothing of each other, five steps each, every step a Gen and a Review: ten sessions a
LEGO, one after the other, 8 at once. The agent is a shell script that writes its file and its answer and ends, so all
that takes time is what the engine does around it. Wall time of whole processes, from their start to their end:
(engine - floor) / sessions. `--legos 500` is the same app ten times over, as sub-apps of one app, for a plan has at
most 50 LEGOs. `make bench` takes 20 LEGOs, once; for the full measure `python -m benchmarks.session_cost`.

The engine always works with git, there is no other way of running it. So there are two rows:

- *git on* is `meta run` as anybody calls it. For each session a brief is assembled from a commit, a worktree is made
  ready, and what the session leaves becomes a commit; after it the exit criterion is checked on a commit that merges it
  with the branch; after a Review the work lands on the branch and in the checkout, and the state is kept under a ref.
- *git off* is the very same runner on a repository that is a dictionary in memory (`benchmarks/without_git.py`): no git
  runs and no worktree is checked out. Planning, briefs, criteria, state, journal, locks and hosts are the real ones.
  Not for 500 LEGOs, since sub-apps are repositories that are grafted onto each other.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bare_app import AT_ONCE, WIDTH, BareApp

LEGOS, ROUNDS = 50, 3
FEW = 20
"""LEGOs for a quick look."""
ON, OFF = "on", "off"
REACH = {ON: 60, OFF: 8}


@dataclass(frozen=True)
class Cost:
    """Medians in seconds of whole runs, and of the difference to the floor of the same round."""

    git: str
    legos: int
    sessions: int
    ours: float
    floor: float
    more: float

    @property
    def each(self) -> float:
        """Milliseconds for each session."""
        return 1000 * self.more / self.sessions

    def row(self) -> str:
        """One line of the table, a session each."""
        what = f"a session of {self.legos} LEGOs, git {self.git}, over bare"
        ours, floor = (1000 * seconds / self.sessions for seconds in (self.ours, self.floor))
        reach = REACH[self.git] * (1 if self.legos <= WIDTH else 2)
        return f"{what:44} {ours:7.1f}ms {floor:7.1f}ms {self.each:5.1f}ms  ≤ {reach} ms more"


@dataclass(frozen=True)
class Costs:
    """With git and without."""

    found: tuple[Cost, ...]

    def row(self) -> str:
        """One line each."""
        return "\n".join(cost.row() for cost in self.found)


def measure(legos: int = FEW, rounds: int = 1) -> Costs:
    """Each round runs the floor and the engine in turn, each on a fresh workspace."""
    kinds = (OFF, ON) if legos <= WIDTH else (ON,)
    pairs: dict[str, list[tuple[float, float]]] = {git: [] for git in kinds}
    sessions = 0
    for _ in range(rounds):
        for git in kinds:
            with tempfile.TemporaryDirectory(prefix="meta-bench-") as place:
                app = BareApp.planned(Path(place), legos)
                sessions = app.sessions
                floor = _timed(app.root, "floor", str(legos))
                ours = _timed(app.root, git, str(legos))
                app.check()
            pairs[git].append((ours, floor))
    return Costs(tuple(_cost(git, legos, sessions, found) for git, found in pairs.items()))


def _cost(git: str, legos: int, sessions: int, pairs: list[tuple[float, float]]) -> Cost:
    middle = statistics.median
    ours, floor, more = middle(a for a, _ in pairs), middle(b for _, b in pairs), middle(a - b for a, b in pairs)
    return Cost(git, legos, sessions, ours, floor, more)


def _timed(root: Path, what: str, legos: str) -> float:
    words = [sys.executable, "-P", "-m", "benchmarks.session_cost", "--only", what, "--legos", legos, str(root)]
    began = time.perf_counter()
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{what} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return seconds


def run_floor(app: BareApp) -> None:
    """The commands of all sessions and nothing else: those of a LEGO in turn, 8 at once."""

    async def everything() -> None:
        room = asyncio.Semaphore(AT_ONCE)
        floor = app.root.parent / "floor"
        await asyncio.gather(*(one_lego(floor / place, keys, room) for place, keys in app.chains()))

    async def one_lego(place: Path, keys: list[str], room: asyncio.Semaphore) -> None:
        (place / ".session").mkdir(parents=True)
        for key in keys:
            async with room:
                command = (str(app.adapter), "spawn", str(place.parent / f"0001-1-{key}-1"))
                process = await asyncio.create_subprocess_exec(*command, cwd=place)
                assert await process.wait() == 0, key

    asyncio.run(everything())


def run_engine(app: BareApp, arguments: list[str]) -> None:
    """As `meta run` does."""
    from engine.cli import cli  # not for the floor, which would pay for the import

    cli.main(["run", str(app.root), *arguments], standalone_mode=False)


def run_without_git(app: BareApp, arguments: list[str]) -> None:
    """The same on a repository in memory."""
    from benchmarks.without_git import put_in_place

    put_in_place()
    run_engine(app, arguments)


def main() -> None:
    """The table, or one run of one kind on a workspace that is there."""
    parser = argparse.ArgumentParser(description="What the engine adds to a session.")
    parser.add_argument("--legos", type=int, default=LEGOS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=(*REACH, "floor"), help="one run, on the workspace ROOT")
    parser.add_argument("root", nargs="?", type=Path)
    given = parser.parse_args()
    if given.only is None:
        print(measure(given.legos, given.rounds).row())
        return
    app = BareApp(given.root, given.legos)
    runs: dict[str, Callable[[], None]] = {
        "floor": lambda: run_floor(app),
        ON: lambda: run_engine(app, app.arguments),
        OFF: lambda: run_without_git(app, app.arguments),
    }
    runs[given.only]()


if __name__ == "__main__":
    main()
