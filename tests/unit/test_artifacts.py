"""What an artifact is, and what REVIEW NOTES are to it: told, kept, and never a reason to do work again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.artifacts import NOT_REVIEWED, artifact_id, artifact_ids, covers, split_notes, with_notes
from engine.git import blob_id
from tests.git_helpers import make_repository

PAGE = "# Map\n\nTwo beds.\n"


def test_the_identity_of_a_file_is_its_blob_id() -> None:
    assert artifact_id("plan.json", b"{}\n") == blob_id(b"{}\n")
    assert artifact_id("map.md", PAGE.encode()) == blob_id(PAGE.encode())


def test_notes_never_change_the_identity_of_a_page_but_a_word_above_them_does() -> None:
    noted = with_notes(PAGE, "map", ["one bed was missing"])
    assert artifact_id("map.md", noted.encode()) == artifact_id("map.md", PAGE.encode())
    changed = noted.replace("Two", "Three")
    assert artifact_id("map.md", changed.encode()) != artifact_id("map.md", PAGE.encode())


def test_a_commit_is_asked_for_identities_of_pages_files_and_folders_at_once(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "app")
    noted = with_notes(PAGE, "map", ["one bed was missing"])
    commit = repository.commit_files(repository.head(), {"map.md": noted.encode(), "beds/a.txt": b"a\n"}, "beds")
    found = artifact_ids(repository, commit, ["map.md", "beds/a.txt", "beds/", "not there.md"])
    tree = repository.ids(commit, ["beds/"])["beds/"]
    assert found == {"map.md": artifact_id("map.md", PAGE.encode()), "beds/a.txt": blob_id(b"a\n"), "beds/": tree}


def test_only_a_page_has_notes() -> None:
    text = b"x\n## REVIEW NOTES\ny\n"
    assert artifact_id("a.txt", text) == blob_id(text)


def test_a_page_that_nobody_reviewed_says_so() -> None:
    assert with_notes(PAGE, "map", []) == f"{PAGE}\n## REVIEW NOTES\n\n{NOT_REVIEWED}\n"


def test_a_review_replaces_what_the_same_step_noted_before_and_keeps_what_others_did() -> None:
    first = with_notes(PAGE, "sowing", ["too deep"])
    both = with_notes(first, "watering", ["too wet", "too late"])
    again = with_notes(both, "sowing", ["good now"])
    assert split_notes(again) == (PAGE, "- watering: too wet\n- watering: too late\n- sowing: good now")


def test_a_note_is_one_line_whatever_the_session_wrote() -> None:
    assert split_notes(with_notes(PAGE, "map", ["a\n## REVIEW NOTES\n\n  b"]))[1] == "- map: a ## REVIEW NOTES b"


@given(
    text=st.text(alphabet="a#\n RE", max_size=40), notes=st.lists(st.text(alphabet="ab \n#-:", min_size=1), max_size=3)
)
def test_the_same_notes_written_twice_change_nothing(text: str, notes: list[str]) -> None:
    once = with_notes(text, "map", notes)
    assert with_notes(once, "map", notes) == once
    assert split_notes(once)[0] == split_notes(text)[0]


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("src/a.py", True),
        ("src/deep/a.py", True),
        ("map.md", True),
        ("src", False),
        ("srcs/a.py", False),
        ("map.md.orig", False),
        ("other/map.md", False),
    ],
)
def test_an_output_is_a_file_by_name_or_everything_below_a_folder(path: str, inside: bool) -> None:
    assert covers(["map.md", "src/"], path) is inside
