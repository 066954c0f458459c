"""What ceremony costs a small app: one LEGO, in the tiny and in the full lane, beside one agent told to build it.

`python -m benchmarks.tiny_lane` builds the app twice from its tape and counts tokens by the engine's own estimate
(3.6 characters each). It is an estimate under these assumptions, no measurement of a real agent:

- A session reads its brief, opens nothing else, and writes each of its files once, right at the first attempt. A Review
  changes nothing.
- The one agent reads the intent and writes the very same files, once.
- *Once*: everything is read and written a single time. This is the least that either can cost.
- *By turns*: an agent works one file a turn, then one turn to run the checks and one to answer; each turn reads again
  all that was told and written before in that conversation, and the agent's own instructions (`OWN` tokens). Nothing
  is cached. Long conversations pay for their length here, which is what separate sessions save.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.briefs.tokens import estimate
from engine.state.decisions import write_command
from engine.state.models import Command
from engine.workspace import Workspace
from tests.small_app import FILES, INTENT, build, small_tape, small_workspace

OWN = 4_000
"""What an agent is told by its maker before anything else: about what coding agents' own instructions take."""


@dataclass(frozen=True)
class Conversation:
    """One agent's work: tokens told at its beginning, and tokens of each file it writes."""

    told: int
    written: Sequence[int]

    @property
    def once(self) -> int:
        """Everything read and written a single time."""
        return self.told + sum(self.written)

    @property
    def by_turns(self) -> int:
        """All that is read at each turn, and all that is written."""
        before = [OWN + self.told + sum(self.written[:turn]) for turn in range(len(self.written) + 2)]
        return sum(before) + sum(self.written)


def sessions_of(lane: str) -> list[Conversation]:
    """The sessions of a whole run in that lane."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = small_workspace(Path(folder) / "app")
        write_command(workspace.root, Command(command="set", values={"lane": lane}))
        end = build(workspace, small_tape(Path(folder) / "tape").path, yes=True)
        if end.exit_code:
            raise SystemExit(f"the app was not built: exit code {end.exit_code}")
        return list(_conversations(workspace))


def _conversations(workspace: Workspace) -> Iterable[Conversation]:
    for path in sorted((workspace.private / "sessions").glob("*/session.json")):
        spec = json.loads(path.read_text(encoding="utf-8"))
        told = estimate((path.parent / "brief.md").read_text(encoding="utf-8"))
        yield Conversation(told, _sizes([spec["step"]]) if spec["substep"] == "gen" else [])


def one_agent(steps: Iterable[str]) -> Conversation:
    """One agent that is told the intent and writes what these steps write."""
    return Conversation(estimate(INTENT), _sizes(steps))


def _sizes(steps: Iterable[str]) -> list[int]:
    return [estimate(text) for step in steps for text in FILES[step].values()]


def main() -> None:
    """Print both ways of counting for both lanes."""
    tiny, full = sessions_of("tiny"), sessions_of("full")
    skipped = {"risk_and_trade_offs", "integration", "evaluation", "red_team"}
    alone = one_agent(step for step in FILES if step not in skipped)
    print(f"{'tokens, estimated':34} {'sessions':>8} {'briefs':>8} {'once':>8} {'by turns':>9}")
    for name, run in (("one agent, the same files", [alone]), ("tiny lane", tiny), ("full lane", full)):
        once, turns = sum(one.once for one in run), sum(one.by_turns for one in run)
        print(f"{name:34} {len(run):8} {sum(one.told for one in run):8,} {once:8,} {turns:9,}", end="")
        print(f"   {once / alone.once:.1f} x once, {turns / alone.by_turns:.1f} x by turns")


if __name__ == "__main__":
    main()
