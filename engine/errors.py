"""Errors a person can act on: `str(error)` is the whole message, `exit_code` what the command then returns."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_WAITING = 3
EXIT_VALVE = 4
EXIT_RUNTIME = 5
EXIT_BROKEN_STATE = 6
EXIT_INTERRUPTED = 130


class MetaError(Exception):
    """Base of all errors that are shown to the user without a traceback."""

    exit_code: int = EXIT_ERROR


class UsageError(MetaError):
    """The command was called wrongly."""

    exit_code = EXIT_USAGE


class RuntimeUnavailable(MetaError):
    """No runtime can run sessions here."""

    exit_code = EXIT_RUNTIME


class BrokenState(MetaError):
    """A state file cannot be trusted; nothing was changed."""

    exit_code = EXIT_BROKEN_STATE
