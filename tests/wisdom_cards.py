"""Cards for tests, written in as few words as a test needs."""

from __future__ import annotations

from pathlib import Path

from engine.wisdom import Card, Library, parse_cards
from engine.wisdom.tags import parse_tags

TAGS = """# Tags

| Tag | About | Signs |
|---|---|---|
| money | amounts | cent, debt, currency |
| files | paths | file, path, folder |
| security | harm | attack, password |
| accessibility | people | screen reader, braille |
| errors | what goes wrong | error, fail |
"""


def card_text(
    id_: str,
    title: str = "Do it well",
    applies: str = "`build` · errors",
    principle: str = "Nothing is known.",
    do: str = "Write it down.",
    source: str = "",
    avoid: str = "Not writing it.",
    example: str = "",
) -> str:
    """One card as it stands in a file; each comes from a work and a person of its own if none is given."""
    letters = id_.lower().replace("-", "")
    lines = [
        f"## {id_} {title}",
        f"- **Source**: Ann {letters.title()}, *Book of {letters}*, 1999" if not source else f"- **Source**: {source}",
        f"- **Applies to**: {applies}",
        f"- **Principle**: {principle}",
        f"- **Do**: {do}",
        f"- **Avoid**: {avoid}",
        *([f"- **Example**: {example}"] if example else []),
        "- **Review question**: Which line is wrong?",
    ]
    return "\n".join(lines) + "\n"


def file_of(*cards: str) -> str:
    """A file of cards."""
    return "\n".join(["# Cards\n\nWhat they are for.\n", *cards])


def library(*cards: str, document: str = "") -> Library:
    """A library of these cards, with the tags of `TAGS`."""
    return Library(cards_of(*cards), parse_tags(TAGS), document)


def cards_of(*cards: str) -> list[Card]:
    """The cards, as read from a file."""
    return parse_cards(file_of(*cards), "tales_wisdom.md")


def write(folder: Path, name: str, *cards: str) -> Path:
    """A file of cards in the overlay `folder`."""
    path = folder / "wisdom" / f"{name}_wisdom.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file_of(*cards), encoding="utf-8")
    return path
