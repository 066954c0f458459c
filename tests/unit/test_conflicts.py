"""Of a file in conflict, or at one place, a person takes either side's lines back and forth; nothing else is lost."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Literal

import pytest

from engine.commands.deciding import words_of
from engine.conflicts import (
    PlaceGone,
    Stands,
    VersionsGone,
    conflicts_ref,
    standing,
    standing_by_place,
    take,
    take_place,
)
from engine.git import Repository, merge_texts

GATE, PATH = "dishes_stew", "dishes/stew.md"
YOURS = b"Cut.\n\nAdd cold broth.\n\nCook.\n\nServe.\n"
NEW = b"Cut.\n\nAdd hot broth.\n\nCook.\n\nServe.\n"


def workspace(folder: Path, yours: bytes | None = YOURS, new: bytes | None = NEW) -> Path:
    """The person's lines stand."""
    sides = {f"yours/{PATH}": yours, f"new/{PATH}": new}
    there = {path: data for path, data in sides.items() if data is not None}
    Repository.init(folder).commit_files(None, dict(there), "both", ref=conflicts_ref(GATE))
    (folder / "dishes").mkdir()
    if yours is not None:
        (folder / PATH).write_bytes(yours)
    return folder


def now(folder: Path) -> bytes | None:
    return (folder / PATH).read_bytes() if (folder / PATH).exists() else None


def stands(folder: Path) -> str:
    return standing(folder, GATE, [PATH])[PATH]


@pytest.mark.parametrize(
    ("yours", "new"), [(YOURS, NEW), (None, NEW), (YOURS, None), (b"\0yours", b"\0new")], ids=["text", "-", "+", "0"]
)
def test_the_new_lines_are_taken_and_given_back(yours: bytes | None, new: bytes | None, tmp_path: Path) -> None:
    place = workspace(tmp_path, yours, new)
    assert stands(place) == "yours"
    assert take(place, GATE, PATH, "new")
    assert (now(place), stands(place)) == (new, "new")
    assert take(place, GATE, PATH, "yours")
    assert (now(place), stands(place)) == (yours, "yours")


def test_what_was_changed_elsewhere_in_the_file_stays(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    (place / PATH).write_bytes(YOURS.replace(b"Serve.", b"Serve it at noon."))
    assert stands(place) == "yours"
    take(place, GATE, PATH, "new")
    assert now(place) == NEW.replace(b"Serve.", b"Serve it at noon.") and stands(place) == "new"
    take(place, GATE, PATH, "yours")
    assert now(place) == YOURS.replace(b"Serve.", b"Serve it at noon.")


def test_lines_that_were_brought_together_by_hand_are_neither_side_s(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    (place / PATH).write_bytes(YOURS.replace(b"cold broth", b"cold, then hot broth"))
    assert stands(place) == "edited"


def test_what_stands_already_is_not_written_again(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    before = (place / PATH).stat()
    assert not take(place, GATE, PATH, "yours")
    assert (place / PATH).stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_that_can_be_executed_stays_so(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    (place / PATH).chmod(0o755)
    take(place, GATE, PATH, "new")
    assert stat.S_IMODE((place / PATH).stat().st_mode) == 0o755


def test_versions_that_were_not_kept_are_named(tmp_path: Path) -> None:
    Repository.init(tmp_path)
    assert standing(tmp_path, GATE, [PATH]) == {PATH: "unknown"}
    with pytest.raises(VersionsGone, match=r"dishes/stew\.md.*Edit the file instead"):
        take(tmp_path, GATE, PATH, "new")


BASE = b"Cut.\n\nAdd broth.\n\nCook.\n\nServe.\n"
MINE, MADE = BASE.replace(b"broth", b"cold broth"), BASE.replace(b"broth", b"hot broth")
TWICE = (BASE, MINE.replace(b"Serve.", b"Serve it cold."), MADE.replace(b"Serve.", b"Serve it hot."))
"""As it was generated, as the person left it, as it is new: two places."""


def two_places(folder: Path) -> tuple[Path, str]:
    """The person's lines stand at both; and what git marked."""
    base, mine, made = TWICE
    return workspace(folder, mine, made), merge_texts(base, mine, made).conflicts


def test_a_place_is_taken_for_itself_and_its_file_counts_as_brought_together(tmp_path: Path) -> None:
    place, marked = two_places(tmp_path)
    assert take_place(place, GATE, PATH, "new", marked, 1)
    assert now(place) == TWICE[1].replace(b"it cold", b"it hot")
    assert standing_by_place(place, GATE, {PATH: marked}) == {PATH: Stands("edited", ("yours", "new"))}
    assert stands(place) == "edited"
    assert not take_place(place, GATE, PATH, "new", marked, 1), "it stands already"
    assert take_place(place, GATE, PATH, "new", marked, 0) and now(place) == TWICE[2]
    assert standing_by_place(place, GATE, {PATH: marked}) == {PATH: Stands("new", ("new", "new"))}


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        (Stands("yours", ("yours", "yours")), "your lines stay"),
        (Stands("edited", ("new", "yours", "yours")), "a mix stands: your lines at 2 places, the new ones at 1 place"),
        (Stands("edited", ("edited", "new")), "a mix stands: the new ones at 1 place, lines edited by hand at 1 place"),
        (Stands("edited", ("edited",)), "the lines that you edited by hand stand"),
        (Stands("edited"), "the lines that you edited by hand stand"),
        (Stands("edited", ("unclear",)), "what lies in the workspace stands"),
    ],
)
def test_what_stands_in_a_file_is_said_as_exactly_as_it_is_known(stands: Stands, words: str) -> None:
    assert words_of(stands) == words


@pytest.mark.parametrize("side", ["yours", "new"])
def test_the_whole_file_is_taken_also_from_a_mix(side: Literal["yours", "new"], tmp_path: Path) -> None:
    place, marked = two_places(tmp_path)
    take_place(place, GATE, PATH, "new", marked, 0)
    assert take(place, GATE, PATH, side, marked)
    assert now(place) == TWICE[1 if side == "yours" else 2]


def test_a_place_that_was_rewritten_or_is_gone_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    place, marked = two_places(tmp_path)
    by_hand = TWICE[1].replace(b"cold broth", b"cold broth, then heat it")
    (place / PATH).write_bytes(by_hand)
    with pytest.raises(PlaceGone, match=r"dishes/stew\.md, place 1: these lines, or one beside them, were edited"):
        take_place(place, GATE, PATH, "new", marked, 0)
    assert now(place) == by_hand
    (place / PATH).unlink()
    with pytest.raises(PlaceGone, match="the file is gone"):
        take_place(place, GATE, PATH, "new", marked, 0)


def test_marks_that_are_not_those_of_the_kept_versions_leave_the_whole_file_to_take(tmp_path: Path) -> None:
    place, marked = two_places(tmp_path)
    other = marked.replace("hot", "warm")
    with pytest.raises(PlaceGone, match="not found in the two versions"):
        take_place(place, GATE, PATH, "new", other, 0)
    assert standing_by_place(place, GATE, {PATH: other}) == {PATH: Stands("yours")}
    assert take(place, GATE, PATH, "new", other) and now(place) == TWICE[2]


def test_a_conflict_that_is_none_of_lines_is_one_place(tmp_path: Path) -> None:
    place = workspace(tmp_path, None, NEW)
    assert take_place(place, GATE, PATH, "new", "you deleted this file; the new work has it again, changed\n", 0)
    assert now(place) == NEW


def test_a_place_in_a_file_that_can_be_executed_leaves_it_so(tmp_path: Path) -> None:
    place, marked = two_places(tmp_path)
    (place / PATH).chmod(0o755)
    take_place(place, GATE, PATH, "new", marked, 0)
    assert stat.S_IMODE((place / PATH).stat().st_mode) == 0o755
