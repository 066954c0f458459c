"""A key is written in one way everywhere: in the footer, in help, in the palette."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen, text_of
from tui.keys import key_name, key_names, named_bindings


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a", "a"),
        ("G", "G"),
        ("slash", "/"),
        ("vertical_line", "|"),
        ("equals_sign", "="),
        ("plus", "+"),
        ("minus", "-"),
        ("question_mark", "?"),
        ("left_square_bracket", "["),
        ("ctrl+s", "^s"),
        ("ctrl+shift+s", "shift+^s"),
        ("shift+tab", "shift+tab"),
        ("escape", "esc"),
        ("pagedown", "pgdn"),
        ("f5", "f5"),
    ],
)
def test_a_key_is_written_as_it_is_on_the_keyboard(key: str, name: str) -> None:
    assert key_name(key) == name


def test_no_key_of_any_screen_has_a_raw_name() -> None:
    raw = {id_: one.key for id_, one in named_bindings().items() if "_" in key_names(one.key)}
    assert raw == {}


async def test_help_of_a_gate_names_the_key_of_the_sides_as_the_footer_does(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path), size=(120, 70)) as pilot:
        await press(pilot, "a", "question_mark")
        text = text_of(pilot)
        assert "|  " in text and "vertical_line" not in text and "square_bracket" not in text


async def test_in_help_no_key_runs_into_what_it_does(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(120, 70)) as pilot:
        await press(pilot, "T", "question_mark")
        lines = [line.strip("│▂▃▅▇▁▆▄ ") for line in text_of(pilot).splitlines()]
        (zoom,) = (line for line in lines if "Show less time, larger" in line)
        (out,) = (line for line in lines if "Show more time" in line)
        assert zoom.split("  ")[0] == "+ =" and out.split("  ")[0] == "-"
        assert zoom.index("Show") == out.index("Show")


async def test_the_palette_names_keys_as_the_footer_does(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        offered = {one.title: one.help for one in pilot.app.get_system_commands(pilot.app.screen)}
        assert offered["Filter"].endswith("(/)") and offered["Help"].endswith("(?)")
