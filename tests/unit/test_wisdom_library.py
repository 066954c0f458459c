"""Where cards come from: the engine's files, those of the workspace in their place, and what was learned."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from engine.resources import ResourceError
from engine.wisdom import Query, WisdomError, choose, load, parse_cards
from engine.wisdom.checking import files_in_force, lint_files
from engine.wisdom.library import collections_in_force
from engine.wisdom.model import persons
from tests.wisdom_cards import card_text, cards_of, file_of, write


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config folder of the user, empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config" / "meta-orchestrator"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    return tmp_path / "app" / ".meta"


def ids(*collections: str, overlay: Path) -> list[str]:
    return [card.id for card in load(collections, overlay).cards]


# Parsing


def test_a_card_knows_its_steps_substeps_tags_source_and_place() -> None:
    (card,) = cards_of(
        card_text(
            "TAL-1234", applies="`build`, `paint` (review) · money, files", source="R. Pike and Bo Li, *Go*, 1999"
        )
    )
    assert (card.id, card.collection, card.path, card.line) == ("TAL-1234", "tales", "tales_wisdom.md", 5)
    assert card.steps == (("build", ""), ("paint", "review"))
    assert (card.fits("build", "gen"), card.fits("paint", "gen"), card.fits("paint", "review")) == (True, False, True)
    assert (card.tags, card.work, card.persons) == (("money", "files"), "go", ("r pike", "b li"))


def test_a_person_is_one_however_the_first_name_is_written() -> None:
    assert persons("Rob Pike, *A*, 1999") == persons("R. Pike, *B*, 2000") == ("r pike",)
    assert persons("IETF: J. Postel and others, *RFC 761*, 1980") == ("j postel",)


def test_a_card_without_its_principle_is_refused_by_line() -> None:
    with pytest.raises(WisdomError, match=r"t\.md:5: card TAL-001 has no line"):
        parse_cards(file_of(card_text("TAL-001")).replace("**Principle**", "**Prince**"), "t.md")


def test_a_heading_that_is_no_card_takes_no_lines_from_the_card_before_it() -> None:
    first, second = cards_of(card_text("TAL-001"), "## Notes\n- **Do**: Nothing.\n", card_text("TAL-002"))
    assert (first.field("Do"), second.id, second.line) == ("Write it down.", "TAL-002", 16)


# The overlay


def test_a_file_of_the_workspace_replaces_the_engines(overlay: Path) -> None:
    write(overlay, "risk", card_text("RSK-900"))
    assert ids("risk", overlay=overlay) == ["RSK-900"]
    assert len(ids("risk", "design", overlay=overlay)) > 100


def test_a_collection_of_the_workspaces_own_is_one_more(overlay: Path) -> None:
    write(overlay, "tales", card_text("TAL-001"))
    assert "tales" in collections_in_force(overlay)
    assert ids("tales", overlay=overlay) == ["TAL-001"]


def test_a_collection_that_is_nowhere_is_refused(overlay: Path) -> None:
    with pytest.raises(ResourceError, match=r"wisdom/tales_wisdom\.md"):
        load(["tales"], overlay)


def test_an_edit_counts_at_once_though_its_file_has_the_same_date_and_length(overlay: Path) -> None:
    path = write(overlay, "tales", card_text("TAL-001"))
    before = path.stat()
    assert ids("tales", overlay=overlay) == ["TAL-001"]
    write(overlay, "tales", card_text("TAL-002"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ids("tales", overlay=overlay) == ["TAL-002"]


def test_what_was_read_once_is_not_read_anew_while_the_files_say_the_same(overlay: Path) -> None:
    write(overlay, "tales", card_text("TAL-001"))
    assert load(["tales"], overlay) is load(["tales"], overlay)


def test_a_file_that_is_no_text_is_refused_by_line(overlay: Path) -> None:
    write(overlay, "tales", card_text("TAL-001")).write_bytes(b"# Tales\n\n\xff\n")
    with pytest.raises(WisdomError, match=r"tales_wisdom\.md:3: this is not UTF-8 text"):
        load(["tales"], overlay)


def test_a_file_that_cannot_be_read_is_refused_by_name(overlay: Path) -> None:
    with pytest.raises(WisdomError, match=r"none_wisdom\.md: it cannot be read \(No such file"):
        lint_files(overlay, overlay / "none_wisdom.md")


# What was learned


def test_what_was_learned_by_the_user_and_in_the_workspace_belongs_to_every_collection(
    overlay: Path, config: Path
) -> None:
    write(overlay, "tales", card_text("TAL-001"))
    write(overlay, "learned", card_text("LRN-002"))
    (config / "learned_wisdom.md").write_text(file_of(card_text("LRN-001")), encoding="utf-8")
    assert ids("tales", overlay=overlay) == ["TAL-001", "LRN-001", "LRN-002"]
    assert ids("tales", "learned", overlay=overlay) == ["TAL-001", "LRN-001", "LRN-002"]


def test_a_step_without_collections_is_told_nothing_that_was_learned(overlay: Path) -> None:
    write(overlay, "learned", card_text("LRN-001"))
    assert ids(overlay=overlay) == []


# Several threads


def test_several_threads_may_choose_at_once(overlay: Path) -> None:
    write(overlay, "tales", *(card_text(f"TAL-{n:03}", do=f"Mind anchor {n}.") for n in range(1, 60)))
    found: list[list[str]] = []

    def work() -> None:
        found.append([one.why for one in choose(load(["tales"], overlay), Query("build", "gen", "anchors and doors"))])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(one == found[0] for one in found)


# Lint over the files in force

STEP = """# An app

## Phase 0: Build

- **Outputs**: `a.md`
- **Wisdom**: tales

### Gen

Write it.

### Review

Mend it.

### Exit criteria

- `a.md` exists
"""


def test_cards_of_the_workspace_are_held_against_its_own_document_and_the_engines_against_the_engines(
    overlay: Path,
) -> None:
    write(overlay, "tales", card_text("TAL-001", applies="`bild` · errors"), card_text("TAL-002", do="Sing loudly."))
    write(overlay, "learned", card_text("LRN-001", applies="`build` · errors", do="Ask twice."))
    (overlay / "AGENTS.md").write_text(STEP, encoding="utf-8")
    found = {path.name: [str(problem) for problem in problems] for path, problems in lint_files(overlay).items()}
    assert found["tales_wisdom.md"] == [
        f"{overlay}/wisdom/tales_wisdom.md:7:20: no step has the name `bild`; did you mean `build`?"
    ]
    assert found["learned_wisdom.md"] == []
    assert not [line for line in found["risk_wisdom.md"] if "step" in line]


def test_one_file_is_held_against_the_others_though_it_lies_elsewhere(overlay: Path, tmp_path: Path) -> None:
    write(overlay, "tales", card_text("TAL-001"))
    other = write(tmp_path / "elsewhere", "songs", card_text("TAL-001", do="Ring every bell of the old tower."))
    found = lint_files(overlay, other)
    assert list(found) == [other]
    assert f"the id TAL-001 is taken by {overlay}/wisdom/tales_wisdom.md:5" in str(found[other])


def test_the_list_of_tags_is_checked_with_the_cards(overlay: Path) -> None:
    (overlay / "wisdom").mkdir(parents=True)
    (overlay / "wisdom" / "tags.md").write_text("# Tags\n", encoding="utf-8")
    assert files_in_force(overlay)[0] == overlay / "wisdom" / "tags.md"
    assert "no table of tags" in str(lint_files(overlay)[overlay / "wisdom" / "tags.md"][0])
