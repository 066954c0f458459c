"""The recorded change of the bundled example: what the person does, and what has to come of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from engine.resources import examples_home

CHANGE = next(head.parent.parent for head in sorted(examples_home().glob("*/change/tape/tape.json")))
TAPE = CHANGE / "tape"
EDITED = "src/evenly/reports/texts.py"
MINE = '_NOTHING_NOTED = "No expenses."'
KEPT = ("trip", "settlement", "trip_text", "store")


def wish(root: Path) -> None:
    """The person edits the intent, and one of the files that the change will touch."""
    shutil.copy(CHANGE / "app_intent.md", root / "app_intent.md")
    subprocess.run(["git", "apply", str(CHANGE / "hand_edit.patch")], cwd=root, check=True)


def bytes_of(root: Path, legos: tuple[str, ...] = KEPT) -> dict[str, bytes]:
    """Path → content of everything that belongs to these LEGOs."""
    app = root / "src" / "evenly"
    found = [path for lego in legos for path in [*(app / lego).rglob("*.py"), app / "contracts" / f"{lego}.py"]]
    found += [path for lego in legos for path in (root / "tests" / "unit" / lego).rglob("*.py")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
