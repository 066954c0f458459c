"""A one-LEGO app, `jot`, as a tape that the real document is run with: every artifact is real, so is every check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from engine.lifecycle.create import create
from engine.runner.context import Settings
from engine.runner.loop import RunEnd
from engine.runner.start import run_engine
from engine.snapshot import Options
from engine.workspace import Workspace
from tests.tapes import GOOD, TapeMaker

LEGO = "cli"

INTENT = """# jot: one line, kept

I want a command that keeps one-line notes. `jot add TEXT` keeps a note and says its number, `jot list` prints all of
them with their numbers. A note without text is a mistake of mine: tell me and keep nothing. The notes lie in the file
`jot.txt` in my home folder.
"""

ESSENCE = """# jot

## Purpose

Somebody at a terminal keeps a thought in one line and finds it again.

Lane: {lane}, because it is one small command and a lost note hurts nobody.

## Users

One person at their own terminal, many times a day.

## Promise

- A note is kept with one command.
- All notes are listed with their numbers.

Done well means: what was added yesterday is listed today.

## Out of scope

- Editing and deleting notes.
- More than one file.
"""

REQUIREMENTS = """# Requirements

## Adding

- **R-001** `jot add TEXT` appends one note to `jot.txt` in the home folder and prints its number.
  - Acceptance: in an empty home, `jot add milk` prints 1, then `jot add bread` prints 2.
- **R-002** `jot add` with no text, or only spaces, prints `jot: a note needs some text` on the error stream, exits 2
  and keeps nothing.
  - Acceptance: `jot add " "` exits 2 and `jot.txt` is not there.

## Listing

- **R-003** `jot list` prints each note as `NUMBER TEXT`, oldest first, and nothing when there is none.
  - Acceptance: after adding milk and bread it prints `1 milk` and `2 bread`.
"""

PLAN = {
    "schema_version": 1,
    "app": "jot",
    "legos": [
        {
            "name": LEGO,
            "purpose": "The command: reads arguments, keeps notes in a file, prints.",
            "kind": "entry",
            "requirements": ["R-001", "R-002", "R-003"],
            "dependencies": [],
            "packages": [],
            "size": "S",
            "decision": "NEW",
        }
    ],
}

DESIGN = """# cli

## Responsibility

Reads the arguments of one call, keeps notes in `jot.txt` below HOME, prints results, returns the exit code.

## Behaviour

- `add TEXT…`: the words, joined by one space, become one line at the end; prints the number of notes (R-001). Nothing
  but spaces: the message of R-002, exit code 2, nothing written.
- `list`: each line with its number, oldest first; no file, no output (R-003).
- Anything else: `jot: add TEXT or list` on the error stream, exit code 2.

## Decisions

- One note a line: it can be read and mended in any editor.
"""

CONTRACT = '''"""Contract of the LEGO `cli`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TextIO


class Cli(Protocol):
    """The command `jot`."""

    def main(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        clock: Callable[[], datetime],
        stdin: TextIO,
        stdout: TextIO,
        stderr: TextIO,
    ) -> int:
        """Run one call; returns the exit code, 2 for a mistake of the user's. Notes lie in `jot.txt` below HOME."""
        ...
'''

_CALL = """from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from jot.contracts.cli import Cli


def call(cli: Cli, home: Path, *argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = cli.main(
        argv,
        env={"HOME": str(home)},
        clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        stdin=io.StringIO(),
        stdout=out,
        stderr=err,
    )
    return code, out.getvalue(), err.getvalue()

"""

CONTRACT_TESTS = (
    _CALL
    + """
def test_a_note_gets_the_next_number(cli: Cli, tmp_path: Path) -> None:
    assert call(cli, tmp_path, "add", "milk") == (0, "1\\n", "")
    assert call(cli, tmp_path, "add", "bread") == (0, "2\\n", "")


def test_a_note_without_text_is_refused(cli: Cli, tmp_path: Path) -> None:
    assert call(cli, tmp_path, "add", " ")[0] == 2
"""
)

FAKE = '''"""A `cli` that keeps its notes in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from jot.contracts.cli import Cli


class FakeCli:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def main(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        clock: Callable[[], datetime],
        stdin: TextIO,
        stdout: TextIO,
        stderr: TextIO,
    ) -> int:
        text = " ".join(argv[1:]).strip()
        if not text:
            return 2
        self.notes.append(text)
        stdout.write(f"{len(self.notes)}\\n")
        return 0


def create() -> Cli:
    return FakeCli()
'''

UNIT_TESTS = (
    _CALL
    + '''
def test_r001_notes_are_numbered_and_kept_in_the_file(cli: Cli, tmp_path: Path) -> None:
    assert call(cli, tmp_path, "add", "milk") == (0, "1\\n", "")
    assert call(cli, tmp_path, "add", "rye", "bread") == (0, "2\\n", "")
    assert (tmp_path / "jot.txt").read_text() == "milk\\nrye bread\\n"


def test_a_note_of_spaces_is_refused_and_nothing_is_kept(cli: Cli, tmp_path: Path) -> None:
    """R-002"""
    assert call(cli, tmp_path, "add", " ") == (2, "", "jot: a note needs some text\\n")
    assert not (tmp_path / "jot.txt").exists()


def test_r003_notes_are_listed_oldest_first(cli: Cli, tmp_path: Path) -> None:
    assert call(cli, tmp_path, "list") == (0, "", "")
    call(cli, tmp_path, "add", "milk")
    call(cli, tmp_path, "add", "bread")
    assert call(cli, tmp_path, "list") == (0, "1 milk\\n2 bread\\n", "")
'''
)

SOURCE = '''"""The LEGO `cli`: one line, kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from jot.contracts.cli import Cli

MISTAKE = 2


class Command:
    """Implements the contract Cli."""

    def main(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        clock: Callable[[], datetime],
        stdin: TextIO,
        stdout: TextIO,
        stderr: TextIO,
    ) -> int:
        path = Path(env["HOME"]) / "jot.txt"
        notes = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if list(argv) == ["list"]:
            stdout.writelines(f"{number} {note}\\n" for number, note in enumerate(notes, start=1))
            return 0
        if not argv or argv[0] != "add":
            stderr.write("jot: add TEXT or list\\n")
            return MISTAKE
        text = " ".join(argv[1:]).strip()
        if not text:
            stderr.write("jot: a note needs some text\\n")
            return MISTAKE
        _keep(path, [*notes, text])
        stdout.write(f"{len(notes) + 1}\\n")
        return 0


def _keep(path: Path, notes: Sequence[str]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text("".join(f"{note}\\n" for note in notes), encoding="utf-8")
    os.replace(beside, path)


def create() -> Cli:
    """The command."""
    return Command()
'''

INTEGRATION = (
    _CALL
    + """
def test_r001_r003_what_was_added_is_listed(cli: Cli, tmp_path: Path) -> None:
    call(cli, tmp_path, "add", "milk")
    assert call(cli, tmp_path, "list") == (0, "1 milk\\n", "")


def test_r002_a_note_without_text_is_refused(cli: Cli, tmp_path: Path) -> None:
    assert call(cli, tmp_path, "add")[0] == 2
"""
)

README = """# jot

Keeps one-line notes for one person at a terminal.

## What it is

A command with two verbs, `add` and `list`. It does not edit or delete.

## Install

    pip install .

## Use

    jot add milk
    jot list

See docs/guide.md.
"""

DEPLOYMENT = """# Deployment

## Install

Python 3.11 or newer, then `pip install .`.

## Configure

None.

## Run

`jot add TEXT`, `jot list`. Exit code 2: a mistake in the call.

## Upgrade and roll back

Copy `~/jot.txt`, install the new version; to go back install the old one.

## Secrets

None.
"""

SMOKE = """#!/bin/sh
set -eu
test "$(jot add milk)" = 1
test "$(jot list)" = "1 milk"
if jot add; then echo "expected an error" >&2; exit 1; fi
echo well
"""

FILES: Mapping[str, Mapping[str, str]] = {
    "essence": {"essence.md": ESSENCE},
    "requirements": {"requirements.md": REQUIREMENTS},
    "risk_and_trade_offs": {
        "risks.md": "# Risks\n\n## Threats\n\n- **T-1** A crash leaves half a file. Likelihood: low. Harm: high. "
        "Affects: R-001.\n  - Answer: write beside and replace.\n\n## Decisions\n\n- **D-1** Store: one text file.\n"
    },
    "lego_plan": {"lego_plan.json": json.dumps(PLAN, indent=2)},
    "design": {
        "design/design_cli.md": DESIGN,
        "src/jot/contracts/cli.py": CONTRACT,
        "tests/contract/test_cli.py": CONTRACT_TESTS,
        "tests/fakes/cli.py": FAKE,
    },
    "tests": {"tests/unit/cli/test_cli.py": UNIT_TESTS},
    "code": {"src/jot/cli/__init__.py": SOURCE},
    "integration": {"tests/integration/test_jot.py": INTEGRATION},
    "red_team": {"red_team.md": "# Red team\n\n## Findings\n\nNone. Tried: paths as notes, line breaks, long text.\n"},
    "documentation": {"README.md": README, "docs/guide.md": "# Guide\n\n`jot add TEXT` keeps a note.\n"},
    "evaluation": {
        "evaluation.md": "# Evaluation\n\n## Findings\n\nNone.\n\n## Verdict\n\nready\n\nIt does what it promises.\n"
    },
    "deployment": {"DEPLOYMENT.md": DEPLOYMENT, "deploy/smoke.sh": SMOKE},
}
"""Step → what its session writes."""

OF_A_LEGO = ("design", "tests", "code")


def small_tape(folder: Path, lane: str = "tiny", intent: str = INTENT) -> TapeMaker:
    """A tape that answers every Gen and every Review of the document, whichever lane asks for them."""
    tape = TapeMaker(folder, intent)
    for step, files in FILES.items():
        lego = LEGO if step in OF_A_LEGO else None
        said = {**GOOD, "essence_clarity": 0.9} if step == "essence" else GOOD
        filled = {path: text.replace("{lane}", lane, 1) for path, text in files.items()}
        tape.session(step, lego=lego, files=filled, result=said)
        tape.session(step, "review", lego=lego, result={**said, "review_notes": [f"{step}: nothing found"]})
    return tape


def small_workspace(folder: Path, intent: str = INTENT) -> Workspace:
    """A workspace for this app, by the engine's own document."""
    given = folder.with_name(f"{folder.name}-intent.md")
    given.write_text(intent, encoding="utf-8")
    create(folder, given, "python")
    return Workspace.at(folder)


def build(workspace: Workspace, tape: Path, said: list[str] | None = None, **options: object) -> RunEnd:
    """Run the engine in this process until it ends."""
    settings = Settings(runtimes=("replay",), tape=tape, options=Options(**options))  # type: ignore[arg-type]
    return run_engine(workspace, settings, (said if said is not None else []).append)


def sessions(workspace: Workspace) -> list[str]:
    """What was done by sessions, in order: `step-substep`."""
    found = []
    for path in sorted((workspace.private / "sessions").iterdir()):
        spec = json.loads((path / "session.json").read_text(encoding="utf-8"))
        found.append(f"{spec['step']}-{spec['substep']}")
    return found


def brief_tokens(workspace: Workspace) -> int:
    """What all its sessions were told, by the engine's estimate."""
    specs = (workspace.private / "sessions").glob("*/session.json")
    return sum(json.loads(path.read_text(encoding="utf-8"))["budget"]["brief_tokens"] for path in specs)
