"""What stands on a change, before there is a plan: a line for each LEGO, not for each of its steps."""

from __future__ import annotations

from pathlib import Path

from tests.tui import fixture_views as views
from tui.loaders.changes import Maintenance
from tui.words.change_rows import STEP, rows
from tui.words.changes import details


def test_the_stale_steps_of_a_lego_are_one_line_and_its_details_name_each(tmp_path: Path) -> None:
    steps = (
        views.step("tests", 7, "stale", "store", why="The contract is newer."),
        views.step("code", 7, "stale", "store", why="The tests are newer."),
        views.step("code", 7, "running", "query"),
        views.step("merge", 7, "stale", "query"),
    )
    view = views.view(tmp_path, [views.phase(7, *steps), views.single(8, "stale", why="A LEGO is newer.")])
    names = tuple(step.name for step in view.steps if step.status != "pending")
    items = [item for item in rows(Maintenance("wished", stands=names), view, {}, 120) if item.key.startswith(STEP)]
    assert [(item.left.plain, item.right.plain.strip()) for item in items] == [
        ("≈ store  tests, code", "stale"),
        ("● query  code", "running"),
        ("≈ query  merge", "stale"),
        (f"≈ {view.phases[8].title}", "stale"),
    ]
    told = details(Maintenance("wished"), view, items[0].key, {}).plain
    assert told.splitlines() == ["store · tests  The contract is newer.", "store · code  The tests are newer."]
    assert details(Maintenance("wished"), view, items[-1].key, {}).plain == "A LEGO is newer."
