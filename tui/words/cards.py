"""Cards and patterns in words: those in force, with who was told them, and those that are proposed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from engine.errors import EXIT_DONE, EXIT_VALVE, EXIT_WAITING
from tui.lines.format import plural
from tui.lines.item import Item
from tui.lines.sanitize import clean, one_line

if TYPE_CHECKING:
    from engine.learning.deciding import State
    from tui.loaders.learned import Learned, ProposalView
    from tui.loaders.wisdom import CardView

PROPOSED = "proposed "
"""Before the id of a proposal, as the key of its line."""
_TOLD = ("Principle", "Do", "Avoid", "Review question")
_BELOW = ("Source", "Applies to", "Signs", "Checked by", "Evidence")
"""The lines of a pattern that are not its advice."""
_NAMES = {"Review question": "Ask"}
_MOST_SESSIONS = 40


class _Look(NamedTuple):
    glyph: str
    colour: str
    word: str
    means: str


_STATES: dict[State, _Look] = {
    "open": _Look("?", "$text-warning", "open", "It waits for you: A takes it for all your runs, H for this app alone"),
    "approved": _Look("✓", "$text-success", "taken", "You took it"),
    "declined": _Look("✗", "$text-muted", "declined", "You turned it down; A takes it all the same"),
    "known": _Look("=", "$text-muted", "known", "One in force says the same already"),
}


def proposed_items(learned: Learned, edited: Collection[str]) -> Iterator[Item]:
    """A line for each proposal, under a heading of their own."""
    if learned.proposals:
        heading = Content.styled(" proposed from what happened here", "bold $text-primary")
        yield Item("#proposed", heading, heading=True)
    for one in learned.proposals:
        look = _STATES[one.state]
        mark = " ✎" if one.id in edited else ""
        left = Content.assemble((f"{look.glyph} ", look.colour), (f"{one.id}  ", "$text-muted"), one_line(one.title))
        right = _right(one.kind, f"{look.word}{mark}", look.colour)
        yield Item(PROPOSED + one.id, left, right, one.words)


def proposal_content(one: ProposalView, edited: bool) -> Content:
    """What has become of the card or pattern, its advice, and the evidence for it."""
    look = _STATES[one.state]
    means = f"{look.means}: {one.same_as or one.card}" if one.same_as or one.card else look.means
    lines = [
        Content.assemble((one_line(one.title), "bold"), (f"  {_marked(one.id, one.kind)}", "$text-muted")),
        Content.assemble((f"{look.glyph} {look.word}  ", f"bold {look.colour}"), (f"{means}.", "$text-muted")),
    ]
    if edited:
        lines.append(Content.styled("✎ As you wrote it. It is not taken before A or H.", "$text-warning"))
    return Content("\n").join([*lines, Content(""), *_advice(one.fields, ("Evidence", *_told(one)))])


def counted(all_: Sequence[ProposalView] | Sequence[CardView]) -> str:
    """`2 cards`, `1 pattern` or `2 cards and 1 pattern`."""
    patterns = sum(bool(one.kind) for one in all_)
    cards = len(all_) - patterns
    said = [plural(cards, "card")] if cards or not patterns else []
    return " and ".join([*said, *([plural(patterns, "pattern")] if patterns else [])])


def learned_title(learned: Learned) -> Content:
    """How many proposals wait, if any do."""
    return Content.styled(f"   ? {len(learned.open)} proposed" if learned.open else "", "bold $text-warning")


def at_work_note(said: str, time: str) -> Content:
    """A retrospective goes on."""
    return Content.assemble(
        ("◐ Looking back at the run  ", "bold $text-secondary"),
        (f"{time}  " if time else "", "$text-muted"),
        (one_line(said, 200), "$text-muted"),
    )


def ended_note(code: int, said: list[str], learned: Learned) -> Content | None:
    """How a retrospective has ended: what waits, or why there is nothing, or what went wrong."""
    if code in (EXIT_DONE, EXIT_WAITING) and learned.open:
        text = f"? {counted(learned.open)} proposed: A takes one, e edits it first, D turns it down."
        return Content.styled(text, "bold $text-warning")
    if code == EXIT_WAITING:
        return None
    if code == EXIT_DONE:
        return Content.styled(f"✓ {one_line(' '.join(said[-1:]), 300)}", "$text-success")
    again = "" if code == EXIT_VALVE else " L goes on with it."
    words = "\n".join(clean(line).removeprefix("meta: ") for line in said)
    return Content.assemble((f"✗ The retrospective stopped (exit code {code}).{again}\n", "bold $text-error"), words)


def cut_off_note() -> Content:
    """One was begun, and nobody is at work."""
    return Content.styled(
        "! A retrospective of this run was begun and is not finished: L goes on with it.", "$text-warning"
    )


def collection_heading(collection: str) -> Item:
    """The line above the cards or patterns of a file."""
    return Item(
        f"#{collection}", Content.styled(f" {collection.replace('_', ' ')}", "bold $text-primary"), heading=True
    )


def card_item(card: CardView) -> Item:
    """The line of a card or pattern in force."""
    left = Content.assemble(
        ("✓ " if card.choices else "· ", "$text-success" if card.choices else "$text-disabled"),
        (f"{card.id}  ", "$text-muted"),
        one_line(card.title),
    )
    told = f"told {len(card.choices)}×" if card.choices else ""
    right = _right(card.kind, told, "$text-success")
    return Item(card.id, left, right, f"{card.words} {told}")


def card_content(card: CardView) -> Content:
    """Title, advice, where it applies, where it comes from, and the sessions that were told it."""
    lines = [
        Content.assemble(
            (one_line(card.title), "bold"), (f"  {_marked(card.id, card.kind or card.collection)}", "$text-muted")
        ),
        Content(""),
    ]
    return Content("\n").join([*lines, *_advice(card.fields, _told(card)), Content(""), *_choices(card)])


def _right(kind: str, said: str, colour: str) -> Content:
    """The mark of a pattern, then what is said of it."""
    words = Content.styled(said, colour)
    return Content.assemble((f"{kind}  " if said else kind, "$text-muted"), words) if kind else words


def _marked(id_: str, kind: str) -> str:
    return " · ".join(filter(None, [id_, kind]))


def _told(one: ProposalView | CardView) -> Sequence[str]:
    """The names of the lines that advise; a pattern's stand in the order in which it is read."""
    return [name for name, _ in one.fields if name not in _BELOW] if one.kind else _TOLD


def _advice(fields: Sequence[tuple[str, str]], named: Sequence[str]) -> Iterator[Content]:
    """These lines, each under its name; then the rest."""
    told = dict(fields)
    for name in named:
        if text := told.get(name):
            yield Content.styled(_NAMES.get(name, name), "bold $text-primary")
            yield Content(one_line(text, 2000))
            yield Content("")
    for name, text in fields:
        if name not in named:
            yield Content.styled(f"{name}  {_plain(text)}", "$text-muted")


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
