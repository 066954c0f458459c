"""A finished app is changed on the screen, by an engine in a process of its own and agents that do as they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests import changing as book
from tests.cookbook import DISHES, INTENT
from tests.git_helpers import plain_git
from tests.helpers import eventually
from tests.scripted import Kitchen
from tests.tui.journeys import Moment, press, press_when_calm, said, settle, text_of
from tui.app import MetaApp
from tui.loaders import changes
from tui.screens.approval import ApprovalScreen
from tui.screens.changes import ChangesScreen
from tui.screens.consent import Consent
from tui.screens.main import MainScreen
from tui.supervisor import Supervisor


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """The book is finished."""
    made = book.changeable(tmp_path)
    yield made
    made.end()


async def look_until(app: MetaApp, condition: Callable[[], object]) -> None:
    """Looks at the files again and again until the condition holds."""

    def check() -> object:
        app.look()
        return condition()

    await eventually(check, 60)


def decision(kitchen: Kitchen, lego: str) -> tuple[str, str]:
    """What the plan on the disk says of a LEGO."""
    plan = json.loads((kitchen.root / "lego_plan.json").read_text())
    found = next(one for one in plan["legos"] if one["name"] == lego)
    return found["decision"], found["reason"]


async def test_from_an_edited_intent_to_a_changed_app_with_the_person_s_lines_in_it(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(app: object, path: Path, left: Callable[[bool], None]) -> None:
        path.write_text(book.WISH)
        left(True)

    monkeypatch.setattr("tui.screens.changes.edit_file", edit)
    book.wants(kitchen, book.STEPS.replace("broth", "hot broth"), stew="REFACTOR", soup="REFACTOR")
    (kitchen.root / "app_intent.md").write_text(INTENT)
    book.edit(kitchen, "Add broth.", "Add cold broth.")
    before = {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in DISHES}
    supervisor = Supervisor(kitchen.root, ["--runtime", "scripted", "--adapter-path", str(kitchen.agents.home)])
    app = MetaApp(kitchen.root, supervisor=supervisor, clock=Moment(), live=False)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look_until(app, lambda: app.view is not None and app.view.finished)
        await _wish_and_plan(pilot, app)
        assert {name: (kitchen.root / "dishes" / f"{name}.md").read_bytes() for name in DISHES} == before
        await _decide_otherwise(pilot, kitchen)
        starts = len(kitchen.agents.starts())
        await press(pilot, "A")
        await press_when_calm(pilot, "y")
        await _meet_the_conflict(pilot, app)
        await look_until(app, lambda: app.view is not None and app.view.finished)
        await settle(pilot)
        stew = (kitchen.root / "dishes" / "stew.md").read_text()
        assert "Add cold broth." in stew and "hot broth" not in stew
        assert (kitchen.root / "dishes" / "soup.md").read_bytes() == before["soup"]
        assert not any("soup" in one for one in kitchen.agents.starts()[starts:])
        await press(pilot, "C")
        assert "the last change is done" in text_of(pilot) and "decided by a person" in text_of(pilot)
        await _take_back(pilot, kitchen)


async def _wish_and_plan(pilot: Pilot[Any], app: MetaApp) -> None:
    await press(pilot, "C", "e")
    assert "not planned yet: p plans" in text_of(pilot) and "+The stew is to be hot." in text_of(pilot)
    await press(pilot, "escape")
    await look_until(app, lambda: app.view is not None and app.view.news)
    await settle(pilot)
    assert "app_intent.md changed: C shows what that means" in text_of(pilot)
    await press(pilot, "C", "p")
    await look_until(app, lambda: app.view is not None and app.view.change == "planning" and app.view.waiting)
    await look_until(app, lambda: app.engine.phase == "ended")
    await look_until(app, lambda: "planned: A carries it out" in text_of(pilot))
    await settle(pilot)
    assert "2 lines, 1 file" in text_of(pilot), "an edit that is not committed yet is shown as well"
    assert "because of soup" in text_of(pilot) and text_of(pilot).count("REFACTOR") >= 2


async def _decide_otherwise(pilot: Pilot[Any], kitchen: Kitchen) -> None:
    table = pilot.app.screen
    assert isinstance(table, ChangesScreen)
    table.list.go_to("lego soup")
    await press(pilot, "1")
    assert decision(kitchen, "soup") == ("KEEP", "decided by a person")
    assert "decided by a person" in text_of(pilot)


async def _meet_the_conflict(pilot: Pilot[Any], app: MetaApp) -> None:
    await look_until(app, lambda: app.view is not None and [one.gate for one in app.view.waiting] == ["dishes_stew"])
    await look_until(app, lambda: app.engine.phase == "ended")
    await press(pilot, "escape")
    assert isinstance(app.screen, MainScreen)
    await press(pilot, "a")
    assert isinstance(app.screen, ApprovalScreen)
    for words in (
        "0 conflicts",
        "dishes/stew.md",
        "Add cold broth.",
        "Add broth.",
        "Add hot broth.",
        "your lines stand",
    ):
        assert words in text_of(pilot)
    await press_when_calm(pilot, "a")


async def _take_back(pilot: Pilot[Any], kitchen: Kitchen) -> None:
    """The whole change is undone at the table, and brought back."""
    menu, app = kitchen.root / "menu.md", pilot.app
    changed = menu.read_bytes()
    for key, words, there in (("u", "Undo the change of", False), ("ctrl+r", "Bring back what", True)):
        app.clear_notifications()
        await press(pilot, key)
        await eventually(lambda: isinstance(app.screen, Consent), 60)
        await settle(pilot)
        assert words in text_of(pilot) and "menu.md" in text_of(pilot)
        await press_when_calm(pilot, "y")
        await eventually(lambda: "is undone, by commit" in said(pilot), 60)
        assert isinstance(app.screen, ChangesScreen) and (menu.read_bytes() == changed) == there


def test_how_far_a_change_is_is_read_from_the_files(kitchen: Kitchen) -> None:
    assert changes.load(kitchen.root).stage == "nothing"
    (kitchen.root / "app_intent.md").write_text(book.WISH)
    wished = changes.load(kitchen.root)
    assert wished.stage == "wished" and wished.stands[:1] == ("menu",) and wished.planners == ("menu",)
    (one,) = wished.written
    assert one.path == "app_intent.md" and "+The stew is to be hot." in one.diff
    plain_git(kitchen.root, "commit", "-qam", "mine")
    assert changes.load(kitchen.root).written == wished.written, "a commit makes it no older"


def test_what_a_person_edited_is_read_as_one_diff(kitchen: Kitchen) -> None:
    assert changes.load_edits(kitchen.root, "stew").text == ""
    book.edit(kitchen, "Add broth.", "Add cold broth.")
    plain_git(kitchen.root, "commit", "-qam", "mine")
    book.edit(kitchen, "Serve.", "Serve it.")
    lines = changes.load_edits(kitchen.root, "stew").lines
    assert {"-Add broth.", "+Add cold broth.", "-Serve.", "+Serve it."} <= set(lines)
    assert changes.load_edits(kitchen.root, "soup").text == ""
