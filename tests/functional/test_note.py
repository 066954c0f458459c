"""A person adds something to the next brief of a step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripted import Kitchen, kitchen_with_cooks, meta


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    made = kitchen_with_cooks(tmp_path).approved()
    yield made
    made.end()


def brief(kitchen: Kitchen, session: str) -> str:
    return (kitchen.session(session) / "brief.md").read_text()


def test_what_is_noted_comes_first_in_the_next_brief_of_that_step_alone(kitchen: Kitchen) -> None:
    said = meta("note", "dishes_stew", "-m", "Use less salt.", "--dir", kitchen.root)
    assert (said.code, "The next session of dishes_stew is told." in said.out) == (0, True), said
    assert kitchen.run("--yes").code == 0
    told = brief(kitchen, "stew-dishes-gen-1")
    assert "n1\nUse less salt." in told and '"comments_met": {"n1"' in told
    assert "Use less salt." not in brief(kitchen, "soup-dishes-gen-1")


def test_it_is_not_told_again_once_the_work_is_done(kitchen: Kitchen) -> None:
    meta("note", "dishes_stew", "-m", "Use less salt.", "--dir", kitchen.root)
    assert kitchen.run("--yes").code == 0
    assert kitchen.record("dishes", "stew").comments == []


def test_what_names_no_step_with_sessions_or_says_nothing_is_refused(kitchen: Kitchen) -> None:
    wrong = meta("note", "dishes", "-m", "Salt.", "--dir", kitchen.root)
    assert wrong.code == 2 and "There are: menu, dishes_soup" in wrong.err
    assert meta("note", "menu", "-m", "  ", "--dir", kitchen.root).code == 2


def test_a_note_written_by_hand_for_a_step_that_is_not_there_is_said(kitchen: Kitchen) -> None:
    note = {"command": "note", "step": "desert", "values": {"text": "Sand."}}
    (kitchen.root / ".orchestrator" / "decisions" / "command-1.json").write_text(json.dumps(note))
    done = kitchen.run("--yes")
    assert done.code == 0 and "note desert: there is no such step" in done.out
