"""Whoever leaves the screen is told in a line how it stands and how to come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.entry import opened
from tests.tui import fixture_views as views
from tui.farewell import parting_words


def test_work_that_goes_on_is_said_with_the_way_to_see_and_to_stop_it(tmp_path: Path) -> None:
    told = parting_words(views.running(tmp_path / "my app"), tmp_path)
    assert told == (
        "The work goes on without the screen: `meta 'my app'` shows it again, `meta stop --dir 'my app'` stops it."
    )


def test_in_the_folder_itself_the_commands_need_no_folder(tmp_path: Path) -> None:
    assert "`meta` shows it again, `meta stop` stops it." in parting_words(views.running(tmp_path), tmp_path)


def test_an_engine_that_was_told_to_stop_does_not_go_on(tmp_path: Path) -> None:
    told = parting_words(views.running(tmp_path), tmp_path, stopping=True)
    assert told == "The engine stops. `meta` goes on where it was left."


def test_decisions_that_wait_are_counted(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    view = view._replace(engine=view.engine._replace(running=False))
    assert parting_words(view._replace(waiting=view.waiting[:1]), tmp_path).startswith(
        "A decision waits for you: `meta`"
    )
    assert parting_words(view._replace(waiting=view.waiting[:1] * 2), tmp_path).startswith("2 decisions wait for you")


def test_a_finished_app_is_named_with_its_folder(tmp_path: Path) -> None:
    view = views.finished(tmp_path / "app")._replace(waiting=())
    told = parting_words(view, tmp_path)
    assert told.startswith(f"{view.app} is built, in app: README.md there says how to use it. `meta app` shows")


def test_a_folder_elsewhere_is_named_in_full(tmp_path: Path) -> None:
    there = tmp_path / "elsewhere"
    assert f"`meta {there}` goes on" in parting_words(views.finished(there)._replace(finished=False), tmp_path / "here")


@pytest.mark.parametrize("name", ["run", "stop", "--help"])
def test_a_folder_with_the_name_of_a_command_or_an_option_is_named_so_that_it_is_opened(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    view = views.finished(tmp_path / name)._replace(finished=False)
    told = parting_words(view, tmp_path)
    assert told == f"`meta ./{name}` goes on where it was left."
    assert opened([told.split("`")[1].removeprefix("meta ")]) == Path(name)
    assert opened([name]) is None
