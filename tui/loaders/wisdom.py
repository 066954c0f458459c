"""All wisdom cards of a workspace, and which session was told which of them, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tui.sanitize import one_line

_END = "_wisdom.md"


@dataclass(frozen=True, slots=True)
class Choice:
    """A session that was told a card."""

    session: str
    title: str
    """`store · code · gen #1`."""
    runtime: str
    why: str


@dataclass(frozen=True, slots=True)
class CardView:
    """One card with all its lines, and who was told it."""

    id: str
    title: str
    collection: str
    fields: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...] = ()

    def field(self, name: str) -> str:
        """The text of a line; "" if the card has none of that name."""
        return dict(self.fields).get(name, "")

    @property
    def words(self) -> str:
        """Everything a search looks in."""
        return " ".join([self.id, self.title, self.collection, *(text for _, text in self.fields)])


@dataclass(frozen=True, slots=True)
class Wisdom:
    """The cards by collection, in the order of their files. `problems`: session files that could not be read."""

    cards: tuple[CardView, ...] = ()
    problems: tuple[str, ...] = ()

    def card(self, id_: str) -> CardView | None:
        """The card of that id."""
        return next((card for card in self.cards if card.id == id_), None)


def load(workspace: Path) -> Wisdom:
    """Every card in force here: the app's own files before the engine's. Raises WisdomError."""
    from engine.briefs.wisdom import parse_cards

    chosen, problems = _choices(workspace)
    cards = [
        CardView(card.id, card.title, path.name.removesuffix(_END), card.fields, tuple(chosen.get(card.id, ())))
        for path in _files(workspace)
        for card in parse_cards(path.read_text(encoding="utf-8", errors="replace"), str(path))
    ]
    return Wisdom(tuple(cards), tuple(problems))


def _files(workspace: Path) -> list[Path]:
    from engine.resources import document, meta_home

    overlay = workspace / ".meta"
    names = {path.name for home in (meta_home(), overlay) for path in (home / "wisdom").glob(f"*{_END}")}
    return [document(f"wisdom/{name}", overlay) for name in sorted(names)]


def _choices(workspace: Path) -> tuple[dict[str, list[Choice]], list[str]]:
    found: dict[str, list[Choice]] = {}
    problems = []
    for path in sorted((workspace / ".orchestrator" / "sessions").glob("*/session.json")):
        try:
            spec = json.loads(path.read_bytes())
            title = " · ".join(filter(None, [spec["lego"], spec["step"], f"{spec['substep']} #{spec['attempt']}"]))
            for one in spec.get("wisdom", ()):
                choice = Choice(path.parent.name, one_line(title), str(spec["runtime"]), one_line(str(one["why"])))
                found.setdefault(str(one["id"]), []).append(choice)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            problems.append(f"{path}: it cannot be read ({type(error).__name__}: {error})")
    return found, problems
