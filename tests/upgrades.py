"""A finished cookbook with shared files, tools and a release, and newer documents for it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cookbook import DISHES, DOCUMENT, MENU, PLAN, dish
from tests.scripted import Kitchen, Said, kitchen_with_cooks, meta

REQUIREMENTS = "# Requirements\n\n- **R-001** There is a soup.\n  - Acceptance: one can eat it.\n"
SHARED = """
## Phase 1: Shared

What all dishes share.

- **Modes**: new, maintenance
- **Action**: scaffold
- **Inputs**: `lego_plan.json`
- **Outputs**: shared files

"""
RELEASE = """
## Phase 4: Release

What goes with the book.

- **Modes**: new, maintenance, upgrade
- **Action**: write release
- **Inputs**: `book.md`
- **Outputs**: `proof.json`, `AGENTS.md`, `.meta-version`, `.meta-manifest.json`, `.app_orchestration.md`
"""
STEPS = "Cut onions.\n\nFry them.\n\nAdd broth.\n\nCook it for an hour.\n\nServe.\n"
SPOONS = "# Spoons\n\nOne for {{ app }}.\n\nKeep them dry.\n\nKeep them clean.\n"
TOOLCHAIN = """# Toolchain: a kitchen

## Roles

| Role | Paths | Told |
|---|---|---|
| source | `labels/{lego}.txt` | – |
| unit tests | `tests/{lego}/` | – |
| integration tests | `tests/whole/` | – |

## Shared files

| Path | Template |
|---|---|
| `spoons.md` | `python/spoons.md.j2` |
| `taste.py` | `python/taste.py.j2` |

## Commands

| Command | Command line | Paths for a LEGO | Paths for the app |
|---|---|---|---|
| taste | `{python} taste.py {report} {paths}` | `labels/{lego}.txt` | – |

## Exit codes

| Code | Means |
|---|---|
| 0 | passed |
| 1 | failed |

## Environment

| Variable | Value |
|---|---|
| LEGO_REAL | `{real}` |
"""
TASTE = """import sys

report, page = sys.argv[1:]
wanted = "{{ "WORD" }}"
good = wanted in open(page).read()
case = "" if good else f'<failure message="{page}:1 no {wanted} in it"/>'
open(report, "w").write(f'<testsuite><testcase classname="taste" name="page">{case}</testcase></testsuite>')
sys.exit(0 if good else 1)
"""


def finished(folder: Path) -> Kitchen:
    """The book is finished. Every dish but the stew has salt."""
    kitchen = kitchen_with_cooks(folder)
    write_toolchain(kitchen)
    text = DOCUMENT.read_text()
    for old, new in (("Phase 2: Book", "Phase 3: Book"), ("Phase 1: Dishes", "Phase 2: Dishes")):
        text = text.replace(old, new)
    text = text.replace("- **Outputs**", "- **Modes**: new, maintenance\n- **Outputs**")
    text = text.replace("`menu.md`, `lego_plan.json`\n", "`menu.md`, `requirements.md`, `lego_plan.json`\n", 1)
    text = text.replace("\n## Phase 2: Dishes", SHARED + "## Phase 2: Dishes")
    text = text.replace("`dishes/{lego}.md`\n", "`dishes/{lego}.md`, `labels/{lego}.txt`\n", 1)
    text = text.replace("`lego_plan.json` (rows of {lego})\n", "`lego_plan.json` (rows of {lego}), shared files\n")
    text = text.replace('a section "Steps"\n', 'a section "Steps"\n- `taste` of the toolchain passes for {lego}\n')
    (kitchen.root / ".meta" / "AGENTS.md").write_text(text + RELEASE)
    plan = {"lego_plan.json": json.dumps(PLAN), "requirements.md": REQUIREMENTS}
    kitchen.agents.will("menu-gen", {"menu.md": MENU, **plan})
    for name in DISHES:
        salt = "" if name == "stew" else "\n## Salt\n\nA pinch.\n"
        label = {f"labels/{name}.txt": "Serve.\n" if name == "stew" else "Serve. Salt.\n"}
        kitchen.agents.will(f"{name}-dishes-gen", {f"dishes/{name}.md": dish(name, STEPS) + salt, **label})
    done = kitchen.run("--yes")
    assert done.code == 0, done
    return kitchen


def write_toolchain(kitchen: Kitchen, word: str = "Serve", spoons: str = SPOONS) -> None:
    """The kitchen's own toolchain: its tool looks for a word, its shared file is about spoons."""
    folder = kitchen.root / ".meta" / "toolchains"
    (folder / "python").mkdir(parents=True, exist_ok=True)
    (folder / "python.md").write_text(TOOLCHAIN)
    (folder / "python" / "taste.py.j2").write_text(TASTE.replace("WORD", word))
    (folder / "python" / "spoons.md.j2").write_text(spoons)


def wants_salt(kitchen: Kitchen) -> None:
    """The document asks for salt in every dish; the cook of the stew will write it so."""
    document(kitchen, 'a section "Steps"\n', 'a section "Steps"\n- `dishes/{lego}.md` has a section "Salt"\n')
    better = STEPS.replace("broth", "hot broth")
    kitchen.agents.will("stew-dishes-gen", {"dishes/stew.md": dish("stew", better) + "\n## Salt\n\nA lot.\n"})


def document(kitchen: Kitchen, old: str, new: str) -> None:
    """Change the orchestration document."""
    path = kitchen.root / ".meta" / "AGENTS.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def edit(kitchen: Kitchen, name: str, old: str, new: str) -> None:
    """A person edits a file of the app."""
    path = kitchen.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def upgrade(kitchen: Kitchen, *options: object) -> Said:
    """`meta upgrade` in this process, without a terminal."""
    return meta("upgrade", kitchen.root, *words(kitchen), *options)


def words(kitchen: Kitchen) -> tuple[object, ...]:
    """The options that name the scripted agents."""
    return ("--runtime", "scripted", "--adapter-path", kitchen.agents.home)
