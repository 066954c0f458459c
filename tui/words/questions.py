"""A session's question in its two parts: what it asks, and the answer it proposes. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PROPOSED = re.compile(
    r"[\s(\[]*\b(?:my |the )?(?:proposed answer|proposed|proposal|suggested answer|suggestion|default|i propose|"
    r"i would (?:choose|say|take))\b(?: is)?\s*[:,\-–—]?\s+(?P<answer>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` is the whole question, by which it is answered."""

    text: str
    question: str
    proposed: str = ""


def asked(text: str) -> Asked:
    """Takes the proposed answer out of a question, where the session gave one after the question mark."""
    end = text.find("?")
    found = _PROPOSED.match(text, end + 1) if end >= 0 else None
    if found is None:
        return Asked(text, text.strip())
    answer = found["answer"].strip()
    closing = {"(": ")", "[": "]"}.get(text[end + 1 :].lstrip()[:1], "")
    if closing and answer.endswith((closing, closing + ".")):
        answer = answer.rstrip(".").removesuffix(closing)
    return Asked(text, text[: end + 1].strip(), answer.strip(" \"'`").strip())
