"""Markdown to cards. Forgiving where a card can still be used; `lint` tells what else is wrong."""

from __future__ import annotations

import re

from engine.wisdom.model import Card, WisdomError

ENDING = "_wisdom.md"
HEAD = re.compile(r"(?P<id>[A-Z]{3}-\d{3,}) (?P<title>.+)")
_PRINCIPLE = "\n- **Principle**: "


def parse_cards(text: str, path: str) -> list[Card]:
    """The cards of a file. Raises WisdomError naming the card that lacks its principle."""
    collection = re.split(r"[/\\]", path)[-1].removesuffix(ENDING)
    first, *rest = f"\n{text}".split("\n## ")
    line = first.count("\n") + 1
    cards = []
    for chunk in rest:
        title, _, body = chunk.partition("\n")
        if head := HEAD.fullmatch(title.rstrip()):
            if _PRINCIPLE not in chunk:
                raise WisdomError(f"{path}:{line}: card {head['id']} has no line `- **Principle**: …`")
            cards.append(Card(head["id"], head["title"].strip(), body, collection, path, line))
        line += chunk.count("\n") + 1
    return cards
