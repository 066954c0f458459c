"""A village of two hamlets and a hall, each hamlet a sub-app, as a workspace with a tape: for tests of sub-apps."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from engine.lifecycle.create import create
from engine.runner.context import Settings
from engine.runner.loop import RunEnd
from engine.runner.start import run_engine
from engine.snapshot import Options
from engine.state.store import Store
from engine.workspace import Workspace
from tests.tapes import TapeMaker

DOCUMENT = Path(__file__).parent / "fixtures" / "documents" / "village.md"
HAMLETS = ("east", "west")
INTENT = "A village.\n"
SIGN = "# {name}\n\n## Welcome\n\nDrive slowly.\n"


def plan_of(app: str, *legos: tuple[str, str, Sequence[str]]) -> str:
    """A plan of (name, kind, dependencies)."""
    entries = [
        {"name": name, "purpose": f"The {name}.", "kind": kind, "dependencies": list(needs)}
        for name, kind, needs in legos
    ]
    return json.dumps({"schema_version": 1, "app": app, "legos": entries})


def page(house: str) -> str:
    """Who lives there."""
    return f"# {house}\n\n## Who\n\nNobody.\n"


def village_tape(folder: Path) -> TapeMaker:
    """A tape on which every session of the tiny lane goes well, also in the hamlets."""
    hamlets = [(name, "app", ()) for name in HAMLETS]
    tape = TapeMaker(folder, INTENT)
    tape.session("map", files={"lego_plan.json": plan_of("village", *hamlets, ("hall", "entry", HAMLETS))})
    for house in (*HAMLETS, "hall"):
        tape.session("house", lego=house, files={f"houses/{house}.md": page(house)})
    tape.session("sign", files={"README.md": SIGN.format(name="village")})
    for name in HAMLETS:
        hamlet_tape(folder, name)
    return tape


def hamlet_tape(folder: Path, name: str, app: str = "") -> TapeMaker:
    """The tape of one hamlet, below that of the village."""
    tape = TapeMaker(folder / "apps" / name)
    tape.session("map", files={"lego_plan.json": plan_of(app or name, ("barn", "entry", ()))})
    tape.session("house", lego="barn", files={"houses/barn.md": page("barn")})
    tape.session("sign", files={"README.md": SIGN.format(name=name)})
    return tape


def village(folder: Path, document: Path = DOCUMENT) -> Workspace:
    """A workspace that works by the village document, or by another one."""
    intent = folder.with_name(f"{folder.name}-intent.md")
    intent.write_text(INTENT, encoding="utf-8")
    create(folder, intent, "python")
    (folder / ".meta").mkdir()
    shutil.copy(document, folder / ".meta" / "AGENTS.md")
    return Workspace.at(folder)


def hamlet(workspace: Workspace, name: str) -> Workspace:
    """The workspace of a hamlet, once it is there."""
    return Workspace.at(workspace.root / "apps" / name)


def settle(workspace: Workspace, tape: Path, said: list[str] | None = None, **options: object) -> RunEnd:
    """Run the engine in this process until it ends, in the tiny lane."""
    asked = {name: options.pop(name) for name in ("max_tokens", "jobs", "speed", "record") if name in options}
    settings = Settings(("replay",), tape=tape, lane="tiny", options=Options(**options), **asked)  # type: ignore[arg-type]
    return run_engine(workspace, settings, (said if said is not None else []).append)


def sessions(workspace: Workspace) -> list[str]:
    """What each agent that ever ran there worked on: LEGO, step, substep. One that was only announced did not run."""
    ran = [path.parent.name for path in (workspace.private / "sessions").glob("*/pid.json")]
    return sorted(name.split("-", 2)[2].rpartition("-")[0] for name in ran)


def stopped_why(workspace: Workspace, name: str) -> str:
    """Why the step of a hamlet does not go on."""
    record = Store.open(workspace.root, read_only=True).state.record("hamlet", name)
    return record.stopped_why if record else ""
