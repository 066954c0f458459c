"""Rich styles from theme variables, for widgets that draw their own lines."""

from __future__ import annotations

import re

from rich.style import Style as RichStyle
from textual.style import Style
from textual.widget import Widget

_TINT = re.compile(r" on \$[\w-]+ \d+%")


class Inks:
    """The inks of one widget, mixed once per theme and background."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._base: Style | None = None
        self._theme = ""
        self._mixed: dict[str, RichStyle] = {}

    @property
    def of_terminal(self) -> bool:
        """Whether the colours are those of the terminal: none of them can be mixed into a light background."""
        return self._widget.app.current_theme.ansi

    def __getitem__(self, style: str) -> RichStyle:
        """The style such as `italic $text-muted` on the widget's own background."""
        base, theme = self._widget.visual_style, self._widget.app.theme
        if base != self._base or theme != self._theme:
            self._base, self._theme, self._mixed = base, theme, {}
        if style not in self._mixed:
            known = _TINT.sub("", style) if self.of_terminal else style
            self._mixed[style] = (base + Style.parse(known, self._widget.app.theme_variables)).rich_style
        return self._mixed[style]
