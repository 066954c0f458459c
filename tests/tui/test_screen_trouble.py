"""What is wrong with runtimes and what became old: said on the main screen, and counted down."""

from __future__ import annotations

import time
from pathlib import Path

from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tests.tui.journeys import Moment, screen, text_of
from tui.app import MetaApp
from tui.read_model import RestView
from tui.tree.model import build
from tui.widgets.header import header_line
from tui.words.node import describe_node
from tui.words.resting import resting_text

AT = time.strftime("%H:%M", time.localtime(NOW + 720))


def test_a_resting_runtime_is_told_with_the_time_and_how_long_that_is() -> None:
    rest = RestView("codex", "usage limit", NOW + 720)
    assert resting_text([rest], NOW) == f"paused: codex until {AT} (in 12 min)"
    assert resting_text([rest], NOW + 660.5) == f"paused: codex until {AT} (in 60 s)"
    assert resting_text([rest], NOW + 719) == f"paused: codex until {AT} (in 1 s)"
    assert resting_text([rest], NOW + 720) == "paused: codex is tried again"
    assert resting_text([rest._replace(until=NOW + 7_200)], NOW).endswith("(in 2 h 0 min)")


def test_a_runtime_that_needs_a_person_says_so() -> None:
    assert resting_text([RestView("claude", "not\nlogged in")], NOW) == "paused: claude until you act: not logged in"
    assert resting_text([], NOW) == ""


async def test_the_event_line_counts_down_every_second(tmp_path: Path) -> None:
    view = views.running(tmp_path)._replace(resting=(RestView("codex", "usage limit", NOW + 90),))
    async with screen(view) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp) and app.main is not None and isinstance(app.clock, Moment)
        assert "(in 2 min)" in text_of(pilot) and "code_store: gen session #1 began" in text_of(pilot)
        app.clock.pass_by(60)
        app.main.tick()
        await pilot.pause()
        assert "(in 30 s)" in text_of(pilot)


def test_the_header_counts_what_is_stale_and_says_that_an_app_is_sensitive(tmp_path: Path) -> None:
    view = views.finished(tmp_path)
    stale = views.phase(7, *(views.step("code", 7, "stale", lego) for lego in ("store", "cli", "query")))
    view = view._replace(phases=(*view.phases[:7], stale, *view.phases[8:]), sensitive=True, lane="tiny")
    line = header_line(view, "", 160).plain
    assert "≈ 3 stale" in line and "new · tiny · sensitive" in line
    assert "stale" not in header_line(views.finished(tmp_path), "", 160).plain


def test_the_header_tells_the_sessions_that_run_from_those_there_were(tmp_path: Path) -> None:
    view = views.running(tmp_path, lives=3)
    assert "3 running · 23 so far" in header_line(view, "", 120).plain
    assert "3 running" in header_line(view, "", 80).plain and "so far" not in header_line(view, "", 80).plain
    assert "23 sessions" in header_line(views.finished(tmp_path), "", 80).plain


def test_details_say_that_the_document_tells_a_step_something_else_now(tmp_path: Path) -> None:
    old = views.phase(7, views.step("code", 7, "done", "store", older_text=True))
    node = build(views.finished(tmp_path)._replace(phases=(old,)))[0].children[0]
    assert "older text" in describe_node(node, NOW).plain
    fresh = views.phase(7, views.step("code", 7, "done", "store"))
    assert "older text" not in describe_node(build(views.finished(tmp_path)._replace(phases=(fresh,)))[0], NOW).plain


def test_an_engine_that_ended_because_a_person_is_asked_alarms_nobody(tmp_path: Path) -> None:
    line = header_line(views.waiting(tmp_path), "", 160).plain
    assert "○ waits" in line and "stopped" not in line and "1 waiting for you" in line


def test_an_engine_that_is_gone_for_another_reason_is_said_beside_what_waits(tmp_path: Path) -> None:
    asks = views.waiting(tmp_path)
    bad = views.step("code", 7, "failed", "store")
    left = views.step("code", 7, "ready", "cli")
    for view in (
        asks._replace(phases=(*asks.phases, views.phase(7, bad))),
        asks._replace(phases=(*asks.phases, views.phase(7, left))),
        asks._replace(paused=True),
        asks._replace(problems=("[disk] full",)),
        asks._replace(waiting=()),
    ):
        assert "○ engine stopped" in header_line(view, "", 160).plain
    assert "✗ engine failed" in header_line(asks, "✗ engine failed · s restarts it", 160).plain
