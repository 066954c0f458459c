"""How much of a difference is told: as much as there is room for, never nothing."""

from __future__ import annotations

from engine.briefs.changes import LEAST_CHARACTERS, MOST_CHARACTERS, limited


def test_small_differences_are_told_whole() -> None:
    assert limited(["-a\n+b", "", "-c"]) == ["-a\n+b", "-c"]


def test_a_large_one_is_told_as_far_as_there_is_room_and_says_so() -> None:
    large = "\n".join(f"+line {number:05}" for number in range(5_000))
    [told] = limited([large])
    shown = told.splitlines()
    assert MOST_CHARACTERS - 100 < len(told) < MOST_CHARACTERS + 100
    assert shown[-1] == f"… {5_000 - len(shown) + 1:} more lines; the file lies in the folder"


def test_what_no_room_is_left_for_is_counted() -> None:
    first = "+" * (MOST_CHARACTERS - LEAST_CHARACTERS + 1)
    assert limited([first, "+a", "+b"])[1:] == ["… 2 more files differ; they lie in the folder"]
