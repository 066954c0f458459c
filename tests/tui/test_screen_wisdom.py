"""The wisdom browser on real cards and real session files."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.tui import fixture_screens as given
from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen, settle, text_of
from tui.loaders import wisdom
from tui.loaders.wisdom import load
from tui.screens.wisdom import WisdomScreen

OURS = """# Ours

## OK-900 Ours alone
- **Source**: Us, 2020
- **Applies to**: `code`
- **Signs**: one
- **When**: Always.
- **Shape**: Take turns.
- **Pitfalls**: None.
"""


def session(folder: Path, name: str, **more: object) -> None:
    """A session.json as the engine writes it."""
    path = folder / ".orchestrator" / "sessions" / name / "session.json"
    path.parent.mkdir(parents=True)
    wisdom = [{"id": "RSK-001", "why": "applies to code"}]
    base = {"lego": "store", "step": "code", "substep": "gen", "attempt": 1, "runtime": "codex", "wisdom": wisdom}
    path.write_text(json.dumps({**base, **more}))


def test_every_card_in_force_is_there_with_who_was_told_it(tmp_path: Path) -> None:
    session(tmp_path, "0001-code")
    session(tmp_path, "0002-code", lego=None, step="design", wisdom=[{"id": "RSK-001", "why": "sensitive app"}])
    found = load(tmp_path)
    card = found.card("RSK-001")
    assert card and card.collection == "risk" and card.field("Principle")
    assert [(one.title, one.why) for one in card.choices] == [
        ("store · code · gen #1", "applies to code"),
        ("design · gen #1", "sensitive app"),
    ]
    assert {one.collection for one in found.cards} >= {"design", "engineering", "risk", "strategic"}


def test_every_pattern_in_force_is_there_with_its_kind_and_who_was_told_it(tmp_path: Path) -> None:
    session(tmp_path, "0001-code", wisdom=[{"id": "ANTI-001", "why": "applies to code, signs: core"}])
    own = tmp_path / ".meta" / "patterns" / "success_patterns.md"
    own.parent.mkdir(parents=True)
    own.write_text(OURS)
    found = load(tmp_path)
    told = found.card("ANTI-001")
    assert told and told.kind == "antipattern" and [one.session for one in told.choices] == ["0001-code"]
    assert [(one.id, one.field("Shape")) for one in found.cards if one.kind == "success pattern"] == [
        ("OK-900", "Take turns.")
    ], "the app's own file stands for the engine's"
    assert {one.kind for one in found.cards} == {"", "antipattern", "success pattern", "trade-off"}


def test_the_apps_own_cards_come_before_the_engines(tmp_path: Path) -> None:
    own = tmp_path / ".meta" / "wisdom" / "risk_wisdom.md"
    own.parent.mkdir(parents=True)
    own.write_text("# Risk\n\n## RSK-900 Ours alone\n- **Principle**: Mind the gap.\n")
    assert [card.id for card in load(tmp_path).cards if card.collection == "risk"] == ["RSK-900"]


def test_a_session_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    session(tmp_path, "0001-code", wisdom=7)
    assert "0001-code/session.json" in load(tmp_path).problems[0]


async def test_a_mistake_in_the_apps_own_cards_is_shown_with_its_place(tmp_path: Path) -> None:
    own = tmp_path / ".meta" / "wisdom" / "risk_wisdom.md"
    own.parent.mkdir(parents=True)
    own.write_text("# Risk\n\n## RSK-900 Ours alone\n- **Do**: [b]nothing[/b].\n")
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "W")
        shown = text_of(pilot).replace("█", "")  # the scroll bar, where a long path makes one
        assert "risk_wisdom.md:3: card RSK-900" in " ".join(shown.split())


async def test_f_leaves_only_what_was_told_and_says_why(tmp_path: Path) -> None:
    session(tmp_path, "0001-code")
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "W", "f")
        text = text_of(pilot)
        assert "RSK-001" in text and "DES-001" not in text
        assert "store · code · gen #1" in text and "because it applies to code" in text


async def test_search_finds_words_of_the_text(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "W", "slash", *"saltzer")
        assert "RSK-001" in text_of(pilot) and "DES-001" not in text_of(pilot)
        await press(pilot, "enter", "enter", "j", "escape", "escape", "home")
        assert isinstance(pilot.app.screen, WisdomScreen) and "DES-001" in text_of(pilot)


async def test_patterns_are_found_by_what_they_are_called_and_by_their_words(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "W", "slash", *"trade-off trd-001")
        text = " ".join(text_of(pilot).split())
        assert "TRD-001 Performance or simplicity trade-off" in text and "DES-001" not in text
        assert "In doubt" in text and "patterns · 0 told" in text


async def test_a_mistake_in_the_apps_own_patterns_is_shown_with_its_place(tmp_path: Path) -> None:
    own = tmp_path / ".meta" / "patterns" / "success_patterns.md"
    own.parent.mkdir(parents=True)
    own.write_text(OURS.replace("- **Shape**: Take turns.\n", ""))
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "W")
        shown = " ".join(text_of(pilot).replace("█", "").split())
        assert "success_patterns.md:3: OK-900 has no line" in shown


async def test_until_the_cards_are_read_the_frame_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    monkeypatch.setattr(wisdom, "load", lambda folder: (go.wait(30), given.wisdom())[1])
    async with screen(views.running(tmp_path)) as pilot:
        await pilot.press("W")
        await pilot.pause()
        assert "Reading the wisdom …" in text_of(pilot) and "Search" in text_of(pilot)
        go.set()
        await settle(pilot)
        assert "RSK-006" in text_of(pilot)
