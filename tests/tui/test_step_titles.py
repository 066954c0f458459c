"""On the screen a step has one name everywhere: its title, or its LEGO and what is done to it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.tui import fixture_views as views
from tests.tui.journeys import make_app, press_when_calm, said, screen, settle, text_of
from tui.journal import describe, last_event
from tui.person import recent
from tui.person.attention import needs
from tui.words.step_titles import step_title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("requirements", "Requirements"),
        ("code_store", "store · code"),
        ("nothing_of_that_name", "nothing_of_that_name"),
    ],
)
def test_a_step_alone_in_its_phase_has_its_title_and_one_of_a_lego_both_names(name: str, title: str) -> None:
    phases = views.running(Path("/nowhere")).phases
    assert step_title(phases, name) == title


def test_the_event_line_calls_a_step_as_the_tree_does(tmp_path: Path) -> None:
    title = partial(step_title, views.running(tmp_path).phases)
    event = {"event": "gate_asked", "step": "requirements", "at": "2027-01-15T08:00:00Z"}
    assert describe(event, title) == "Requirements waits for you"
    assert describe({"event": "valve_tripped", "instance": "code_store", "message": "too much"}, title) == (
        "a safety valve stopped store · code: too much"
    )
    assert describe({"event": "landed", "step": "code", "lego": "long_gone"}, title) == "long_gone · code landed"
    journal = tmp_path / ".orchestrator" / "journal.jsonl"
    journal.parent.mkdir(exist_ok=True)
    journal.write_text(json.dumps(event) + "\n")
    assert last_event(tmp_path, title).endswith("  Requirements waits for you")


async def test_gate_toast_and_call_name_it_alike(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    assert [need.text for need in needs(view)] == ["Requirements wants your approval"]
    async with screen(view) as pilot:
        await press_when_calm(pilot, "a")
        assert "Approve Requirements" in text_of(pilot)
        await press_when_calm(pilot, "a")
        assert "Requirements approved" in said(pilot)


async def test_a_recent_workspace_gets_the_name_that_its_app_gets(tmp_path: Path) -> None:
    (tmp_path / "demo" / ".orchestrator").mkdir(parents=True)
    named = views.running(tmp_path / "demo")
    app = make_app(named._replace(app="demo"))
    app.remembers = True
    async with app.run_test() as pilot:
        await settle(pilot)
        assert [one.app for one in recent.load()] == ["demo"]
        app.reader.view = named  # type: ignore[union-attr]
        app.look()
        await settle(pilot)
        assert [one.app for one in recent.load()] == ["reading_log"]
