"""The agent's program: where it is, what the user adds to its command line, short questions to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

from runtime_adapters.events import EXIT_BAD_CONFIGURATION, EXIT_UNAVAILABLE

PROBE_TIMED_OUT = 124
PROBE_NOT_STARTED = 127


class AdapterError(Exception):
    """The agent cannot be started as asked; `code` is the adapter's exit code, `str()` the reason in one sentence."""

    def __init__(self, message: str, code: int = EXIT_BAD_CONFIGURATION) -> None:
        super().__init__(message)
        self.code = code


def find_program(name: str, options: Mapping[str, str] | None = None) -> str | None:
    """The agent's executable: option `command`, else META_<NAME>_COMMAND, else what PATH offers. None: not there."""
    asked = (options or {}).get("command") or os.environ.get(f"META_{name.upper()}_COMMAND")
    return shutil.which(asked or name)


def require_program(name: str, options: Mapping[str, str]) -> str:
    """As `find_program`. Raises AdapterError (runtime unavailable)."""
    if found := find_program(name, options):
        return found
    asked = options.get("command") or os.environ.get(f"META_{name.upper()}_COMMAND")
    reason = f"{asked} cannot be executed" if asked else f"{name} is not installed: there is no such program on PATH"
    raise AdapterError(reason, EXIT_UNAVAILABLE)


def extra_arguments(options: Mapping[str, str]) -> list[str]:
    """Option `extra_args`: a JSON list of texts. Raises AdapterError."""
    text = options.get("extra_args", "[]")
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise AdapterError(f"option `extra_args` is {text}: a JSON list of texts is expected")
    return words


def probe(command: Sequence[str], timeout: float, environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a short command; 124 if it did not end in time, 127 if it cannot be started."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
            env=environment,
        )
    except OSError as error:
        return PROBE_NOT_STARTED, "", f"{command[0]}: {error.strerror or error}"
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()  # without reading it to its end: something else may hold the other one
        return PROBE_TIMED_OUT, "", f"no answer within {timeout:g} s"
    return process.returncode, output.decode(errors="replace"), errors.decode(errors="replace")
