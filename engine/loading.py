"""Loading many modules at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded stays: the collector would look through all of it again and again, last in the first picture."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
