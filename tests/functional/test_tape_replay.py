"""Record and replay: a tape makes the same app and the same journal each time, and says where briefs have changed."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EXIT_DONE
from engine.runner.recording import MOST_NAMED
from engine.sessions.tape import Tape
from tests import cookbook
from tests.cookbook import DISHES, dish
from tests.git_helpers import plain_git
from tests.scripted import RUNTIME, Kitchen, Said, kitchen_with_cooks, meta

TIMES = re.compile(r"(at|.*_at|since|until)")
COMMIT = re.compile(r"[0-9a-f]{40}")
NO_STEPS = (
    "case $2 in *-gen-1) mkdir -p dishes; echo '# soup' >dishes/soup.md;; *) mkdir -p dishes; cp HERE/* dishes;; esac"
)
FAILS = "case $2 in *-gen-1) exit 1;; esac"
NO_ANSWER = "case $2 in *-gen-1) mkdir -p dishes; echo '# no cake' >dishes/cake.md; exit 0;; esac"
"""What goes wrong the first time: a criterion does not hold; the agent fails; it ends well, but without an answer."""


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """Agents of whom each of three fails once, in another way."""
    made = kitchen_with_cooks(tmp_path)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "soup.md").write_text(dish("soup"))
    (made.agents.home / "soup-dishes-gen" / "files" / "dishes" / "soup.md").unlink()
    made.agents.will("soup-dishes-gen", script=NO_STEPS.replace("HERE", str(shelf)))
    made.agents.will("stew-dishes-gen", script=FAILS)
    made.agents.will("cake-dishes-gen", script=NO_ANSWER)
    yield made
    made.end()


@pytest.fixture
def tape(kitchen: Kitchen, tmp_path: Path) -> Path:
    """What the agents did, on a tape."""
    assert kitchen.run("--yes", "--record", tmp_path / "tape").code == EXIT_DONE
    return tmp_path / "tape"


def empty_kitchen(place: Path) -> Path:
    place.parent.mkdir(parents=True)
    return cookbook.kitchen(place).root


def replay(root: Path, tape: Path, *options: object) -> Said:
    said = meta("run", root, "--yes", "--runtime", "replay", "--tape", tape, *options)
    assert said.code == EXIT_DONE, said
    return said


def replayed(place: Path, tape: Path, *options: object) -> Path:
    """A new workspace in which the tape was played to the end."""
    root = empty_kitchen(place)
    replay(root, tape, *options)
    return root


def tree(root: Path) -> str:
    return plain_git(root, "rev-parse", "HEAD^{tree}").strip()


def journal(root: Path) -> list[Any]:
    """Every event without its times. A commit's id holds the time it was made at, so its tree stands for it."""
    text = (root / ".orchestrator" / "journal.jsonl").read_text()
    ids = sorted(set(COMMIT.findall(text)))
    asked = "".join(f"{name}^{{tree}}\n" for name in ids)
    command = ["git", "cat-file", "--batch-check=%(objectname) %(objecttype)"]
    answers = subprocess.run(command, cwd=root, input=asked, capture_output=True, text=True).stdout.splitlines()
    trees = {name: answer.split()[0] for name, answer in zip(ids, answers, strict=True) if answer.endswith(" tree")}
    return [timeless(json.loads(COMMIT.sub(lambda m: trees.get(m[0], m[0]), line))) for line in text.splitlines()]


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: timeless(inner) for name, inner in value.items() if not TIMES.fullmatch(name)}
    return [timeless(inner) for inner in value] if isinstance(value, list) else value


ORDER = {"seq", "base", "commit", "old", "new", "tip", "tree"}
"""What depends on which sibling was first: the number of an event, and commits, which hold the siblings' work too."""


def transitions(root: Path) -> Counter[str]:
    """What happened, in no order; the number at the head of a session's id is the order in which they began."""
    return Counter(json.dumps(orderless(event), sort_keys=True) for event in journal(root))


def orderless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: orderless(inner) for name, inner in value.items() if name not in ORDER}
    if isinstance(value, list):
        return [orderless(inner) for inner in value]
    return re.sub(r"^\d{4}-(?=\d)", "", value) if isinstance(value, str) else value


def steps_of(root: Path) -> dict[str, list[str]]:
    """Instance → its events, in order."""
    found: dict[str, list[str]] = {}
    for event in journal(root):
        if "step" in event:
            name = f"{event['step']} {event['lego']}"
            found.setdefault(name, []).append(json.dumps(orderless(event), sort_keys=True))
    return found


# The same each time


def test_the_tape_holds_what_went_wrong_too(kitchen: Kitchen, tape: Path) -> None:
    assert {f"dishes-{name}-gen-{take}" for name in DISHES for take in (1, 2)} <= set(Tape(tape).keys())
    assert {kitchen.record("dishes", name).sessions[0].outcome for name in ("stew", "cake")} == {"failed"}
    Tape(tape).verify()


def test_one_after_the_other_two_replays_write_the_same_journal_line_by_line(tape: Path, tmp_path: Path) -> None:
    one, two = (replayed(tmp_path / name / "app", tape, "--jobs", "1") for name in ("one", "two"))
    assert tree(one) == tree(two)
    assert journal(one) == journal(two)


def test_four_at_once_each_step_goes_the_same_way(kitchen: Kitchen, tape: Path, tmp_path: Path) -> None:
    one, two = (replayed(tmp_path / name / "app", tape, "--jobs", "4") for name in ("one", "two"))
    assert tree(one) == tree(two) == tree(kitchen.root)
    assert transitions(one) == transitions(two)
    assert steps_of(one) == steps_of(two)


def test_no_brief_differs_in_another_folder(tape: Path, tmp_path: Path) -> None:
    root = empty_kitchen(tmp_path / "elsewhere" / "and deeper" / "app")
    assert "its brief is not the recorded one" not in replay(root, tape).out


def test_links_and_executables_are_what_they_were(kitchen: Kitchen, tmp_path: Path) -> None:
    document = kitchen.root / ".meta" / "AGENTS.md"
    document.write_text(document.read_text().replace("`book.md`\n\n### Gen", "`book.md`, `shelf/`\n\n### Gen"))
    made = "mkdir shelf; echo 'echo cooked' >shelf/cook; chmod +x shelf/cook; ln -s ../menu.md shelf/menu"
    kitchen.agents.will("book-gen", {"book.md": "# Book\n\n## Preface\n\nEat well.\n"}, script=made)
    assert kitchen.run("--yes", "--record", tmp_path / "tape").code == EXIT_DONE
    root = empty_kitchen(tmp_path / "again" / "app")
    (root / ".meta" / "AGENTS.md").write_text(document.read_text())
    replay(root, tmp_path / "tape")
    assert (root / "shelf" / "menu").readlink() == Path("../menu.md")
    assert (root / "shelf" / "cook").stat().st_mode & stat.S_IXUSR
    assert tree(root) == tree(kitchen.root)


def test_a_replay_recorded_on_another_tape_plays_the_same_again(tape: Path, tmp_path: Path) -> None:
    first = replayed(tmp_path / "one" / "app", tape, "--record", tmp_path / "copy")
    assert Tape(tmp_path / "copy").keys() == Tape(tape).keys()
    assert tree(replayed(tmp_path / "two" / "app", tmp_path / "copy")) == tree(first)


# Briefs that have changed


def change(root: Path, old: str, new: str) -> None:
    document = root / ".meta" / "AGENTS.md"
    text = document.read_text(encoding="utf-8")
    assert text.count(old) == 1
    document.write_text(text.replace(old, new), encoding="utf-8")


def named(said: Said) -> dict[str, str]:
    """Session without its number → the parts that differ, as `meta run` says them."""
    found = re.findall(r"session \d+-\d+-(\S+)-\d+: its brief is not the recorded one: (.*)", said.out)
    return dict(found)


def test_each_session_whose_brief_differs_is_named_with_the_parts_and_the_replay_goes_on(
    tape: Path, tmp_path: Path
) -> None:
    root = empty_kitchen(tmp_path / "new" / "app")
    change(root, "Write the preface.", "Write the preface in verse.")
    change(root, '- `book.md` has a section "Preface"', '- `book.md` has a section "Book"')
    said = replay(root, tape)
    assert named(said) == {"book-gen": "instructions, criteria", "book-review": "criteria"}


def test_an_input_that_differs_is_named_by_its_file(tape: Path, tmp_path: Path) -> None:
    root = empty_kitchen(tmp_path / "new" / "app")
    said = meta("run", root, "--runtime", "replay", "--tape", tape)
    menu = root / "menu.md"
    menu.write_text(menu.read_text().replace("Soup, stew, cake.", "Soup, stew, and cake."))
    assert meta("approve", "menu", root).code == 0
    said = replay(root, tape)
    assert set(named(said)) <= {f"{name}-dishes-{substep}" for name in DISHES for substep in ("gen", "review")}
    assert list(named(said).values()) == ["input menu.md"] * MOST_NAMED
    assert "8 more sessions played what was recorded for another brief" in said.out


def test_only_the_sessions_with_another_brief_are_recorded_again(kitchen: Kitchen, tape: Path, tmp_path: Path) -> None:
    before = {entry.key: files_of(tape / entry.key) for entry in Tape(tape).entries()}
    root = empty_kitchen(tmp_path / "new" / "app")
    change(root, "Write the preface.", "Write the preface in verse.")
    asked = kitchen.agents.starts()
    kitchen.agents.will("book-gen", {"book.md": "# Book\n\n## Preface\n\nEat well,\ndo tell.\n"})
    words = ("--runtime", f"replay,{RUNTIME}", "--adapter-path", kitchen.agents.home)
    said = meta("run", root, "--yes", *words, "--tape", tape, "--record", tape)
    assert said.code == EXIT_DONE, said
    assert named(said) == {}
    again = [re.sub(r"^\d+-\d+-|-\d+$", "", name) for name in kitchen.agents.starts()[len(asked) :]]
    assert again == ["book-gen", "book-review"]
    after = {entry.key: files_of(tape / entry.key) for entry in Tape(tape).entries()}
    assert {key for key in after if after[key] != before.get(key)} == {"book-gen-1", "book-review-1"}
    Tape(tape).verify()
    other = empty_kitchen(tmp_path / "other" / "app")
    change(other, "Write the preface.", "Write the preface in verse.")
    assert named(replay(other, tape)) == {}
    assert tree(other) == tree(root)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
