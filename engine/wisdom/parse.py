"""Markdown to cards. Forgiving where a card can still be used; `lint` tells what else is wrong."""

from __future__ import annotations

import re

from engine.wisdom.model import Card, WisdomError

ENDING = "_wisdom.md"
HEAD = re.compile(r"(?P<id>[A-Z]{3}-\d{3,}) (?P<title>.+)")

_FIELD = re.compile(r"^- \*\*([^*\n]+)\*\*: (.+)$", re.MULTILINE)


def parse_cards(text: str, path: str) -> list[Card]:
    """The cards of a file. Raises WisdomError naming the card that lacks its principle."""
    collection = re.split(r"[/\\]", path)[-1].removesuffix(ENDING)
    first, *rest = f"\n{text}".split("\n## ")
    line = first.count("\n") + 1
    cards = []
    for chunk in rest:
        head = HEAD.fullmatch(chunk.partition("\n")[0].rstrip())
        if head:
            fields = tuple((name, told.strip()) for name, told in _FIELD.findall(chunk))
            cards.append(Card(head["id"], head["title"].strip(), fields, collection, path, line))
            if not cards[-1].field("Principle"):
                raise WisdomError(f"{path}:{line}: card {head['id']} has no line `- **Principle**: …`")
        line += chunk.count("\n") + 1
    return cards
