"""All keys, from the same place the footer takes them from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.wrap import UNKNOWN, hang

_KEYS = 18
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
            yield KeyList(self.groups)


class KeyList(Static):
    """The keys, wrapped to the room there is."""

    def __init__(self, groups: Sequence[tuple[str, Iterable[BindingType]]]) -> None:
        super().__init__(help_content(groups, UNKNOWN))
        self.groups = groups

    def on_resize(self) -> None:
        """Breaks the lines anew."""
        self.update(help_content(self.groups, self.size.width))


def help_content(groups: Iterable[tuple[str, Iterable[BindingType]]], across: int) -> Content:
    """`key  what it does`, under the title of each group; what it does is wrapped under itself."""
    text = Content("")
    for title, bindings in groups:
        text += Content.styled(f"{title}\n", "bold $text-primary")
        for binding in bindings:
            if isinstance(binding, Binding) and binding.description:
                keys = " ".join(_NAMES.get(key, key) for key in binding.key.split(","))
                said = hang(binding.tooltip or binding.description, _KEYS, across)
                text += Content.assemble((f"  {keys:<{_KEYS - 2}}", "bold"), f"{said}\n")
        text += "\n"
    hint = "Everything is also in the command palette: ctrl+p. Arrow keys and hjkl do the same."
    return text + Content.styled(hint, "$text-muted")
