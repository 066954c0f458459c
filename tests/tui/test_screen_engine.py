"""The engine is another process: started, watched, its end noticed and told."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.cookbook import kitchen, menu_tape
from tests.helpers import eventually, wait_until
from tests.tui import fixture_views as views
from tests.tui.journeys import Moment, make_app, press, said, screen, settle, text_of
from tui import looking
from tui.app import MetaApp
from tui.read_model import EngineView, ViewReader, load
from tui.screens.approval import ApprovalScreen
from tui.supervisor import EngineStatus, Supervisor
from tui.words.engine import ways_on, why_ended


def script(workspace: Path, text: str) -> Supervisor:
    """A supervisor of a shell script instead of an engine."""
    return Supervisor(workspace, command=["/bin/sh", "-c", text])


def ended(supervisor: Supervisor, *, work_left: bool = True) -> None:
    """Waits until the supervisor has seen the end."""
    wait_until(lambda: supervisor.tick(False, work_left).phase not in ("starting", "running"))


def test_an_engine_that_waits_or_is_done_or_was_stopped_is_no_trouble(tmp_path: Path) -> None:
    for code in (0, 3, 4, 130):
        supervisor = script(tmp_path, f"exit {code}")
        supervisor.start()
        ended(supervisor)
        assert (supervisor.status.phase, supervisor.status.code, supervisor.status.trouble) == ("ended", code, "")


def test_an_unexpected_end_is_told_with_the_last_words(tmp_path: Path) -> None:
    supervisor = script(tmp_path, "echo started; printf '\\033[31mbroken\\033[0m [disk]\\n' >&2; exit 1")
    supervisor.start()
    ended(supervisor)
    assert supervisor.status.phase == "failed"
    assert supervisor.status.trouble.splitlines() == [
        "The engine ended unexpectedly (exit code 1).",
        "started",
        "broken [disk]",
    ]


def test_a_decision_that_comes_while_nobody_runs_starts_the_engine_again(tmp_path: Path) -> None:
    supervisor = script(tmp_path, "echo run; exit 3")
    supervisor.start()
    ended(supervisor)
    assert supervisor.tick(False, False).phase == "ended"
    decisions = tmp_path / ".orchestrator" / "decisions"
    decisions.mkdir()
    (decisions / "essence.json").write_text("{}")
    assert supervisor.tick(False, False).phase == "starting"
    ended(supervisor)
    assert supervisor.tick(False, False).phase == "ended", "the same decision starts it only once"
    assert supervisor.log.read_text() == "run\nrun\n"


def test_somebody_elses_engine_is_watched_and_its_end_with_work_left_is_told(tmp_path: Path) -> None:
    supervisor = script(tmp_path, "exit 0")
    assert supervisor.tick(True, True).phase == "running"
    assert supervisor.tick(False, False).phase == "ended"
    supervisor.tick(True, True)
    status = supervisor.tick(False, True)
    assert status.phase == "failed" and "gone" in status.trouble
    assert not supervisor.log.exists()


def test_no_second_engine_is_started_beside_one_that_runs(tmp_path: Path) -> None:
    supervisor = script(tmp_path, "exit 0")
    supervisor.look_after(views.running(tmp_path))
    assert not supervisor.log.exists()


def test_no_engine_is_started_for_an_app_that_is_done(tmp_path: Path) -> None:
    supervisor = script(tmp_path, "exit 0")
    supervisor.look_after(views.finished(tmp_path))
    assert not supervisor.log.exists()


def test_an_engine_goes_on_when_the_screen_is_gone(tmp_path: Path) -> None:
    supervisor = script(tmp_path, "echo $$; ps -o sid= -p $$; exec sleep 60")
    supervisor.start()
    wait_until(lambda: len(supervisor.log.read_text().split()) == 2)
    pid, session = map(int, supervisor.log.read_text().split())
    try:
        assert pid == session != os.getsid(0)
    finally:
        os.kill(pid, signal.SIGKILL)
        ended(supervisor)


async def test_s_starts_the_engine_again_after_trouble(tmp_path: Path) -> None:
    view = views.running(tmp_path)._replace(engine=EngineView())
    supervisor = script(tmp_path, "echo no space left; exit 1")
    async with screen(view, supervisor=supervisor) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await look_until(app, lambda: app.engine.phase == "failed")
        await settle(pilot)
        text = text_of(pilot)
        assert "exit code 1" in text and "no space left" in text and "s starts the engine again" in text
        assert "engine failed" in text
        await press(pilot, "s")
        await look_until(app, lambda: supervisor.log.read_text().count("no space left") == 2)


NO_RUNTIME = """for n in 1 2 3 4; do echo "a long story $n"; done
echo 'no runtime could go on; `meta run` tries again:'; echo '  replay: the tape has no entry for essence'; exit 5"""


async def test_why_an_engine_ended_takes_two_lines_and_its_log_opens_on_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    supervisor = script(tmp_path, NO_RUNTIME)
    async with screen(views.failed(tmp_path)._replace(engine=EngineView()), (80, 24), supervisor=supervisor) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await look_until(app, lambda: app.engine.phase == "failed")
        await settle(pilot)
        lines = text_of(pilot).splitlines()
        assert "The engine stopped: no runtime could go on. replay: the tape has no" in lines[1]
        assert "s starts the engine again, U shows the runtimes, O opens its log." in lines[2]
        assert "Version check" in lines[3], "what is wrong takes no more than it needs"
        assert "s Start engine" in lines[-1] and "Pause" not in lines[-1]
        await press(pilot, "O")
        assert "a long story 1" in text_of(pilot)


def test_of_an_engines_log_the_line_that_tells_most_is_shown() -> None:
    for log in ("story\nmeta: [disk] is full.\n  at a place", "meta: older\nmeta: [disk] is full.", "[disk] is full."):
        status = EngineStatus("failed", 1, f"It ended.\n{log}")
        assert why_ended(status, 80) == "It ended. [disk] is full."
        assert why_ended(status, 20) == "It ended. [disk] is…"
    assert why_ended(EngineStatus("failed", None, "It is gone."), 80) == "It is gone."
    assert "U shows" not in ways_on(EngineStatus("failed", 1, "")) and "U shows" in ways_on(
        EngineStatus("failed", 5, "")
    )


NO_PACKAGES = "echo 'meta: Packages are missing. To agree: `meta run --fetch`'; exit 5"


@pytest.mark.parametrize(("text", "offered"), [(NO_PACKAGES, False), (NO_RUNTIME, True)])
async def test_starting_the_engine_is_not_offered_where_a_consent_must_come_first(
    text: str, offered: bool, tmp_path: Path
) -> None:
    view = views.running(tmp_path, lives=0)._replace(engine=EngineView())
    async with screen(view, supervisor=script(tmp_path, text)) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await look_until(app, lambda: app.engine.phase == "failed")
        await settle(pilot)
        assert ("s Start engine" in text_of(pilot).splitlines()[-1]) == offered


async def test_where_no_engine_wrote_anything_the_key_for_its_log_says_so(tmp_path: Path) -> None:
    async with screen(views.finished(tmp_path)) as pilot:
        await press(pilot, "O")
        assert "there is no log" in said(pilot)


async def test_an_engine_that_ends_is_told_at_once_and_not_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOK_EVERY", 3600.0)
    (app_folder := tmp_path / "app").mkdir()
    os.mkfifo(tmp_path / "word")
    supervisor = script(app_folder, "read -r word <../word; echo no space left; exit 1")
    app = make_app(views.running(app_folder)._replace(engine=EngineView()), supervisor=supervisor, live=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await eventually(lambda: app.engine.phase == "starting" and not app._again and not app._resting)
        assert "no space left" not in text_of(pilot)
        await asyncio.to_thread((tmp_path / "word").write_text, "end\n")
        await eventually(lambda: app.engine.phase == "failed")
        await pilot.pause()
        assert "no space left" in text_of(pilot) and "s starts the engine again" in text_of(pilot)


async def test_an_error_while_reading_is_shown_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    view = views.running(tmp_path)
    broken = [True]

    def read() -> object:
        if broken:
            raise RuntimeError("[disk] fell off")
        return view

    async with screen(view, reader=read) as pilot:
        assert "RuntimeError: [disk] fell off" in text_of(pilot)
        broken.clear()
        app = pilot.app
        assert isinstance(app, MetaApp)
        app.look()
        await settle(pilot)
        assert "fell off" not in text_of(pilot)


async def test_a_broken_state_file_is_shown_in_the_engines_words(tmp_path: Path) -> None:
    workspace = kitchen(tmp_path / "app").root
    (workspace / ".orchestrator" / "orchestrator_state.json").write_text("{")
    async with screen(views.running(workspace), reader=ViewReader(workspace)) as pilot:
        assert "orchestrator_state.json" in text_of(pilot)
        assert "Traceback" not in text_of(pilot)


def test_a_view_that_did_not_change_is_the_same_object(tmp_path: Path) -> None:
    workspace = kitchen(tmp_path / "app").root
    reader = ViewReader(workspace)
    first = reader()
    assert reader() is first
    assert load(workspace, first) is first
    assert [phase.title for phase in first.phases] == ["Menu", "Dishes", "Book"]
    assert first.app == "app" and not first.engine.running and not first.finished


async def test_from_a_dead_engine_to_a_built_app_by_one_keypress(tmp_path: Path) -> None:
    workspace = kitchen(tmp_path / "app").root
    tape = menu_tape(tmp_path / "tape").path
    supervisor = Supervisor(workspace, ["--runtime", "replay", "--tape", str(tape)])
    app = MetaApp(workspace, supervisor=supervisor, clock=(clock := Moment()), live=False)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look_until(app, lambda: app.view is not None and app.view.waiting)
        await look_until(app, lambda: app.engine.phase == "ended")
        assert app.view is not None and app.view.waiting[0].gate == "menu"
        await press(pilot, "a")
        assert isinstance(app.screen, ApprovalScreen)
        assert "LEGOs" in text_of(pilot), text_of(pilot)
        clock.pass_by(1)
        await press(pilot, "a")
        assert "Menu approved" in said(pilot)
        await look_until(app, lambda: app.view is not None and app.view.finished)
        await settle(pilot)
        assert "✓ Done" in text_of(pilot)
        assert app.view.budget.sessions == 10
        await look_until(app, lambda: app.engine.phase == "ended")


async def look_until(app: MetaApp, condition: object) -> None:
    """Looks at the files again and again until the condition holds."""

    def check() -> object:
        app.look()
        return condition()  # type: ignore[operator]

    await eventually(check, 60)
