"""The maintenance table: planned by a key, decided otherwise by a key, carried out after a yes that was meant."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.legos.plan import PlanError
from tests.helpers import eventually
from tests.tui import fixture_change as given
from tests.tui.journeys import press, press_when_calm, said, screen, settle, text_of
from tui import decide
from tui.app import MetaApp
from tui.loaders import changes
from tui.loaders.changes import Maintenance
from tui.loaders.diff import AttemptDiff
from tui.read_model import EngineView
from tui.screens.changes import ChangesScreen
from tui.screens.consent import Consent
from tui.screens.lego import LegoScreen
from tui.screens.main import MainScreen
from tui.screens.own_edits import OwnEditsScreen
from tui.supervisor import Purpose, Supervisor, engine_command

DOWN_TO = {"store": 3, "parser": 4, "query": 5, "csv_export": 6}


class Recorder(Supervisor):
    """Notes what for an engine would be started."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace)
        self.started: list[Purpose] = []

    def start(self, purpose: Purpose = "run") -> None:
        """Starts nothing."""
        self.started.append(purpose)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Maintenance]:
    """What the loader finds: the last of these."""
    found = [given.PLANNED]
    monkeypatch.setattr(changes, "load", lambda folder: found[-1])
    return found


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, shown: list[Maintenance]) -> list[dict[str, str]]:
    """The decisions that were written, in order; the plan has them then."""
    calls: list[dict[str, str]] = []

    def write(folder: Path, choices: Mapping[str, str]) -> None:
        calls.append(dict(choices))
        shown.extend(decided(name, decision) for name, decision in choices.items())

    monkeypatch.setattr(decide, "write_choices", write)
    return calls


def line_of(pilot: Pilot[Any], name: str) -> str:
    """The first line on the screen with that name."""
    return next(line for line in text_of(pilot).splitlines() if name in line)


async def stand_on(pilot: Pilot[Any], lego: str) -> None:
    await press(pilot, "C", *"j" * DOWN_TO[lego])


async def test_the_table_shows_each_lego_with_its_decision_its_reason_and_what_it_takes(
    tmp_path: Path, shown: list[Maintenance]
) -> None:
    async with screen(given.planned(tmp_path)) as pilot:
        await press(pilot, "C")
        assert "+ 1 added  ~ 1 changed  − 1 removed" in text_of(pilot)
        line = line_of(pilot, "query  ")
        for words in ("~ REFACTOR", "sorts by date [from now on]", "R-006", "16 lines, 2 files", " 2 ", " 6"):
            assert words in line
        assert "31 sessions · 148.0k tokens, p90 212.0k · 32 min of sessions, p90 52 min" in text_of(pilot)
        assert "▲ high" in text_of(pilot) and "parser is written anew" in text_of(pilot)


async def test_the_head_of_each_column_stands_above_it(tmp_path: Path, shown: list[Maintenance]) -> None:
    for size in ((80, 24), (120, 40), (200, 60)):
        async with screen(given.planned(tmp_path), size) as pilot:
            await press(pilot, "C")
            head, line = line_of(pilot, "decision"), line_of(pilot, "query  ")
            for title, cell in (("LEGOs", "query"), ("decision", "~ REFACTOR"), ("your", "16 lines")):
                assert head.index(title) == line.index(cell), (size, title)


async def test_space_goes_round_three_decisions_and_a_digit_sets_one(
    tmp_path: Path, shown: list[Maintenance], written: list[dict[str, str]]
) -> None:
    async with screen(given.planned(tmp_path)) as pilot:
        await stand_on(pilot, "query")
        for decision in ("REGENERATE", "KEEP", "REFACTOR"):
            await press(pilot, "space")
            assert decision in line_of(pilot, "query  ")
        await press(pilot, "4")
        assert written == [{"query": d} for d in ("REGENERATE", "KEEP", "REFACTOR", "RETIRE")]


def decided(name: str, decision: str) -> Maintenance:
    """The plan with another decision."""
    legos = tuple(
        replace(lego, decision=decision) if lego.name == name else lego  # type: ignore[arg-type]
        for lego in given.report().legos
    )
    return replace(given.PLANNED, report=given.report(legos=legos))


async def test_the_keys_that_move_a_cursor_decide_nothing(
    tmp_path: Path, shown: list[Maintenance], written: list[dict[str, str]]
) -> None:
    async with screen(given.planned(tmp_path)) as pilot:
        await stand_on(pilot, "query")
        await press(pilot, "k", "j", "g", "G")
        assert written == [] and "REFACTOR" in line_of(pilot, "query  ")


async def test_a_decision_that_cannot_be_is_told_and_taken_back(
    tmp_path: Path, shown: list[Maintenance], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, choices: Mapping[str, str]) -> None:
        raise PlanError(["report needs query [b]"])

    monkeypatch.setattr(decide, "write_choices", refuse)
    async with screen(given.planned(tmp_path)) as pilot:
        await stand_on(pilot, "query")
        await press(pilot, "4")
        assert "Not decided" in said(pilot) and "report needs query [b]" in said(pilot)
        assert "REFACTOR" in line_of(pilot, "query  ")


async def test_what_is_not_built_yet_cannot_be_kept(
    tmp_path: Path, shown: list[Maintenance], written: list[dict[str, str]]
) -> None:
    async with screen(given.planned(tmp_path)) as pilot:
        await stand_on(pilot, "csv_export")
        await press(pilot, "1")
        assert "It is not built yet" in said(pilot) and written == []


async def test_nothing_is_decided_any_more_while_it_is_carried_out(
    tmp_path: Path, shown: list[Maintenance], written: list[dict[str, str]]
) -> None:
    shown.append(given.APPLYING)
    async with screen(given.applying(tmp_path)) as pilot:
        await stand_on(pilot, "query")
        await press(pilot, "space", "1", "A")
        assert written == [] and isinstance(pilot.app.screen, ChangesScreen)
        assert "◆ waiting" in line_of(pilot, "query  ") and "● running" in line_of(pilot, "parser  ")


async def test_a_yes_counts_only_after_a_moment_and_sums_up_what_it_means(
    tmp_path: Path, shown: list[Maintenance]
) -> None:
    supervisor = Recorder(tmp_path)
    async with screen(given.planned(tmp_path), supervisor=supervisor) as pilot:
        await press(pilot, "C", "A", "y")
        assert isinstance(pilot.app.screen, Consent), "a key that was meant for the screen before"
        for words in ("REGENERATE: parser", "KEEP: 1 LEGO, untouched", "31 sessions", "Risk: high", "the same lines"):
            assert words in text_of(pilot)
        await press_when_calm(pilot, "y")
        assert isinstance(pilot.app.screen, ChangesScreen) and supervisor.started[-1] == "apply"


async def test_a_no_carries_nothing_out(tmp_path: Path, shown: list[Maintenance]) -> None:
    supervisor = Recorder(tmp_path)
    async with screen(given.planned(tmp_path), supervisor=supervisor) as pilot:
        await press(pilot, "C", "A", "enter")
        assert isinstance(pilot.app.screen, ChangesScreen) and "apply" not in supervisor.started


async def test_p_has_a_finished_app_planned_anew(tmp_path: Path, shown: list[Maintenance]) -> None:
    shown.append(given.WISHED)
    supervisor = Recorder(tmp_path)
    async with screen(given.wished(tmp_path), supervisor=supervisor) as pilot:
        await press(pilot, "C")
        assert "not planned yet: p plans" in text_of(pilot) and "app_intent.md" in text_of(pilot)
        assert "+- Prints a report, [as CSV]" in text_of(pilot)
        assert supervisor.started == [], "an app that is done needs no engine"
        await press(pilot, "p")
        assert supervisor.started == ["plan"]


async def test_why_planning_ended_is_shown_where_it_was_asked_for(tmp_path: Path, shown: list[Maintenance]) -> None:
    shown.append(given.WISHED)
    supervisor = Supervisor(tmp_path / "empty")
    supervisor.workspace.mkdir()
    async with screen(given.wished(tmp_path), supervisor=supervisor) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await press(pilot, "C", "p")

        def failed() -> bool:
            app.look()
            return app.engine.phase == "failed"

        await eventually(failed, 60)
        await settle(pilot)
        assert isinstance(app.screen, ChangesScreen)
        assert "The engine ended unexpectedly" in text_of(pilot) and "`git rev-parse" in text_of(pilot)


async def test_what_waits_while_it_is_carried_out_is_named_and_the_keys_of_a_decision_where_one_can_be_taken(
    tmp_path: Path, shown: list[Maintenance]
) -> None:
    waits = given.planned(tmp_path)._replace(change="applying")
    async with screen(waits) as pilot:
        await stand_on(pilot, "query")
        assert "1 KEEP  2 REFACTOR  3 REGENERATE  4 RETIRE" in text_of(pilot)
        await press(pilot, "j")
        assert "4 RETIRE" not in text_of(pilot), "a new LEGO cannot be kept"
        await press(pilot, "escape")
        shown.append(given.APPLYING)
        await stand_on(pilot, "query")
        assert "applying: a opens what waits for you" in text_of(pilot) and "4 RETIRE" not in text_of(pilot)


async def test_what_waits_on_the_way_to_the_plan_is_named(tmp_path: Path, shown: list[Maintenance]) -> None:
    shown.append(given.PLANNING)
    async with screen(given.planned(tmp_path)) as pilot:
        await press(pilot, "C")
        assert "planning: a opens what waits for you" in text_of(pilot)


async def test_no_second_engine_is_asked_for_while_one_is_at_work(tmp_path: Path, shown: list[Maintenance]) -> None:
    supervisor = Recorder(tmp_path)
    view = given.planned(tmp_path)._replace(engine=EngineView(True, 1))
    async with screen(view, supervisor=supervisor) as pilot:
        await press(pilot, "C", "p")
        assert "The engine is at work" in said(pilot) and supervisor.started == []


async def test_a_screen_that_only_watches_names_the_command(tmp_path: Path, shown: list[Maintenance]) -> None:
    async with screen(given.planned(tmp_path)) as pilot:
        await press(pilot, "C", "p")
        assert "`meta plan` does it" in said(pilot)


def test_the_engine_that_plans_gets_the_options_of_every_other(tmp_path: Path) -> None:
    from engine.commands.maintaining import apply, plan

    assert engine_command("plan")[-1] == "plan" and engine_command()[-1] == "run"
    for command in (plan, apply):
        known = {word for parameter in command.params for word in parameter.opts}
        assert {"--runtime", "--speed", "--jobs", "--max-tokens", "--max-cost"} <= known


async def test_nothing_has_changed_and_e_and_c_say_what_is_to_change(
    tmp_path: Path, shown: list[Maintenance], monkeypatch: pytest.MonkeyPatch
) -> None:
    edited: list[str] = []

    def edit(app: object, path: Path, left: Callable[[bool], None]) -> None:
        edited.append(path.name)
        shown.append(given.WISHED)
        left(True)

    monkeypatch.setattr("tui.screens.changes.edit_file", edit)
    shown.append(given.NOTHING)
    async with screen(given.finished(tmp_path)) as pilot:
        await press(pilot, "C")
        assert "Nothing has changed since the app was finished." in text_of(pilot)
        await press(pilot, "c", "e")
        assert edited == ["change_request.md", "app_intent.md"]
        assert "What you wrote" in text_of(pilot)


async def test_enter_opens_the_lego_and_d_what_the_person_edited_in_it(
    tmp_path: Path, shown: list[Maintenance], monkeypatch: pytest.MonkeyPatch
) -> None:
    diff = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old [b]\n+mine [/b]"
    found = {"query": AttemptDiff("query", "query", diff)}
    monkeypatch.setattr(changes, "load_edits", lambda folder, lego: found.get(lego, AttemptDiff(lego, lego)))
    async with screen(given.planned(tmp_path)) as pilot:
        await stand_on(pilot, "query")
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, OwnEditsScreen)
        assert "mine [/b]" in text_of(pilot) and "old [b]" in text_of(pilot) and "1 file  +1 −1" in text_of(pilot)
        await press(pilot, "escape", "k", "d")
        assert "The files of parser are as they were generated." in text_of(pilot)
        await press(pilot, "escape", "enter")
        assert isinstance(pilot.app.screen, LegoScreen) and pilot.app.screen.lego == "parser"


async def test_a_small_terminal_and_back_is_survived(tmp_path: Path, shown: list[Maintenance]) -> None:
    async with screen(given.planned(tmp_path)) as pilot:
        await stand_on(pilot, "query")
        await pilot.resize_terminal(20, 5)
        await settle(pilot)
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert "16 lines, 2 files" in line_of(pilot, "query  ")


async def test_what_is_new_stands_in_the_header_of_the_main_screen(tmp_path: Path) -> None:
    async with screen(given.wished(tmp_path)) as pilot:
        assert "app_intent.md changed: C shows what that means" in text_of(pilot)
    async with screen(given.wished(tmp_path), (80, 24)) as pilot:
        assert "app_intent.md changed  C" in text_of(pilot)
    async with screen(given.finished(tmp_path)) as pilot:
        assert "C shows" not in text_of(pilot)


async def test_how_far_a_change_is_stands_in_the_header(tmp_path: Path) -> None:
    async with screen(given.planning(tmp_path)) as pilot:
        assert isinstance(pilot.app.screen, MainScreen) and "maintenance · planning" in text_of(pilot)


def test_the_table_never_loads_what_runs_sessions() -> None:
    program = (
        "import sys, tui.screens.changes, tui.screens.own_edits\n"
        "print([name for name in sys.modules if name.startswith(('engine.runner', 'engine.sessions'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
