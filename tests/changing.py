"""The cookbook as a finished app: what a person wants changed, what the agents will do, and dishes that are merged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cookbook import DISHES, DOCUMENT, INTENT, MENU, PLAN, dish
from tests.scripted import Kitchen, Said, kitchen_with_cooks, meta

WISH = INTENT + "The stew is to be hot.\n"
STEPS = "Cut onions.\n\nFry them.\n\nAdd broth.\n\nCook it for an hour.\n\nServe.\n"

SERVED = """
### Step: dishes

- **For each**: LEGO
- **Inputs**: `menu.md`, `lego_plan.json` (rows of {lego})
- **Outputs**: source of {lego}
- **Lands**: at merge

#### Gen

Write down how {lego} is cooked.

#### Review

Cook it.

#### Check

- confidence is at least 0.5

### Step: serve

- **For each**: LEGO
- **Action**: merge LEGO
- **Inputs**: source of {lego}, merged source of {dependencies}
- **Outputs**: merged source of {lego}

"""
"""The dishes are held on their own lines and served, that is merged, one by one."""


def changeable(folder: Path) -> Kitchen:
    """The book is finished; its document knows maintenance."""
    made = kitchen_with_cooks(folder)
    (made.root / ".meta" / "AGENTS.md").write_text(maintained())
    for name in DISHES:
        made.agents.will(f"{name}-dishes-gen", {f"dishes/{name}.md": dish(name, STEPS)})
    assert made.run("--yes").code == 0
    return made


def maintained() -> str:
    """The document of a book that is changed when it is finished."""
    text = DOCUMENT.read_text().replace("**: LEGO", "**: LEGO where decision is NEW or REFACTOR")
    return text.replace("- **Outputs**", "- **Modes**: new, maintenance\n- **Outputs**")


def served(folder: Path, **recipe: str) -> Kitchen:
    """The dishes are merged one by one, all are; each has these files, by their name without `.txt`."""
    made = kitchen_with_cooks(folder)
    text = DOCUMENT.read_text()
    begin, end = text.index("- **For each**"), text.index("## Phase 2")
    (made.root / ".meta" / "AGENTS.md").write_text(text[:begin] + SERVED + text[end:])
    for name in DISHES:
        shutil.rmtree(made.agents.home / f"{name}-dishes-gen")
        files = {f"src/cookbook/{name}/{file}.txt": content for file, content in recipe.items()}
        made.agents.will(f"{name}-dishes-gen", files)
    done = made.run("--yes")
    assert done.code == 0, done
    return made


def planned(**decisions: str) -> str:
    """The plan with these decisions; what is not named is kept."""
    legos = [
        lego | {"decision": decisions.get(str(lego["name"]), "KEEP"), "reason": f"because of {lego['name']}"}
        for lego in PLAN["legos"]  # type: ignore[attr-defined]
    ]
    return json.dumps({**PLAN, "legos": legos})


def wants(kitchen: Kitchen, hot: str, **decisions: str) -> None:
    """The person wants the stew hot, and this is what the agents will do about it."""
    (kitchen.root / "app_intent.md").write_text(WISH)
    kitchen.agents.will("menu-gen", {"menu.md": MENU + "\nThe stew is hot.\n", "lego_plan.json": planned(**decisions)})
    kitchen.agents.will("stew-dishes-gen", {"dishes/stew.md": dish("stew", hot)})


def maintain(kitchen: Kitchen, *words: object) -> Said:
    """`meta plan` or `meta apply` with the scripted agents."""
    runtime = ("--runtime", "scripted", "--adapter-path", kitchen.agents.home)
    return meta(*words, kitchen.root, *runtime)


def edit(kitchen: Kitchen, old: str, new: str) -> None:
    """A person changes the stew."""
    path = kitchen.root / "dishes" / "stew.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def stew(kitchen: Kitchen) -> str:
    """The stew as it lies in the workspace."""
    return (kitchen.root / "dishes" / "stew.md").read_text()
