"""All wisdom cards and patterns of a workspace, and which session was told which of them, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui.lines.sanitize import one_line
from tui.loaders import learned
from tui.loaders.learned import NOTHING_LEARNED, Learned


@dataclass(frozen=True, slots=True)
class Choice:
    """A session that was told a card or pattern."""

    session: str
    title: str
    """`store · code · gen #1`."""
    runtime: str
    why: str


@dataclass(frozen=True, slots=True)
class CardView:
    """One card or pattern with all its lines, and who was told it. `collection`: the name of the file it stands in."""

    id: str
    title: str
    collection: str
    fields: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...] = ()
    kind: str = ""
    """What kind of pattern it is; "" for a card."""

    def field(self, name: str) -> str:
        """The text of a line; "" if the card has none of that name."""
        return dict(self.fields).get(name, "")

    @property
    def words(self) -> str:
        """Everything a search looks in."""
        return " ".join([self.id, self.title, self.collection, self.kind, *(text for _, text in self.fields)])


@dataclass(frozen=True, slots=True)
class Wisdom:
    """The cards, then the patterns, in the order of their files. `problems`: session files that could not be read."""

    cards: tuple[CardView, ...] = ()
    problems: tuple[str, ...] = ()
    learned: Learned = NOTHING_LEARNED
    """What retrospectives propose."""

    def card(self, id_: str) -> CardView | None:
        """The card or pattern of that id."""
        return next((card for card in self.cards if card.id == id_), None)


def load(workspace: Path) -> Wisdom:
    """All in force here: the app's own files before the engine's, then what was learned. Raises WisdomError."""
    from engine.briefs.patterns import patterns
    from engine.wisdom.library import collections_in_force, load
    from engine.workspace import Workspace

    overlay = Workspace(workspace).overlay
    chosen, problems = _choices(workspace)
    cards = [
        CardView(card.id, card.title, card.collection, card.fields, tuple(chosen.get(card.id, ())))
        for card in load(collections_in_force(overlay), overlay).cards
    ]
    shapes = [
        CardView(
            one.id, one.title, Path(one.path).stem, one.fields, tuple(chosen.get(one.id, ())), learned.kind_of(one)
        )
        for one in patterns(overlay)
    ]
    return Wisdom((*cards, *shapes), tuple(problems), learned.load(workspace))


def _choices(workspace: Path) -> tuple[dict[str, list[Choice]], list[str]]:
    from engine.wisdom.told import read_told

    found: dict[str, list[Choice]] = {}
    sessions, problems = read_told(workspace / ".orchestrator" / "sessions")
    for one in sessions:
        title = " · ".join(filter(None, [one.lego, one.step, f"{one.substep} #{one.attempt}"]))
        for card, why in one.cards:
            choice = Choice(one.session, one_line(title), one.runtime, one_line(why))
            found.setdefault(card, []).append(choice)
    return found, problems
