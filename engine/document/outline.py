"""The document as a tree of headings, with the blocks below each one: Markdown in, places kept."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from engine.document.model import Position
from engine.document.passage import Passage, passage
from engine.document.problems import Report

# Only blocks are needed: the words inside them are read from the source, where their columns are.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "text_join"])


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a bullet list; `extra` is where something other than its sentence begins."""

    passage: Passage
    extra: Position | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a section; `items` only for a bullet list."""

    kind: str
    position: Position
    items: tuple[Item, ...] = ()


@dataclass(slots=True)
class Section:
    """A heading with what stands below it. Lines count from 0, `end` is the first line that no longer belongs."""

    level: int
    title: Passage
    lines: Sequence[str]
    begin: int
    end: int = 0
    blocks: list[Block] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    @property
    def position(self) -> Position:
        """The place of the heading's text."""
        return self.title.position()

    def text(self, end: int | None = None) -> str:
        """The raw source below the heading, up to line `end` or the section's own end."""
        return textwrap.dedent("\n".join(self.lines[self.begin : self.end if end is None else end])).strip()


def source_lines(text: str) -> list[str]:
    """The lines as the Markdown parser counts them."""
    return re.split(r"\r\n?|\n", text)


def outline(text: str, report: Report) -> list[Section]:
    """The sections of level 1 and 2, in order, with the deeper ones below them."""
    lines = source_lines(text)
    roots: list[Section] = []
    above: list[Section] = []
    for tokens in _top_level(_MARKDOWN.parse(text)):
        first = tokens[0]
        if first.type != "heading_open":
            if above:
                above[-1].blocks.append(_block(lines, tokens, report))
            continue
        section = _section(lines, tokens)
        while above and (above[-1].level >= section.level or section.level <= 2):
            above.pop().end = _span(first)[0]
        (above[-1].children if above else roots).append(section)
        above.append(section)
    for section in above:
        section.end = len(lines)
    return roots


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each block that is in no other block."""
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def _section(lines: Sequence[str], tokens: Sequence[Token]) -> Section:
    first, last = _span(tokens[0])
    return Section(int(tokens[0].tag[1:]), passage(lines, first, tokens[1].content), lines, begin=last, end=last)


def _block(lines: Sequence[str], tokens: Sequence[Token], report: Report) -> Block:
    first, last = _span(tokens[0])
    position = _start(lines, first)
    kind = tokens[0].type.removesuffix("_open")
    if kind == "fence" and not _closed(lines, first, last, tokens[0].markup):
        report.add(position, "this code block is never closed: everything below it is taken for code")
    items = tuple(_items(lines, tokens)) if kind == "bullet_list" else ()
    return Block(kind, position, items)


def _items(lines: Sequence[str], tokens: Sequence[Token]) -> Iterator[Item]:
    starts = [index for index, token in enumerate(tokens) if token.type == "list_item_open" and token.level == 1]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        inside = [token for token in tokens[start + 1 : end] if token.level == 2 and token.nesting >= 0]
        if inside and inside[0].type == "paragraph_open":
            sentence = tokens[start + 2]
            extra = _start(lines, _span(inside[1])[0]) if len(inside) > 1 else None
            yield Item(passage(lines, _span(sentence)[0], sentence.content), extra)
        else:
            yield Item(Passage("", ((0, _start(lines, _span(tokens[start])[0])),)))


def _closed(lines: Sequence[str], first: int, last: int, markup: str) -> bool:
    return last - 1 > first and lines[last - 1].strip().startswith(markup)


def _span(token: Token) -> tuple[int, int]:
    """The first line of a block token and the line after its last."""
    assert token.map is not None, "every block token has its lines"
    return token.map[0], token.map[1]


def _start(lines: Sequence[str], line: int) -> Position:
    source = lines[line] if line < len(lines) else ""
    return Position(line + 1, len(source) - len(source.lstrip()) + 1)
