"""One of several values, seen at once while the cursor moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.keys import key_name
from tui.lines.item import Item
from tui.widgets.item_list import ItemList


class Choose(ModalScreen[str | None]):
    """`preview` is called with the value under the cursor; esc gives None."""

    CSS_PATH = ["dialog.tcss", "choose.tcss"]
    BINDINGS = [
        Binding("enter", "choose", "Take it", id="choose.choose"),
        Binding("escape,q", "dismiss(None)", "Back", id="choose.dismiss"),
    ]

    def __init__(self, title: str, values: Sequence[tuple[str, str]], now: str, preview: Callable[[str], None]) -> None:
        super().__init__()
        self.heading, self.values, self.now, self.preview = title, values, now, preview

    def compose(self) -> ComposeResult:
        """The values, each with a word on what it means."""
        with Vertical(classes="dialog", id="choose"):
            yield Label(Content(self.heading), classes="dialog-title")
            yield ItemList(id="choices-list")
            yield Label(f"{key_name('enter')} takes it · esc leaves it as it was", classes="dialog-hint")

    def on_mount(self) -> None:
        """The cursor is on the value of now."""
        values = self.query_one(ItemList)
        values.styles.height = min(len(self.values), 16)
        items = [Item(value, _line(value, text, value == self.now), words=value) for value, text in self.values]
        values.show(items)
        values.go_to(self.now)
        values.focus()

    def on_item_list_selected(self, message: ItemList.Selected) -> None:
        """Shows what it would be like."""
        if message.key:
            self.preview(message.key)

    def on_item_list_chosen(self, message: ItemList.Chosen) -> None:
        """Enter or a second click."""
        self.dismiss(message.key)

    def action_choose(self) -> None:
        """Takes the value under the cursor."""
        self.query_one(ItemList).action_choose()


def _line(value: str, text: str, is_now: bool) -> Content:
    return Content.assemble(("● " if is_now else "  ", "$text-success"), f"{value:<22}", (text, "$text-muted"))
