"""What the tree shows of a workspace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tests.tui.journeys import screen, settle, text_of
from tui.journal import describe, last_event
from tui.lines.format import count, duration, plural, timestamp, word
from tui.tree.model import active_row, build, rows
from tui.tree.roll_up import roll_up
from tui.words.node import describe_node


def labels(folder: Path, opened: dict[str, bool] | None = None) -> list[str]:
    return [f"{'  ' * row.depth}{row.node.label.strip()}" for row in rows(build(views.running(folder)), opened or {})]


def test_finished_phases_are_closed_and_the_running_one_is_open(tmp_path: Path) -> None:
    shown = labels(tmp_path)
    assert shown[:9] == [f"{n} {title}" for n, title in enumerate(views.TITLES[:8])] + ["  store"]
    assert shown[-4:] == ["8 Integration", "9 Documentation", "10 Evaluation", "11 Deployment"]
    assert len(shown) == 12 + 5


def test_a_lego_opens_to_its_steps_and_a_step_to_its_sessions_and_checks(tmp_path: Path) -> None:
    shown = labels(tmp_path, {"lego:7:store": True, "step:tests_store": True})
    at = shown.index("  store")
    assert shown[at : at + 5] == ["  store", "    tests", "      gen #1", "      check", "    code"]


def test_a_phase_of_one_step_has_no_line_for_that_step(tmp_path: Path) -> None:
    shown = [row.node.label for row in rows(build(views.waiting(tmp_path)), {}) if row.depth]
    assert shown == ["gen #1", "review #1", "check"]


def test_a_lego_that_failed_is_opened_and_found(tmp_path: Path) -> None:
    visible = rows(build(views.failed(tmp_path)), {})
    assert visible[active_row(visible)].node.key == "step:code_store"


def test_stale_work_shows_through_a_closed_parent(tmp_path: Path) -> None:
    view = views.finished(tmp_path)
    stale = views.step("code", 7, "stale", "store", edited=("src/x.py",))
    phase = views.phase(7, stale, views.step("tests", 7, "running", "store"))._replace(status="running")
    node = build(view._replace(phases=(phase,)))[0]
    assert node.stale_inside and node.edited


def test_many_words_become_the_one_that_matters_most() -> None:
    assert roll_up(["done", "running", "failed"]) == "failed"
    assert roll_up(["done", "running", "waiting_approval"]) == "waiting_approval"
    assert roll_up(["done", "stale"]) == "stale"
    assert roll_up(["done", "skipped"]) == "done"
    assert roll_up(["skipped"]) == "skipped"
    assert roll_up(["done", "pending"]) == "ready"
    assert roll_up(["pending"]) == roll_up([]) == "pending"


def test_details_say_why_what_and_what_failed(tmp_path: Path) -> None:
    visible = rows(build(views.failed(tmp_path)), {})
    text = describe_node(visible[active_row(visible)].node, views.NOW).plain
    for words in (
        "store · code",
        "failed",
        "Failed 3 times",
        "✗ failed r-0033",
        "2 failed: test_put_twice",
        "[line 41]",
    ):
        assert words in text


def test_details_of_every_node_can_be_told(tmp_path: Path) -> None:
    for make in (views.empty, views.running, views.waiting, views.failed, views.finished):
        roots = build(make(tmp_path))
        everything = {row.node.key: True for row in rows(roots, {})}
        for _ in range(3):
            everything |= {row.node.key: True for row in rows(roots, everything)}
        for row in rows(roots, everything):
            assert describe_node(row.node, views.NOW).plain


def test_what_follows_a_label_is_wrapped_under_itself_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    files = tuple(f"src/reading_log/file_{n}.py" for n in range(6))
    step = views.step("code", 7, "done", "store")._replace(inputs=files, outputs=files[:1], older_text=True)
    node = build(views.finished(tmp_path)._replace(phases=(views.phase(7, step),)))[0].children[0]
    shown = describe_node(node, views.NOW, 44).plain.split("\n")
    at = next(n for n, line in enumerate(shown) if line.startswith("reads"))
    reads, rest = shown[at : at + 6], shown[at + 6 :]
    assert [line[:7] for line in reads] == ["reads  ", *[" " * 7] * 5]
    assert " ".join(line[7:] for line in reads) == ", ".join(files)
    assert rest == ["writes " + files[0], "older text  the document tells it something", "            else now"]


def test_a_long_label_is_not_glued_to_its_text(tmp_path: Path) -> None:
    roots = build(views.running(tmp_path))
    everything = {row.node.key: True for row in rows(roots, {})}
    shown = rows(roots, everything | {row.node.key: True for row in rows(roots, everything)})
    node = next(row.node for row in shown if row.node.session is not None)
    assert node.session is not None
    assert f"session {node.session.id}" in describe_node(node, views.NOW).plain


@pytest.mark.parametrize("size", [(120, 40), (160, 50)])
async def test_in_the_details_the_lines_after_a_label_follow_the_room(size: tuple[int, int], tmp_path: Path) -> None:
    files = tuple(f"src/reading_log/file_{n}.py" for n in range(12))
    step = views.step("code", 7, "running", "store")._replace(inputs=files)
    async with screen(views.running(tmp_path)._replace(phases=(views.phase(7, step),))) as pilot:
        await pilot.resize_terminal(*size)
        await settle(pilot)
        lines = re.findall(r"(reads|     )  ((?:src/reading_log/file_\d+\.py,? ?)+)", text_of(pilot))
        assert [label.strip() for label, _ in lines] == ["reads", *[""] * (len(lines) - 1)] and len(lines) > 1
        assert " ".join(text.strip() for _, text in lines) == ", ".join(files)


def test_durations_counts_and_words() -> None:
    assert [duration(n) for n in (None, 0, 59.9, 61, 3_661)] == ["", "0:00", "0:59", "1:01", "1:01:01"]
    assert [count(n) for n in (None, 999, 1_000, 999_949, 999_950, 2_000_000)] == [
        "",
        "999",
        "1.0k",
        "999.9k",
        "1.0M",
        "2.0M",
    ]
    assert count(7, "tokens") == "7 tokens"
    assert (plural(1, "step"), plural(2, "step")) == ("1 step", "2 steps")
    assert word("waiting_approval") == "waiting approval"
    assert word("waiting_approval", 9) == "waiting"
    assert timestamp("2026-01-01T00:00:00Z") == timestamp("2026-01-01T00:00:00") == 1_767_225_600
    assert timestamp("yesterday") is None and timestamp(None) is None


def test_events_are_told_in_words_also_unknown_ones() -> None:
    assert describe({"event": "landed", "step": "tests", "lego": "store"}) == "store · tests landed"
    assert describe({"event": "check_ended", "step": "a", "check": {"passed": False}}) == "a: the check failed"
    assert describe({"event": "session_started", "step": "a", "session": {"substep": "gen", "attempt": 2}}) == (
        "a: gen session #2 began"
    )
    assert describe({"event": "gate_decided", "step": "a", "fact": {"decision": "revise"}}) == "a: decided, revise"
    assert describe({"event": "moon_rose", "step": "a"}) == "moon rose a"
    assert describe({"event": "reopened"}) == "is done again:"
    assert describe({}) == "something happened"


def test_the_last_whole_line_of_the_journal_counts(tmp_path: Path) -> None:
    assert last_event(tmp_path) == ""
    journal = tmp_path / ".orchestrator" / "journal.jsonl"
    journal.parent.mkdir()
    journal.write_text('{"event": "phase_ended", "phase": 3}\n{"event": "landed", "st')
    assert last_event(tmp_path) == "phase 3 is done"
    journal.write_text("\n")
    assert last_event(tmp_path) == ""


def test_a_session_whose_runtime_failed_says_so(tmp_path: Path) -> None:
    one = views.ended(views.session(tmp_path, "essence", None, "gen"), "runtime")
    (node,) = build(views.view(tmp_path, [views.single(2, "paused", sessions=(one,))]))[2].children
    assert node.word == "runtime failed"
    assert "runtime failed" in describe_node(node, NOW).plain


def test_details_show_commands_and_files_without_their_backticks(tmp_path: Path) -> None:
    why = "`meta approve risk` approves it, [b]it[/b] does"
    node = build(views.view(tmp_path, [views.single(2, "waiting_approval", why=why, checks=(views.check(),))]))[2]
    said = describe_node(node, NOW)
    assert "meta approve risk approves it, [b]it[/b] does" in said.plain
    assert "tests/unit/store/ exists" in said.plain and "`" not in said.plain
    assert "bold" in {span.style for span in said.spans if said.plain[span.start : span.end] == "meta approve risk"}
