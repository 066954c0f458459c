"""The program between the engine and a check: sets its limits, gives up its rights, becomes the command.

Called as `launcher.py SETTINGS -- COMMAND…`, SETTINGS being JSON. A program of its own, because code that runs between
fork and exec of a large process is slow and unsafe. It dies with the engine.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys

CANNOT_PREPARE = 125
CANNOT_START = 127
DIE_WITH_PARENT = 1

LIMITS = {
    "cpu_seconds": resource.RLIMIT_CPU,
    "file_bytes": resource.RLIMIT_FSIZE,
    "data_bytes": resource.RLIMIT_DATA,
    "open_files": resource.RLIMIT_NOFILE,
    "core_bytes": resource.RLIMIT_CORE,
}


def set_limits(limits: dict[str, int]) -> None:
    """Set each limit for this process and its children; one that is already lower stays."""
    for name, wanted in limits.items():
        _, hard = resource.getrlimit(LIMITS[name])
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(LIMITS[name], (limit, limit))


def give_up_rights(rules: dict[str, list[str]]) -> None:
    """Keep to the paths of `rules`. The engine's package is found beside this file, wherever it is installed."""
    here = os.path.abspath(__file__)  # noqa: PTH100 - starts faster without pathlib
    sys.path.append(here.rsplit(os.sep, 3)[0])
    from engine.gates import landlock

    landlock.restrict(rules["writable"], rules["readable"])


def main(arguments: list[str]) -> int:
    """Prepare this process and become the command; returns only when that failed."""
    settings, command = json.loads(arguments[0]), arguments[2:]
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        set_limits(settings["limits"])
        if settings["rules"]:
            give_up_rights(settings["rules"])
    except OSError as error:
        print(f"The sandbox could not be set up: {error}", file=sys.stderr)
        return CANNOT_PREPARE
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror}", file=sys.stderr)
    return CANNOT_START


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
