"""Traceability: the chain from real files, proving again by a real process, and the keys."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.gates.receipts import Receipt, ReceiptStore
from engine.git import Repository
from engine.lifecycle.create import create
from tests.tui import fixture_screens as given
from tests.tui import fixture_views as views
from tests.tui.journeys import Moment, press, said, screen, settle, text_of
from tui.app import MetaApp
from tui.loaders import proving, traceability
from tui.loaders.command import Ran, run
from tui.loaders.proving import Proved, read
from tui.screens.main import MainScreen
from tui.screens.receipt import ReceiptScreen
from tui.screens.traceability import TraceabilityScreen

REQUIREMENTS = """# Requirements

- **R-001** It adds.
  - Acceptance: two and two.
- **R-002** It forgets.
- **R-003** It sings.
"""
PLAN = {
    "schema_version": 1,
    "app": "adder",
    "legos": [
        {"name": "core", "purpose": "adds", "kind": "component", "requirements": ["R-001", "R-002"]},
        {"name": "cli", "purpose": "wires", "kind": "entry", "requirements": ["R-001"], "dependencies": ["core"]},
    ],
}
WHOLE = "def test_r001_adds():\n    pass\n\n\ndef test_r002_forgets():\n    pass\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with requirements, a plan and tests of the whole app; no check has run."""
    folder = tmp_path / "app"
    (tmp_path / "intent.md").write_text("# Adder\n\nAdds.\n")
    create(folder, tmp_path / "intent.md", "python")
    commit(folder, {"requirements.md": REQUIREMENTS, "lego_plan.json": json.dumps(PLAN)})
    commit(folder, {"tests/integration/test_app.py": WHOLE})
    return folder


def commit(folder: Path, files: dict[str, str]) -> str:
    """Commits and checks out these files."""
    repository = Repository(folder)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    old = repository.head()
    new = repository.commit_files(old, {path: text.encode() for path, text in files.items()}, "More")
    repository.fast_forward(old, new)
    return new


def record(folder: Path, id_: str, **more: Any) -> None:
    """Saves a receipt of the check of the whole app."""
    head = Repository(folder).head() or ""
    base: dict[str, Any] = {
        "id": id_,
        "step": "integration",
        "sentence": "`test` of the toolchain passes for the app",
        "commit": head,
        "scope": Repository(folder).ids(head, ["tests/integration/test_app.py"]),
        "check": "test",
        "command": ["pytest"],
        "environment": "Python",
        "sandbox": "bubblewrap",
        "exit_code": 0,
        "duration": 1.0,
        "at": "2026-11-22T10:00:00.000Z",
    }
    ReceiptStore(folder).save(Receipt.model_validate({**base, **more}))


def states(folder: Path) -> dict[str, str]:
    return {link.id: link.state for link in traceability.load(folder).links}


def test_without_a_receipt_nothing_is_proven(workspace: Path) -> None:
    assert states(workspace) == {"R-001": "unproven", "R-002": "unproven", "R-003": "unproven"}
    found = traceability.load(workspace)
    why = {link.id: link.why for link in found.links}
    assert why["R-001"] == "No test that names it has run yet."
    assert why["R-003"] == "No LEGO of the plan does it."
    first = found.link("R-001")
    assert first and first.acceptance == "two and two." and first.legos == ("core", "cli")


def test_a_passed_test_proves_and_a_failed_one_breaks(workspace: Path) -> None:
    record(workspace, "i-1", exit_code=1, passed=["t::test_r001_adds"], failed=["t::test_r002_forgets"])
    assert states(workspace)["R-002"] == "broken"
    record(workspace, "i-2", passed=["t::test_r001_adds", "t::test_r002_forgets"], at="2026-11-22T11:00:00.000Z")
    assert states(workspace) == {"R-001": "proven", "R-002": "proven", "R-003": "unproven"}


def test_a_receipt_tells_whether_its_files_have_changed_since(workspace: Path) -> None:
    record(workspace, "i-1", passed=["t::test_r001_adds"])
    before = traceability.load(workspace).receipt("i-1")
    commit(workspace, {"tests/integration/test_app.py": WHOLE + "\n"})
    after = traceability.load(workspace).receipt("i-1")
    assert before and after and (before.now, after.now) == (True, False)


def test_tests_of_one_lego_alone_do_not_prove_where_the_whole_app_has_tests(workspace: Path) -> None:
    commit(workspace, {"tests/unit/core/test_core.py": "def test_r001_unit():\n    pass\n"})
    record(workspace, "c-1", step="code", lego="core", about="core", passed=["u::test_r001_unit"])
    link = traceability.load(workspace).link("R-001")
    assert link and link.state == "unproven" and "whole app" in link.why
    assert [(test.name, test.outcome) for test in link.tests] == [("u::test_r001_unit", "passed")]


def test_before_the_requirements_it_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    create(folder, None, "python")
    assert traceability.load(folder).missing == "The requirements are not written yet."


# Commands


def test_a_command_tells_what_it_said(tmp_path: Path) -> None:
    ran = run(["sh", "-c", "echo out; echo \x1b[31merr >&2; exit 3"], tmp_path, 30)
    assert ran == Ran("ended", 3, "out\n", "err\n")


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    ran = run(["sh", "-c", "echo begun; sleep 600 & wait"], tmp_path, 0.3)
    assert (ran.ending, ran.code, ran.output) == ("timed out", None, "begun\n")


def test_a_command_is_stopped_when_that_is_wanted(tmp_path: Path) -> None:
    assert run([sys.executable, "-c", "input()"], tmp_path, 60, lambda: False).ending == "ended"
    assert run(["sleep", "600"], tmp_path, 60, lambda: True).ending == "stopped"


def test_the_answer_of_prove_is_read_line_by_line() -> None:
    said = (
        "✓ not looked at, because they are not committed: a.txt\n✓ a-1: it passes (3 passed)\n✗ b-2: no longer holds\n"
    )
    proved = read(Ran("ended", 1, said + "1 not proven\n", ""))
    assert proved.held == {"a-1"} and proved.fallen == (("b-2", "no longer holds"),)
    assert proved.left_out.startswith("not looked at") and not proved.trouble
    assert "exit code 5. no sandbox" in read(Ran("ended", 5, "", "meta: no sandbox\n")).trouble
    assert "Stopped" in read(Ran("stopped", None, "", "")).trouble


def test_proving_a_folder_without_receipts_says_why_it_cannot(workspace: Path) -> None:
    assert "no receipts here" in proving.prove(workspace, lambda: False).trouble


# Keys


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traceability, "load", lambda folder: given.chain())


@pytest.mark.usefixtures("chain")
async def test_enter_opens_the_receipts_and_n_goes_round_them(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E", "j", "enter")
        assert isinstance(pilot.app.screen, ReceiptScreen)
        assert given.STORE in text_of(pilot) and "KeyError: 'title' [line 41]" in text_of(pilot)
        await press(pilot, "n")
        assert given.WHOLE in text_of(pilot) and "2 of 2" in text_of(pilot)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, MainScreen)


@pytest.mark.usefixtures("chain")
async def test_enter_where_there_is_no_receipt_says_why(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E", "G", "enter")
        assert isinstance(pilot.app.screen, TraceabilityScreen)
        assert "No LEGO of the plan does it." in said(pilot)


@pytest.mark.usefixtures("chain")
async def test_a_search_leaves_what_has_the_words_and_esc_ends_it(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E", "slash", *"csv")
        assert "R-004" in text_of(pilot) and "R-001" not in text_of(pilot)
        await press(pilot, "enter", "escape")
        assert "R-001" in text_of(pilot) and isinstance(pilot.app.screen, TraceabilityScreen)


@pytest.mark.usefixtures("chain")
async def test_a_search_without_a_match_says_so(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E", "slash", *"zzz")
        assert "Nothing here has these words" in text_of(pilot)


@pytest.mark.usefixtures("chain")
async def test_u_leaves_what_is_not_proven(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E", "u")
        assert "R-002" in text_of(pilot) and "R-001" not in text_of(pilot)


@pytest.mark.usefixtures("chain")
async def test_r_proves_again_beside_the_reading_and_shows_what_fell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def prove(folder: Path, stopped: object) -> Proved:
        go.wait(30)
        return given.FALLEN

    monkeypatch.setattr(proving, "prove", prove)
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E")
        await pilot.press("r", "j")
        await pilot.pause()
        assert "Proving again" in text_of(pilot) and "1 proven" in text_of(pilot)
        app = pilot.app
        assert isinstance(app, MetaApp) and isinstance(app.clock, Moment)
        app.clock.pass_by(75)
        go.set()
        await settle(pilot)
        text = text_of(pilot)
        assert "1 of 2 receipts no longer hold  1:15" in text and "2 broken" in text
        await press(pilot, "escape")
        assert "no longer hold  1:15" not in text_of(pilot)


@pytest.mark.usefixtures("chain")
async def test_x_stops_proving_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prove(folder: Path, stopped: Any) -> Proved:
        return read(run(["sleep", "600"], folder, 60, stopped))

    monkeypatch.setattr(proving, "prove", prove)
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E")
        await pilot.press("r")
        await pilot.press("x")
        await settle(pilot)
        assert "Stopped before it was done." in text_of(pilot)


@pytest.mark.usefixtures("chain")
async def test_an_error_nobody_foresaw_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("half a [b]file[/b]")

    monkeypatch.setattr(traceability, "load", broken)
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "E")
        assert "RuntimeError: half a [b]file[/b]" in text_of(pilot)


async def test_it_is_read_again_only_when_a_check_or_a_step_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at: list[int] = []
    monkeypatch.setattr(traceability, "load", lambda folder: (read_at.append(1), given.chain())[1])
    view = views.running(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "E")
        shown = pilot.app.screen
        assert isinstance(shown, TraceabilityScreen) and len(read_at) == 1
        shown.show_view(view._replace(last_event="something was said"))
        await settle(pilot)
        assert len(read_at) == 1
        for other in (views.failed(tmp_path), views.finished(tmp_path), view):
            shown.show_view(other)
        await settle(pilot)
        assert 2 <= len(read_at) <= 3
