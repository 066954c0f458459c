"""From the Markdown of a toolchain document to a `Toolchain`. Every mistake is `file:line: message`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from engine import resources
from engine.legos.role_names import SHARED_FILES
from engine.legos.sub_apps import SUB_APP_ROLES
from engine.legos.toolchain_model import Command, Packages, SharedFile, Survey, Toolchain, ToolchainError, fill
from engine.legos.toolchain_tables import Cell, Row, sections

__all__ = [
    "Command",
    "Packages",
    "SharedFile",
    "Survey",
    "Toolchain",
    "ToolchainError",
    "fill",
    "find_toolchain",
    "load_toolchain",
]

APP_WORDS = frozenset({"app"})
PATH_WORDS = frozenset({"app", "lego"})
COMMAND_WORDS = PATH_WORDS | {"python", "report", "paths"}
SURVEY_WORDS = frozenset({"python", "script", "report"})
GUIDE = "For a "
FOR_APP = " (app)"
NONE = ("–", "-", "—")
ADOPTED = "adopted code"
BASED_ON = re.compile(r"^- \*\*Based on\*\*: `([a-z][a-z0-9_]*)`$", re.MULTILINE)

Value = TypeVar("Value")


def find_toolchain(name: str, overlay: Path | None = None) -> Toolchain:
    """The toolchain of that name, its document and templates overlaid by those of `overlay` (a workspace's `.meta`)."""
    return load_toolchain(resources.document(f"toolchains/{name}.md", overlay), overlay)


def load_toolchain(path: Path, overlay: Path | None = None, above: tuple[Path, ...] = ()) -> Toolchain:
    """The toolchain in that document, on top of the one it is based on, if any. Raises ToolchainError.

    `above` are the documents that are based on this one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ToolchainError(f"{path}:1: cannot be read: {error}") from error
    return _Parser(path, text, _base(path, text, overlay, above)).toolchain(overlay)


def _base(path: Path, text: str, overlay: Path | None, above: tuple[Path, ...]) -> Toolchain | None:
    found = BASED_ON.search(text.partition("\n## ")[0])
    if found is None:
        return None
    line = text[: found.start()].count("\n") + 1
    try:
        base = resources.document(f"toolchains/{found[1]}.md", overlay)
    except resources.ResourceError as error:
        raise ToolchainError(f"{path}:{line}: {error}") from error
    if base in (path, *above):
        raise ToolchainError(f"{path}:{line}: it is based on itself, by way of {base.name}")
    return load_toolchain(base, overlay, (path, *above))


_NOTHING = Toolchain(Path(), {}, (), {}, {}, {}, {}, {}, ())
"""What a document that is based on no other one begins with."""


class _Parser:
    def __init__(self, path: Path, text: str, base: Toolchain | None = None) -> None:
        self.path = path
        self.base = base
        self.sections = sections(text)

    def error(self, line: int, message: str) -> ToolchainError:
        return ToolchainError(f"{self.path}:{line}: {message}")

    def toolchain(self, overlay: Path | None) -> Toolchain:
        base = self.base or _NOTHING
        guides = self.guides()
        rows = self.table("Roles", ("Role", "Paths", "Told"), lambda row: self.role(row, guides))
        if SHARED_FILES in rows:
            raise self.error(self.sections["Roles"].line, 'the role "shared files" is made of the table "Shared files"')
        shared = self.shared_files("Shared files", base.shared)
        columns = ("Command", "Command line", "Paths for a LEGO", "Paths for the app")
        commands = self.table("Commands", columns, self.command)
        programs = self.table("Programs", ("Program", "Version"), self.program, needed=False)
        packages = self.table("Packages", ("Made from", "Command line", "Makes"), self.packages, needed=False)
        if len(packages) > 1:
            raise self.error(self.sections["Packages"].line, "this table has one row: everything is fetched at once")
        surveys = self.table("Survey", ("Script", "Command line", "Baseline", "Left out"), self.survey, needed=False)
        variables = self.table("Environment", ("Variable", "Value"), self.variable)
        in_adopted = self.table(f"Environment of {ADOPTED}", ("Variable", "Value"), self.variable_or_none, needed=False)
        roles = {name: paths for name, (paths, _) in rows.items()}
        own = [overlay / "toolchains"] if overlay else []
        folders = [*own, self.path.parent, *base.template_folders, resources.meta_home() / "toolchains"]
        return Toolchain(
            path=self.path,
            roles={**base.roles, **roles, SHARED_FILES: tuple(file.path for file in shared), **SUB_APP_ROLES},
            shared=shared,
            commands=self.with_app_lines({**base.commands, **commands}),
            environment={**base.environment, **variables},
            exit_codes={**base.exit_codes, **self.table("Exit codes", ("Code", "Means"), self.exit_code)},
            guides=guides,
            guide_of={**base.guide_of, **{name: guide for name, (_, guide) in rows.items() if guide}},
            template_folders=tuple(dict.fromkeys(folders)),
            based_on=(self.base.name, *base.based_on) if self.base else (),
            programs={**base.programs, **programs},
            packages=next(iter(packages.values()), base.packages),
            survey=next(iter(surveys.values()), base.survey),
            shared_in_adopted=self.shared_files(f"Shared files of {ADOPTED}", base.shared_in_adopted, needed=False),
            environment_in_adopted={**base.environment_in_adopted, **in_adopted},
        )

    def shared_files(self, title: str, inherited: Sequence[SharedFile], needed: bool = True) -> tuple[SharedFile, ...]:
        """What the base has and this table adds, without what it takes away again."""
        files = {file.path: file for file in inherited}
        files |= self.table(title, ("Path", "Template"), self.shared_file, needed)
        return tuple(file for file in files.values() if file.template)

    def guides(self) -> dict[str, str]:
        """What agents are told, by whom it is for: what the base says, then what this document adds."""
        found = dict(self.base.guides) if self.base else {}
        for title, section in self.sections.items():
            if title.startswith(GUIDE):
                name = title.removeprefix(GUIDE)
                found[name] = "\n".join(filter(None, [found.get(name), section.text]))
        return found

    def table(
        self,
        title: str,
        header: tuple[str, ...],
        read: Callable[[Row], tuple[object, Value]],
        needed: bool = True,
    ) -> dict[Any, Value]:
        """Key → value of each row. Only a document that is based on another one may leave out a needed table."""
        section = self.sections.get(title)
        if section is None:
            if self.base or not needed:
                return {}
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
        path = self.code(row, row.cells[0])
        self.check_path(row, path, APP_WORDS)
        if self.base and row.cells[1].text in NONE:
            return path, SharedFile(path, "")
        template = self.code(row, row.cells[1])
        self.check_path(row, template, frozenset())
        return path, SharedFile(path, template)

    def command(self, row: Row) -> tuple[str, Command]:
        name, line, for_lego, for_app = row.cells
        argv = self.argv(row, line, COMMAND_WORDS)
        return name.text, Command(name.text, argv, self.paths_or_none(row, for_lego), self.paths_or_none(row, for_app))

    def argv(self, row: Row, cell: Cell, known: frozenset[str]) -> tuple[str, ...]:
        try:
            argv = tuple(shlex.split(self.code(row, cell)))
        except ValueError as error:
            raise self.error(row.line, f"the command line cannot be split into words: {error}") from error
        for word in argv:
            self.placeholders(row, word, known)
        return argv

    def program(self, row: Row) -> tuple[str, tuple[str, ...]]:
        name, argv = self.code(row, row.cells[0]), self.argv(row, row.cells[1], frozenset())
        if argv[:1] != (name,):
            raise self.error(row.line, f"the version is asked of {name!r} itself, as in `{name} --version`")
        return name, argv

    def packages(self, row: Row) -> tuple[str, Packages]:
        made_from, line, makes = row.cells
        paths, folder = self.paths(row, made_from), self.code(row, makes)
        self.check_path(row, folder, frozenset())
        if not folder.endswith("/"):
            raise self.error(row.line, f"{folder!r} is to be a folder: end it with /")
        return folder, Packages(paths, self.argv(row, line, frozenset()), folder.rstrip("/"))

    def survey(self, row: Row) -> tuple[str, Survey]:
        script, line, baseline, left_out = row.cells
        path = self.code(row, script)
        self.check_path(row, path, frozenset())
        command = "" if baseline.text in NONE else baseline.text
        return path, Survey(path, self.argv(row, line, SURVEY_WORDS), command, self.paths_or_none(row, left_out) or ())

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

    def variable_or_none(self, row: Row) -> tuple[str, str]:
        return (row.cells[0].text, "") if row.cells[1].text in NONE else self.variable(row)

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
