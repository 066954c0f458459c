"""The first line of a gate: what it says of a question, and what stays of it where there is little room."""

from __future__ import annotations

from pathlib import Path

from tests.tui import fixture_gate as given
from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tests.tui.journeys import press, screen, settle, text_of
from tui.words.gate_title import title_line


def test_where_there_is_little_room_whole_facts_go_and_the_round_stays_longest(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    whole = " ◆ Approve Requirements   ✓ 3/3 checks   confidence 0.82 · waiting 3:04 · round 1 · phase 3"
    told = {width: title_line(view, view.waiting[0], NOW, width).plain for width in (120, 80, 70, 60, 30)}
    assert told == {
        120: whole,
        80: whole.replace("confidence 0.82 · ", ""),
        70: whole.replace("confidence 0.82 · ", "").replace(" · phase 3", ""),
        60: whole.replace("confidence 0.82 · waiting 3:04 · ", "").replace(" · phase 3", ""),
        30: " ◆ Approve Requirements   ✓ 3/3 checks",
    }


async def test_the_first_line_of_a_queue_is_whole_at_80_columns_and_grows_with_the_terminal(tmp_path: Path) -> None:
    async with screen(given.queue_of_two(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "a")
        assert "waiting 3:04 · round 3" in text_of(pilot).splitlines()[0]
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert "confidence 0.82 · waiting 3:04 · round 3 · phase 3" in text_of(pilot).splitlines()[0]
