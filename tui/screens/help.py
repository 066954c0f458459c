"""All keys, from the same place the footer takes them from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import key_name, key_names
from tui.lines.wrap import UNKNOWN, hang

_PALETTE = key_name("ctrl+p")
_CTRL = f"{key_name('ctrl+x')} is x with ctrl held"


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
    listed = [(title, list(_said_by(bindings))) for title, bindings in groups]
    column = max((cell_len(keys) for _, rows in listed for keys, _ in rows), default=0)
    for title, rows in listed:
        text += Content.styled(f"{title}\n", "bold $text-primary")
        for keys, does in rows:
            said = hang(does, column + 4, across)
            room = " " * (column - cell_len(keys) + 2)
            text += Content.assemble((f"  {keys}{room}", "bold"), f"{said}\n")
        text += "\n"
    hint = f"Everything is also in the command palette: {_PALETTE}. {_CTRL}. Arrow keys and hjkl do the same."
    return text + Content.styled(hint, "$text-muted")


def _said_by(bindings: Iterable[BindingType]) -> Iterable[tuple[str, str]]:
    for binding in bindings:
        if isinstance(binding, Binding) and binding.description:
            yield key_names(binding.key), binding.tooltip or binding.description
