"""From the Markdown of a toolchain document to a `Toolchain`. Every mistake is `file:line: message`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from markdown_it import MarkdownIt
from markdown_it.token import Token

from engine import resources
from engine.legos.sub_apps import SUB_APP_ROLES
from engine.legos.toolchain_model import Command, SharedFile, Toolchain, ToolchainError, fill

__all__ = ["Command", "SharedFile", "Toolchain", "ToolchainError", "fill", "find_toolchain", "load_toolchain"]

APP_WORDS = frozenset({"app"})
PATH_WORDS = frozenset({"app", "lego"})
COMMAND_WORDS = PATH_WORDS | {"python", "report", "paths"}
GUIDE = "For a "
FOR_APP = " (app)"
NONE = ("–", "-", "—")

Value = TypeVar("Value")


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


def find_toolchain(name: str, overlay: Path | None = None) -> Toolchain:
    """The toolchain of that name, its document and templates overlaid by those of `overlay` (a workspace's `.meta`)."""
    return load_toolchain(resources.document(f"toolchains/{name}.md", overlay), overlay)


def load_toolchain(path: Path, overlay: Path | None = None) -> Toolchain:
    """The toolchain in that document. Raises ToolchainError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ToolchainError(f"{path}:1: cannot be read: {error}") from error
    return _Parser(path, text).toolchain(overlay)


class _Parser:
    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.sections = _sections(text)

    def error(self, line: int, message: str) -> ToolchainError:
        return ToolchainError(f"{self.path}:{line}: {message}")

    def toolchain(self, overlay: Path | None) -> Toolchain:
        guides = {
            title.removeprefix(GUIDE): section.text
            for title, section in self.sections.items()
            if title.startswith(GUIDE)
        }
        rows = self.table("Roles", ("Role", "Paths", "Told"), lambda row: self.role(row, guides))
        roles = {name: paths for name, (paths, _) in rows.items()}
        shared = self.table("Shared files", ("Path", "Template"), self.shared_file)
        columns = ("Command", "Command line", "Paths for a LEGO", "Paths for the app")
        files = tuple(shared.values())
        if "shared files" in roles:
            raise self.error(self.sections["Roles"].line, 'the role "shared files" is made of the table "Shared files"')
        folders = [self.path.parent, resources.meta_home() / "toolchains"]
        return Toolchain(
            path=self.path,
            roles={**roles, "shared files": tuple(file.path for file in files), **SUB_APP_ROLES},
            shared=files,
            commands=self.with_app_lines(self.table("Commands", columns, self.command)),
            environment=self.table("Environment", ("Variable", "Value"), self.variable),
            exit_codes=self.table("Exit codes", ("Code", "Means"), self.exit_code),
            guides=guides,
            guide_of={name: guide for name, (_, guide) in rows.items() if guide},
            template_folders=tuple(dict.fromkeys([*([overlay / "toolchains"] if overlay else []), *folders])),
        )

    def table(
        self, title: str, header: tuple[str, ...], read: Callable[[Row], tuple[object, Value]]
    ) -> dict[Any, Value]:
        section = self.sections.get(title)
        if section is None:
            raise self.error(1, f'the section "## {title}" is missing')
        if section.header != header:
            raise self.error(section.line, f'the section "{title}" needs a table with the columns {", ".join(header)}')
        found: dict[object, Value] = {}
        for row in section.rows:
            key, value = read(row)
            if key in found:
                raise self.error(row.line, f"{key!r} stands in this table twice")
            found[key] = value
        if not found:
            raise self.error(section.line, f'the table of the section "{title}" is empty')
        return found

    def role(self, row: Row, guides: Collection[str]) -> tuple[str, tuple[tuple[str, ...], str]]:
        name, paths, told = row.cells
        guide = "" if told.text in NONE else told.text
        if guide and guide not in guides:
            raise self.error(row.line, f'there is no section "## {GUIDE}{guide}"')
        return name.text, (self.paths(row, paths), guide)

    def shared_file(self, row: Row) -> tuple[str, SharedFile]:
        path, template = (self.code(row, cell) for cell in row.cells)
        self.check_path(row, path, APP_WORDS)
        self.check_path(row, template, frozenset())
        return path, SharedFile(path, template)

    def command(self, row: Row) -> tuple[str, Command]:
        name, line, for_lego, for_app = row.cells
        try:
            argv = tuple(shlex.split(self.code(row, line)))
        except ValueError as error:
            raise self.error(row.line, f"the command line cannot be split into words: {error}") from error
        for word in argv:
            self.placeholders(row, word, COMMAND_WORDS)
        return name.text, Command(name.text, argv, self.paths_or_none(row, for_lego), self.paths_or_none(row, for_app))

    def with_app_lines(self, commands: dict[str, Command]) -> dict[str, Command]:
        """A row `test (app)` gives the line of `test` for the app, where that is another one."""
        found = {name: command for name, command in commands.items() if not name.endswith(FOR_APP)}
        for name, command in commands.items():
            base = found.get(name.removesuffix(FOR_APP))
            if name.endswith(FOR_APP) and base:
                found[base.name] = replace(base, app_argv=command.argv, app_paths=command.app_paths)
        return found

    def variable(self, row: Row) -> tuple[str, str]:
        return row.cells[0].text, self.code(row, row.cells[1])

    def exit_code(self, row: Row) -> tuple[int, str]:
        code, means = row.cells[0].text, row.cells[1].text
        if not code.isdecimal() or means not in ("passed", "failed"):
            raise self.error(row.line, 'a row of this table is a number and the word "passed" or "failed"')
        return int(code), means

    def code(self, row: Row, cell: Cell) -> str:
        if len(cell.codes) != 1:
            raise self.error(row.line, f"expected one `code` here, found {cell.text!r}")
        return cell.codes[0]

    def paths_or_none(self, row: Row, cell: Cell) -> tuple[str, ...] | None:
        return None if cell.text in NONE else self.paths(row, cell)

    def paths(self, row: Row, cell: Cell) -> tuple[str, ...]:
        if not cell.codes:
            raise self.error(row.line, f"expected paths in `code`, found {cell.text!r}")
        for path in cell.codes:
            self.check_path(row, path, PATH_WORDS)
        return cell.codes

    def check_path(self, row: Row, path: str, known: frozenset[str]) -> None:
        if path.startswith("/") or ".." in path.split("/"):
            raise self.error(row.line, f"{path!r} leaves its folder: paths are relative and go down only")
        self.placeholders(row, path, known)

    def placeholders(self, row: Row, text: str, known: frozenset[str]) -> None:
        for word in re.findall(r"\{(.*?)\}", text):
            if word not in known:
                names = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
                raise self.error(row.line, f"{{{word}}} means nothing here; known are: {names}")


def _sections(text: str) -> dict[str, Section]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    lines = text.splitlines()
    heads = [number for number, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    sections: dict[str, Section] = {}
    for number, following in zip(heads, [*heads[1:], len(tokens)], strict=True):
        start, body = _lines(tokens[number])
        end = _lines(tokens[following])[0] if following < len(tokens) else len(lines)
        section = Section(start + 1, "\n".join(lines[body:end]).strip() + "\n")
        section.header, section.rows = _table(tokens[number:following])
        sections[tokens[number + 1].content.strip()] = section
    return sections


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
