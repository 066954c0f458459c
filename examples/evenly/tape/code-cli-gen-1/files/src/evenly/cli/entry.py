"""The entry: from words to an exit code, and the wording of errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from evenly.cli.call import Call, WrongCall, read_call
from evenly.cli.commands import Commands
from evenly.cli.printing import print_lines
from evenly.contracts.store import AlreadyExists, CannotRead, CannotWrite, NoFile
from evenly.contracts.trip import WrongValue
from evenly.contracts.trip_text import BrokenLine

DONE = 0
TROUBLE = 1
WRONG = 2
PLACE = "choose a place where you may write"


class Entry:
    """The contract `Cli` on the commands."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def main(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        clock: Callable[[], datetime],
        stdin: TextIO,
        stdout: TextIO,
        stderr: TextIO,
    ) -> int:
        """Run one command and return the exit code."""
        try:
            call = read_call(argv)
        except WrongCall as error:
            return _fail(stderr, WRONG, error.reason)
        try:
            lines = self._commands.run(call)
        except WrongValue as error:
            return _fail(stderr, WRONG, error.reason)
        except BrokenLine as error:
            return _fail(stderr, TROUBLE, f"{call.trip.shown}, line {error.line}: {error.reason}")
        except NoFile:
            return _fail(stderr, TROUBLE, _no_trip(call))
        except CannotRead:
            return _fail(stderr, TROUBLE, f"cannot read {call.trip.shown}; choose a file that you may read")
        except AlreadyExists:
            return _fail(stderr, TROUBLE, f"{call.written.shown} already exists; choose another file")
        except CannotWrite:
            return _fail(stderr, TROUBLE, f"cannot write {call.written.shown}; {PLACE}")
        if print_lines(stdout, lines) or call.changes:
            return DONE
        return _fail(stderr, TROUBLE, f"cannot write standard output; {PLACE}")


def _no_trip(call: Call) -> str:
    program = f"evenly --file {call.trip.shown}" if call.trip_named else "evenly"
    return f"no trip in {call.trip.shown}; start one with: {program} start NAME NAME"


def _fail(stderr: TextIO, code: int, message: str) -> int:
    """Print the error line; the code stays the same if that fails."""
    print_lines(stderr, (f"error: {message}",))
    return code
