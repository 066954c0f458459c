"""The wisdom cards: what sessions are told beside their task, and why each was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content

from tui.format import plural
from tui.loaders import wisdom
from tui.loaders.wisdom import CardView, Wisdom
from tui.read_model import WorkspaceView
from tui.sanitize import one_line
from tui.screens.browse import COMMON, BrowseScreen
from tui.widgets.item_list import Item

_TOLD = ("Principle", "Do", "Avoid", "Review question")
_NAMES = {"Review question": "Ask"}
_MOST_SESSIONS = 40


class WisdomScreen(BrowseScreen[Wisdom]):
    """`f` leaves only the cards that sessions of this app were told."""

    BINDING_GROUP_TITLE = "Wisdom"
    LOADING = "Reading the cards …"
    SEARCH_HINT = "words of a card, a step such as code, or an id such as RSK-005"
    BINDINGS = [
        Binding("enter", "choose", "Read", tooltip="Go to the card's text, to scroll it", id="wisdom.choose"),
        Binding(
            "f",
            "toggle_chosen",
            "Chosen only",
            id="wisdom.chosen_only",
            tooltip="Only the cards that sessions here were told, or all",
        ),
        Binding("y", "copy", "Copy card", id="wisdom.copy", tooltip="Copy the card under the cursor"),
        *COMMON,
    ]
    chosen_only = False

    def load(self) -> Wisdom:
        """The cards, and the sessions that were told them."""
        return wisdom.load(self.view.folder)

    def depends_on(self, view: WorkspaceView) -> object:
        """Every new session may have been told some."""
        return len(view.sessions)

    def title_text(self) -> Content:
        """How many cards, and how many of them were used."""
        title = Content.styled("Wisdom", "bold")
        if self.data is None:
            return title
        used = sum(bool(card.choices) for card in self.data.cards)
        facts = f"   {plural(len(self.data.cards), 'card')} · {used} told to sessions of {one_line(self.view.app, 40)}"
        only = "   only those that were told" if self.chosen_only else ""
        return Content.assemble(title, (facts, "$text-muted"), (only, "bold $text-warning"))

    def items(self, data: Wisdom) -> Sequence[Item]:
        """The cards under the names of their collections."""
        items: list[Item] = []
        collection = ""
        for card in data.cards:
            if self.chosen_only and not card.choices:
                continue
            if card.collection != collection:
                collection = card.collection
                items.append(
                    Item(f"#{collection}", Content.styled(f" {collection}", "bold $text-primary"), heading=True)
                )
            items.append(_item(card))
        return items

    def empty(self, data: Wisdom) -> Content:
        """No session was told a card yet."""
        text = (
            "No session has been told a card yet: cards are chosen when a session's brief is made. f shows all cards."
        )
        return Content.styled(text, "$text-muted")

    def describe(self, data: Wisdom, key: str) -> Content:
        """The card in full, then who was told it."""
        card = data.card(key)
        return Content("") if card is None else card_content(card)

    def draw_trouble(self) -> None:
        """Also names sessions whose choice is not known."""
        if not self.problem and self.data is not None and self.data.problems:
            self.problem = "\n".join(self.data.problems[:3])
        super().draw_trouble()

    def action_toggle_chosen(self) -> None:
        """Only what was told here, or everything."""
        self.chosen_only = not self.chosen_only
        self.draw()

    def action_copy(self) -> None:
        """Copies the card as text."""
        card = self.data.card(self.list.selected) if self.data else None
        if card is not None:
            lines = [f"{card.id} {card.title}", *(f"- {name}: {text}" for name, text in card.fields)]
            self.app.copy_to_clipboard("\n".join(lines))
            self.notify(f"{card.id} {card.title}", title="Copied", markup=False, timeout=3)


def _item(card: CardView) -> Item:
    left = Content.assemble(
        ("✓ " if card.choices else "· ", "$text-success" if card.choices else "$text-disabled"),
        (f"{card.id}  ", "$text-muted"),
        one_line(card.title),
    )
    told = f"told {len(card.choices)}×" if card.choices else ""
    return Item(card.id, left, Content.styled(told, "$text-success"), f"{card.words} {told}")


def card_content(card: CardView) -> Content:
    """Title, advice, where it applies, where it comes from, and the sessions that were told it."""
    lines = [
        Content.assemble((one_line(card.title), "bold"), (f"  {card.id} · {card.collection}", "$text-muted")),
        Content(""),
    ]
    for name in _TOLD:
        if text := card.field(name):
            lines += [
                Content.styled(_NAMES.get(name, name), "bold $text-primary"),
                Content(one_line(text, 2000)),
                Content(""),
            ]
    for name, text in card.fields:
        if name not in _TOLD:
            lines.append(Content.assemble((f"{name}  ", "$text-muted"), (_plain(text), "$text-muted")))
    return Content("\n").join([*lines, Content(""), *_choices(card)])


def _choices(card: CardView) -> list[Content]:
    if not card.choices:
        return [Content.styled("· No session of this app was told it.", "$text-muted")]
    lines = [Content.styled(f"Told to {plural(len(card.choices), 'session')}", "bold $text-success")]
    for choice in card.choices[:_MOST_SESSIONS]:
        lines += [
            Content.assemble(("✓ ", "$text-success"), choice.title, (f"  {one_line(choice.runtime)}", "$text-muted")),
            Content.styled(
                f"  because it {choice.why}" if choice.why.startswith("applies") else f"  because: {choice.why}",
                "$text-muted",
            ),
        ]
    more = len(card.choices) - _MOST_SESSIONS
    return lines + ([Content.styled(f"… and {plural(more, 'more session')}", "$text-muted")] if more > 0 else [])


def _plain(text: str) -> str:
    """A line of Markdown without its marks."""
    return one_line(text, 2000).replace("`", "").replace("*", "")
