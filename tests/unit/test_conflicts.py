"""Of a file in conflict a person takes either side's lines, back and forth, and nothing else in it is lost."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.conflicts import VersionsGone, conflicts_ref, standing, take
from engine.git import Repository

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
