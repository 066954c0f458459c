"""The LEGO graph: which layer each stands in, and that a line leads from each to what needs it, over nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.graph.layers import depths, layered, reduced
from tui.graph.layout import Box, Drawing, beside, draw, fitting, glyph_at

DIAMOND = {"base": [], "left": ["base"], "right": ["base"], "top": ["left", "right"]}
LONG = {"a": [], "b": ["a"], "c": ["b"], "d": ["c", "a"]}

Graph = Mapping[str, Sequence[str]]


@st.composite
def graphs(drawn: st.DrawFn) -> dict[str, list[str]]:
    """Up to nine nodes, each needing some of those before it."""
    names = [f"n{number}" for number in range(drawn(st.integers(1, 9)))]
    return {
        name: drawn(st.lists(st.sampled_from(names[:at]), unique=True, max_size=4)) if at else []
        for at, name in enumerate(names)
    }


def ends_of(drawing: Drawing, edge: tuple[str, str]) -> set[str]:
    """The boxes that one can reach by following only this edge's cells from beside its needed box."""
    cells = {cell for cell, edges in drawing.lines.items() if edge in edges}
    box = drawing.boxes[edge[0]]
    beyond = (box.x + box.width, box.y + box.height)
    todo = [cell for cell in cells if cell[0] == beyond[0] or cell[1] == beyond[1]]
    seen: set[tuple[int, int]] = set()
    found: set[str] = set()
    while todo:
        x, y = cell = todo.pop()
        if cell in seen or cell not in cells:
            continue
        seen.add(cell)
        sides = drawing.lines[cell][edge]
        steps = [(x, y - 1), (x + 1, y), (x, y + 1), (x - 1, y)]
        todo += [step for number, step in enumerate(steps) if sides & 1 << number]
        ahead = (x + 1, y) if drawing.across else (x, y + 1)
        found |= {b.name for b in drawing.boxes.values() if inside(b, ahead)}
    return found


def inside(box: Box, cell: tuple[int, int]) -> bool:
    return box.x <= cell[0] < box.x + box.width and box.y <= cell[1] < box.y + box.height


def test_who_needs_nothing_is_first_and_each_stands_behind_all_it_needs() -> None:
    assert depths(LONG) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert depths({"x": ["gone"]}) == {"x": 0}


def test_an_edge_over_layers_takes_a_place_in_each_of_them() -> None:
    layers = layered(LONG).layers
    assert [sum(place.edge == ("a", "d") for place in layer) for layer in layers] == [0, 1, 1, 0]


def test_edges_that_follow_from_others_are_left_out() -> None:
    assert reduced(LONG) == {"a": [], "b": ["a"], "c": ["b"], "d": ["c"]}
    assert reduced(DIAMOND) == {name: list(needs) for name, needs in DIAMOND.items()}


@given(graphs())
def test_what_is_left_out_still_follows(graph: dict[str, list[str]]) -> None:
    small = reduced(graph)
    assert all(set(small[name]) <= set(needs) for name, needs in graph.items())
    assert closure(small) == closure(graph)


def closure(graph: Graph) -> set[tuple[str, str]]:
    found = {(need, name) for name, needs in graph.items() for need in needs}
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


@pytest.mark.parametrize("across", [True, False])
@given(graph=graphs())
def test_boxes_never_touch_and_lines_never_run_through_them(across: bool, graph: dict[str, list[str]]) -> None:
    drawing = draw(graph, 12, across=across)
    assert set(drawing.boxes) == set(graph)
    for one, other in combinations(drawing.boxes.values(), 2):
        apart_x = one.x + one.width < other.x or other.x + other.width < one.x
        apart_y = one.y + one.height < other.y or other.y + other.height < one.y
        assert apart_x or apart_y
    for box in drawing.boxes.values():
        assert box.x >= 0 and box.y >= 0
        assert box.x + box.width <= drawing.width and box.y + box.height <= drawing.height
        assert not any(inside(box, cell) for cell in drawing.lines)


@pytest.mark.parametrize("across", [True, False])
@given(graph=graphs())
def test_every_line_leads_from_what_is_needed_to_what_needs_it(across: bool, graph: dict[str, list[str]]) -> None:
    drawing = draw(graph, 12, across=across)
    for name, needs in graph.items():
        for needed in needs:
            assert ends_of(drawing, (needed, name)) == {name}


def test_lines_of_other_nodes_pass_over_each_other_without_a_joint() -> None:
    crossing = Drawing(True, 3, 1, lines={(1, 0): {("a", "b"): 0b1010, ("c", "d"): 0b0101}})
    joined = Drawing(True, 3, 1, lines={(1, 0): {("a", "b"): 0b1010, ("a", "d"): 0b0101}})
    assert glyph_at(crossing, (1, 0))[0] in "─│"
    assert glyph_at(joined, (1, 0))[0] == "┼"


def test_the_lines_of_the_chosen_node_come_before_the_others() -> None:
    crossing = Drawing(True, 3, 1, lines={(1, 0): {("a", "b"): 0b1010, ("c", "d"): 0b0101}})
    assert glyph_at(crossing, (1, 0), "d") == ("│", True)
    assert glyph_at(crossing, (1, 0), "a") == ("─", True)
    assert glyph_at(crossing, (1, 0), "x")[1] is False
    assert glyph_at(crossing, (0, 0)) == (" ", False)


def test_a_head_shows_where_a_line_arrives() -> None:
    drawing = draw({"a": [], "b": ["a"]}, 10, across=True)
    assert [glyph_at(drawing, cell)[0] for cell in drawing.heads] == ["▸"]
    assert [glyph_at(d, cell)[0] for d in [draw({"a": [], "b": ["a"]}, 10, across=False)] for cell in d.heads] == ["▾"]


def test_keys_go_to_the_box_that_lies_there() -> None:
    drawing = draw(DIAMOND, 10, across=True)
    upper, lower = sorted(["left", "right"], key=lambda name: drawing.boxes[name].y)
    assert beside(drawing, "base", "right") in ("left", "right")
    assert beside(drawing, upper, "down") == lower
    assert beside(drawing, lower, "up") == upper
    assert beside(drawing, upper, "left") == "base"
    assert beside(drawing, upper, "right") == "top"
    assert beside(drawing, "top", "right") == "top"
    assert beside(drawing, "nobody", "left") in DIAMOND


def test_the_room_decides_from_left_to_right_from_top_to_bottom_or_not_at_all() -> None:
    wide, tall = fitting(LONG, 12, 200, 20), fitting(LONG, 12, 40, 60)
    assert wide is not None and wide.across
    assert tall is not None and not tall.across
    assert fitting(LONG, 12, 10, 60) is None


def test_a_plan_of_fifty_is_drawn() -> None:
    graph = {f"lego_{n}": [f"lego_{m}" for m in range(max(0, n - 7), n) if (n * m) % 3 == 1] for n in range(50)}
    assert len(draw(reduced(graph), 18, across=True).boxes) == 50
