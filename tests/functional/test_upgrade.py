"""A finished app and newer documents: what changed is told, what it touches is done, and nothing else."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.git_helpers import plain_git
from tests.scripted import Kitchen, kitchen_with_cooks, meta
from tests.upgrades import (
    SPOONS,
    document,
    edit,
    finished,
    upgrade,
    wants_salt,
    words,
    write_toolchain,
)


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    made = finished(tmp_path)
    yield made
    made.end()


def read(kitchen: Kitchen, name: str) -> str:
    return (kitchen.root / name).read_text()


def everything(kitchen: Kitchen) -> dict[str, bytes]:
    """Every file of the app and of its state, and where the branch and all references point."""
    files = {str(path): path.read_bytes() for path in kitchen.root.rglob("*") if path.is_file()}
    kept = {name: data for name, data in files.items() if "/.git/" not in name and not name.endswith("/lock")}
    return kept | {"refs": plain_git(kitchen.root, "for-each-ref").encode()}


# Looking


def test_an_app_as_the_documents_have_it_has_nothing_to_upgrade(kitchen: Kitchen) -> None:
    done = upgrade(kitchen)
    assert (done.code, "nothing to upgrade" in done.out) == (0, True), done


def test_a_dry_run_names_what_changed_and_what_it_touches_and_changes_nothing(kitchen: Kitchen) -> None:
    wants_salt(kitchen)
    document(kitchen, "Write down how {lego} is cooked.", "Write down how {lego} is cooked, in verse.")
    document(kitchen, "confidence at least 0.5", "confidence at least 0.4")
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    before = everything(kitchen)
    done = upgrade(kitchen, "--dry-run")
    assert done.code == 0, done
    assert everything(kitchen) == before
    for line in (
        '    dishes: criteria `dishes/{lego}.md` has a section "Salt" added',
        "    dishes: instructions Gen changed",
        "    valves confidence changed",
        "  toolchains/python/spoons.md.j2: changed",
        "  shared is done again: it would write other files",
        "      -One for cookbook.",
        "      +Two for cookbook.",
        "  dishes_stew is checked again: it does not meet its criteria any more",
        '    red: `dishes/{lego}.md` has a section "Salt"',
    ):
        assert line in done.lines, done.out
    assert "unless you ask with --sessions: dishes_soup, dishes_stew, dishes_cake" in done.out


def test_the_dry_run_as_json(kitchen: Kitchen) -> None:
    wants_salt(kitchen)
    told = json.loads(upgrade(kitchen, "--dry-run", "--json").out)
    assert told["schema_version"] == 1
    assert [one["name"] for one in told["documents"]] == ["AGENTS.md"]
    red = {one["name"]: [r["sentence"] for r in one["red"]] for one in told["touched"] if one["how"] == "check"}
    assert red == {
        "dishes_soup": [],
        "dishes_stew": ['`dishes/{lego}.md` has a section "Salt"'],
        "dishes_cake": [],
    }
    assert told["unknown"] == []


def test_a_tool_of_the_toolchain_that_asks_for_more_is_tried_in_the_dry_run(kitchen: Kitchen) -> None:
    write_toolchain(kitchen, word="Salt")
    receipts = sorted((kitchen.root / ".orchestrator" / "receipts").iterdir())
    told = json.loads(upgrade(kitchen, "--dry-run", "--json").out)
    assert [one["name"] for one in told["touched"] if one["red"]] == ["dishes_stew"]
    assert sorted((kitchen.root / ".orchestrator" / "receipts").iterdir()) == receipts


def test_where_old_documents_are_lost_it_says_that_only_hashes_are_known(kitchen: Kitchen) -> None:
    document(kitchen, "Write the preface.", "Write a long preface.")
    shutil.rmtree(kitchen.root / ".orchestrator" / "documents")
    assert "book: instructions Gen changed" in upgrade(kitchen, "--dry-run").out, "git keeps them as well"
    plain_git(kitchen.root, "update-ref", "-d", "refs/meta/documents")
    done = upgrade(kitchen, "--dry-run")
    assert "AGENTS.md: changed (only its old hash is known)" in done.out
    assert "what changed in AGENTS.md: of the version that the app was made with only its hash is known" in done.out


# Doing


def test_a_red_criterion_reopens_just_that_work_and_a_person_s_edit_stays(kitchen: Kitchen) -> None:
    edit(kitchen, "dishes/stew.md", "Cut onions.", "Cut onions, not too small.")
    wants_salt(kitchen)
    starts = len(kitchen.agents.starts())
    done = upgrade(kitchen, "--yes")
    assert done.code == 0, done
    began = [one.split("-", 2)[2] for one in kitchen.agents.starts()[starts:]]
    assert began == ["stew-dishes-gen-2", "stew-dishes-review-2"]
    assert all(part in read(kitchen, "dishes/stew.md") for part in ("not too small", "hot broth", "## Salt"))
    assert 'has a section "Salt"' in (kitchen.session("stew-dishes-gen-2") / "brief.md").read_text()
    run = kitchen.state.orchestrator.run
    assert (run.mode, run.change, run.finished_at is not None) == ("new", None, True)
    assert set(kitchen.words.values()) == {"done"}


def test_a_shared_file_is_written_anew_without_a_session_and_a_person_s_edit_stays(kitchen: Kitchen) -> None:
    edit(kitchen, "spoons.md", "Keep them clean.", "Keep them very clean.")
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    starts = kitchen.agents.starts()
    plain_git(kitchen.root, "commit", "-qam", "mine")
    assert "    spoons.md (your edits stay)" in upgrade(kitchen, "--dry-run").lines
    done = upgrade(kitchen, "--yes")
    assert done.code == 0, done
    assert kitchen.agents.starts() == starts
    assert set(kitchen.words.values()) == {"done"}, "who reads it was looked at with the new one"
    assert "Two for cookbook." in read(kitchen, "spoons.md") and "very clean" in read(kitchen, "spoons.md")


def test_a_tool_that_asks_for_more_is_landed_before_what_it_finds_red_is_mended(kitchen: Kitchen) -> None:
    write_toolchain(kitchen, word="Salt")
    kitchen.agents.will("stew-dishes-gen", {"labels/stew.txt": "Salt.\n"})
    starts = len(kitchen.agents.starts())
    done = upgrade(kitchen, "--yes")
    assert done.code == 0, done
    began = [one.split("-", 2)[2] for one in kitchen.agents.starts()[starts:]]
    assert began == ["stew-dishes-gen-2", "stew-dishes-review-2"]
    assert kitchen.record("dishes", "stew").checks[-1].passed


def test_changed_prose_runs_no_session_unless_it_is_asked_for(kitchen: Kitchen) -> None:
    document(kitchen, "Write the preface.", "Write a long preface.")
    starts = len(kitchen.agents.starts())
    done = upgrade(kitchen, "--yes")
    assert done.code == 0 and "ran under an older text, and stays as it is" in done.out, done
    assert len(kitchen.agents.starts()) == starts
    kitchen.agents.will("book-gen", {"book.md": "# Book\n\n## Preface\n\nEat very well.\n"})
    done = upgrade(kitchen, "--sessions", "book", "--yes")
    assert done.code == 0, done
    assert [one.split("-", 2)[2] for one in kitchen.agents.starts()[starts:]] == ["book-gen-2", "book-review-2"]
    assert "very well" in read(kitchen, "book.md")
    wrong = upgrade(kitchen, "--sessions", "menu")
    assert (wrong.code, "no such step ran under an older text" in wrong.err) == (2, True)


def test_after_an_upgrade_there_is_nothing_to_upgrade(kitchen: Kitchen) -> None:
    wants_salt(kitchen)
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    old = read(kitchen, ".meta-version")
    assert upgrade(kitchen, "--yes").code == 0
    assert read(kitchen, ".meta-version") != old
    done = upgrade(kitchen)
    assert (done.code, "nothing to upgrade" in done.out) == (0, True), done
    assert meta("drift", kitchen.root).code == 1, "requirements have no tests here"
    assert "stale" not in meta("drift", kitchen.root).out.lower()


def test_one_command_takes_an_upgrade_back(kitchen: Kitchen) -> None:
    edit(kitchen, "dishes/stew.md", "Cut onions.", "Cut onions, not too small.")
    wants_salt(kitchen)
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    before = {name: read(kitchen, name) for name in ("dishes/stew.md", "spoons.md", ".meta-version")}
    told = upgrade(kitchen, "--dry-run").out
    assert upgrade(kitchen, "--yes").code == 0
    assert {name: read(kitchen, name) for name in before} != before
    done = meta("undo", kitchen.root, "--yes")
    assert done.code == 0, done
    assert {name: read(kitchen, name) for name in before} == before
    assert upgrade(kitchen, "--dry-run").out == told
    assert upgrade(kitchen, "--yes").code == 0
    assert "not too small" in read(kitchen, "dishes/stew.md") and "## Salt" in read(kitchen, "dishes/stew.md")


def test_what_else_has_changed_is_not_the_upgrade_s_business(kitchen: Kitchen) -> None:
    (kitchen.root / "app_intent.md").write_text("A menu of four courses.\n")
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    starts = kitchen.agents.starts()
    done = upgrade(kitchen, "--yes")
    assert done.code == 0, done
    assert kitchen.agents.starts() == starts
    assert kitchen.words["menu"] == "stale"


@pytest.mark.parametrize("seed", range(5))
def test_no_line_of_random_edits_in_random_files_is_lost(kitchen: Kitchen, seed: int) -> None:
    """Where the upgrade changes the same lines it stops, or asks, and the person's stand."""
    chance = random.Random(seed)
    mine: dict[str, list[str]] = {}
    for name in chance.sample(["spoons.md", "dishes/stew.md", "dishes/soup.md", "book.md", "menu.md", "taste.py"], 4):
        lines = read(kitchen, name).splitlines()
        for number in range(chance.randint(1, 3)):
            mark = f"# mine {number}" if name == "taste.py" else f"Mine, {number} in {name}."
            end = lines.index("## REVIEW NOTES") if "## REVIEW NOTES" in lines else len(lines)  # the engine's own
            lines.insert(chance.randint(0, end), mark)
            mine.setdefault(name, []).append(mark)
        (kitchen.root / name).write_text("\n".join(lines) + "\n")
        if chance.random() < 0.5:
            plain_git(kitchen.root, "commit", "-qm", "mine", "--", name)
    wants_salt(kitchen)
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    upgrade(kitchen, "--yes")
    for name, marks in mine.items():
        assert [mark for mark in marks if mark not in read(kitchen, name)] == []


# Choosing


def test_without_a_terminal_and_without_consent_nothing_is_done(kitchen: Kitchen) -> None:
    wants_salt(kitchen)
    before = everything(kitchen)
    done = upgrade(kitchen)
    assert done.code == 3 and "`meta upgrade --yes` does all of this" in done.out, done
    assert everything(kitchen) == before


def test_only_does_a_part_and_the_release_with_it(kitchen: Kitchen) -> None:
    wants_salt(kitchen)
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    version = read(kitchen, ".meta-version")
    done = upgrade(kitchen, "--only", "stew")
    assert done.code == 0, done
    assert "## Salt" in read(kitchen, "dishes/stew.md") and "One for" in read(kitchen, "spoons.md")
    assert read(kitchen, ".meta-version") != version
    assert "  shared is done again: it would write other files" in upgrade(kitchen, "--dry-run").lines
    wrong = upgrade(kitchen, "--only", "sauce")
    assert wrong.code == 2 and "It touches shared" in wrong.err, wrong


def test_what_reads_a_shared_file_is_looked_at_whenever_that_is_written_anew(kitchen: Kitchen) -> None:
    wants_salt(kitchen)
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    done = upgrade(kitchen, "--only", "shared")
    assert done.code == 0, done
    assert "Two for" in read(kitchen, "spoons.md") and "## Salt" in read(kitchen, "dishes/stew.md")
    assert set(kitchen.words.values()) == {"done"}


def test_a_new_step_is_left_out_unless_it_is_asked_for(kitchen: Kitchen) -> None:
    wine = "## Phase 3: Wine\n\nWhat to drink.\n\n- **Inputs**: `menu.md`\n- **Outputs**: `wine.md`\n"
    wine += "\n### Gen\n\nName it.\n"
    wine += "\n### Review\n\nTaste it.\n\n### Exit criteria\n\n- `wine.md` exists\n\n## Phase 4: Book"
    document(kitchen, "## Phase 3: Book", wine)
    document(kitchen, "## Phase 4: Release", "## Phase 5: Release")
    kitchen.agents.will("wine-gen", {"wine.md": "Red.\n"})
    kitchen.agents.will("wine-review")
    done = upgrade(kitchen, "--yes")
    assert done.code == 0 and "new steps, which the upgrade leaves out" in done.out, done
    assert not (kitchen.root / "wine.md").exists()
    assert upgrade(kitchen, "--sessions", "wine").code == 0
    assert read(kitchen, "wine.md").startswith("Red.")


def test_only_a_finished_app_that_is_not_being_changed_can_be_upgraded(kitchen: Kitchen, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    fresh = kitchen_with_cooks(tmp_path / "other")
    done = upgrade(fresh)
    assert done.code == 1 and "`meta run` goes on with it" in done.err
    (kitchen.root / "app_intent.md").write_text("A menu of four courses.\n")
    meta("plan", kitchen.root, *words(kitchen))
    assert kitchen.state.orchestrator.run.change is not None
    done = upgrade(kitchen)
    assert done.code == 2 and "`meta apply`" in done.err, done


def test_json_is_for_the_dry_run(kitchen: Kitchen) -> None:
    assert upgrade(kitchen, "--json").code == 2


# Without an upgrade


def test_criteria_that_an_ordinary_run_looks_at_again_make_no_edit_the_engine_s_own(kitchen: Kitchen) -> None:
    edit(kitchen, "dishes/stew.md", "Cut onions.", "Cut onions, not too small.")
    plain_git(kitchen.root, "commit", "-qam", "mine")
    document(kitchen, 'a section "Steps"\n', 'a section "Steps"\n- `dishes/{lego}.md` exists\n')
    assert kitchen.run("--yes").code == 0
    assert len(kitchen.record("dishes", "stew").checks[-1].criteria) == 4
    wants_salt(kitchen)
    assert upgrade(kitchen, "--yes").code == 0
    assert all(part in read(kitchen, "dishes/stew.md") for part in ("not too small", "## Salt"))
