"""What the model of the `openai` adapter can do: files of its worktree, and commands in a sandbox.

Every path is resolved first, links too, and refused if it leads out of the worktree. Standard library only.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from runtime_adapters.openai_commands import MOST_SECONDS, Commands, Ran

MOST_READ = 60_000
"""Characters of a file that one call returns."""
MOST_FILE = 4_000_000
"""Bytes of a file that is read at all."""
MOST_LISTED = 500
MOST_MATCHES = 200
LONGEST_LINE = 400
GIT = ".git"


class ToolError(Exception):
    """`str(error)` is a sentence for the model: what is wrong and what to do."""


class Tools:
    """The tools, for one worktree. `changed` is told each path that is written, relative to the worktree."""

    def __init__(
        self, worktree: Path, commands: Commands | None, changed: Callable[[str], None] = lambda path: None
    ) -> None:
        self.worktree = worktree.resolve()
        self.commands = commands
        self.changed = changed

    def read_file(self, path: str, first_line: int = 1, lines: int = 2000) -> str:
        """Read a text file.

        Args:
            path: The file, relative to the working folder.
            first_line: The number of the first line to return; lines count from 1.
            lines: How many lines to return at most.
        """
        text = self._text(self._inside(path), path)
        if first_line < 1 or lines < 1:
            raise ToolError("first_line and lines must be 1 or more")
        every = text.splitlines(keepends=True)
        wanted = "".join(every[first_line - 1 : first_line - 1 + lines])
        if len(wanted) > MOST_READ:
            return f"{wanted[:MOST_READ]}\n[cut after {MOST_READ} characters; read on with first_line and lines]"
        if first_line > 1 or len(every) > lines:
            wanted += f"\n[lines {first_line} to {min(first_line - 1 + lines, len(every))} of {len(every)}]"
        return wanted

    def write_file(self, path: str, content: str) -> str:
        """Write a text file; its folders are made, and what it held is replaced.

        Args:
            path: The file, relative to the working folder.
            content: The whole new content.
        """
        target = self._writable(path)
        self._replace(target, content)
        return f"{path} is written: {len(content)} characters"

    def edit_file(self, path: str, old: str, new: str, replace_all: bool = False) -> str:
        """Replace a piece of a text file by another.

        Args:
            path: The file, relative to the working folder.
            old: The piece as it stands in the file, exactly, with its indentation.
            new: What stands there afterwards.
            replace_all: Replace every occurrence; else `old` must occur exactly once.
        """
        target = self._writable(path)
        text = self._text(target, path)
        count = text.count(old) if old else 0
        if not count:
            raise ToolError(f"{path} does not contain `old` exactly as given: read the file, then copy the piece")
        if count > 1 and not replace_all:
            raise ToolError(f"{path} contains `old` {count} times: give more of its surroundings, or set replace_all")
        self._replace(target, text.replace(old, new))
        return f"{path} is changed in {count} {'place' if count == 1 else 'places'}"

    def list_files(self, path: str = ".", pattern: str = "*") -> str:
        """List the files below a folder.

        Args:
            path: The folder, relative to the working folder.
            pattern: Only files whose name matches, such as `*.py`.
        """
        folder = self._inside(path)
        if not folder.is_dir():
            raise ToolError(f"{path} is no folder")
        found = sorted(str(file.relative_to(self.worktree)) for file in self._files(folder, pattern))
        rest = (
            [f"[and {len(found) - MOST_LISTED} more: name a folder or a pattern]"] if len(found) > MOST_LISTED else []
        )
        return "\n".join(found[:MOST_LISTED] + rest) or "no file"

    def search(self, pattern: str, path: str = ".", files: str = "*") -> str:
        """Find the lines of files that match a regular expression.

        Args:
            pattern: The regular expression, in Python's syntax.
            path: The file or folder to look in, relative to the working folder.
            files: Only in files whose name matches, such as `*.py`.
        """
        try:
            wanted = re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise ToolError(f"the pattern is no regular expression: {error}") from error
        place = self._inside(path)
        if not place.exists():
            raise ToolError(f"{path} does not exist")
        found: list[str] = []
        for file in [place] if place.is_file() else sorted(self._files(place, files)):
            for number, line in self._lines(file):
                if wanted.search(line):
                    found.append(f"{file.relative_to(self.worktree)}:{number}: {line[:LONGEST_LINE]}")
                    if len(found) == MOST_MATCHES:
                        return "\n".join([*found, f"[only the first {MOST_MATCHES} matches]"])
        return "\n".join(found) or "no match"

    def run_command(self, command: str, timeout_seconds: int = 120) -> dict[str, object]:
        """Run a shell command in the working folder. It cannot write elsewhere, and ends with all that it started.

        Args:
            command: The command line, for `sh`.
            timeout_seconds: After so many seconds it is ended; at most 600.
        """
        if self.commands is None:
            raise ToolError(
                "run_command is not available here: this machine has no sandbox (bubblewrap). Do without it; "
                "the engine runs the tests by itself"
            )
        if "\0" in command:
            raise ToolError("a command holds no NUL character")
        if not 1 <= timeout_seconds <= MOST_SECONDS:
            raise ToolError(f"timeout_seconds must be from 1 to {MOST_SECONDS}")
        return told(self.commands.run(command, timeout_seconds), timeout_seconds)

    def _inside(self, path: str) -> Path:
        if "\0" in path:
            raise ToolError("a path holds no NUL character")
        try:
            target = (self.worktree / path).resolve()
        except (OSError, RuntimeError) as error:
            raise ToolError(f"{path} cannot be followed: {error}") from error
        if not target.is_relative_to(self.worktree):
            raise ToolError(f"{path} leads out of the working folder: only files below it can be used")
        return target

    def _writable(self, path: str) -> Path:
        target = self._inside(path)
        if any(part.casefold() == GIT for part in target.relative_to(self.worktree).parts):
            raise ToolError(f"{path} belongs to git and cannot be written: the engine commits by itself")
        if target == self.worktree or (target.exists() and not target.is_file()):
            raise ToolError(f"{path} is no plain file")
        return target

    def _text(self, target: Path, path: str) -> str:
        try:
            status = target.stat()
            if not stat.S_ISREG(status.st_mode):
                raise ToolError(f"{path} is no plain file")
            if status.st_size > MOST_FILE:
                raise ToolError(f"{path} has {status.st_size} bytes: at most {MOST_FILE} are read")
            return target.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise ToolError(f"{path} is no text file (UTF-8)") from None
        except OSError as error:
            raise ToolError(f"{path} cannot be read: {error.strerror}") from error

    def _replace(self, target: Path, content: str) -> None:
        """Whole or not at all, as a reader may look at any time."""
        temporary = target.with_name(f".{target.name[:200]}.tmp")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content.encode("utf-8", errors="replace"))
            if target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            temporary.replace(target)
        except OSError as error:
            raise ToolError(f"{target.relative_to(self.worktree)} cannot be written: {error.strerror}") from error
        self.changed(str(target.relative_to(self.worktree)))

    def _files(self, folder: Path, pattern: str) -> Iterator[Path]:
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if name != GIT)
            yield from (Path(place, name) for name in files if name != GIT and fnmatch(name, pattern))

    def _lines(self, file: Path) -> Iterator[tuple[int, str]]:
        try:
            text = self._text(self._inside(str(file)), str(file))
        except ToolError:
            return  # a file that is no text, or a link that leads out, has no lines to search
        yield from enumerate(text.splitlines(), start=1)


def told(ran: Ran, limit: int) -> dict[str, object]:
    """What the model is told of a command."""
    answer: dict[str, object] = {"exit_code": ran.exit_code, "output": ran.output}
    if ran.timed_out:
        answer["note"] = f"it was ended after {limit} seconds"
    return answer
