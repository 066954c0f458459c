"""`docs/screen.md` describes every key of the main screen and every setting."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from textual.binding import Binding

from tui.keys import named_bindings
from tui.person.attention import Way
from tui.person.settings import PLACES
from tui.screens.main import MainScreen

PAGE = (Path(__file__).parents[2] / "docs" / "screen.md").read_text(encoding="utf-8")


def test_every_action_of_the_main_screen_is_named_with_its_id() -> None:
    ids = {binding.id for binding in MainScreen.BINDINGS if isinstance(binding, Binding)}
    assert {id_ for id_ in ids if id_ and f"`{id_}`" not in PAGE} == set()


def test_no_id_is_named_that_is_not_there() -> None:
    table = PAGE.partition("## tui.toml")[0]
    rows = re.findall(r"^\| .* \| (`.*`) \| ", table, re.MULTILINE)
    named = {id_ for row in rows for id_ in re.findall(r"`([\w.]+)`", row)}
    assert named <= set(named_bindings())
    assert len(named) > 40


def test_every_setting_and_every_way_of_calling_is_described() -> None:
    assert {name for name in PLACES if f"| `{name}`" not in PAGE} == set()
    assert {way for way in get_args(Way) if f"`{way}`" not in PAGE} == set()
