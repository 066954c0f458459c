"""A finished app is changed: what it means is shown, what was approved is done, and what a person edited stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.conflicts import Stands, conflicts_ref, standing, standing_by_place, take, take_place
from tests.changing import STEPS, WISH, changeable, edit, maintain, planned, stew, wants
from tests.cookbook import DISHES, DOCUMENT, MENU
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, kitchen_with_cooks, meta


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """The book is finished; its document knows maintenance."""
    made = changeable(tmp_path)
    yield made
    made.end()


def test_a_plan_shows_what_the_change_means_and_touches_no_lego(kitchen: Kitchen) -> None:
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    before = {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in DISHES}
    done = maintain(kitchen, "plan", "--yes")
    assert done.code == 0, done
    assert "+The stew is to be hot." in done.out
    assert "stew  REFACTOR    because of stew" in done.out
    assert "soup  KEEP        because of soup" in done.out
    assert "expected: " in done.out
    assert {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in DISHES} == before


def test_without_a_wish_there_is_nothing_to_plan(kitchen: Kitchen) -> None:
    done = maintain(kitchen, "plan")
    assert (done.code, "nothing has changed" in done.out) == (0, True)
    assert maintain(kitchen, "apply").code == 2


def test_a_plan_as_json_is_nothing_but_json(kitchen: Kitchen) -> None:
    nothing = maintain(kitchen, "plan", "--json")
    assert json.loads(nothing.out) == {"schema_version": 1, "change": None}
    assert "nothing has changed" in nothing.err
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    done = maintain(kitchen, "plan", "--yes", "--json")
    decisions = {lego["name"]: lego["decision"] for lego in json.loads(done.out)["change"]["legos"]}
    assert decisions == {"soup": "KEEP", "stew": "REFACTOR", "cake": "KEEP"}
    assert "menu landed" in done.err
    assert maintain(kitchen, "plan", "--forecast", "--json").code == 2


def test_an_app_that_is_not_finished_cannot_be_changed(tmp_path: Path) -> None:
    kitchen = kitchen_with_cooks(tmp_path)
    done = maintain(kitchen, "plan")
    assert done.code == 1 and "`meta run` goes on with it" in done.err


def test_apply_does_what_was_planned_and_only_that(kitchen: Kitchen) -> None:
    kept = {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in ("soup", "cake")}
    starts = len(kitchen.agents.starts())
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    assert maintain(kitchen, "plan").code == 3
    done = maintain(kitchen, "apply", "--yes")
    assert done.code == 0, done
    assert "hot broth" in stew(kitchen)
    assert {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in kept} == kept
    assert not any("soup" in one or "cake" in one for one in kitchen.agents.starts()[starts:])
    assert kitchen.state.orchestrator.run.change is None
    assert set(kitchen.words.values()) <= {"done", "skipped"}


def test_the_brief_of_a_change_says_what_has_changed_and_what_people_edited(kitchen: Kitchen) -> None:
    edit(kitchen, "Cut onions.", "Cut onions, not too small.")
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    assert maintain(kitchen, "plan", "--yes").code == 0
    assert maintain(kitchen, "apply", "--yes").code == 0
    menu = (kitchen.session("menu-gen-2") / "brief.md").read_text()
    assert "## What has changed" in menu and "+The stew is to be hot." in menu
    assert "as it stands: mend it in place" in menu and "Soup, stew, cake." in menu
    cook = (kitchen.session("stew-dishes-gen-2") / "brief.md").read_text()
    assert "## Edits by a person" in cook and cook.count("+Cut onions, not too small.") == 1
    for session in ("menu-review-2", "stew-dishes-review-2"):  # who reviews the change is told what it is
        assert "## What has changed" in (kitchen.session(session) / "brief.md").read_text()


@pytest.mark.parametrize("committed", [False, True])
def test_an_edit_by_hand_is_merged_into_the_new_work(kitchen: Kitchen, committed: bool) -> None:
    edit(kitchen, "Cut onions.", "Cut onions, not too small.")
    if committed:
        plain_git(kitchen.root, "commit", "-qam", "mine")
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    planned_ = maintain(kitchen, "plan", "--yes")
    assert planned_.code == 0, planned_
    done = maintain(kitchen, "apply", "--yes")
    assert done.code == 0, done
    assert "kept your edits in dishes/stew.md" in done.out
    assert "not too small" in stew(kitchen) and "hot broth" in stew(kitchen)


def test_an_uncommitted_edit_in_a_lego_that_is_kept_stays_as_it_lies_and_is_named(kitchen: Kitchen) -> None:
    soup = kitchen.root / "dishes" / "soup.md"
    mine = soup.read_text() + "\nMore salt.\n"
    soup.write_text(mine)
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    told = maintain(kitchen, "plan").out
    assert "not committed, in LEGOs that are kept, and so not in what will be checked: dishes/soup.md" in told
    done = maintain(kitchen, "apply", "--yes")
    assert done.code == 0, done
    assert "not committed, and so not in what was checked: dishes/soup.md. Commit them" in done.out
    assert soup.read_text() == mine
    assert plain_git(kitchen.root, "diff", "--name-only") == "dishes/soup.md\n"


def test_an_edit_stays_through_any_number_of_later_changes(kitchen: Kitchen) -> None:
    edit(kitchen, "Cut onions.", "Cut onions, not too small.")
    for number in range(3):
        wants(kitchen, STEPS.replace("broth", f"broth {number}"), stew="REFACTOR")
        (kitchen.root / "app_intent.md").write_text(f"{WISH}{number}\n")
        assert maintain(kitchen, "plan", "--yes").code == 0
        assert maintain(kitchen, "apply", "--yes").code == 0
        assert "not too small" in stew(kitchen) and f"broth {number}" in stew(kitchen)


def test_where_both_changed_the_same_line_the_person_s_stands_and_they_are_asked(kitchen: Kitchen) -> None:
    edit(kitchen, "Add broth.", "Add cold broth.")
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    assert maintain(kitchen, "plan", "--yes").code == 0
    done = maintain(kitchen, "apply", "--yes")
    assert done.code == 3, done
    assert "your edits conflict with the new dishes/stew.md" in done.out
    assert "Add cold broth." in stew(kitchen) and "hot broth" not in stew(kitchen)
    assert "+Add hot broth." in "".join(kitchen.record("dishes", "stew").conflicts.values()).replace(
        "Add hot", "+Add hot"
    )
    approved = meta("approve", "dishes_stew", kitchen.root)
    assert "Where the new dishes/stew.md and your edits differ, your lines stay." in approved.out
    assert kitchen.run("--yes").code == 0
    assert "Add cold broth." in stew(kitchen)


def test_the_new_lines_can_be_taken_instead_and_outlive_the_approval(kitchen: Kitchen) -> None:
    edit(kitchen, "Add broth.", "Add cold broth.")
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    assert maintain(kitchen, "plan", "--yes").code == 0
    assert maintain(kitchen, "apply", "--yes").code == 3
    assert standing(kitchen.root, "dishes_stew", ["dishes/stew.md"]) == {"dishes/stew.md": "yours"}
    before = stew(kitchen)
    assert take(kitchen.root, "dishes_stew", "dishes/stew.md", "new")
    assert stew(kitchen) == before.replace("cold", "hot")
    approved = meta("approve", "dishes_stew", kitchen.root)
    assert approved.code == 0 and "your edits differ, the new lines stand, as you took them." in approved.out
    assert kitchen.run("--yes").code == 0
    assert "Add hot broth." in stew(kitchen) and set(kitchen.words.values()) <= {"done", "skipped"}


def test_the_new_lines_can_be_taken_at_one_place_of_a_file(kitchen: Kitchen) -> None:
    edit(kitchen, "Cut onions.", "Cut red onions.")
    edit(kitchen, "Add broth.", "Add cold broth.")
    wants(kitchen, STEPS.replace("onions", "white onions").replace("broth", "hot broth"), stew="REFACTOR")
    assert maintain(kitchen, "plan", "--yes").code == 0
    assert maintain(kitchen, "apply", "--yes").code == 3
    marked, before = dict(kitchen.record("dishes", "stew").conflicts), stew(kitchen)
    path = "dishes/stew.md"
    assert take_place(kitchen.root, "dishes_stew", path, "new", marked[path], 1)
    assert stew(kitchen) == before.replace("cold", "hot") and "Cut red onions." in before
    stands = standing_by_place(kitchen.root, "dishes_stew", marked)
    assert stands == {path: Stands("edited", ("yours", "new"))}
    approved = meta("approve", "dishes_stew", kitchen.root)
    assert "your edits differ, a mix stands: your lines at 1 place, the new ones at 1 place." in approved.out
    assert kitchen.run("--yes").code == 0
    assert "Cut red onions." in stew(kitchen) and "Add hot broth." in stew(kitchen)


@pytest.mark.parametrize("kept", [True, False])
def test_an_approval_says_what_stands_where_a_person_brought_the_two_together(kitchen: Kitchen, kept: bool) -> None:
    edit(kitchen, "Add broth.", "Add cold broth.")
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")
    assert maintain(kitchen, "plan", "--yes").code == 0
    assert maintain(kitchen, "apply", "--yes").code == 3
    edit(kitchen, "Add cold broth.", "Add cold broth, then heat it.")
    if not kept:
        plain_git(kitchen.root, "update-ref", "-d", conflicts_ref("dishes_stew"))
    approved = meta("approve", "dishes_stew", kitchen.root)
    says = "the lines that you edited by hand stand." if kept else "what lies in the workspace stands."
    assert f"Where the new dishes/stew.md and your edits differ, {says}" in approved.out


def test_a_decision_can_be_set_otherwise_before_it_is_applied(kitchen: Kitchen) -> None:
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR", soup="REFACTOR")
    assert maintain(kitchen, "plan").code == 3
    done = maintain(kitchen, "plan", "--set", "soup=keep")
    assert done.code == 0 and "soup  KEEP        decided by a person" in done.out, done
    starts = len(kitchen.agents.starts())
    assert maintain(kitchen, "apply", "--yes").code == 0
    assert not any("soup" in one for one in kitchen.agents.starts()[starts:])
    wrong = maintain(kitchen, "plan", "--set", "soup=maybe")
    assert wrong.code == 2


def test_a_plan_that_forgets_a_lego_of_the_app_or_calls_it_new_is_red(kitchen: Kitchen) -> None:
    wants(kitchen, STEPS, stew="NEW")
    done = maintain(kitchen, "plan", "--yes")
    assert done.code == 4, done
    assert 'LEGO "stew" is there already: choose KEEP, REFACTOR, REGENERATE or RETIRE.' in done.out


RETIRING = """## Phase 2: Stock

- **Modes**: new, maintenance
- **Action**: scaffold
- **Inputs**: `lego_plan.json`
- **Outputs**: shared files

## Phase 3: Book"""


@pytest.mark.parametrize("edited", [False, True])
def test_a_retired_lego_loses_its_files_unless_a_person_has_edited_them(tmp_path: Path, edited: bool) -> None:
    kitchen = kitchen_with_cooks(tmp_path)
    text = DOCUMENT.read_text().replace("**: LEGO", "**: LEGO where decision is NEW or REFACTOR")
    text = text.replace("- **Outputs**", "- **Modes**: new, maintenance\n- **Outputs**")
    (kitchen.root / ".meta" / "AGENTS.md").write_text(text.replace("## Phase 2: Book", RETIRING))
    assert kitchen.run("--yes").code == 0
    (kitchen.root / "app_intent.md").write_text(WISH)
    plan = json.loads(planned(soup="RETIRE"))
    plan["legos"][1]["dependencies"] = []
    kitchen.agents.will("menu-gen", {"menu.md": MENU + "No soup.\n", "lego_plan.json": json.dumps(plan)})
    if edited:
        (kitchen.root / "dishes" / "soup.md").write_text("# soup\n\n## Steps\n\nMine.\n")
    assert maintain(kitchen, "plan", "--yes").code == 0
    done = maintain(kitchen, "apply", "--yes")
    assert (kitchen.root / "dishes" / "soup.md").exists() == edited
    assert done.code == (4 if edited else 0), done
    assert ("you have changed dishes/soup.md" in done.out) == edited
    if edited:
        assert "Mine." in (kitchen.root / "dishes" / "soup.md").read_text()
