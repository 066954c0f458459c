"""What a run teaches, on the screen: a retrospective is begun, and its cards are taken, edited or turned down."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.wisdom.parse import parse_cards
from tests.helpers import eventually
from tests.learning import baked, failed_session, looks_back, proposed
from tests.scripted import Agents, Kitchen
from tests.tui.journeys import Moment, press, said, settle, text_of
from tui.app import MetaApp
from tui.loaders import learned
from tui.screens.learning import LearningScreen
from tui.supervisor import Supervisor
from tui.widgets.text import Text

OTHER = "Name the oven first"
OVEN = {
    "Principle": "Bakers own different machines, and a number means something only for one.",
    "Do": "State kind, temperature and duration where a dish goes into it.",
    "Avoid": "Leaving equipment to guesses.",
    "Review_question": "Could a stranger bake this at home?",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in which the cake failed once."""
    return baked(tmp_path_factory.mktemp("finished")).root


@pytest.fixture
def app(finished: Path, tmp_path: Path) -> Iterator[Kitchen]:
    """A copy of it, with agents of its own."""
    shutil.copytree(finished, tmp_path / "app", symlinks=True)
    made = Kitchen(tmp_path / "app", Agents.at(tmp_path / "agents"))
    yield made
    made.end()


@pytest.fixture
def own_file(own_folders: Path) -> Path:
    """Where the cards of this user lie."""
    return own_folders / "config" / "meta-orchestrator" / "learned_wisdom.md"


def on(app: Kitchen) -> MetaApp:
    """The screen on that run, with its agents."""
    supervisor = Supervisor(app.root, ["--runtime", "scripted", "--adapter-path", str(app.agents.home)])
    return MetaApp(app.root, supervisor=supervisor, clock=Moment(), live=False)


def titles(file: Path) -> list[str]:
    """The cards in a file."""
    return [card.title for card in parse_cards(file.read_text(), str(file))] if file.exists() else []


def details(pilot: Pilot[Any]) -> str:
    """All that is said of the card under the cursor."""
    return str(pilot.app.screen.query_one("#details-text", Text).render())


async def looked_back(pilot: Pilot[Any]) -> LearningScreen:
    """The wisdom browser after a retrospective that was begun in it."""
    await settle(pilot)
    await press(pilot, "W", "L")
    screen = pilot.app.screen
    assert isinstance(screen, LearningScreen)
    assert "Looking back at the run" in text_of(pilot)

    def ended() -> bool:
        screen.tick()
        return screen.app.errand is not None and screen.app.errand.code is not None

    await eventually(ended, 60)
    await settle(pilot)
    return screen


async def test_a_retrospective_is_begun_and_each_card_is_decided_about(
    app: Kitchen, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_back(app, proposed(app), proposed(app, 2, title=OTHER, **OVEN))
    screen = on(app)
    async with screen.run_test(size=(120, 40), notifications=True) as pilot:
        browser = await looked_back(pilot)
        assert "2 cards proposed: A takes one" in text_of(pilot) and "? 2 proposed" in text_of(pilot)
        browser.list.go_to("proposed " + browser.learned.proposals[0].id)
        await settle(pilot)
        assert f"{failed_session(app)}` lacked the section" in details(pilot)
        await press(pilot, "A")
        assert titles(own_file) == ["Copy the promised headings"] and "taken as LRN-001" in said(pilot)
        await press(pilot, "A")
        assert len(titles(own_file)) == 1, "a card that is taken is not taken again"

        def edit(app: object, path: Path) -> bool:
            path.write_text(path.read_text().replace("temperature", "temperature in degrees"))
            return True

        monkeypatch.setattr("tui.screens.learning.edit_file", edit)
        browser.list.go_to("proposed " + browser.learned.proposals[1].id)
        await press(pilot, "e")
        assert "temperature in degrees" in details(pilot) and "As you wrote it" in details(pilot)
        assert len(titles(own_file)) == 1, "an edit alone takes nothing"
        await press(pilot, "D")
        assert [one.state for one in browser.learned.proposals] == ["approved", "declined"]
        await press(pilot, "H")
        here = app.root / ".meta" / "wisdom" / "learned_wisdom.md"
        assert titles(here) == [OTHER] and titles(own_file) == ["Copy the promised headings"]
    assert [one.state for one in learned.load(app.root).proposals] == ["approved", "approved"]


async def test_an_edit_that_is_no_card_is_refused_with_its_place(
    app: Kitchen, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_back(app, proposed(app))
    screen = on(app)
    async with screen.run_test(size=(120, 40), notifications=True) as pilot:
        browser = await looked_back(pilot)

        def spoil(app: object, path: Path) -> bool:
            path.write_text(path.read_text().replace("**Do**", "**Perhaps**"))
            return True

        monkeypatch.setattr("tui.screens.learning.edit_file", spoil)
        browser.list.go_to("proposed " + browser.learned.proposals[0].id)
        await press(pilot, "e")
        assert "Not changed: card:" in said(pilot) and browser.edits == {}


async def test_a_retrospective_that_cannot_go_on_says_why(app: Kitchen) -> None:
    screen = on(app)
    assert screen.supervisor is not None
    screen.supervisor.arguments = ("--runtime", "replay", "--tape", str(app.agents.home))
    async with screen.run_test(size=(120, 40), notifications=True) as pilot:
        await looked_back(pilot)
        text = " ".join(text_of(pilot).split())
        assert "The retrospective stopped (exit code 5)" in text and "holds no retrospective" in text
        assert "L goes on with it" in text


async def test_a_retrospective_that_cannot_be_begun_is_told(app: Kitchen) -> None:
    (app.root / ".orchestrator" / "learn.log").mkdir()
    async with on(app).run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "W", "L")
        assert "It cannot be begun: " in said(pilot) and "learn.log" in said(pilot)


def test_a_screen_that_comes_later_sees_what_was_begun_and_cut_off(app: Kitchen) -> None:
    from engine.learning.reading import app_of, read_evidence
    from engine.learning.retrospective import prepare
    from engine.state.lock import EngineLock
    from engine.workspace import Workspace

    about = Workspace(app.root)
    begun = prepare(about, read_evidence(about), app_of(about)).workspace.root
    assert (learned.load(app.root).cut_off, learned.load(app.root).under_way) == (1, ())
    with EngineLock(begun):
        assert (learned.load(app.root).cut_off, learned.load(app.root).under_way) == (0, (begun,))
