"""Our two themes: calm, and told apart by blue, orange and lightness, so that no state hangs on red against green."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="meta-dark",
    primary="#6cb0ff",
    secondary="#8aa9c9",
    success="#5cc0b0",
    warning="#ffb057",
    error="#ff7d9d",
    accent="#bda4ff",
    foreground="#d8dee9",
    background="#11151c",
    surface="#171c25",
    panel="#202735",
    dark=True,
    variables={
        "text-muted": "#9ba7b9",
        "text-disabled": "#7b879d",
        "text-primary": "#6cb0ff",
        "text-secondary": "#8fb2d6",
        "text-success": "#5cc0b0",
        "text-warning": "#ffb057",
        "text-error": "#ff7d9d",
        "text-accent": "#bda4ff",
        "border": "#6cb0ff",
        "border-blurred": "#2c3547",
        "footer-background": "#171c25",
        "footer-key-foreground": "#ffb057",
        "footer-description-foreground": "#a6b0c0",
        "block-cursor-background": "#2a3a55",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "scrollbar": "#2c3547",
        "scrollbar-hover": "#3c4860",
        "scrollbar-active": "#6cb0ff",
        "scrollbar-background": "#11151c",
        "scrollbar-background-hover": "#11151c",
        "scrollbar-background-active": "#11151c",
    },
)

LIGHT = Theme(
    name="meta-light",
    primary="#0a5fb8",
    secondary="#40617f",
    success="#00685f",
    warning="#964a00",
    error="#b01050",
    accent="#6440b0",
    foreground="#1d2430",
    background="#f7f8fa",
    surface="#eef1f5",
    panel="#e1e6ed",
    dark=False,
    variables={
        "text-muted": "#4c5869",
        "text-disabled": "#5f6a79",
        "text-primary": "#0a5fb8",
        "text-secondary": "#3d6288",
        "text-success": "#00685f",
        "text-warning": "#964a00",
        "text-error": "#b01050",
        "text-accent": "#6440b0",
        "border": "#0a5fb8",
        "border-blurred": "#c3ccd8",
        "footer-background": "#e6eaf0",
        "footer-key-foreground": "#964a00",
        "footer-description-foreground": "#3f4a5a",
        "block-cursor-background": "#d8e6f8",
        "block-cursor-foreground": "#0b1a2c",
        "block-cursor-text-style": "bold",
        "scrollbar": "#c3ccd8",
        "scrollbar-hover": "#a9b6c6",
        "scrollbar-active": "#0a5fb8",
        "scrollbar-background": "#f7f8fa",
        "scrollbar-background-hover": "#f7f8fa",
        "scrollbar-background-active": "#f7f8fa",
    },
)


def own_variables(theme: Theme) -> dict[str, str]:
    """Variables that Textual does not have: what is written with on the colour of a warning.

    In the colours of the terminal, `background` is whatever the terminal has: nothing can be written with it.
    """
    if theme.ansi:
        return {"on-warning": "ansi_black" if theme.dark else "ansi_bright_white"}
    return {"on-warning": theme.background or ("#000000" if theme.dark else "#ffffff")}


def cursor_line(theme: Theme) -> str:
    """The style of the line under the cursor; colours keep their meaning where the background leaves them legible."""
    return f"{'$block-cursor-foreground ' if theme.ansi else ''}on $block-cursor-background"
