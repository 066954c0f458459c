"""The closed list of tags, and how strongly a text shows signs of each."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.wisdom.words import stems, stems_of

_ROW = re.compile(r"^\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|\s*$", re.MULTILINE)
_RULE = re.compile(r"[\s:-]+")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag. `signs` are the stems (of two words at most) that hint at it, its own name among them."""

    name: str
    about: str
    signs: tuple[tuple[str, ...], ...]
    line: int = 0


def parse_tags(text: str) -> list[Tag]:
    """The rows of the table of tags; its head and the rule below that are none."""
    tags = []
    for number, row in enumerate(_ROW.finditer(text)):
        name, about, signs = (cell.strip() for cell in row.groups())
        if number == 0 or _RULE.fullmatch(name):
            continue
        written = [tuple(stems(sign))[:2] for sign in (name, *signs.split(","))]
        line = text.count("\n", 0, row.start()) + 1
        tags.append(Tag(name, about, tuple(dict.fromkeys(filter(None, written))), line))
    return tags


def evidence(tags: Sequence[Tag], words: Sequence[str], weights: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Tag → sign → how much it counts, for every sign that stands in the words (small letters, in order).

    A sign weighs as the word does in this text, less if it hints at many tags. `weights` has the weight of each term.
    """
    found = stems_of(words)
    present = set(found)
    pairs = set(pairwise(found)) if tags else set()
    shared = Counter(sign for tag in tags for sign in tag.signs)
    told: dict[str, dict[str, float]] = {}
    for tag in tags:
        for sign in tag.signs:
            if sign[0] not in present or (len(sign) > 1 and sign not in pairs):
                continue
            weight = max(weights.get(part, 0.0) for part in sign)
            if weight > 0:
                told.setdefault(tag.name, {})[" ".join(sign)] = weight / math.sqrt(shared[sign])
    return told
