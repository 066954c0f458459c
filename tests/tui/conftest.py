"""Runs the journeys, which are coroutines, each in an event loop of its own, for a user who has no files yet."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest
from textual.notifications import Notification


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Calls a test that is a coroutine; the others are called as ever."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds this user's settings and what was opened last."""
    home: Path = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    return home


@pytest.fixture(autouse=True)
def notices_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said in a corner of the screen does not go away by the wall clock: a busy machine would not see it."""
    monkeypatch.setattr(Notification, "time_left", 3600.0)
