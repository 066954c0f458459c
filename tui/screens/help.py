"""All keys, from the same place the footer takes them from."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "comma": ",",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


class HelpScreen(ModalScreen[None]):
    """Keys by the part of the screen they belong to."""

    CSS_PATH = "help.tcss"
    BINDINGS = [Binding("escape,q,question_mark", "dismiss", "Back", id="help_page.dismiss")]

    def __init__(self, groups: Iterable[tuple[str, Iterable[BindingType]]]) -> None:
        super().__init__()
        self.groups = list(groups)

    def compose(self) -> ComposeResult:
        """One list that scrolls."""
        with VerticalScroll(id="help"):
            yield Static(help_content(self.groups))


def help_content(groups: Iterable[tuple[str, Iterable[BindingType]]]) -> Content:
    """`key  what it does`, under the title of each group."""
    text = Content("")
    for title, bindings in groups:
        text += Content.styled(f"{title}\n", "bold $text-primary")
        for binding in bindings:
            if isinstance(binding, Binding) and binding.description:
                keys = " ".join(_NAMES.get(key, key) for key in binding.key.split(","))
                text += Content.assemble((f"  {keys:<16}", "bold"), f"{binding.tooltip or binding.description}\n")
        text += "\n"
    hint = "Everything is also in the command palette: ctrl+p. Arrow keys and hjkl do the same."
    return text + Content.styled(hint, "$text-muted")
