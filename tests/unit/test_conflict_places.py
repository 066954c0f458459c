"""Each place of a conflict is taken for itself: whatever else stands in the file stays, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conflict_places import Hunk, Parts, Place, Side, cut, hunks
from engine.conflict_reading import put, read
from engine.git import merge_texts
from engine.git.merging import mark_size

BASE = b"Stew\n\nAdd broth.\n\nCook.\n\nServe.\n"
MINE = b"Stew\n\nAdd cold broth.\n\nCook.\n\nServe it cold.\n"
MADE = b"Stew\n\nAdd hot broth.\nStir.\n\nCook.\n\nServe it hot.\n"
EACH: tuple[Side, Side] = ("yours", "new")


def parts_of(base: bytes, mine: bytes, made: bytes) -> tuple[Parts, bytes, bytes]:
    """What git's own merge of these three gives: the places, and the file with either side's lines."""
    kept = merge_texts(base, mine, made)
    yours, new = kept.text, merge_texts(base, mine, made, "theirs").text
    parts = cut(yours, new, hunks(kept.conflicts)) if kept.conflicts else Parts((), ())
    assert parts is not None
    return parts, yours, new


def mix(parts: Parts, sides: Sequence[Side]) -> bytes:
    """The file with those sides at its places."""
    between = [b"".join(lines) for lines in parts.common]
    taken = [b"".join(place.of(side)) for place, side in zip(parts.places, sides, strict=True)]
    return between[0] + b"".join(one + other for one, other in zip(taken, between[1:], strict=True))


def stands(now: bytes, parts: Parts) -> list[str]:
    return [found.stands for found in read(now, parts)]


def test_a_file_is_cut_at_the_hunks_that_git_marked() -> None:
    parts, yours, new = parts_of(BASE, MINE, MADE)
    assert parts.places == (
        Place((b"Add cold broth.\n",), (b"Add hot broth.\n", b"Stir.\n")),
        Place((b"Serve it cold.\n",), (b"Serve it hot.\n",)),
    )
    assert (mix(parts, ["yours", "yours"]), mix(parts, ["new", "new"])) == (yours, new)


def test_each_place_is_taken_and_given_back() -> None:
    parts, yours, _ = parts_of(BASE, MINE, MADE)
    now = put(yours, parts, {1: "new"})
    assert now == yours.replace(b"it cold", b"it hot") and stands(now, parts) == ["yours", "new"]
    assert put(now, parts, {1: "yours"}) == yours


def test_what_was_edited_elsewhere_stays_also_a_paragraph_more_before_a_place() -> None:
    parts, yours, new = parts_of(BASE, MINE, MADE)
    more: Mapping[bytes, bytes] = {b"Stew\n": b"My stew\nby me\n\nCut.\n", b"Cook.\n": b"Cook it.\n"}
    for old, edited in more.items():
        assert put(yours.replace(old, edited), parts, {0: "new", 1: "new"}) == new.replace(old, edited)
        assert stands(new.replace(old, edited), parts) == ["new", "new"]


@pytest.mark.parametrize(
    "edited",
    [b"Add cold broth, then heat it.\n", b"", b"Add cold broth.\nHeat it.\n", b"Salt.\nAdd cold broth.\n"],
    ids=["rewritten", "deleted", "line below", "line above"],
)
def test_a_place_that_was_brought_together_by_hand_is_left_and_the_other_one_is_not(edited: bytes) -> None:
    parts, yours, _ = parts_of(BASE, MINE, MADE)
    now = yours.replace(b"Add cold broth.\n", edited)
    assert stands(now, parts) == ["edited", "yours"]
    assert put(now, parts, {0: "new"}) is None
    assert put(now, parts, {1: "new"}) == now.replace(b"it cold", b"it hot")


def test_of_lines_that_are_there_many_times_the_right_ones_are_replaced() -> None:
    again = b"x\nk\n"
    base, mine, made = again + b"b\nk\nx\nk\nb\nk\n", again + b"x\nk\nx\nk\nx\nk\n", again + b"z\nk\nx\nk\nz\nk\n"
    parts, yours, _ = parts_of(base, mine, made)
    assert put(yours, parts, {0: "new"}) == again + b"z\nk\nx\nk\nx\nk\n"
    assert put(b"top\n" + yours, parts, {1: "new"}) == b"top\n" + again + b"x\nk\nx\nk\nz\nk\n"


def test_what_cannot_be_told_apart_is_not_guessed() -> None:
    parts = cut(b"a\n", b"a\na\na\n", [Hunk((), (), ("a",)), Hunk((), (), ("a",))])
    assert parts == Parts(((), (b"a\n",), ()), (Place((), (b"a\n",)), Place((), (b"a\n",))))
    assert stands(b"a\na\n", parts) == ["unclear", "unclear"] and put(b"a\na\n", parts, {0: "new"}) is None


def test_windows_lines_and_a_last_line_without_an_end_stay_as_they_are() -> None:
    base, mine, made = b"a\r\nk\r\nend", b"mine\r\nk\r\nmy end", b"new\r\nk\r\nnew end\r\n"
    parts, yours, _ = parts_of(base, mine, made)
    assert put(yours, parts, {1: "new"}) == b"mine\r\nk\r\nnew end\r\n"
    assert put(yours, parts, {0: "new"}) == b"new\r\nk\r\nmy end"


def test_signs_that_end_a_line_elsewhere_and_bytes_that_are_no_text_are_no_hindrance() -> None:
    parts, yours, _ = parts_of(b"a\n\x0cb\xff\n", b"a\x0c\x0c1\n\x0cb\xfe\n", "a\u20282\r\r\n\x0cb\n".encode())
    assert put(yours, parts, {0: "new"}) is not None


MARKS = ["=======", "========", "<<<<<<< yours", "||||||| as it was generated", ">>>>>>> new"]


@pytest.mark.parametrize("odd", MARKS)
@pytest.mark.parametrize("at", range(3), ids=["generated", "yours", "new"])
def test_lines_that_look_like_marks_of_git_are_lines(odd: str, at: int) -> None:
    sides = [b"Cut.\n\nCook.\n\nServe.\n", b"Cut it.\n\nCook.\n\nServe it.\n", b"Dice.\n\nCook.\n\nEat.\n"]
    sides[at] = sides[at].replace(b"\n\nCook", f"\n{odd}\n\nCook".encode())
    parts, yours, new = parts_of(*sides)
    assert len(parts.places) == 2 and (mix(parts, ["yours"] * 2), mix(parts, ["new"] * 2)) == (yours, new)
    assert put(yours, parts, {0: "new"}) == mix(parts, ["new", "yours"])


def test_marks_are_as_long_as_those_of_git_unless_a_line_begins_like_one() -> None:
    assert mark_size(b"a\n=====\n", b"====================\n", b" =======\n") == 7
    assert mark_size(b"=======\n") == mark_size(b"a\r>>>>>>> x") == mark_size(b"a\x0c||||||| b", b"k") == 8
    assert mark_size(b"=======\n", b"<<<<<<<<\n", b">>>>>>>>>>\n") == 9


def test_marks_in_a_state_of_an_older_version_are_read_as_before() -> None:
    hunk = "<<<<<<< yours\nmine\n||||||| as it was generated\nb\n=======\nnew\n========\n>>>>>>> new\n"
    assert hunks(hunk) == [Hunk(("mine",), ("b",), ("new", "========"))]


def test_hunks_that_do_not_lead_from_one_version_to_the_other_are_no_places() -> None:
    assert cut(b"a\n", b"b\n", [Hunk(("a",), (), ("c",))]) is None
    assert cut(b"a\nk\n", b"b\nq\n", [Hunk(("a",), (), ("b",))]) is None


def test_a_file_written_anew_has_no_places_left_and_is_given_up_in_time() -> None:
    parts, _, _ = parts_of(BASE, MINE, MADE)
    assert stands(b"".join(b"%d\n" % n for n in range(40_000)), parts) == ["edited", "edited"]


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"k\n"]), max_size=3).map(tuple)
"""Few different lines, so that many are alike; at some places one side has none."""


@st.composite
def files(draw: st.DrawFn) -> Parts:
    """A file cut at up to four places."""
    places = draw(st.lists(st.tuples(LINES, LINES).filter(lambda two: two[0] != two[1]), min_size=1, max_size=4))
    between = [draw(LINES.filter(bool)) for _ in places[1:]]
    return Parts((draw(LINES), *between, draw(LINES)), tuple(Place(*two) for two in places))


def every_mix(parts: Parts) -> list[bytes]:
    return [mix(parts, sides) for sides in product(EACH, repeat=len(parts.places))]


def take_in_turn(parts: Parts, takes: list[tuple[int, Side]]) -> None:
    """Beginning with yours: each take changes just that place, or is refused since two choices look the same."""
    sides: list[Side] = ["yours"] * len(parts.places)
    now, every = mix(parts, sides), every_mix(parts)
    for number, side in takes:
        at = number % len(sides)
        taken = put(now, parts, {at: side})
        if taken is None:
            assert every.count(now) > 1
            continue
        now, sides[at] = taken, side
        assert now == mix(parts, sides)
    for side in EACH:
        whole = put(now, parts, dict.fromkeys(range(len(sides)), side))
        assert whole == mix(parts, [side] * len(sides)) or (whole is None and every.count(now) > 1)


TAKES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(EACH)), max_size=6)


@settings(deadline=None)
@given(files(), TAKES)
def test_any_sequence_of_takes_ends_in_just_these_sides_or_is_refused(
    parts: Parts, takes: list[tuple[int, Side]]
) -> None:
    take_in_turn(parts, takes)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), TAKES)
def test_so_it_is_with_what_git_merges(data: st.DataObject, takes: list[tuple[int, Side]]) -> None:
    rows = data.draw(st.lists(st.sampled_from("abk"), min_size=3, max_size=12))
    mine, made = list(rows), list(rows)
    for at in sorted(data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1, max_size=4)), reverse=True):
        mine[at : at + 1] = data.draw(st.lists(st.sampled_from("abx"), max_size=2))
        made[at : at + 1] = data.draw(st.lists(st.sampled_from("abz"), max_size=2))
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    like_marks = data.draw(st.dictionaries(st.sampled_from("abkxz"), st.sampled_from(MARKS)))
    rows, mine, made = ([like_marks.get(row, row) for row in one] for one in (rows, mine, made))
    sides = [(end.join(one) + end * data.draw(st.booleans())).encode() for one in (rows, mine, made)]
    parts, yours, new = parts_of(*sides)
    if parts.places:
        assert (every_mix(parts)[0], every_mix(parts)[-1]) == (yours, new)
        take_in_turn(parts, takes)


@settings(deadline=None)
@given(files(), st.data())
def test_edits_elsewhere_stay_whatever_is_taken(parts: Parts, data: st.DataObject) -> None:
    common = [list(lines) for lines in parts.common]
    apart = [(i, j) for i, lines in enumerate(common) for j in range(1, len(lines) - 1)]
    for i, j in data.draw(st.sets(st.sampled_from(apart)) if apart else st.just(set())):
        common[i][j] = b"edit %d %d\n" % (i, j)
    edited = Parts(tuple(map(tuple, common)), parts.places)
    sides: list[Side] = [data.draw(st.sampled_from(EACH)) for _ in parts.places]
    at, side = data.draw(st.integers(0, len(sides) - 1)), data.draw(st.sampled_from(EACH))
    taken = put(mix(edited, sides), parts, {at: side})
    assert taken in (mix(edited, [*sides[:at], side, *sides[at + 1 :]]), None)


@settings(deadline=None)
@given(st.lists(st.sampled_from(EACH), min_size=3, max_size=3), st.integers(0, 2), st.sampled_from(EACH))
def test_where_lines_differ_no_edit_apart_from_a_place_hinders(sides: list[Side], at: int, side: Side) -> None:
    common = [tuple(b"%d %d\n" % (part, line) for line in range(3)) for part in range(4)]
    places = (Place((b"x\n",), ()), Place((), (b"x\n", b"z\n")), Place((b"x\n",), (b"z\n",)))
    parts = Parts(tuple(common), places)
    edited = Parts(tuple((one, b"mine\n", b"more\n", other) for one, _, other in common), places)
    wanted = mix(edited, [*sides[:at], side, *sides[at + 1 :]])
    assert put(mix(edited, sides), parts, {at: side}) == wanted
