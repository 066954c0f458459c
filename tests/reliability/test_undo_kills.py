"""`meta undo` is killed at any moment: it has not begun, or whoever comes next finishes it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import dying
from tests.changing import served
from tests.cookbook import DISHES, DOCUMENT, MENU, PLAN
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, kitchen_with_cooks, meta

STEPS = "Cut onions.\n\nCook them.\n"

POINTS = {
    "looked at, nothing is written down": ("engine.state.store:Store.commit", "before", "undo_started"),
    "written down, nothing is done": ("engine.state.store:Store.commit", "after", "undo_started"),
    "half of the files are gone": ("engine.git.landing:remove_file", "after", ""),
    "all files are gone, the branch has not moved": ("engine.git:Repository._change_refs", "before", "landing"),
    "the branch has moved, the index has not": ("engine.git:Repository._change_refs", "after", "landing"),
    "the files are done": ("engine.git:Repository.fast_forward", "after", ""),
    "the LEGO has its work back": ("engine.git:Repository.update_ref", "after", "refs/meta/legos"),
    "the receipts are sorted": ("engine.runner.undoing:_sort_receipts", "after", ""),
    "in the journal, the state files are old": ("engine.state.store:JournalWriter.append", "after", "undone"),
    "one state file is new": ("engine.state.store:replace_file", "after", "lego_state"),
    "undone, the state is not kept": ("engine.runner.undoing:keep_state", "before", ""),
}


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Kitchen]:
    """Two dishes of two files each are served; a third is too."""
    made = served(tmp_path, list=STEPS, recipe=STEPS)
    yield made
    made.end()


def killed_at(kitchen: Kitchen, place: str, when: str, needle: str) -> None:
    words = [sys.executable, dying.__file__, place, when, needle, "1", "undo", str(kitchen.root), "--yes"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def last_served(kitchen: Kitchen) -> str:
    return max(DISHES, key=lambda name: kitchen.record("serve", name).ended_at or "")


def is_undone(kitchen: Kitchen, lego: str) -> None:
    """All of it, once, and nothing else."""
    assert not (kitchen.root / "src" / "cookbook" / lego).exists()
    assert all((kitchen.root / f"src/cookbook/{name}/recipe.txt").exists() for name in DISHES if name != lego)
    assert kitchen.record("serve", lego).stage == "stopped"
    assert kitchen.state.orchestrator.undoing is None
    assert plain_git(kitchen.root, "status", "--porcelain") == "?? .meta/\n"
    assert plain_git(kitchen.root, "log", "--format=%s").count(f"Undo the merge of {lego}") == 1


@pytest.mark.parametrize(("place", "when", "needle"), POINTS.values(), ids=POINTS)
def test_killed_in_an_undo_and_undone_again(table: Kitchen, place: str, when: str, needle: str) -> None:
    lego = last_served(table)
    killed_at(table, place, when, needle)
    begun = table.state.orchestrator.undoing is not None
    finished = table.record("serve", lego).stage == "stopped"
    if not finished:
        done = meta("undo", table.root, "--yes")
        assert done.code == 0 and ("had been cut off" in done.out) == begun, done
    is_undone(table, lego)


@pytest.mark.parametrize(("place", "when", "needle"), list(POINTS.values())[1:], ids=list(POINTS)[1:])
def test_killed_in_an_undo_that_the_next_run_finishes(table: Kitchen, place: str, when: str, needle: str) -> None:
    lego = last_served(table)
    killed_at(table, place, when, needle)
    assert table.run("--yes").code == 4
    is_undone(table, lego)
    meta("retry", lego, table.root)
    done = table.run("--yes")
    assert done.code == 0, done
    assert (table.root / f"src/cookbook/{lego}/recipe.txt").read_text() == STEPS


def test_a_commit_by_a_person_after_a_kill_is_kept_and_the_undo_goes_on_from_it(table: Kitchen) -> None:
    lego = last_served(table)
    killed_at(table, "engine.git.landing:remove_file", "after", "")
    (table.root / "notes.txt").write_text("mine\n")
    plain_git(table.root, "add", "notes.txt")
    plain_git(table.root, "commit", "-qm", "mine", "--", "notes.txt")
    done = meta("undo", table.root)
    assert done.code == 0 and "had been cut off" in done.out, done
    is_undone(table, lego)
    assert (table.root / "notes.txt").read_text() == "mine\n"


def test_an_edit_in_the_way_after_a_kill_is_told_and_touched_by_nobody(table: Kitchen) -> None:
    lego = last_served(table)
    killed_at(table, "engine.git.landing:remove_file", "after", "")
    there = next((table.root / "src" / "cookbook" / lego).glob("*.txt"))
    there.write_text("mine\n")
    for done in (meta("undo", table.root), table.run("--yes")):
        assert done.code == 1 and there.name in done.err, done
        assert there.read_text() == "mine\n"
    there.write_text(STEPS)
    assert meta("undo", table.root).code == 0
    is_undone(table, lego)


def test_an_undo_is_finished_though_the_document_has_lost_the_step_that_merged(table: Kitchen) -> None:
    lego = last_served(table)
    killed_at(table, "engine.git.landing:remove_file", "after", "")
    path = table.root / ".meta" / "AGENTS.md"
    text = path.read_text()
    path.write_text(text[: text.index("### Step: serve")] + text[text.index("## Phase 2") :])
    assert meta("undo", table.root).code == 0
    is_undone(table, lego)


def test_nothing_is_applied_whose_plan_an_undo_was_taking_back(tmp_path: Path) -> None:
    kitchen = kitchen_with_cooks(tmp_path)
    text = DOCUMENT.read_text().replace("- **Outputs**", "- **Modes**: new, maintenance\n- **Outputs**")
    (kitchen.root / ".meta" / "AGENTS.md").write_text(text)
    assert kitchen.run("--yes").code == 0
    (kitchen.root / "app_intent.md").write_text("A menu of four courses.\n")
    plan = json.dumps(PLAN).replace('"requirements"', '"decision": "KEEP", "reason": "so", "requirements"')
    kitchen.agents.will("menu-gen", {"menu.md": f"{MENU}\nCheese.\n", "lego_plan.json": plan})
    scripted = ("--runtime", "scripted", "--adapter-path", kitchen.agents.home, "--yes")
    assert meta("plan", kitchen.root, *scripted).code == 0
    killed_at(kitchen, "engine.git:Repository.fast_forward", "before", "")
    starts = kitchen.agents.starts()
    done = meta("apply", kitchen.root, *scripted)
    assert done.code == 1 and "was finished first" in done.err, done
    assert kitchen.state.orchestrator.run.change is None and kitchen.agents.starts() == starts
    assert "Cheese" not in (kitchen.root / "menu.md").read_text()
