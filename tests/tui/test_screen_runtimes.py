"""The runtimes: what the state, meta.toml and the runtimes themselves say, and how the order is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.lifecycle.create import create
from engine.state.events import RunSet
from engine.state.models import Run
from engine.state.store import Store
from tests.tui import fixture_screens as given
from tests.tui.fixture_views import NOW
from tests.tui.journeys import Moment, press, said, screen, text_of
from tui.app import MetaApp
from tui.loaders import runtimes
from tui.loaders.command import Ran
from tui.loaders.runtimes import NoAnswer, RuntimeView, Told, read_answer
from tui.person.runtime_order import write_order
from tui.person.toml_edit import CannotChange
from tui.screens.runtimes import RuntimesScreen
from tui.words.login import login_help
from tui.words.runtime import runtime_state


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The journeys see what is made by hand; the other tests the real files."""
    if "pilot" in request.node.name:
        monkeypatch.setattr(runtimes, "load", lambda folder: given.runtimes())
        monkeypatch.setattr(runtimes, "ask", lambda folder, stopped: given.told())


def workspace(folder: Path, *order: str) -> Path:
    """A workspace whose run has these runtimes."""
    create(folder, None, "python")
    with Store.open(folder) as store:
        store.commit(RunSet(run=Run(toolchain="python", runtimes=list(order))))
    return folder


def test_the_order_of_the_next_run_is_that_of_meta_toml_else_that_of_this_run(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "app", "codex", "claude")
    assert runtimes.load(folder).next_order == ("codex", "claude")
    (folder / "meta.toml").write_text('runtimes = ["openai"]\n[runtime.openai]\nparallel = 1\n')
    found = runtimes.load(folder)
    assert (found.order, found.next_order) == (("codex", "claude"), ("openai",))
    assert found.runtime("openai").parallel == 1 and found.source == str(folder / "meta.toml")


def test_a_mistake_in_meta_toml_is_told_and_the_state_still_shows(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "app", "codex")
    (folder / "meta.toml").write_text("jbos = 3\n")
    found = runtimes.load(folder)
    assert "meta.toml:1: jbos: unknown key; did you mean `jobs`?" in found.problem and found.order == ("codex",)


def test_the_real_command_is_asked_and_answers(tmp_path: Path) -> None:
    told = runtimes.ask(workspace(tmp_path / "app"), lambda: False)
    assert told["replay"].installed is True and told["handoff"].installed is True


def test_an_answer_that_is_none_is_an_error_in_words() -> None:
    with pytest.raises(NoAnswer, match=r"failed: meta\.toml:1: no"):
        read_answer(Ran("ended", 2, "", "meta: meta.toml:1: no\n"))
    with pytest.raises(NoAnswer, match="within 30 s"):
        read_answer(Ran("timed out", None, "", ""))
    strange = {"adapters": [{"name": "x", "installed": "maybe", "logged_in": "unknown", "capabilities": 7}]}
    assert read_answer(Ran("ended", 0, json.dumps(strange), ""))["x"] == Told()


@pytest.mark.parametrize(
    ("runtime", "word"),
    [
        (RuntimeView("a", "rate limit", until=NOW + 61, failures=1), "resting 1:01"),
        (RuntimeView("a", "rate limit", until=NOW - 1, failures=1), "is tried again"),
        (RuntimeView("a", "not logged in", failures=1), "needs you"),
        (RuntimeView("a"), "not asked yet"),
        (RuntimeView("a", told=Told(False)), "not installed"),
        (RuntimeView("a", told=Told(None)), "no answer"),
        (RuntimeView("a", told=Told(True, logged_in=False)), "not logged in"),
        (RuntimeView("a", told=Told(True, logged_in=True)), "works"),
        (RuntimeView("a", told=Told(True)), "installed"),
    ],
)
def test_the_state_of_a_runtime_is_one_word(runtime: RuntimeView, word: str) -> None:
    assert runtime_state(runtime, NOW).word == word


def test_every_runtime_has_log_in_help() -> None:
    assert login_help("codex").command == "codex login"
    assert login_help("copilot_acp").command == login_help("copilot").command
    assert login_help("unheard_of").notes


# Writing the order


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'runtimes = ["b", "a"]\n'),
        ("# mine\njobs = 3  # few\n", '# mine\njobs = 3  # few\nruntimes = ["b", "a"]\n'),
        ('runtimes = ["a"] # these\n[models]\nx = "y"\n', 'runtimes = ["b", "a"] # these\n[models]\nx = "y"\n'),
        ('runtimes = [\n "a", # not ]\n "c",\n]\njobs = 2\n', 'runtimes = ["b", "a"]\njobs = 2\n'),
        ('[models]\nruntimes = "x"\n', 'runtimes = ["b", "a"]\n\n[models]\nruntimes = "x"\n'),
        ('runtimes = ["b", "a"]', 'runtimes = ["b", "a"]'),
    ],
)
def test_only_the_runtimes_change_in_the_file(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "meta.toml"
    if before:
        path.write_text(before)
    write_order(path, ["b", "a"])
    assert path.read_text() == after


@pytest.mark.parametrize("text", ["runtimes = [", '"runtimes" = ["a"]\n'])
def test_a_file_that_cannot_be_changed_safely_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "meta.toml"
    path.write_text(text)
    with pytest.raises(CannotChange):
        write_order(path, ["b"])
    assert path.read_text() == text


# Keys


async def test_pilot_space_takes_in_and_out_and_w_writes_after_a_yes(tmp_path: Path) -> None:
    (tmp_path / "meta.toml").write_text("jobs = 2 # keep\n")
    async with screen(given.with_sessions(tmp_path)) as pilot:
        await press(pilot, "U", "w")
        assert "The order is as it was" in said(pilot)
        await press(pilot, "J", "J", "G", "k", "space", "w")
        assert "Write this order?" in text_of(pilot) and "claude → copilot" in text_of(pilot)
        await press(pilot, "n")
        assert (tmp_path / "meta.toml").read_text() == "jobs = 2 # keep\n"
        await press(pilot, "w", "y")
        assert (tmp_path / "meta.toml").read_text() == (
            'jobs = 2 # keep\nruntimes = ["claude", "copilot", "codex", "openai"]\n'
        )


async def test_pilot_the_last_runtime_is_not_taken_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "load", lambda folder: replace(given.runtimes(), next_order=("codex",)))
    async with screen(given.with_sessions(tmp_path)) as pilot:
        await press(pilot, "U", "space")
        assert "Not taken out" in said(pilot)


async def test_pilot_the_countdown_moves_on_with_the_clock(tmp_path: Path) -> None:
    async with screen(given.with_sessions(tmp_path)) as pilot:
        await press(pilot, "U")
        assert "resting 12:34" in text_of(pilot)
        app, shown = pilot.app, pilot.app.screen
        assert isinstance(app, MetaApp) and isinstance(app.clock, Moment) and isinstance(shown, RuntimesScreen)
        app.clock.pass_by(700)
        shown.tick()
        await pilot.pause()
        assert "resting 0:54" in text_of(pilot)
        app.clock.pass_by(60)
        shown.tick()
        await pilot.pause()
        assert "is tried again" in text_of(pilot)


async def test_pilot_y_copies_the_log_in_command(tmp_path: Path) -> None:
    async with screen(given.with_sessions(tmp_path)) as pilot:
        await press(pilot, "U", "y")
        assert pilot.app.clipboard == "codex login"
