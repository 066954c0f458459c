"""Rich styles from theme variables, for widgets that draw their own lines."""

from __future__ import annotations

from rich.style import Style as RichStyle
from textual.style import Style
from textual.widget import Widget


class Inks:
    """The inks of one widget, mixed once per theme and background."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._base: Style | None = None
        self._theme = ""
        self._mixed: dict[str, RichStyle] = {}

    def __getitem__(self, style: str) -> RichStyle:
        """The style such as `italic $text-muted` on the widget's own background."""
        base, theme = self._widget.visual_style, self._widget.app.theme
        if base != self._base or theme != self._theme:
            self._base, self._theme, self._mixed = base, theme, {}
        if style not in self._mixed:
            self._mixed[style] = (base + Style.parse(style, self._widget.app.theme_variables)).rich_style
        return self._mixed[style]
