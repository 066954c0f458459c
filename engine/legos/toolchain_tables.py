"""The sections of a toolchain document, and the table in each, with the lines they stand on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: its plain text, and the code spans in it."""

    text: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A table row. `line` counts from 1."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class Section:
    """What stands under one `## heading`."""

    line: int
    text: str
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


def sections(text: str) -> dict[str, Section]:
    """Title → section, for every `## heading`."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    lines = text.splitlines()
    heads = [number for number, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    found: dict[str, Section] = {}
    for number, following in pairwise([*heads, len(tokens)]):
        start, body = _lines(tokens[number])
        end = _lines(tokens[following])[0] if following < len(tokens) else len(lines)
        section = Section(start + 1, "\n".join(lines[body:end]).strip() + "\n")
        section.header, section.rows = _table(tokens[number:following])
        found[tokens[number + 1].content.strip()] = section
    return found


def _table(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The header texts and rows of the first table among the tokens."""
    rows: list[Row] = []
    cells: list[Cell] = []
    line = 0
    for number, token in enumerate(tokens):
        if token.type == "tr_open":
            cells, line = [], _lines(token)[0] + 1
        elif token.type in ("th_open", "td_open"):
            cells.append(_cell(tokens[number + 1]))
        elif token.type == "tr_close":
            rows.append(Row(line, tuple(cells)))
        elif token.type == "table_close":
            break
    return (tuple(cell.text for cell in rows[0].cells), tuple(rows[1:])) if rows else ((), ())


def _cell(inline: Token) -> Cell:
    codes = tuple(child.content for child in inline.children or [] if child.type == "code_inline")
    return Cell("".join(child.content for child in inline.children or []).strip(), codes)


def _lines(token: Token) -> tuple[int, int]:
    """First line and line after the last, from 0."""
    if token.map is None:
        raise ValueError(f"the token {token.type} has no position")
    return token.map[0], token.map[1]
