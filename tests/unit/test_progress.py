"""The words of the progress line, and the order in which it is drawn and cleared."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.assessment import Assessment, Instance, PhaseStatus, Status
from engine.commands.progress import CLEAR, Figures, Progress, Watch, cut, describe, figures, wanted
from engine.workspace import Workspace
from tests.helpers import wait_until


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def phase(number: int, status: Status, *words: Status) -> PhaseStatus:
    return PhaseStatus(number, "", status, tuple(Instance(f"s{n}", None, number, word) for n, word in enumerate(words)))


def test_the_line_tells_phase_work_waiting_time_and_money() -> None:
    told = describe(Figures(7, 12, 31, 3, 1, 0, 0.42), 843)
    assert told == "phase 7 · 12/31 done · 3 running · 1 waiting · 14:03 elapsed · $0.42"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (None, "0:05 elapsed"),
        (Figures(2, 0, 4), "phase 2 · 0/4 done · 0 running · 0:05 elapsed"),
        (Figures(2, 0, 4, blocked=2), "phase 2 · 0/4 done · 0 running · 2 stopped · 0:05 elapsed"),
        (Figures(None, 4, 4, cost=0.0), "4/4 done · 0 running · 0:05 elapsed · $0.00"),
    ],
)
def test_what_is_not_known_or_nothing_to_act_on_is_left_out(found: Figures | None, told: str) -> None:
    assert describe(found, 5) == told


def test_the_phase_is_the_first_that_is_not_settled_and_skipped_steps_do_not_count() -> None:
    found = figures(
        Assessment(
            (
                phase(0, "done", "done", "stale", "skipped"),
                phase(3, "skipped", "skipped"),
                phase(4, "failed", "running", "checking", "waiting_approval", "waiting_answer", "failed", "stopped"),
                phase(5, "pending", "pending"),
            )
        ),
        None,
    )
    assert found == Figures(phase=4, done=2, total=9, running=2, waiting=2, blocked=2, cost=None)


def test_a_finished_run_is_in_no_phase() -> None:
    assert figures(Assessment((phase(0, "done", "done"),)), 1.0).phase is None


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("phase 7", 7, "phase 7"),
        ("phase 7", 6, "phase…"),
        ("計画計画", 8, "計画計画"),
        ("計画計画", 7, "計画計…"),
        ("計画計画", 6, "計画…"),
        ("phase", 1, ""),
        ("phase", 0, ""),
        ("phase", -1, ""),
    ],
)
def test_a_line_is_cut_to_the_cells_of_the_terminal(text: str, columns: int, shown: str) -> None:
    assert cut(text, columns) == shown


@pytest.mark.parametrize(
    ("environment", "answer"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, True), ({"TERM": "dumb"}, False), ({}, False)],
)
def test_only_a_terminal_that_can_take_a_line_back_gets_one(environment: dict[str, str], answer: bool) -> None:
    assert wanted(Screen(), environment) is answer
    assert not wanted(io.StringIO(), environment)


def test_a_plain_line_takes_the_place_of_the_progress_line_which_follows_it() -> None:
    screen = Screen()
    with Progress(screen, lambda: Figures(1, 2, 3), clock=lambda: 0.0) as progress:
        wait_until(lambda: "phase 1" in screen.getvalue())
        progress.say("menu landed")
        line = "phase 1 · 2/3 done · 0 running · 0:00 elapsed"
        assert f"{line}{CLEAR}menu landed\n{line}" in screen.getvalue()
    assert screen.getvalue().endswith(f"{line}{CLEAR}")


def test_the_line_is_cleared_when_the_run_ends_by_an_error_and_never_drawn_again() -> None:
    screen = Screen()
    with pytest.raises(KeyboardInterrupt), Progress(screen, lambda: None, clock=lambda: 0.0):
        wait_until(lambda: "elapsed" in screen.getvalue())
        raise KeyboardInterrupt
    assert screen.getvalue().endswith(CLEAR)


def test_a_terminal_without_the_dots_gets_the_line_all_the_same() -> None:
    screen = Screen()
    screen.encoding = "ascii"
    with Progress(screen, lambda: Figures(1, 2, 3), clock=lambda: 0.0):
        wait_until(lambda: "phase 1 ? 2/3 done" in screen.getvalue())


def test_a_terminal_that_goes_away_does_not_hide_how_the_run_ended() -> None:
    class Gone(Screen):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(ValueError, match="the reason"), Progress(Gone(), lambda: None):
        raise ValueError("the reason")


def test_figures_that_cannot_be_read_are_unknown(tmp_path: Path) -> None:
    (tmp_path / ".orchestrator").mkdir()
    (tmp_path / ".orchestrator" / "journal.jsonl").write_text("no event\n")
    assert Watch(Workspace.at(tmp_path))() is None
