"""The timeline's rows, spans, critical path and scale, and what it takes from the journal."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.instances import Instances
from engine.workspace import Workspace
from tests.tui import fixture_files as files
from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tui.graph.gantt import (
    Chart,
    GanttRow,
    Scale,
    Span,
    Wait,
    chart,
    critical_path,
    path_seconds,
    scale,
    session_of,
    ticks,
    waited,
)
from tui.loaders.timeline import needs_of, waits_of
from tui.widgets.gantt_view import BARS


def row(name: str, begin: float, end: float | None) -> GanttRow:
    return GanttRow(name, name, None, 1, "done", (Span("gen", begin, end),))


def test_sessions_checks_and_waiting_of_an_instance_share_a_row(tmp_path: Path) -> None:
    gen = views.session(tmp_path, "code", "store", "gen")._replace(started_at=10.0, ended_at=20.0, outcome="failed")
    review = views.session(tmp_path, "code", "store", "review")._replace(started_at=30.0)
    checked = views.check(False)._replace(at=26.0)
    one = views.step("code", 7, "running", "store", sessions=(gen, review), checks=(checked,))
    view = views.view(tmp_path, [views.phase(7, one)])
    found = chart(view, [Wait("code_store", 26.0, 29.0)], {}, 100.0)
    assert [span for r in found.rows if r.name == "code_store" for span in r.spans] == [
        Span("gen", 10.0, 20.0, failed=True, session=gen.id),
        Span("check", 20.0, 26.0, failed=True),
        Span("wait", 26.0, 29.0),
        Span("review", 30.0, None, session=review.id),
    ]


def test_a_check_that_goes_on_begins_where_the_session_ended(tmp_path: Path) -> None:
    gen = views.session(tmp_path, "code", "store", "gen")._replace(started_at=10.0, ended_at=20.0, outcome="done")
    one = views.step("code", 7, "checking", "store", sessions=(gen,))
    found = chart(views.view(tmp_path, [views.phase(7, one)]), [], {}, 100.0)
    assert found.rows[-1].spans[-1] == Span("check", 20.0, None)
    assert found.end == 100.0


def test_a_question_that_is_open_now_shows_before_the_journal_is_read(tmp_path: Path) -> None:
    found = chart(views.waiting(tmp_path), [], {}, NOW)
    assert waited(found.rows, NOW) == [("Requirements", 184.0)]


def test_it_is_not_counted_twice_once_it_is(tmp_path: Path) -> None:
    found = chart(views.waiting(tmp_path), [Wait("requirements", NOW - 184)], {}, NOW)
    assert waited(found.rows, NOW) == [("Requirements", 184.0)]


def test_nothing_ran_is_an_empty_chart(tmp_path: Path) -> None:
    assert chart(views.empty(tmp_path), [], {}, NOW) == Chart()


def test_the_critical_path_goes_back_from_the_last_end_to_what_it_waited_for() -> None:
    rows = [row("plan", 0, 10), row("a", 10, 50), row("b", 10, 30), row("c", 50, 60), row("d", 30, 55)]
    needs = {"a": ["plan"], "b": ["plan"], "c": ["a", "b"], "d": ["b"]}
    assert critical_path(rows, needs, 100) == ("plan", "a", "c")


def test_what_still_runs_is_the_end_of_the_path() -> None:
    rows = [row("a", 0, 90), row("b", 0, 40), row("c", 40, None)]
    assert critical_path(rows, {"c": ["b"]}, 100) == ("b", "c")
    assert critical_path([], {}, 100) == ()


def test_the_path_does_not_go_through_what_ended_later_or_in_circles() -> None:
    rows = [row("a", 0, 10), row("b", 10, 20)]
    assert critical_path(rows, {"b": ["a", "b"], "a": ["b"]}, 30) == ("a", "b")


def test_overlapping_rows_of_the_path_count_once() -> None:
    assert path_seconds([row("a", 0, 10), row("b", 8, 20)], 30) == 20
    assert path_seconds([row("a", 0, 10), row("b", 15, 20)], 30) == 15


def test_everything_fits_without_zoom_and_each_step_shows_half_of_it() -> None:
    all_of_it = scale(100.0, 1100.0, 101, 0)
    assert all_of_it.cells(Span("gen", 100.0, 1100.0), 0) == (0, 100)
    assert scale(100.0, 1100.0, 101, 2).seconds_a_cell == pytest.approx(all_of_it.seconds_a_cell / 4)


def test_the_shortest_span_is_one_cell() -> None:
    assert Scale(0.0, 60.0).cells(Span("check", 61.0, 61.0), 0) == (1, 2)


@pytest.mark.parametrize("seconds_a_cell", [0.1, 1.0, 7.3, 60.0, 900.0])
def test_ticks_are_round_and_far_enough_apart_for_their_words(seconds_a_cell: float) -> None:
    found = ticks(Scale(0.0, seconds_a_cell), 120, 40)
    cells = [cell for cell, _ in found]
    assert cells and min(cells) >= 39
    assert all(later - earlier >= 9 for earlier, later in pairwise(cells))


def test_the_session_of_a_row_is_its_last_one(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    found = chart(view, [], {}, NOW)
    store = next(one for one in found.rows if one.name == "code_store")
    session = session_of(store, view.sessions)
    assert session is not None and (session.attempt, session.live) == (2, True)


def test_waits_are_read_from_the_journal_with_those_that_go_on() -> None:
    def event(kind: str, at: int, **more: object) -> dict[str, object]:
        return {"event": kind, "at": f"2026-01-01T00:00:{at:02}Z", "step": "plan", **more}

    asked = {"waiting": {"gate": "plan"}}
    decided = {"fact": {"gate": "plan"}}
    events = [event("gate_asked", 1, **asked), event("gate_asked", 2, **asked), event("gate_decided", 5, **decided)]
    assert [(w.gate, (w.end or 0) - w.begin) for w in waits_of(events)] == [("plan", 4)]
    assert waits_of(events[:1])[0].end is None
    again: list[dict[str, object]] = [events[0], event("reopened", 3), {"event": "other"}, {}]
    assert [(w.end or 0) - w.begin for w in waits_of(again)] == [2]


def test_who_waits_for_whom_follows_from_document_and_plan(tmp_path: Path) -> None:
    files.write_plan(tmp_path)
    workspace = Workspace.at(tmp_path)
    needs = needs_of(Instances(workspace.orchestration(), workspace.plan()))
    assert "design_store" in needs["code_store"]
    assert "lego_plan" in needs["design_cli"]
    assert "code_parser" not in needs["code_store"]
    assert {"code_store", "code_cli"} <= set(needs["integration"])


def test_each_kind_of_bar_is_told_from_the_others_without_colours() -> None:
    glyphs = [glyph for glyph, _ in BARS.values()]
    assert len(set(glyphs)) == len(glyphs)
