"""Our themes are legible: contrast is computed, and no state hangs on a colour alone."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen, text_of
from tui.lines.format import LOOKS, word
from tui.person.themes import DARK, LIGHT, own_variables
from tui.words.chain import STATES

OURS = [DARK, LIGHT]
INKS = ["muted", "primary", "secondary", "success", "warning", "error", "accent"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 has it."""
    parts = [part / 255 for part in Color.parse(colour).rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def backgrounds(theme: Theme) -> dict[str, str]:
    found = {
        "background": theme.background,
        "surface": theme.surface,
        "panel": theme.panel,
        "cursor": theme.variables["block-cursor-background"],
    }
    return {name: colour for name, colour in found.items() if colour}


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_every_text_colour_is_legible_on_every_background(theme: Theme) -> None:
    inks = {ink: theme.variables[f"text-{ink}"] for ink in INKS} | {"foreground": theme.foreground or ""}
    for ink, colour in inks.items():
        for name, background in backgrounds(theme).items():
            assert contrast(colour, background) >= 4.5, (ink, name)


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_what_is_still_to_come_is_pale_but_legible(theme: Theme) -> None:
    pale = theme.variables["text-disabled"]
    for name in ("background", "surface"):
        assert contrast(pale, backgrounds(theme)[name]) >= 4.5
    assert contrast(pale, theme.variables["block-cursor-background"]) >= 3


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_keys_and_the_badge_are_legible(theme: Theme) -> None:
    bar = theme.variables["footer-background"]
    assert contrast(theme.variables["footer-key-foreground"], bar) >= 4.5
    assert contrast(theme.variables["footer-description-foreground"], bar) >= 4.5
    assert contrast(own_variables(theme)["on-warning"], theme.warning or "") >= 4.5
    assert contrast(theme.variables["block-cursor-foreground"], theme.variables["block-cursor-background"]) >= 7


def confused(colour: str) -> tuple[float, float]:
    """What somebody without red or green receptors tells colours by: blue against yellow, and lightness."""
    red, green, blue = Color.parse(colour).rgb
    return (blue - (red + green) / 2) / 255, luminance(colour)


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_good_trouble_and_waiting_differ_without_red_and_green(theme: Theme) -> None:
    colours = [confused(theme.variables[f"text-{ink}"]) for ink in ("success", "warning", "error", "primary")]
    for number, one in enumerate(colours):
        for other in colours[number + 1 :]:
            assert abs(one[0] - other[0]) + abs(one[1] - other[1]) >= 0.1


def test_every_state_has_a_sign_and_a_word_of_its_own() -> None:
    assert len({look.glyph for look in LOOKS.values()}) == len(LOOKS)
    assert len({word(status) for status in LOOKS}) == len(LOOKS)
    assert len({look.glyph for look in STATES.values()}) == len(STATES)


@pytest.mark.parametrize("theme", [*BUILTIN_THEMES, DARK.name, LIGHT.name])
async def test_every_theme_shows_the_same_words(theme: str, tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    async with screen(views.waiting(tmp_path), size=(100, 24), theme=theme) as pilot:
        assert "◆ 1 waiting for you" in text_of(pilot) and "✓" in text_of(pilot)
        await press(pilot, "a")
        assert "Approve Requirements" in text_of(pilot)
