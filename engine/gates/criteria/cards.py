"""Criteria on cards and patterns that a session proposes."""

from __future__ import annotations

from engine.gates.criteria.context import Context
from engine.gates.criteria.registry import Finding, criterion
from engine.learning.entries import CARDS, PATTERNS, Sort
from engine.learning.evidence import read_names
from engine.learning.proposals import problems, read
from engine.workspace import INTENT


@criterion("`<path>` holds at most <number> sound cards")
def sound_cards(context: Context, path: str, number: str) -> Finding:
    """Each is written as cards are, no two say the same, and its Evidence names a session that `app_intent.md` tells.

    Steps, tags and sessions are those listed there. A file without any card is sound when it says something.

    Red: every mistake, one sentence each.
    Example: `learned.md` holds at most 5 sound cards
    """
    return _sound(context, path, number, CARDS)


@criterion("`<path>` holds at most <number> sound patterns")
def sound_patterns(context: Context, path: str, number: str) -> Finding:
    """Each `LAP-` is written as antipatterns are, each `LSP-` as success patterns, both with Evidence as cards have it.

    They may stand in one file with cards, which this criterion does not look at.

    Red: every mistake, one sentence each.
    Example: `learned.md` holds at most 2 sound patterns
    """
    return _sound(context, path, number, PATTERNS)


def _sound(context: Context, path: str, number: str, sort: Sort) -> Finding:
    text, told = context.text(path), context.text(INTENT)
    if text is None or told is None:
        return Finding(False, f"{path if text is None else INTENT} is not there")
    if not text.strip():
        return Finding(False, f"{path} is empty: write {sort.word}s, or why there is nothing to learn")
    if wrong := problems(text, path, read_names(told), int(number.replace(",", "")), (sort,)):
        return Finding(False, "; ".join(wrong))
    return Finding(True, f"{len(read(text, path, (sort,)))} {sort.word}s")
