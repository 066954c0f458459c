"""`meta`, killed with -9 at a given call: argv = MODULE:NAME WHEN NEEDLE COUNT, then the words for `meta`.

WHEN is `before` or `after` the call, COUNT which of the calls whose arguments hold NEEDLE. With `--again` among the
words a new engine is started after each death, until one lives to its end; each dies at a random call up to COUNT.
"""

from __future__ import annotations

import functools
import importlib
import os
import random
import signal
import sys
from collections.abc import Callable
from typing import Any

from engine import cli
from engine.runner import loop, start

MOST_ENGINES = 200
_LOADED = (loop, start)


def die_at(place: str, when: str, needle: str, count: int) -> None:
    """Put a deadly wrapper around a function or a method."""
    module, _, name = place.partition(":")
    *path, last = name.split(".")
    owner = functools.reduce(getattr, path, importlib.import_module(module))
    real: Callable[..., Any] = getattr(owner, last)
    left = count

    def deadly(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= needle in repr(arguments)
        now = left == 0 and needle in repr(arguments)
        if now and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if now and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, last, deadly)


def again_and_again(place: str, when: str, needle: str, most: int) -> int:
    """One engine after the other; the exit code of the one that was not killed."""
    lives = random.Random(most)
    for _ in range(MOST_ENGINES):
        count = lives.randint(1, most)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            die_at(place, when, needle, count)
            cli.main()
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return os.waitstatus_to_exitcode(status)
    return 99


if __name__ == "__main__":
    where, when, needle, count, *words = sys.argv[1:]
    sys.argv[1:] = [word for word in words if word != "--again"]
    if "--again" in words:
        sys.exit(again_and_again(where, when, needle, int(count)))
    die_at(where, when, needle, int(count))
    cli.main()
