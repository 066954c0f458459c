"""A gate whose decision is written, in the moments before an engine takes it up: nothing waits for the person."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.facts import WorkspaceFacts
from engine.state.models import Decision
from engine.workspace import Workspace
from tests.planning import Garden
from tests.scripted import Kitchen, kitchen_with_cooks
from tests.tui import fixture_views as views
from tests.tui.journeys import Reader, decisions, press, press_when_calm, said, screen, settle, text_of
from tui.app import MetaApp
from tui.assemble import Assembler
from tui.decide import Answer, write_answer
from tui.read_model import ApprovedView, ViewReader, WorkspaceView
from tui.screens.main import MainScreen
from tui.widgets.header import header_line
from tui.widgets.idle import idle_content
from tui.words.decided import meanwhile


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """A workspace whose engine has ended because a gate waits."""
    made = kitchen_with_cooks(tmp_path)
    try:
        made.run()
        yield made
    finally:
        made.end()


def asking() -> Garden:
    """The map is up for approval."""
    garden = Garden()
    garden.act("survey", {"app_intent.md": "intent-1"})
    garden.work("map", files={"map.md": "map-1", "lego_plan.json": "plan-1"}, then="gate")
    garden.ask("map")
    return garden


def view_of(garden: Garden, root: Path) -> WorkspaceView:
    snapshot = garden.snapshot
    facts = WorkspaceFacts(Workspace(root), snapshot.orchestration, snapshot.state, garden.assessment, snapshot)
    return Assembler(root).view(facts)


def decided(folder: Path, verdict: str = "approve") -> WorkspaceView:
    """The requirements are decided, and no engine runs."""
    view = views.waiting(folder)
    (step,) = view.phases[3].steps
    step = step._replace(status="ready", why="approved; the engine takes it up", decided=verdict)
    phases = (*view.phases[:3], views.phase(3, step), *view.phases[4:])
    return view._replace(phases=phases, waiting=(), decided=(view.waiting[0]._replace(decided=verdict),))


async def at_gate(pilot: Pilot[Any]) -> None:
    await press(pilot, "a")
    assert not isinstance(pilot.app.screen, MainScreen)


async def test_what_a_person_approved_waits_for_nobody_from_then_on(kitchen: Kitchen) -> None:
    async with screen(ViewReader(kitchen.root)(), reader=ViewReader(kitchen.root)) as pilot:
        gate = ViewReader(kitchen.root)().waiting[0].gate
        assert "1 waiting for you" in text_of(pilot)
        await at_gate(pilot)
        await press_when_calm(pilot, "a")
        text = text_of(pilot)
        assert "waiting" not in text and f"✓ {gate.title()} approved" in text
        assert "An engine takes it up when one runs" in text
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, MainScreen)
        assert f"Nothing else waits for you: {gate.title()} approved, the engine takes it up." in said(pilot)
    await asyncio.to_thread(kitchen.run)
    assert ViewReader(kitchen.root)().decided == ()


def test_a_second_screen_sees_the_decision_as_soon_as_its_file_is_there(kitchen: Kitchen) -> None:
    second = ViewReader(kitchen.root)
    (waiting,) = second().waiting
    write_answer(kitchen.root, waiting, Answer("revise", "Shorter."))
    view = second()
    step = view.step(waiting.gate)
    assert view.waiting == () and [one.decided for one in view.decided] == ["revise"]
    assert step is not None and (step.status, step.why) == ("ready", "sent back; the engine takes it up")
    assert not view.work_left, "that nobody has taken it up is no sign of an engine that died"


def test_a_decision_on_another_round_or_another_file_decides_nothing(tmp_path: Path) -> None:
    garden = asking()
    (asked,) = garden.state.orchestrator.waiting
    old = {**asked.about, "map.md": "map-0"}
    for other in (
        Decision(decision="approve", round=asked.round + 1, about=asked.about),
        Decision(decision="approve", round=asked.round, about=old),
        Decision(decision="answer", round=asked.round, about=asked.about),
    ):
        garden.decisions = {"map": other}
        view = view_of(garden, tmp_path)
        assert [one.gate for one in view.waiting] == ["map"] and view.decided == ()
    garden.decisions = {"map": Decision(decision="stop", round=asked.round, about=asked.about)}
    assert [one.decided for one in view_of(garden, tmp_path).decided] == ["stop"]


@pytest.mark.parametrize(
    ("verdict", "word"), [("approve", "approved"), ("revise", "sent back"), ("stop", "stopped"), ("answer", "answered")]
)
async def test_the_tree_the_header_and_the_board_name_the_decision(verdict: str, word: str, tmp_path: Path) -> None:
    view = decided(tmp_path, verdict)
    async with screen(view, size=(160, 40)) as pilot:
        tree, details = (line for line in text_of(pilot).splitlines() if "3 Requirements" in line)
        assert word in tree and word in details and "waiting" not in tree + details
    assert f"✓ Requirements {word}, the engine takes it up" in header_line(view, "◌ engine starting", 160).plain
    assert f"✓ Requirements {word} " in header_line(view, "◌ engine starting", 80).plain
    assert idle_content(view, "◌ engine starting", views.NOW).plain.startswith(f"✓ Requirements {word}")


async def test_with_another_question_open_the_decision_is_told_beside_it(tmp_path: Path) -> None:
    view = decided(tmp_path)
    other = views.asking(tmp_path).waiting[0]
    both = view._replace(waiting=(other,))
    board = idle_content(both, "", views.NOW).plain
    assert "Essence has questions for you" in board and "Requirements approved, the engine takes it up." in board
    async with screen(both) as pilot:
        assert "1 waiting for you" in text_of(pilot)
        await at_gate(pilot)
        assert "Answer Essence" in text_of(pilot)


def test_two_decisions_are_counted(tmp_path: Path) -> None:
    view = decided(tmp_path)
    twice = view._replace(decided=view.decided * 2)
    assert "✓ 2 gates decided, the engine takes them up" in header_line(twice, "", 160).plain


@pytest.mark.parametrize(("verdict", "word"), [("approve", "approved"), ("revise", "sent back"), ("stop", "stopped")])
async def test_an_open_gate_says_that_it_was_decided_elsewhere_and_takes_no_answer(
    verdict: str, word: str, tmp_path: Path
) -> None:
    view = views.waiting(tmp_path)
    async with screen(view) as pilot:
        await at_gate(pilot)
        assert "Approve Requirements" in text_of(pilot) and "a Approve" in text_of(pilot)
        await look_at(pilot, decided(tmp_path, verdict))
        first, *_, keys = text_of(pilot).splitlines()
        assert f"✓ Requirements was {word} meanwhile   esc leaves it" in first and "waiting" not in first
        assert "Approve" not in keys and "Revise" not in keys and "Stop" not in keys
        for key in ("a", "r", "s"):
            await press_when_calm(pilot, key)
            assert said(pilot).count(f"was {word} meanwhile. Nothing was written.") == "ars".index(key) + 1
        assert pilot.app.screen.query("#gate-title") and decisions(tmp_path) == {}
        await look_at(pilot, views.waiting(tmp_path)._replace(waiting=()))
        assert f"was {word} meanwhile" in text_of(pilot), "it is known still when the engine has taken it up"


async def test_words_typed_while_a_gate_was_decided_elsewhere_stay_a_draft(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    async with screen(view) as pilot:
        await at_gate(pilot)
        await press_when_calm(pilot, "r", *"too long")
        await look_at(pilot, decided(tmp_path))
        await press(pilot, "ctrl+r")
        assert decisions(tmp_path) == {}
        assert "was approved meanwhile. Nothing was written. What you typed is kept." in said(pilot)
        assert "what you typed is kept · esc leaves it" in text_of(pilot)
        again = view.waiting[0]._replace(round=2)
        await look_at(pilot, view._replace(waiting=(again,)))
        assert "Approve Requirements" in text_of(pilot)
        await press_when_calm(pilot, "r", "ctrl+r")
        assert decisions(tmp_path)["requirements"]["comment"] == "too long"


async def test_questions_that_were_answered_elsewhere_take_no_answer(tmp_path: Path) -> None:
    view = views.asking(tmp_path)
    (asked,) = view.waiting
    async with screen(view) as pilot:
        await at_gate(pilot)
        await press(pilot, *"me")
        answered = view._replace(waiting=(), decided=(asked._replace(decided="answer"),))
        await look_at(pilot, answered)
        assert "✓ Essence was answered meanwhile   what you typed is kept" in text_of(pilot)
        await press(pilot, "ctrl+r")
        assert decisions(tmp_path) == {} and "Essence was answered meanwhile" in said(pilot)


async def test_a_question_asked_anew_does_not_get_the_answers_to_another(tmp_path: Path) -> None:
    view = views.asking(tmp_path)
    again = view.waiting[0]._replace(round=3, questions=("Another question?",))
    async with screen(view) as pilot:
        await at_gate(pilot)
        await press(pilot, *"me")
        await look_at(pilot, view._replace(waiting=(again,)))
        assert "Essence was decided meanwhile" in text_of(pilot)


def test_an_approval_that_is_taken_up_already_is_told_as_one(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    step = view.phases[3].steps[0]._replace(approved=ApprovedView((), 1))
    taken = view._replace(waiting=(), phases=(views.phase(3, step),))
    assert meanwhile(taken, view.waiting[0]) == "approved"
    assert meanwhile(taken, view.waiting[0]._replace(round=2)) == "decided"
    assert meanwhile(view, view.waiting[0]) == ""


async def look_at(pilot: Pilot[Any], view: WorkspaceView) -> None:
    """The files have changed."""
    app = pilot.app
    assert isinstance(app, MetaApp) and isinstance(app.reader, Reader)
    app.reader.view = view
    app.look()
    await settle(pilot)
