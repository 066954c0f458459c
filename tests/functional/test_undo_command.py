"""The last merge of a LEGO, or the last change, is taken back, files and state; what a person did stays."""

from __future__ import annotations

import json
import os
import pty
import random
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.gates.receipts import ReceiptStore
from engine.state.lock import EngineLock
from engine.state.models import Decision, StepRecord
from engine.state.store import Store
from tests import changing
from tests.changing import STEPS, WISH, changeable, maintained, served, wants
from tests.cookbook import DISHES, dish
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, Said, command, kitchen_with_cooks, meta, patiently

STEW, SOUP = "dishes/stew.md", "dishes/soup.md"


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """The book is finished; its document knows maintenance."""
    made = changeable(tmp_path)
    yield made
    made.end()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Kitchen]:
    """Dishes are merged one by one; all are."""
    made = served(tmp_path, recipe=STEPS)
    yield made
    made.end()


def maintain(kitchen: Kitchen, *words: object) -> Said:
    done = changing.maintain(kitchen, *words)
    assert done.code == 0, done
    return done


def wish(kitchen: Kitchen) -> None:
    """The person wants the stew hot, and the agents will change it."""
    wants(kitchen, STEPS.replace("broth", "hot broth"), stew="REFACTOR")


def applied(kitchen: Kitchen) -> None:
    wish(kitchen)
    maintain(kitchen, "plan", "--yes")
    maintain(kitchen, "apply", "--yes")


def undone(kitchen: Kitchen, *options: object) -> Said:
    done = meta("undo", kitchen.root, "--yes", *options)
    assert done.code == 0, done
    return done


def tree(kitchen: Kitchen) -> dict[str, bytes]:
    """Every committed file as it lies there, apart from the intent, which is the person's."""
    names = plain_git(kitchen.root, "ls-files").split()
    return {name: (kitchen.root / name).read_bytes() for name in names if name != "app_intent.md"}


def edit(kitchen: Kitchen, path: str, old: str, new: str) -> None:
    text = (kitchen.root / path).read_text()
    assert old in text
    (kitchen.root / path).write_text(text.replace(old, new))


def facts(kitchen: Kitchen) -> tuple[object, object]:
    """The facts apart from numbers and times that only go forward."""
    state = kitchen.state
    legos = {name: (lego.tip, lego.held, bare(lego.steps)) for name, lego in state.legos.items()}
    run = state.orchestrator.run.model_copy(update={"documents": {}})
    return (run, state.orchestrator.phases, bare(state.orchestrator.steps)), legos


def bare(steps: dict[str, StepRecord]) -> dict[str, StepRecord]:
    return {name: one.model_copy(update={"undone": None}) for name, one in steps.items()}


# A change


def test_there_is_nothing_to_undo_where_nothing_was_merged_and_nothing_changed(kitchen: Kitchen) -> None:
    done = meta("undo", kitchen.root, "--yes")
    assert (done.code, "nothing to undo" in done.out) == (0, True)
    assert json.loads(meta("undo", kitchen.root, "--json").out)["unit"] is None


def test_an_applied_change_is_shown_and_without_consent_nothing_happens(kitchen: Kitchen) -> None:
    applied(kitchen)
    before, head = tree(kitchen), plain_git(kitchen.root, "rev-parse", "HEAD")
    done = meta("undo", kitchen.root)
    assert done.code == 3
    assert "LEGOs: stew" in done.out and "dishes/stew.md +1 -1" in done.out and "stew: review 2" in done.out
    assert (tree(kitchen), plain_git(kitchen.root, "rev-parse", "HEAD")) == (before, head)


def test_an_undone_change_leaves_every_byte_and_fact_as_before_it(kitchen: Kitchen) -> None:
    before, known = tree(kitchen), facts(kitchen)
    applied(kitchen)
    count = len(plain_git(kitchen.root, "rev-list", "HEAD").split())
    undone(kitchen)
    assert tree(kitchen) == before
    assert facts(kitchen) == known
    assert (kitchen.root / "app_intent.md").read_text() == WISH
    assert len(plain_git(kitchen.root, "rev-list", "HEAD").split()) == count + 1
    assert plain_git(kitchen.root, "status", "--porcelain") == "?? .meta/\n"


def test_after_it_the_intent_is_planned_anew_and_numbers_go_on(kitchen: Kitchen) -> None:
    applied(kitchen)
    used, sessions = kitchen.state.orchestrator.budget, len(kitchen.agents.starts())
    undone(kitchen)
    assert kitchen.words["menu"] == "stale" and kitchen.state.orchestrator.budget == used
    maintain(kitchen, "plan", "--yes")
    maintain(kitchen, "apply", "--yes")
    assert "hot broth" in (kitchen.root / STEW).read_text()
    starts = kitchen.agents.starts()
    assert len(set(starts)) == len(starts) and int(starts[sessions][:4]) == sessions + 1
    assert kitchen.session("menu-gen-3") and kitchen.record("menu").gates[-1].round == 3


def test_a_change_that_is_only_planned_is_dropped(kitchen: Kitchen) -> None:
    before, known = tree(kitchen), facts(kitchen)
    wish(kitchen)
    maintain(kitchen, "plan", "--yes")
    assert "which is under way" in undone(kitchen).out
    assert (tree(kitchen), facts(kitchen)) == (before, known)
    assert meta("apply", kitchen.root).code == 2


def test_a_decision_that_a_person_took_before_answers_no_later_question(kitchen: Kitchen) -> None:
    wish(kitchen)
    done = meta("plan", kitchen.root, "--runtime", "scripted", "--adapter-path", kitchen.agents.home)
    assert done.code == 3
    by_hand = kitchen.root / ".orchestrator" / "decisions" / "menu.json"
    by_hand.parent.mkdir(exist_ok=True)
    by_hand.write_text(Decision(decision="approve").model_dump_json())
    undone(kitchen)
    done = meta("plan", kitchen.root, "--runtime", "scripted", "--adapter-path", kitchen.agents.home)
    assert done.code == 3 and kitchen.words["menu"] == "waiting_approval", done


def test_twice_undoes_the_change_before(kitchen: Kitchen) -> None:
    first = tree(kitchen)
    applied(kitchen)
    second = tree(kitchen)
    (kitchen.root / "app_intent.md").write_text(WISH + "Very hot.\n")
    kitchen.agents.will("stew-dishes-gen", {STEW: dish("stew", STEPS.replace("broth", "boiling broth"))})
    maintain(kitchen, "plan", "--yes")
    maintain(kitchen, "apply", "--yes")
    undone(kitchen)
    assert tree(kitchen) == second
    undone(kitchen)
    assert tree(kitchen) == first
    assert "nothing to undo" in undone(kitchen).out


def test_an_undo_is_taken_back_as_long_as_nothing_was_done_since(kitchen: Kitchen) -> None:
    applied(kitchen)
    after, known = tree(kitchen), facts(kitchen)
    undone(kitchen)
    undone(kitchen, "--redo")
    assert (tree(kitchen), facts(kitchen)) == (after, known)
    assert "no undo to take back" in undone(kitchen, "--redo").out
    undone(kitchen)
    maintain(kitchen, "plan", "--yes")
    assert "no undo to take back" in undone(kitchen, "--redo").out


def test_json_says_what_would_be_undone_and_then_what_was(kitchen: Kitchen) -> None:
    applied(kitchen)
    shown = meta("undo", kitchen.root, "--json")
    told = json.loads(shown.out)
    assert (shown.code, told["schema_version"], told["unit"]["kind"], told["done"]) == (3, 1, "change", None)
    assert told["files"][STEW] == {"added": 1, "deleted": 1} and told["legos"] == ["stew"]
    before = plain_git(kitchen.root, "rev-parse", "HEAD")
    other = meta("undo", kitchen.root, "--yes", "--only", told["unit"]["id"] - 1)
    assert other.code == 1 and "look again" in other.err and plain_git(kitchen.root, "rev-parse", "HEAD") == before
    done = json.loads(undone(kitchen, "--json", "--only", told["unit"]["id"]).out)
    assert done["done"] == plain_git(kitchen.root, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 3)])
def test_a_person_at_a_terminal_is_asked(kitchen: Kitchen, answer: bytes, code: int) -> None:
    applied(kitchen)
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(command("undo", kitchen.root), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, answer)
    shown = b""
    with suppress(OSError):  # Linux ends a terminal that nobody has open any more with an error
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    assert asked.wait(60) == code
    assert b"undo this?" in shown
    assert ("hot broth" in (kitchen.root / STEW).read_text()) == bool(code)


# What people did


def test_edits_made_since_stay_and_are_told(kitchen: Kitchen) -> None:
    applied(kitchen)
    edit(kitchen, STEW, "Serve.", "Serve with bread.")
    (kitchen.root / "notes.txt").write_text("mine\n")
    plain_git(kitchen.root, "add", "notes.txt")
    plain_git(kitchen.root, "commit", "-qam", "mine")
    edit(kitchen, SOUP, "Serve.", "Serve cold.")
    done = undone(kitchen)
    assert f"edits that stay: app_intent.md, {STEW}" in done.out or f"edits that stay: {STEW}" in done.out
    assert SOUP in done.out
    text = (kitchen.root / STEW).read_text()
    assert "Serve with bread." in text and "hot broth" not in text
    assert "Serve cold." in (kitchen.root / SOUP).read_text() and (kitchen.root / "notes.txt").exists()


def test_edits_made_before_the_change_and_merged_into_it_stay(kitchen: Kitchen) -> None:
    edit(kitchen, STEW, "Cut onions.", "Cut onions, not too small.")
    before = tree(kitchen)
    applied(kitchen)
    assert "not too small" in (kitchen.root / STEW).read_text()
    undone(kitchen)
    assert tree(kitchen) == before


def test_a_decision_set_by_hand_in_the_plan_goes_with_the_change(kitchen: Kitchen) -> None:
    before = tree(kitchen)
    wish(kitchen)
    maintain(kitchen, "plan", "--yes")
    assert meta("plan", kitchen.root, "--set", "soup=refactor").code == 0
    maintain(kitchen, "apply", "--yes")
    undone(kitchen)
    assert tree(kitchen) == before


def test_an_edit_on_the_very_lines_stops_it_and_is_told(kitchen: Kitchen) -> None:
    applied(kitchen)
    edit(kitchen, STEW, "Add hot broth.", "Add scalding broth.")
    plain_git(kitchen.root, "commit", "-qam", "mine")
    before, known = tree(kitchen), kitchen.state
    done = meta("undo", kitchen.root, "--yes")
    assert done.code == 1 and f"{STEW}: line 9" in done.err and "`meta undo` again" in done.err, done
    assert (tree(kitchen), kitchen.state) == (before, known)


def test_an_uncommitted_edit_in_the_way_stops_it(kitchen: Kitchen) -> None:
    applied(kitchen)
    edit(kitchen, STEW, "Serve.", "Serve with bread.")
    before, known = tree(kitchen), kitchen.state
    done = meta("undo", kitchen.root, "--yes")
    assert done.code == 1 and STEW in done.err
    assert (tree(kitchen), kitchen.state) == (before, known)


@pytest.mark.parametrize("seed", range(3))
def test_random_edits_in_other_lines_are_all_that_is_left(kitchen: Kitchen, seed: int) -> None:
    dice = random.Random(seed)
    before = tree(kitchen)
    applied(kitchen)
    added: dict[str, list[str]] = {}
    lines = {STEW: ["Cut onions.", "Serve."], SOUP: STEPS.split("\n\n"), "book.md": ["Eat well."]}
    for number in range(dice.randint(1, 6)):
        path = dice.choice(sorted(lines))
        line, word = dice.choice(lines[path]).strip(), f" Mine {number}."
        edit(kitchen, path, line, line + word)
        added.setdefault(path, []).append(word)
        if dice.random() < 0.5:
            plain_git(kitchen.root, "commit", "-qam", "mine")
    plain_git(kitchen.root, "commit", "-q", "--allow-empty", "-am", "mine")
    undone(kitchen)
    after = {path: data.decode() for path, data in tree(kitchen).items()}
    for path, words in added.items():
        for word in words:
            assert after[path].count(word) == 1
            after[path] = after[path].replace(word, "")
    assert after == {path: data.decode() for path, data in before.items()}


# Who else is at work


def test_nothing_is_undone_while_an_engine_runs(kitchen: Kitchen) -> None:
    applied(kitchen)
    with EngineLock(kitchen.root):
        done = meta("undo", kitchen.root, "--yes")
    assert done.code == 1 and "An engine already runs here" in done.err


def test_a_workspace_whose_files_were_cleaned_away_knows_its_units_when_they_are_back(kitchen: Kitchen) -> None:
    before = tree(kitchen)
    applied(kitchen)
    plain_git(kitchen.root, "clean", "-xdfq", "-e", ".meta")
    plain_git(kitchen.root, "restore", "--source=refs/meta/state", "--", ".orchestrator")
    undone(kitchen)
    assert tree(kitchen) == before


def test_a_rebuilt_state_is_the_same_after_an_undo(kitchen: Kitchen) -> None:
    applied(kitchen)
    undone(kitchen)
    known = kitchen.state
    for path in (kitchen.root / ".orchestrator").glob("*.json"):
        path.unlink()
    assert meta("doctor", kitchen.root, "--rebuild").code == 0
    assert Store.open(kitchen.root, read_only=True).state == known


# A merge


def test_the_last_merge_is_taken_back_and_the_lego_waits_for_a_retry(table: Kitchen) -> None:
    last = max(DISHES, key=lambda name: table.record("serve", name).ended_at or "")
    held = (table.root / f"src/cookbook/{last}/recipe.txt").read_bytes()
    shown = meta("undo", table.root)
    assert (shown.code, f"undo the merge of {last}" in shown.out) == (3, True), shown
    undone(table)
    assert not (table.root / f"src/cookbook/{last}").exists()
    assert table.words[f"serve_{last}"] == "stopped" and table.words[f"dishes_{last}"] == "done"
    assert table.run("--yes").code == 4
    assert not (table.root / f"src/cookbook/{last}").exists()
    meta("retry", last, table.root)
    done = table.run("--yes")
    assert done.code == 0, done
    assert (table.root / f"src/cookbook/{last}/recipe.txt").read_bytes() == held
    assert set(table.words.values()) == {"done"}


def test_merges_are_taken_back_one_after_the_other(table: Kitchen) -> None:
    for left in (2, 1, 0):
        undone(table)
        assert len(list((table.root / "src/cookbook").glob("*/recipe.txt"))) == left
    assert (table.root / "book.md").exists()
    assert "nothing to undo" in undone(table).out


def test_a_merge_that_was_taken_back_can_be_brought_back(table: Kitchen) -> None:
    before, known = tree(table), facts(table)
    undone(table)
    undone(table, "--redo")
    assert (tree(table), facts(table)) == (before, known)
    assert table.run("--yes").code == 0 and tree(table) == before


def test_an_edit_in_a_file_that_the_merge_had_brought_stops_it(table: Kitchen) -> None:
    last = max(DISHES, key=lambda name: table.record("serve", name).ended_at or "")
    path = f"src/cookbook/{last}/recipe.txt"
    edit(table, path, "Serve.", "Serve with bread.")
    plain_git(table.root, "commit", "-qam", "mine")
    done = meta("undo", table.root, "--yes")
    assert done.code == 1 and f"{path}: all of it" in done.err


# What was proven


@pytest.fixture
def tasted(tmp_path: Path) -> Iterator[Kitchen]:
    """A finished book whose dishes are proven by tests."""
    made = kitchen_with_cooks(tmp_path)
    text = maintained()
    text = text.replace("`dishes/{lego}.md`\n", "`dishes/{lego}.md`, unit tests of {lego}\n", 1)
    proof = "- `unit_test` of the toolchain passes for {lego}\n"
    text = text.replace('- `dishes/{lego}.md` has a section "Steps"\n', proof)
    (made.root / ".meta" / "AGENTS.md").write_text(text)
    for name in DISHES:
        made.agents.will(f"{name}-dishes-gen", {f"dishes/{name}.md": dish(name, STEPS), **tasting(name, "broth")})
    done = made.run("--yes")
    assert done.code == 0, done
    yield made
    made.end()


def tasting(name: str, word: str) -> dict[str, str]:
    """One test, named after a word."""
    return {f"tests/unit/{name}/test_{name}.py": f"def test_{word.replace(' ', '_')}():\n    assert '{word}'.strip()\n"}


def test_what_was_proven_before_the_change_is_proven_again_by_the_same_receipts(tasted: Kitchen) -> None:
    store = ReceiptStore(tasted.root)
    before = {receipt.id for receipt in store.all()}
    assert len(before) >= len(DISHES)
    wish(tasted)
    hot = {STEW: dish("stew", STEPS.replace("broth", "hot broth")), **tasting("stew", "hot broth")}
    tasted.agents.will("stew-dishes-gen", hot)
    maintain(tasted, "plan", "--yes")
    maintain(tasted, "apply", "--yes")
    since = {receipt.id for receipt in store.all()} - before
    assert since
    undone(tasted)
    assert {receipt.id for receipt in store.all()} == before
    proven = meta("prove", tasted.root)
    assert proven.code == 0 and "everything is proven" in proven.out, proven
    undone(tasted, "--redo")
    assert {receipt.id for receipt in store.all()} == before | since
    assert meta("prove", tasted.root).code == 0
    undone(tasted)
    maintain(tasted, "plan", "--yes")
    maintain(tasted, "apply", "--yes")
    assert not since & {receipt.id for receipt in store.all()}


def test_nothing_is_undone_while_a_session_is_at_work(kitchen: Kitchen) -> None:
    applied(kitchen)
    (kitchen.root / "app_intent.md").write_text(WISH + "Very hot.\n")
    kitchen.agents.hold("menu-gen")
    engine = subprocess.Popen(
        command("plan", kitchen.root, "--runtime", "scripted", "--adapter-path", kitchen.agents.home),
        stdout=subprocess.DEVNULL,
    )
    patiently(lambda: kitchen.record("menu").open_session)
    engine.kill()
    engine.wait(60)
    done = meta("undo", kitchen.root, "--yes")
    assert done.code == 1 and "menu-gen-3 is at work" in done.err and "`meta run` goes on with it" in done.err, done
