"""Criteria on cards of advice that a session proposes."""

from __future__ import annotations

from engine.gates.criteria.context import Context
from engine.gates.criteria.registry import Finding, criterion
from engine.learning.evidence import read_names
from engine.learning.proposals import has_cards, problems, read
from engine.workspace import INTENT


@criterion("`<path>` holds at most <number> sound cards")
def sound_cards(context: Context, path: str, number: str) -> Finding:
    """Each is written as cards are, no two say the same, and its Evidence names a session that `app_intent.md` tells.

    Steps, tags and sessions are those listed there. A file without any card is sound when it says something.

    Red: every mistake, one sentence each.
    Example: `learned.md` holds at most 5 sound cards
    """
    text, told = context.text(path), context.text(INTENT)
    if text is None or told is None:
        return Finding(False, f"{path if text is None else INTENT} is not there")
    if not text.strip():
        return Finding(False, f"{path} is empty: write cards, or why there is nothing to learn")
    if wrong := problems(text, path, read_names(told), int(number.replace(",", ""))):
        return Finding(False, "; ".join(wrong))
    return Finding(True, f"{len(read(text, path)) if has_cards(text) else 0} cards")
