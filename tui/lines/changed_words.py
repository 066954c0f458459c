"""Which words of a line in a diff are not in the line that it replaces, or that replaces it. Slow: see `colours`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from tui.lines.code_colours import LONGEST, Span

if TYPE_CHECKING:
    from tui.lines.text import TextLine

LIKE = 0.5
"""Lines with less than this in common are two lines, not one that was changed."""

MOST_LINES, MOST_CHARACTERS = 2_500, 2_000_000
"""Those taken away times those added: in a larger rewrite nobody looks for single words."""

_SIGNS = "\u3040-\u30ff\u3400-\u9fff"
"""Of languages that are written without spaces: each is taken for a word."""
_TOKEN = re.compile(rf"[{_SIGNS}]|[^\W{_SIGNS}]+|\s+|.")
_CHANGED = "changed"


class _Words(NamedTuple):
    """The words of line `number`; `bag`: how often it has each, `size`: their characters; both without spaces."""

    number: int
    tokens: list[str]
    bag: Counter[str]
    size: int


class _Pair(NamedTuple):
    """A line and one that may replace it; `blocks`: where each begins to have the same, and for how many tokens."""

    alike: float
    old: _Words
    new: _Words
    blocks: Sequence[tuple[int, int, int]]


def changed_words(
    lines: Sequence[TextLine], first: int, last: int, partner: Mapping[int, int] | None = None
) -> dict[int, tuple[Span, ...]]:
    """Line → where it has words that its other side has not, for the lines from `first` to `last`.

    `partner`: old line → the new one that is shown beside it, and no other; without it whichever is most like it.
    """
    found: dict[int, tuple[Span, ...]] = {}
    for pair in _most_alike(lines, first, last) if partner is None else _beside(lines, first, last, partner):
        found[pair.old.number] = _others(pair.old.tokens, ((old, size) for old, _, size in pair.blocks))
        found[pair.new.number] = _others(pair.new.tokens, ((new, size) for _, new, size in pair.blocks))
    return {number: spans for number, spans in found.items() if spans and first <= number <= last}


def _most_alike(lines: Sequence[TextLine], first: int, last: int) -> Iterator[_Pair]:
    for removed, added in _runs(lines, *_whole(lines, first, last)):
        yield from _pairs(_read(lines, removed), _read(lines, added))


def _beside(lines: Sequence[TextLine], first: int, last: int, partner: Mapping[int, int]) -> Iterator[_Pair]:
    for old, new in partner.items():
        if first <= old <= last or first <= new <= last:
            yield from filter(None, [_pair(*_read(lines, (old, new)))])


def _whole(lines: Sequence[TextLine], first: int, last: int) -> tuple[int, int]:
    """As much further that no run of changed lines is cut."""
    begin, end = max(0, first), min(last + 1, len(lines))
    while begin > 0 and _side(lines[begin - 1]) != " ":
        begin -= 1
    while end < len(lines) and _side(lines[end]) != " ":
        end += 1
    return begin, end


def _side(line: TextLine) -> str:
    """The side in a diff; "" for what is between its lines, such as a comment on one."""
    return line.code.side if line.code else ""


def _runs(lines: Sequence[TextLine], begin: int, end: int) -> Iterator[tuple[list[int], list[int]]]:
    """Lines taken away and, right after them, those added in their place; both few enough to be compared."""
    removed: list[int] = []
    added: list[int] = []
    path = ""
    for number in range(begin, end):
        code = lines[number].code
        if code is None:
            continue
        if code.side == " " or code.path != path or (added and code.side == "-"):
            yield from _few(lines, removed, added)
            removed, added, path = [], [], code.path
        if code.side != " ":
            (removed if code.side == "-" else added).append(number)
    yield from _few(lines, removed, added)


def _few(lines: Sequence[TextLine], removed: list[int], added: list[int]) -> Iterator[tuple[list[int], list[int]]]:
    old, new = (sum(len(lines[number].text) for number in side) for side in (removed, added))
    if 0 < len(removed) * len(added) <= MOST_LINES and old * new <= MOST_CHARACTERS:
        yield removed, added


def _read(lines: Sequence[TextLine], numbers: Iterable[int]) -> list[_Words]:
    found = []
    for number in numbers:
        tokens = _TOKEN.findall(lines[number].text) if len(lines[number].text) <= LONGEST else []
        words = [token for token in tokens if not token.isspace()]
        found.append(_Words(number, tokens, Counter(words), sum(map(len, words))))
    return found


def _pairs(removed: Sequence[_Words], added: Sequence[_Words]) -> list[_Pair]:
    """Each line with the one that replaces it, in order, so that as much as possible is alike."""
    best: list[tuple[float, list[_Pair]]] = [(0.0, [])] * (len(added) + 1)
    for old in removed:
        before, best = best, [(0.0, [])]
        for at, new in enumerate(added):
            found = max(before[at + 1], best[at], key=lambda one: one[0])
            pair = _pair(old, new)
            if pair and before[at][0] + pair.alike > found[0]:
                found = before[at][0] + pair.alike, [*before[at][1], pair]
            best.append(found)
    return best[-1][1]


def _pair(old: _Words, new: _Words) -> _Pair | None:
    """Both lines, if they are alike. The bags tell fast where they cannot be."""
    both = old.size + new.size
    if not both or 2 * sum(len(word) * n for word, n in (old.bag & new.bag).items()) < LIKE * both:
        return None
    blocks = SequenceMatcher(None, old.tokens, new.tokens, autojunk=False).get_matching_blocks()
    same = (token for at, _, size in blocks for token in old.tokens[at : at + size] if not token.isspace())
    alike = 2 * sum(map(len, same)) / both
    return _Pair(alike, old, new, blocks) if alike >= LIKE else None


def _others(tokens: Sequence[str], same: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    """The words outside of `same`, as spans; those with only spaces between them are one."""
    kept = {at for begin, size in same for at in range(begin, begin + size)}
    spans: list[Span] = []
    at, joined = 0, False
    for number, token in enumerate(tokens):
        end = at + len(token)
        if number not in kept:
            begin = spans.pop()[0] if joined else at
            spans.append((begin, end, _CHANGED))
        joined = bool(spans) and (number not in kept or (joined and token.isspace()))
        at = end
    return tuple(spans)
