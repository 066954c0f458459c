"""Where the word is `waiting`, the time is since when: the same in the tree, the details, at the gate and the board."""

from __future__ import annotations

from pathlib import Path

from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tests.tui.journeys import press, screen, text_of
from tui.read_model import WaitingView
from tui.tree.model import Node, build
from tui.tree.waiting import timed


async def test_one_wait_has_one_time_in_the_tree_the_details_the_board_and_at_the_gate(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path), size=(160, 40)) as pilot:
        tree, details = (line for line in text_of(pilot).splitlines() if "3 Requirements" in line)
        assert "3:04" in tree and "waiting approval  3:04" in details and "11:40" not in text_of(pilot)
        assert "waiting for 3:04" in text_of(pilot)
        await press(pilot, "a")
        assert "waiting 3:04" in text_of(pilot)


def waits(step: str, lego: str, since: float) -> WaitingView:
    return WaitingView(f"{step}_{lego}", 1, "approval", step, lego, since=since)


def nodes(folder: Path) -> dict[str, Node]:
    """Two LEGOs wait, each with a step before that is done; a third one is at work."""
    steps = [views.step(name, 7, "done", lego) for name in ("tests",) for lego in ("store", "parser", "cli")]
    steps += [views.step("code", 7, "waiting_approval", lego, ended_at=NOW - 90) for lego in ("store", "parser")]
    steps.append(views.step("code", 7, "running", "cli"))
    asked = (waits("code", "parser", NOW - 60), waits("code", "store", NOW - 20))
    (phase,) = (node for node in build(views.view(folder, [views.phase(7, *steps)], waiting=asked)) if node.children)
    return {"phase": phase, **{node.label: node for node in phase.children}}


def test_a_lego_waits_since_its_step_does_and_the_phase_since_the_first_of_them(tmp_path: Path) -> None:
    found = nodes(tmp_path)
    assert [found[name].started_at for name in ("store", "parser", "phase")] == [NOW - 20, NOW - 60, NOW - 60]
    assert {found[name].ended_at for name in ("store", "parser", "phase")} == {None}
    code = found["store"].children[1]
    assert (code.label, code.started_at, code.ended_at) == ("code", NOW - 20, None), "also of work that was done before"


def test_what_does_not_wait_keeps_its_time(tmp_path: Path) -> None:
    found = nodes(tmp_path)
    assert found["cli"].started_at == NOW - 700
    assert found["store"].children[0].started_at == NOW - 700


def test_what_is_decided_has_no_time_and_without_a_question_nothing_changes(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    step = view.phases[3].steps[0]._replace(status="ready", decided="approve")
    decided = view._replace(
        waiting=(), phases=(views.phase(3, step),), decided=(view.waiting[0]._replace(decided="approve"),)
    )
    assert [(node.word, node.started_at) for node in build(decided)] == [("approved", None)]
    plain = build(views.finished(tmp_path))
    assert timed(plain, views.finished(tmp_path)) is plain
