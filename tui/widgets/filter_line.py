"""The line that says what the tree is reduced to, with the words that are typed for it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, Static

from tui.keys import key_name
from tui.lines.format import plural
from tui.lines.sanitize import one_line
from tui.tree.filter import Filter


class FilterLine(Horizontal):
    """Hidden while nothing is filtered. Posts `Typed` for every change of the words."""

    BINDINGS = [Binding("escape", "screen.clear_filter", "Clear", tooltip="Show the whole tree", id="clear_filter")]
    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; background: $panel; }
    FilterLine.-on, FilterLine.-typing { display: block; }
    FilterLine > Label { width: auto; padding: 0 1; color: $text-warning; display: none; }
    FilterLine > Input { width: 1fr; background: $panel; display: none; }
    FilterLine > #filter-says { width: 1fr; padding: 0 1; }
    FilterLine > #filter-says { text-overflow: ellipsis; text-wrap: nowrap; }
    FilterLine.-typing > Label, FilterLine.-typing > Input { display: block; }
    FilterLine.-typing > #filter-says { width: auto; max-width: 50%; }
    """

    _wanted, _found = Filter(), 0

    class Typed(Message):
        """These words are wanted; `done` when the person has typed them all."""

        def __init__(self, words: str, done: bool) -> None:
            super().__init__()
            self.words, self.done = words, done

    def compose(self) -> ComposeResult:
        """A slash, the words, what is shown."""
        yield Label("/")
        yield (field := Input(compact=True))
        field.can_focus = False  # out of sight it must not get the keys when what had them goes
        yield Static(id="filter-says")

    def open(self) -> None:
        """Ready for words."""
        self.add_class("-typing")
        field = self.query_one(Input)
        field.can_focus = True
        self.screen.set_focus(field)  # at once: the next key may be on its way

    def show(self, wanted: Filter, found: int) -> None:
        """Says what the tree is reduced to."""
        self.set_class(bool(wanted), "-on")
        self._wanted, self._found = wanted, found
        self._say()

    def _say(self) -> None:
        """While words are typed they stand at the left already."""
        typing = self.has_class("-typing")
        reduced = self._wanted._replace(words="") if typing else self._wanted
        found = plural(self._found, "step") if self._wanted else "words of a name"
        hint = f"{key_name('enter')} keeps · esc shows all" if typing else "esc shows all"
        self.query_one("#filter-says", Static).update(
            Content("   ").join(
                Content.styled(text, style)
                for text, style in (
                    (one_line(reduced.text, 60), "bold $text-warning"),
                    (found, "$text-warning" if self._wanted and not self._found else "$foreground"),
                    (hint if self._wanted else "", "$text-muted"),
                )
                if text
            )
        )

    def close(self, words: str = "") -> None:
        """The words are complete, or are not wanted any more."""
        self.remove_class("-typing")
        self._say()
        field = self.query_one(Input)
        field.can_focus = False
        with field.prevent(Input.Changed):
            field.value = words

    @property
    def has_keys(self) -> bool:
        """Whether what is typed goes here."""
        return self.query_one(Input).has_focus

    def on_input_changed(self, event: Input.Changed) -> None:
        """The tree follows while words are typed."""
        event.stop()
        self.post_message(self.Typed(event.value, False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The words are complete."""
        event.stop()
        self.post_message(self.Typed(event.value, True))
