"""Which tests `make test` leaves to `make test-slow`: whole runs of engines and agents, one beside the other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

META = [sys.executable, "-m", "engine.cli"]

SLOW = {
    "test_acp_adapter",
    "test_adopt",
    "test_adopt_change",
    "test_adopt_kills",
    "test_any_document",
    "test_change",
    "test_change_journey",
    "test_change_kills",
    "test_change_pictures",
    "test_conformance",
    "test_consent_pictures",
    "test_copied_workspace",
    "test_documents",
    "test_drift",
    "test_editor_pictures",
    "test_engine_kills",
    "test_example_on_screen",
    "test_fetch",
    "test_fetch_journey",
    "test_further_pictures",
    "test_gate_pictures",
    "test_interview",
    "test_lanes",
    "test_learn_command",
    "test_openai_adapter",
    "test_screen_editor",
    "test_screen_hostile",
    "test_screen_killed",
    "test_screen_learning",
    "test_secrets_in_a_run",
    "test_sensitive",
    "test_serve",
    "test_side_by_side",
    "test_side_by_side_pictures",
    "test_state_pictures",
    "test_sub_apps",
    "test_take_over",
    "test_taking_sides",
    "test_tape_replay",
    "test_themes",
    "test_toolchain_apps",
    "test_trouble",
    "test_undo_command",
    "test_undo_kills",
    "test_upgrade",
    "test_upgrade_kills",
    "test_valves",
    "test_work_pictures",
}
"""Modules of half a minute and more. All of them run in CI; a change of what they test runs them before it is done."""


@pytest.fixture(scope="session", autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What finished runs leave in the user's data folder stays among the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in SLOW and item.get_closest_marker("agents") is None:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def built_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled example, built once from its recording. Tests that change it work on a copy."""
    place = tmp_path_factory.mktemp("example") / "app"
    words = [*META, "demo", "--headless", "--yes", "--speed", "max", "--dir", str(place)]
    done = subprocess.run(words, cwd=place.parent, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return place
