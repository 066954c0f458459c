"""Types that several widgets share."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since the epoch; tests inject their own."""
