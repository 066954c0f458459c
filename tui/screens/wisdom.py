"""The wisdom cards and patterns: what sessions are told beside their task, and why each was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.content import Content
from textual.events import Resize

from tui.lines.sanitize import one_line
from tui.loaders import wisdom
from tui.screens.browse import COMMON
from tui.screens.learning import LEARNING_KEYS, LearningScreen
from tui.words.cards import (
    card_content,
    card_item,
    collection_heading,
    counted,
    learned_title,
    proposal_content,
    proposed_items,
)

if TYPE_CHECKING:
    from tui.lines.item import Item
    from tui.loaders.wisdom import Wisdom
    from tui.read_model import WorkspaceView


class WisdomScreen(LearningScreen):
    """`f` leaves only what sessions of this app were told; `L` has new ones proposed from its run."""

    BINDING_GROUP_TITLE = "Wisdom"
    LOADING = "Reading the wisdom …"
    SEARCH_HINT = "words, a step such as code, or an id such as RSK-005"
    BINDINGS = [
        Binding("enter", "choose", "Read", tooltip="Go to the text, to scroll it", id="wisdom.choose"),
        *LEARNING_KEYS,
        Binding(
            "f",
            "toggle_chosen",
            "Chosen only",
            id="wisdom.chosen_only",
            tooltip="Only the cards and patterns that sessions here were told, or all",
        ),
        Binding("y", "copy", "Copy", id="wisdom.copy", tooltip="Copy the card or pattern under the cursor"),
        *COMMON,
    ]
    chosen_only = False

    def load(self) -> Wisdom:
        """The cards and patterns, and the sessions that were told them."""
        return wisdom.load(self.view.folder)

    def depends_on(self, view: WorkspaceView) -> object:
        """Every new session may have been told some."""
        return len(view.sessions)

    def title_text(self) -> Content:
        """How many there are, and how many of them were used."""
        title = Content.styled("Wisdom", "bold")
        if self.data is None:
            return title
        used = sum(bool(card.choices) for card in self.data.cards)
        facts = f"   {counted(self.data.cards)} · {used} told"
        whose = f" to sessions of {one_line(self.view.app, 40)}"
        only = "   only those that were told" if self.chosen_only else ""
        waits, marked = learned_title(self.data.learned), (only, "$text-warning")
        whole = Content.assemble(title, (facts + whose, "$text-muted"), waits, marked)
        if whole.cell_length < self.size.width - 1:
            return whole
        return Content.assemble(title, (facts, "$text-muted"), waits, marked)

    def on_resize(self, event: Resize) -> None:
        """Where there is little room, whose sessions they are gives way to what is proposed."""
        if self.is_mounted:
            self.draw_title()

    def items(self, data: Wisdom) -> Sequence[Item]:
        """What is proposed, then the cards and patterns under the names of their files."""
        items = list(proposed_items(data.learned, self.edits))
        collection = ""
        for card in data.cards:
            if self.chosen_only and not card.choices:
                continue
            if card.collection != collection:
                collection = card.collection
                items.append(collection_heading(collection))
            items.append(card_item(card))
        return items

    def empty(self, data: Wisdom) -> Content:
        """No session was told a card yet."""
        text = "No session has been told a card or pattern yet: briefs choose them when they are made. f shows all."
        return Content.styled(text, "$text-muted")

    def describe(self, data: Wisdom, key: str) -> Content:
        """The card or pattern in full, then who was told it."""
        if (one := self.proposal) is not None:
            return proposal_content(one, one.id in self.edits)
        card = data.card(key)
        return Content("") if card is None else card_content(card)

    def draw_trouble(self) -> None:
        """Also names sessions whose choice is not known."""
        if not self.problem and self.data is not None:
            self.problem = "\n".join([*self.data.problems, *self.data.learned.problems][:3])
        super().draw_trouble()

    def action_toggle_chosen(self) -> None:
        """Only what was told here, or everything."""
        self.chosen_only = not self.chosen_only
        self.draw()

    def action_copy(self) -> None:
        """Copies the card or pattern as text."""
        card = self.data.card(self.list.selected) if self.data else None
        if (one := self.proposal) is not None:
            self.app.copy_to_clipboard(one.text)
            self.notify(one.title, title="Copied", markup=False, timeout=3)
        elif card is not None:
            lines = [f"{card.id} {card.title}", *(f"- {name}: {text}" for name, text in card.fields)]
            self.app.copy_to_clipboard("\n".join(lines))
            self.notify(f"{card.id} {card.title}", title="Copied", markup=False, timeout=3)
