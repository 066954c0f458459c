"""What stands in a view that has nothing to show: it loads, it is empty, or it failed; always with the way on."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.lines.sanitize import clean


class Notice(Static):
    """A heading, a sentence or two, and keys."""

    DEFAULT_CSS = """
    Notice { height: 1fr; content-align: center middle; text-align: center; padding: 0 2; }
    """

    def say(self, heading: str, text: str = "", *keys: tuple[str, str], style: str = "$text-muted") -> None:
        """Shows this; `keys` are pairs of a key and what it does."""
        content = Content.assemble((clean(heading), f"bold {style}"))
        if text:
            content += Content.assemble("\n\n", (clean(text), "$foreground"))
        for number, (key, does) in enumerate(keys):
            content += Content.assemble("   " if number else "\n\n", (f" {key} ", "bold $background on $text-muted"))
            content += Content.styled(f" {does}", "$text-muted")
        self.update(content)
