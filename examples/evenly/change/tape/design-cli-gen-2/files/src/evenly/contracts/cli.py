"""What `cli` promises: one run of the command line, from the words of a call to lines and an exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TextIO


class Cli(Protocol):
    """The entry. Nothing is kept between calls except in the files that a call names."""

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
        """Run one command and return the exit code. `argv` are the words after the program's name.

        The trip file is `evenly.txt` in the current folder, or PATH if `argv` begins with `--file PATH`. `env`,
        `clock` and `stdin` are not used.

        0: done; the lines of the command stand on `stdout` and nothing on `stderr`.
        2: a wrong call or value. 1: trouble with a file, or its content is broken. With 1 and 2 no file is changed,
        nothing stands on `stdout`, and exactly one line, starting with `error: `, on `stderr`. The first fault
        counts: the call, the trip file, the values from left to right with `--for` last, the file to write; for
        `start` the trip file is the file to write.

        A stream fails if it is None or closed or raises OSError or ValueError. If `stdout` fails, a command that
        changes a file (start, add, strike, csv) returns 0, since the change is in place, and `stderr` stays empty.
        A view (list, balance, settle, total) returns 1 and `stderr` gets
        `error: cannot write standard output; choose a place where you may write`; part of the view may be out.
        If `stderr` fails, the exit code stays the same.

        Each line ends with one line feed. Each control character, U+2028, U+2029 and undecodable byte in a line
        is shown as `?`. A stream with a `buffer` gets UTF-8 whatever its encoding and
        line ends. On return nothing is unflushed, after a failed write too: a later flush of the stream does not raise.
        Raises nothing for a user's mistake, trouble with a file or a failing stream.
        """
        ...
