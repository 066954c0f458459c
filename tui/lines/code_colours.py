"""Colours of code by its language, for the lines that are being looked at. Slow: call it in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.lines.text import Code, TextLine

Span = tuple[int, int, str]
"""Where in a line, and in which style."""

BEFORE = 300
"""So many lines before the wanted ones are read, to know whether they stand in a comment or a text of many lines."""

LONGEST = 1_000
"""Characters: nobody wrote a longer line to be read, and colouring it could take for ever."""

_STYLES = {
    "Comment": "italic $text-muted",
    "Keyword": "$text-primary",
    "Keyword.Constant": "$text-secondary",
    "Literal.Number": "$text-secondary",
    "Literal.String": "$text-accent",
    "Literal.String.Doc": "italic $text-muted",
    "Name.Builtin": "$text-secondary",
    "Name.Class": "bold $foreground",
    "Name.Decorator": "$text-secondary",
    "Name.Function": "bold $foreground",
    "Name.Tag": "$text-primary",
    "Operator.Word": "$text-primary",
}
"""Green and red, orange and teal are left to what a diff and a check say."""


_PROSE = ("default", "text", "markdown")


def colours(lines: Sequence[TextLine], first: int, last: int) -> dict[int, tuple[Span, ...]]:
    """Line → its spans, for the lines of code from `first` to `last`; no spans where the language is not known."""
    begin = max(0, first - BEFORE)
    found: dict[int, tuple[Span, ...]] = {}
    for code, run in _runs(lines, begin, min(last + 1, len(lines))):
        found |= _coloured(code.path, run, lines)
    return {number: found.get(number, ()) for number in range(first, min(last + 1, len(lines))) if lines[number].code}


def _runs(lines: Sequence[TextLine], begin: int, end: int) -> Iterator[tuple[Code, list[int]]]:
    """The lines of one file that stand together, as far as they are code."""
    run: list[int] = []
    for number in range(begin, end):
        code, before = lines[number].code, lines[run[-1]].code if run else None
        if run and before and (code is None or code.path != before.path):
            yield before, run
            run = []
        if code:
            run.append(number)
    if run and (code := lines[run[-1]].code):
        yield code, run


def _coloured(path: str, run: Sequence[int], lines: Sequence[TextLine]) -> dict[int, tuple[Span, ...]]:
    """Of a diff each side is read by itself, as the text that it was or is."""
    sides = {number: code.side for number in run if (code := lines[number].code)}
    new = [number for number, side in sides.items() if side != "-"]
    found = _spans(path, new, lines)
    if len(new) < len(run):
        found = _spans(path, [number for number, side in sides.items() if side != "+"], lines) | found
    return found


def _spans(path: str, numbers: Sequence[int], lines: Sequence[TextLine]) -> dict[int, tuple[Span, ...]]:
    lexer = _lexer(path)
    if lexer is None:
        return {}
    texts = [text if len(text := lines[number].text) <= LONGEST else "" for number in numbers]
    by_line = _by_line((str(kind), text) for kind, text in lexer.get_tokens("\n".join(texts)))
    return dict(zip(numbers, by_line, strict=False))


def _by_line(tokens: Iterable[tuple[str, str]]) -> Iterator[tuple[Span, ...]]:
    """Tokens cut at the ends of lines."""
    spans: list[Span] = []
    at = 0
    for kind, text in tokens:
        style = style_of(kind)
        for number, part in enumerate(text.split("\n")):
            if number:
                yield tuple(spans)
                spans, at = [], 0
            if style and part.strip():
                spans.append((at, at + len(part), style))
            at += len(part)
    yield tuple(spans)


@cache
def style_of(kind: str) -> str:
    """The style of a kind of token such as `Token.Name.Function`; "" for what is as any text."""
    name = kind.removeprefix("Token").removeprefix(".")
    while name and name not in _STYLES:
        name = name.rpartition(".")[0]
    return _STYLES.get(name, "")


@cache
def _lexer(path: str) -> Any:
    """What reads the language of a file with this name; None where that is not known."""
    from rich.syntax import Syntax

    name = Syntax.guess_lexer(path, " ")
    return None if name in _PROSE else Syntax("", name, tab_size=0).lexer


def cut(text: str, at: int, spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    """`text`, which begins at `at` of its line, in pieces with their styles."""
    done, end = at, at + len(text)
    for begin, stop, style in spans:
        if stop <= done or begin >= end:
            continue
        if begin > done:
            yield text[done - at : begin - at], ""
        done = max(begin, done)
        yield text[done - at : min(stop, end) - at], style
        done = min(stop, end)
    if done < end:
        yield text[done - at :], ""
