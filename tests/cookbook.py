"""The three-phase document about cooking as a workspace with a tape, for tests of the engine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from engine.lifecycle.create import create
from engine.runner.context import Settings
from engine.runner.loop import RunEnd
from engine.runner.start import run_engine
from engine.snapshot import Options
from engine.workspace import Workspace
from tests.tapes import GOOD, TapeMaker

DOCUMENT = Path(__file__).parent / "fixtures" / "documents" / "cookbook.md"
INTENT = "A menu of three courses.\n"
MENU = "# Menu\n\n## Courses\n\nSoup, stew, cake.\n"
PLAN = {
    "schema_version": 1,
    "app": "cookbook",
    "legos": [
        {"name": "soup", "purpose": "First course.", "kind": "component", "requirements": [], "dependencies": []},
        {"name": "stew", "purpose": "Main course.", "kind": "component", "requirements": [], "dependencies": ["soup"]},
        {"name": "cake", "purpose": "Dessert.", "kind": "entry", "requirements": [], "dependencies": ["stew"]},
    ],
}
DISHES = ("soup", "stew", "cake")


def dish(name: str, step: str = "Cook it.") -> str:
    """A recipe."""
    return f"# {name}\n\n## Steps\n\n{step}\n"


def menu_tape(folder: Path) -> TapeMaker:
    """A tape on which every session goes well at the first attempt."""
    tape = TapeMaker(folder, INTENT)
    tape.session("menu", files={"menu.md": MENU, "lego_plan.json": json.dumps(PLAN)})
    tape.session("menu", "review", result={**GOOD, "review_notes": ["nothing found"]})
    for name in DISHES:
        tape.session("dishes", lego=name, files={f"dishes/{name}.md": dish(name)})
        tape.session("dishes", "review", lego=name, result={**GOOD, "review_notes": [f"{name}: more salt"]})
    tape.session("book", files={"book.md": "# Book\n\n## Preface\n\nEat well.\n"})
    tape.session("book", "review", result={**GOOD, "review_notes": ["a typing mistake"]})
    return tape


def kitchen(folder: Path) -> Workspace:
    """A workspace that works by the cookbook document."""
    intent = folder.with_name(f"{folder.name}-intent.md")
    intent.write_text(INTENT, encoding="utf-8")
    create(folder, intent, "python")
    (folder / ".meta").mkdir()
    shutil.copy(DOCUMENT, folder / ".meta" / "AGENTS.md")
    return Workspace.at(folder)


def cook(workspace: Workspace, tape: Path, said: list[str] | None = None, **options: object) -> RunEnd:
    """Run the engine in this process until it ends."""
    settings = Settings(runtimes=("replay",), tape=tape, options=Options(**options))  # type: ignore[arg-type]
    return run_engine(workspace, settings, (said if said is not None else []).append)
