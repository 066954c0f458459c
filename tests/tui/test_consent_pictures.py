"""Consents and proposed cards as pictures. Look at each changed picture before accepting it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.secret_keys import KEYS
from tests.tui import fixture_change, fixture_screens
from tests.tui import fixture_views as views
from tests.tui.journeys import make_app, run_before
from tests.tui.test_screen_consent import UNIT, refusal, stopped
from tui.loaders import changes, undoing, wisdom
from tui.read_model import EngineView, WorkspaceView
from tui.supervisor import EngineStatus, Supervisor

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}
PACKAGES = (
    "The work waits: the checks need packages that are not on this machine. `uv sync --frozen` fetches what "
    "pyproject.toml, uv.lock lists; that uses the network."
)


class Waiting(Supervisor):
    """An engine that has ended because packages are missing."""

    def look_after(self, view: WorkspaceView) -> EngineStatus:
        """The same at each look."""
        return EngineStatus("failed", 5, PACKAGES, fetch=True)


@pytest.mark.parametrize("size", ["80x24", "120x40"])
def test_packages_are_to_be_fetched(size: str, tmp_path: Path, snap_compare: Any) -> None:
    view = views.running(tmp_path)._replace(engine=EngineView())
    app = make_app(view, supervisor=Waiting(tmp_path))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before())


@pytest.mark.parametrize("size", ["80x24", "120x40"])
def test_a_text_is_held_as_a_secret(size: str, tmp_path: Path, snap_compare: Any) -> None:
    why = refusal(tmp_path, "requirements.md", f"# R\n\n{KEYS['GitHub Token']}\n\n{KEYS['Stripe Access Key']}\n")
    app = make_app(stopped(tmp_path, why))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before("S"))


@pytest.mark.parametrize("size", ["80x24", "120x40"])
def test_what_an_undo_takes_back(size: str, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "load", lambda folder: fixture_change.DONE)
    monkeypatch.setattr(undoing, "preview", lambda folder, redo: UNIT)
    app = make_app(fixture_change.finished(tmp_path))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before("C", "u"))


@pytest.mark.parametrize("size", SIZES)
def test_proposed_cards(size: str, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wisdom, "load", lambda folder: fixture_screens.proposed())
    app = make_app(views.finished(tmp_path))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before("W"))


def test_proposed_cards_in_the_light_theme(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wisdom, "load", lambda folder: fixture_screens.proposed())
    app = make_app(views.finished(tmp_path), theme="meta-light")
    assert snap_compare(app, terminal_size=SIZES["120x40"], run_before=run_before("W", "j"))
