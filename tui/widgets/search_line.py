"""One line to search with: `/` opens it, `enter` searches, `esc` closes it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class SearchLine(Horizontal):
    """Hidden until opened. Posts `Search` while words are typed, and when it is closed without any."""

    HINT: ClassVar[str] = "n next · N before"
    BINDINGS = [Binding("escape", "close", "Close", tooltip="Close the search", id="search.close")]
    DEFAULT_CSS = """
    SearchLine { height: 1; display: none; background: $panel; }
    SearchLine.-open { display: block; }
    SearchLine > Label { width: auto; padding: 0 1; color: $text-warning; }
    SearchLine > Input { width: 1fr; background: $panel; }
    SearchLine > #found { color: $text-muted; }
    """

    class Search(Message):
        """These words are wanted; `done` when the person has typed them all."""

        def __init__(self, words: str, done: bool) -> None:
            super().__init__()
            self.words, self.done = words, done

    def compose(self) -> ComposeResult:
        """A slash, the words, how often they were found."""
        yield Label("/")
        yield (field := Input(select_on_focus=True, compact=True))
        field.can_focus = False  # out of sight it must not get the keys when what had them goes
        yield Label("", id="found")

    def open(self) -> None:
        """Shows it, ready for words."""
        self.add_class("-open")
        field = self.query_one(Input)
        field.can_focus = True
        self.screen.set_focus(field)  # at once: the next key may be on its way

    @property
    def words(self) -> str:
        """What is searched for now."""
        return self.query_one(Input).value if self.has_class("-open") else ""

    def tell(self, found: int | None, at: int = 0) -> None:
        """Says how many places have the words, and at which one the reader is; None: nothing was searched for."""
        place = f"{at} of {found}" if at and found else f"{found}"
        text = "" if found is None else f"{place} found · {self.HINT}" if found else "not found"
        self.query_one("#found", Label).update(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Searches while typing."""
        self.post_message(self.Search(event.value, False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The words are complete."""
        self.post_message(self.Search(event.value, True))
        if not event.value:
            self._hide()

    def action_close(self) -> None:
        """Away with it and its marks."""
        self._hide()
        with self.query_one(Input).prevent(Input.Changed):
            self.query_one(Input).value = ""
        self.post_message(self.Search("", True))

    def _hide(self) -> None:
        self.remove_class("-open")
        self.query_one(Input).can_focus = False
