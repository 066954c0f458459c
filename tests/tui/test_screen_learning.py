"""What a run teaches, on the screen: a retrospective is begun, and its cards are taken, edited or turned down."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.briefs.patterns import LEARNED, parse_patterns
from engine.wisdom.parse import parse_cards
from tests.helpers import eventually
from tests.learning import baked, failed_session, looks_back, proposed, shape
from tests.scripted import Agents, Kitchen
from tests.tui import fixture_screens
from tests.tui import fixture_views as views
from tests.tui.journeys import Moment, make_app, press, run_before, said, settle, text_of
from tui.app import MetaApp
from tui.loaders import learned, wisdom
from tui.loaders.learned import Learned, ProposalView
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

    await eventually(lambda: screen.app.errand is not None and screen.app.errand.code is not None, 60)
    screen.tick()
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

        def edit(app: object, path: Path, left: Callable[[bool], None]) -> None:
            path.write_text(path.read_text().replace("temperature", "temperature in degrees"))
            left(True)

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


async def test_patterns_are_counted_apart_and_taken_as_patterns(app: Kitchen, own_file: Path) -> None:
    trouble, good = shape(app), shape(app, "LSP-001", title="Outline First")
    looks_back(app, proposed(app), trouble, good)
    screen = on(app)
    async with screen.run_test(size=(120, 40), notifications=True) as pilot:
        browser = await looked_back(pilot)
        assert "1 card and 2 patterns proposed: A takes one" in text_of(pilot)
        assert [one.kind for one in browser.learned.proposals] == ["", "antipattern", "success pattern"]
        browser.list.go_to("proposed " + browser.learned.proposals[1].id)
        await press(pilot, "A")
        assert "taken as LAP-001" in said(pilot) and not own_file.exists()
        assert "1 card and 1 pattern proposed" in text_of(pilot)
        file = own_file.with_name("learned_patterns.md")
        assert [one.title for one in parse_patterns(file.read_text(), str(file), LEARNED)] == ["Outline Of One's Own"]
        browser.list.go_to("LAP-001")
        await settle(pilot)
        assert "LAP-001 · antipattern" in details(pilot), "what was taken stands among those in force"


async def test_an_edit_that_is_no_pattern_is_refused_with_its_place(
    app: Kitchen, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_back(app, shape(app))
    screen = on(app)
    async with screen.run_test(size=(120, 40), notifications=True) as pilot:
        browser = await looked_back(pilot)
        assert "1 pattern proposed: A takes one" in text_of(pilot)

        def spoil(app: object, path: Path, left: Callable[[bool], None]) -> None:
            path.write_text(path.read_text().replace("**Way out**", "**Exit**"))
            left(True)

        monkeypatch.setattr("tui.screens.learning.edit_file", spoil)
        browser.list.go_to("proposed " + browser.learned.proposals[0].id)
        await press(pilot, "e")
        assert "Not changed: pattern:" in said(pilot) and "Way out" in said(pilot) and browser.edits == {}


LAP = (
    ("Source", "evenly, tests, a check that nobody ran"),
    ("Applies to", "`tests`"),
    ("Signs", "total, cents, euros, column"),
    ("Symptom", "Totals look right and are [a hundred] times too large; 書籍も含む."),
    ("Detect", "A number is printed whose unit no line names."),
    ("Way out", "Name the unit where the number is made."),
    ("Evidence", "`0012-7-store-code-gen-1` printed cents where `R-004` wanted euros"),
)
LSP = (*LAP[:3], ("When", "A column holds money."), ("Shape", "The unit in the heading."), ("Pitfalls", "Two units."))


def with_patterns(folder: Path) -> wisdom.Wisdom:
    """A card and two patterns are proposed; two patterns are in force, of which one was told."""
    (card, *_), given = fixture_screens.proposed().learned.proposals, fixture_screens.wisdom()
    proposals = (
        card,
        ProposalView("1f2e3d4c-2", "A Number Without Unit", "open", LAP, kind="antipattern"),
        ProposalView("1f2e3d4c-3", "Unit In The Heading", "approved", LSP, card="LSP-001", kind="success pattern"),
    )
    force = (
        wisdom.CardView("ANTI-001", "God Object", "antipatterns", LAP, given.cards[1].choices, "antipattern"),
        wisdom.CardView("LSP-001", "Unit In The Heading", "learned_patterns", LSP, (), "success pattern"),
    )
    return wisdom.Wisdom((*given.cards, *force), learned=Learned(proposals))


async def test_a_pattern_is_drawn_as_a_card_is_its_evidence_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wisdom, "load", with_patterns)
    async with make_app(views.finished(tmp_path)).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "W", "j")
        lines = details(pilot).splitlines()
        assert lines[0] == "A Number Without Unit  1f2e3d4c-2 · antipattern"
        names = ["Evidence", "Symptom", "Detect", "Way out"]
        assert [line for line in lines if line in names] == names
        assert lines[-1].startswith("Signs  ")


async def test_in_a_narrow_terminal_the_title_still_says_how_many_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wisdom, "load", with_patterns)
    async with make_app(views.finished(tmp_path)).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "W")
        assert "2 told to sessions of reading_log   ? 2 proposed" in text_of(pilot)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "3 cards and 2 patterns · 2 told   ? 2 proposed" in text_of(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_proposed_patterns(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wisdom, "load", with_patterns)
    app = make_app(views.finished(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=run_before("W", "j"))


def test_a_pattern_in_force_that_was_told(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wisdom, "load", with_patterns)
    app = make_app(views.finished(tmp_path), theme="meta-light")
    assert snap_compare(app, terminal_size=(120, 40), run_before=run_before("W", "end", "k"))


async def test_an_edit_that_is_no_card_is_refused_with_its_place(
    app: Kitchen, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_back(app, proposed(app))
    screen = on(app)
    async with screen.run_test(size=(120, 40), notifications=True) as pilot:
        browser = await looked_back(pilot)

        def spoil(app: object, path: Path, left: Callable[[bool], None]) -> None:
            path.write_text(path.read_text().replace("**Do**", "**Perhaps**"))
            left(True)

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
