"""Text as stems: what the index, the signs of the tags and the measure of likeness all count by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_STOP = """
about above after again all also although always among and another any anybody anything are because been before
being below between both but can cannot could did does doing done down each either else ever every few for from get
gets give given gives goes had has have having her here his how however instead into its itself just less let like
made make makes making many may might more most much must needs neither never nobody none nor not nothing now off
once one ones only onto other others our out over own per rather same say says she should since some somebody
something stand stands still such take takes than that the their them then there these they thing things this those
through thus too two under until upon use used uses using very was way well were what when where whether which while
who whole whom whose why will with within without would yet you your
"""
STOP = frozenset(_STOP.split())
"""Words that say nothing about what a text is about."""

SUFFIXES = {
    "ness": 4,
    "ment": 5,
    "able": 4,
    "ible": 4,
    "ing": 3,
    "ion": 4,
    "ive": 4,
    "ers": 4,
    "ed": 3,
    "er": 4,
    "ly": 4,
}
"""Endings that are cut off, the first that fits, and how many letters must be left."""
MOST_REMEMBERED = 100_000

_WORD = re.compile(r"[a-z]{2,}")


def split(text: str) -> list[str]:
    """Every word of two letters or more in small letters, in order."""
    return _WORD.findall(text.lower())


def stems(text: str) -> list[str]:
    """The stem of every word, in order."""
    return stems_of(split(text))


def stems_of(words: Iterable[str]) -> list[str]:
    """The stems of words in small letters."""
    return list(map(_STEMS.__getitem__, words))


def terms(text: str) -> list[str]:
    """The stems of the words that say what the text is about, in order."""
    return terms_of(split(text))


def terms_of(words: Iterable[str]) -> list[str]:
    """The stems of those among words in small letters that say something."""
    return list(filter(None, map(_TERMS.__getitem__, words)))


def stem(word: str) -> str:
    """What is left of a lower-case word without its ending; `saves`, `saved` and `saving` have the same."""
    if len(word) <= 3:
        return word
    word = _singular(word)
    for suffix, least in SUFFIXES.items():
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            word = word[: -len(suffix)]
            break
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 6 and word.endswith("at"):
        word = word[:-2]
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return f"{word[:-1]}i" if len(word) > 2 and word[-1] == "y" else word


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of terms that two sets have in common (Jaccard), from 0 to 1."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses") or (word.endswith("es") and word[-3] in "xz"):
        return word[:-2]
    return word[:-1] if word[-1] == "s" and word[-2] not in "sui" else word


class _Known(dict[str, str]):
    """Word → what a function says of it, remembered: a lookup costs a tenth of a call, and texts have many words."""

    def __init__(self, function: Callable[[str], str]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        found = self[word] = self._function(word)
        return found


_STEMS = _Known(stem)
_TERMS = _Known(lambda word: "" if len(word) < 3 or word in STOP else stem(word))
