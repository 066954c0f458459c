"""Traceability, wisdom, runtimes, settings, welcome and intent as pictures, each in its states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from engine.errors import BrokenState
from tests.tui import fixture_screens as given
from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tests.tui.journeys import make_app, press, run_before, settle
from tui.loaders import proving, runtimes, traceability, wisdom
from tui.loaders.proving import Proved
from tui.loaders.runtimes import NoAnswer, Runtimes
from tui.loaders.traceability import Traceability
from tui.loaders.wisdom import Wisdom
from tui.person import recent
from tui.screens.intent import IntentScreen

WIDE, NARROW, HUGE = (120, 40), (80, 24), (200, 60)


def gives(answer: Any) -> Callable[..., Any]:
    """A loader with this answer; an exception is raised."""

    def load(*_: object) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return load


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every loader answers with what is made by hand; paths are the same on every machine."""
    monkeypatch.setattr(traceability, "load", gives(given.chain()))
    monkeypatch.setattr(wisdom, "load", gives(given.wisdom()))
    monkeypatch.setattr(runtimes, "load", gives(given.runtimes()))
    monkeypatch.setattr(runtimes, "ask", gives(given.told()))
    monkeypatch.setattr("tui.person.settings.settings_file", lambda: Path("/nowhere/meta-orchestrator/tui.toml"))


def picture(view: Any, keys: str, size: tuple[int, int] = WIDE, **more: Any) -> dict[str, Any]:
    """What snap_compare needs."""
    return {"app": make_app(view, **more), "terminal_size": size, "run_before": run_before(*keys.split())}


# Traceability


@pytest.mark.parametrize("size", [NARROW, WIDE, HUGE], ids=["80x24", "120x40", "200x60"])
def test_traceability(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.running(tmp_path), "E j", size))


def test_traceability_in_the_light_theme(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.waiting(tmp_path), "E", theme="meta-light"))


def test_traceability_without_colours(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(**picture(views.running(tmp_path), "E j"))


def test_traceability_searched(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.running(tmp_path), "E slash c l i"))


def test_traceability_before_there_are_requirements(
    tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traceability, "load", gives(Traceability(missing="The requirements are not written yet.")))
    assert snap_compare(**picture(views.empty(tmp_path), "E"))


def test_traceability_when_a_file_is_broken(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traceability, "load", gives(BrokenState("receipts/r-1.json: field `id` [b]is missing[/b]")))
    assert snap_compare(**picture(views.running(tmp_path), "E"))


@pytest.mark.parametrize(
    "proved",
    [given.HELD, given.FALLEN, Proved(trouble="`meta prove` ended with exit code 5. No sandbox is there.")],
    ids=["held", "fallen", "trouble"],
)
def test_traceability_proven_again(
    proved: Proved, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "prove", gives(proved))
    assert snap_compare(**picture(views.running(tmp_path), "E r"))


def test_a_receipt(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.running(tmp_path), "E j enter"))


# Wisdom


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
def test_wisdom(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.running(tmp_path), "W j", size))


def test_wisdom_chosen_nowhere(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wisdom, "load", gives(Wisdom(given.wisdom().cards[:1], ("session.json: it cannot be read",))))
    assert snap_compare(**picture(views.empty(tmp_path), "W f"))


# Runtimes


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
def test_runtimes(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(given.with_sessions(tmp_path), "U j", size))


def test_runtimes_with_another_order(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(given.with_sessions(tmp_path), "U J G k space"))


def test_runtimes_that_do_not_answer(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "load", gives(Runtimes()))
    monkeypatch.setattr(runtimes, "ask", gives(NoAnswer("The runtimes gave no answer within 30 s. D asks them again.")))
    assert snap_compare(**picture(views.empty(tmp_path), "U"))


def test_runtimes_in_the_light_theme(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(given.with_sessions(tmp_path), "U j j", theme="meta-light"))


# Settings


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
def test_settings(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.running(tmp_path), "comma", size))


def test_settings_with_mistakes(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = "tui.toml: unknown key `them`; did you mean `theme`?"
    monkeypatch.setattr("tui.person.settings.load", gives(given_read(problem)))
    assert snap_compare(**picture(views.running(tmp_path), "comma j j"))


def test_settings_choosing_a_theme(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.running(tmp_path), "comma enter j"))


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
def test_traceability_in_the_colours_of_the_terminal(theme: str, tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(**picture(views.waiting(tmp_path), "E j", theme=theme))


def given_read(*problems: str) -> Any:
    """Settings of a file with mistakes."""
    from tui.person.settings import Read

    return Read(keys={"decide": "d"}, problems=problems)


# Welcome and the intent


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
def test_welcome_with_recent_workspaces(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("reading_log", "evenly", "parcel [beta]")
    found = [recent.Recent(Path("/srv/apps") / name, name, NOW - 50_000 * n - 30) for n, name in enumerate(names)]
    monkeypatch.setattr(recent, "load", gives(found))
    assert snap_compare(**picture(None, "", size))


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("state", ["empty", "begun", "enough"])
def test_intent(state: str, size: tuple[int, int], snap_compare: Any) -> None:
    texts = {
        "empty": "",
        "begun": BEGUN,
        "enough": f"{BEGUN}\n## What it must do\n\n{'- Adds a book to the log. ' * 14}\n",
    }

    async def open_it(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.app.push_screen(IntentScreen(Path("/srv/apps/reading_log")))
        await settle(pilot)
        area = pilot.app.screen.query_one(TextArea)
        area.cursor_blink = False
        if texts[state]:
            area.load_text(texts[state])
            area.move_cursor((4, 0))
        await press(pilot)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    assert snap_compare(make_app(None), terminal_size=size, run_before=open_it)


BEGUN = "# Reading log\n\n## What it is for\n\nI forget which books I have read. It must never lose a password.\n"
