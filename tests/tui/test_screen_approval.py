"""Approving, revising, stopping, postponing, answering: what is written, and what never is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import fixture_views as views
from tests.tui.journeys import Reader, decisions, press, press_when_calm, said, screen, settle, text_of
from tui.app import MetaApp
from tui.loaders.gate import Page, load_page
from tui.read_model import WaitingView, WorkspaceView
from tui.screens.answers import AnswersScreen
from tui.screens.approval import ApprovalScreen
from tui.screens.ask_text import AskComment
from tui.screens.confirm import Confirm
from tui.screens.main import MainScreen

ABOUT = {"requirements.md": views.artifact_id_of(views.REQUIREMENTS)}


async def open_gate(pilot: Pilot[Any]) -> None:
    await press(pilot, "a")
    assert isinstance(pilot.app.screen, ApprovalScreen)


async def test_approving_writes_round_and_ids_of_what_was_shown(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "a")
        assert isinstance(pilot.app.screen, MainScreen)
        written = decisions(tmp_path)["requirements"]
        assert (written["decision"], written["round"], written["about"]) == ("approve", 1, ABOUT)


@pytest.mark.parametrize("key", ["a", "r", "s"])
async def test_answers_are_ignored_at_first(key: str, tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press(pilot, key)
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert decisions(tmp_path) == {}


async def test_an_answer_that_came_too_early_is_said_and_counts_when_it_is_pressed_again(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path), size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await open_gate(pilot)
        await press(pilot, "a")
        first = text_of(pilot).splitlines()[0]
        assert "Approve Requirements   too early, nothing is decided: press again to" in first
        for _ in range(3):
            app.clock.pass_by(0.15)  # type: ignore[attr-defined]
            await press(pilot, "a")
        app.clock.pass_by(0.35)  # type: ignore[attr-defined]
        await press(pilot, "a")
        assert decisions(tmp_path)["requirements"]["decision"] == "approve"


async def test_another_answer_is_not_held_back_by_one_that_came_too_early(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await open_gate(pilot)
        app.clock.pass_by(0.45)  # type: ignore[attr-defined]
        await press(pilot, "a")
        app.clock.pass_by(0.1)  # type: ignore[attr-defined]
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, AskComment)


async def test_after_a_while_the_first_line_says_what_it_says_else(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    async with screen(view) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await open_gate(pilot)
        await press(pilot, "s")
        assert "too early, nothing is decided: press again to stop" in text_of(pilot)
        app.clock.pass_by(3)  # type: ignore[attr-defined]
        await look_at(pilot, view._replace(last_event="another"))
        assert "too early" not in text_of(pilot) and "confidence 0.82" in text_of(pilot)


async def test_a_key_that_is_held_down_never_approves(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await open_gate(pilot)
        for _ in range(10):
            app.clock.pass_by(0.2)  # type: ignore[attr-defined]
            await press(pilot, "a")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert decisions(tmp_path) == {}


async def test_escape_postpones_and_never_approves(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)
        assert decisions(tmp_path) == {}


async def test_enter_and_space_approve_nothing(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "enter", "space", "y")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert decisions(tmp_path) == {}


async def test_revising_needs_a_comment(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "r", "ctrl+r")
        assert isinstance(pilot.app.screen, AskComment)
        await press(pilot, *"no [b]", "ctrl+r")
        assert isinstance(pilot.app.screen, MainScreen)
        written = decisions(tmp_path)["requirements"]
        assert (written["decision"], written["comment"], written["round"]) == ("revise", "no [b]", 1)


async def test_escape_in_the_comment_goes_back_to_the_question(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "r", "escape")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert decisions(tmp_path) == {}


async def test_stopping_asks_once_more(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "s", "enter")
        assert decisions(tmp_path) == {}
        await press_when_calm(pilot, "s")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "y")
        assert decisions(tmp_path)["requirements"]["decision"] == "stop"


async def test_it_shows_criteria_receipts_confidence_and_review_notes(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        text = text_of(pilot)
        for words in ("3 of 3 passed", "r-0032", "confidence 0.82", "waiting 3:04", "REVIEW NOTES", "has one now"):
            assert words in text


async def test_m_shows_the_raw_text(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        assert "| R-001 |" not in text_of(pilot)
        await press(pilot, "m")
        assert "| R-001 |" in text_of(pilot)


async def test_a_file_that_changed_since_is_shown_with_a_warning(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    (tmp_path / "requirements.md").write_text("# Other\n")
    async with screen(view) as pilot:
        await open_gate(pilot)
        assert "changed after the question was asked" in text_of(pilot)


async def test_changed_review_notes_are_no_change(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    with (tmp_path / "requirements.md").open("a") as file:
        file.write("- another note\n")
    async with screen(view) as pilot:
        await open_gate(pilot)
        assert "changed after" not in text_of(pilot)


async def test_json_is_shown_pretty_and_a_missing_file_says_so(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    (tmp_path / "lego_plan.json").write_text(json.dumps({"legos": [{"name": "store"}]}))
    asked = view.waiting[0]._replace(about=(("lego_plan.json", "0" * 40), ("gone.md", "0" * 40)))
    async with screen(view._replace(waiting=(asked,))) as pilot:
        await open_gate(pilot)
        assert '      "name": "store"' in text_of(pilot)
        assert "file 1 of 2" in text_of(pilot)
        await press(pilot, "f")
        assert "gone.md" in text_of(pilot) and "not in the folder yet" in text_of(pilot)


async def test_text_that_looks_like_markup_or_escapes_is_harmless(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    evil = "# Evil [/b] [link=x] \x1b[2J\x1b]0;title\x07\n\nlist[int] [red]\x9b31m `[/]`\n"
    (tmp_path / "requirements.md").write_text(evil)
    bad = view.steps[3]._replace(why="[/nonsense] \x1b[31m", evidence=("[oops\x1b[0m",))
    phases = (*view.phases[:3], view.phases[3]._replace(steps=(bad,)), *view.phases[4:])
    changed = view._replace(app="[/app]\x1b[2J", phases=phases, problems=("[/] broken",), last_event="[x\x1b[2J")
    async with screen(changed) as pilot:
        assert "[/app]" in text_of(pilot) and "[/nonsense]" in text_of(pilot) and "[/] broken" in text_of(pilot)
        await open_gate(pilot)
        assert "list[int]" in text_of(pilot)
        await press(pilot, "m")
        assert "\x1b" not in text_of(pilot) and "[red]" in text_of(pilot)


async def test_a_question_that_was_decided_elsewhere_meanwhile_is_not_answered(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    async with screen(view) as pilot:
        await open_gate(pilot)
        await look_at(pilot, view._replace(waiting=()))
        await press_when_calm(pilot, "a")
        assert decisions(tmp_path) == {}
        assert "Requirements was decided meanwhile. Nothing was written." in said(pilot)


async def test_a_question_asked_anew_is_read_anew_before_it_can_be_answered(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    async with screen(view) as pilot:
        await open_gate(pilot)
        app = pilot.app
        assert isinstance(app, MetaApp)
        app.clock.pass_by(5)  # type: ignore[attr-defined]
        again = view.waiting[0]._replace(round=2, about=(("requirements.md", "1" * 40),))
        await look_at(pilot, view._replace(waiting=(again,)))
        await press(pilot, "a")
        assert decisions(tmp_path) == {}
        await press_when_calm(pilot, "a")
        written = decisions(tmp_path)["requirements"]
        assert (written["round"], written["about"]) == (2, {"requirements.md": "1" * 40})


async def test_e_opens_the_editor_and_shows_what_it_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edit(app: object, path: Path, left: Callable[[bool], None]) -> None:
        path.write_text("# By hand\n")
        left(True)

    monkeypatch.setattr("tui.screens.approval.edit_file", edit)
    async with screen(views.waiting(tmp_path)) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "e")
        assert "By hand" in text_of(pilot)


async def test_e_opens_the_file_that_was_asked_for_while_it_is_still_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = views.waiting(tmp_path)
    (tmp_path / "second.md").write_text("# Second\n")
    asked = view.waiting[0]._replace(about=(("requirements.md", "0" * 40), ("second.md", "0" * 40)))
    read, opened = Event(), []

    def load(folder: Path, path: str, asked: str, approved: str) -> Page:
        assert path != "second.md" or read.wait(30)
        return load_page(folder, path, asked, approved)

    def edit(app: object, path: Path, left: Callable[[bool], None]) -> None:
        opened.append(path.name)

    monkeypatch.setattr("tui.screens.approval.load_page", load)
    monkeypatch.setattr("tui.screens.approval.edit_file", edit)
    async with screen(view._replace(waiting=(asked,))) as pilot:
        await open_gate(pilot)
        await pilot.press("f", "e")
        assert opened == ["second.md"]
        read.set()
        await settle(pilot)


async def test_a_question_without_an_answer_stays_open_and_the_form_says_so(tmp_path: Path) -> None:
    view = views.asking(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, AnswersScreen)
        await press(pilot, *"nobody")
        assert "1 of 2 answered; 1 question stays open." in text_of(pilot)
        await press(pilot, "ctrl+r")
        written = decisions(tmp_path)["essence"]
        assert (written["decision"], written["round"]) == ("answer", 2)
        assert written["answers"] == dict(zip(view.waiting[0].questions, ["nobody", ""], strict=True))


async def test_an_empty_form_is_no_answer(tmp_path: Path) -> None:
    async with screen(views.asking(tmp_path)) as pilot:
        await press(pilot, "a", "ctrl+r")
        assert isinstance(pilot.app.screen, AnswersScreen)
        assert "Nothing is answered yet" in text_of(pilot)
        assert decisions(tmp_path) == {}


async def test_every_answer_can_be_given_and_all_are_written(tmp_path: Path) -> None:
    view = views.asking(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "a", *"nobody", "enter", *"an error")
        assert "All answered." in text_of(pilot)
        await press(pilot, "ctrl+r")
        answers = decisions(tmp_path)["essence"]["answers"]
        assert answers == dict(zip(view.waiting[0].questions, ["nobody", "an error"], strict=True))


async def test_escape_leaves_the_questions_open(tmp_path: Path) -> None:
    async with screen(views.asking(tmp_path)) as pilot:
        await press(pilot, "a", *"nobody", "escape")
        assert isinstance(pilot.app.screen, MainScreen)
        assert decisions(tmp_path) == {}


async def test_a_gate_without_files_can_still_be_decided(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    bare = WaitingView("requirements", 3, "approval", "requirements")
    async with screen(view._replace(waiting=(bare,))) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "a")
        assert decisions(tmp_path)["requirements"]["about"] == {}


async def test_a_decision_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    (tmp_path / ".orchestrator").write_text("a file where a folder belongs")
    async with screen(view) as pilot:
        await open_gate(pilot)
        await press_when_calm(pilot, "a")
        assert said(pilot).count("Failed: writing the decision on Requirements") == 1


async def look_at(pilot: Pilot[Any], view: WorkspaceView) -> None:
    app = pilot.app
    assert isinstance(app, MetaApp) and isinstance(app.reader, Reader)
    app.reader.view = view
    app.look()
    await settle(pilot)
