"""The terminal goes away, or the process is told to end: the engine goes on, the terminal is left clean."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.lifecycle.create import create
from engine.resources import examples_home
from engine.sessions.folder import SessionFolder
from engine.sessions.processes import kill_survivors
from engine.state.lock import holder
from engine.state.store import Store
from tests.helpers import eventually, wait_until
from tests.tui.journeys import make_app, settle, text_of
from tui.read_model import ViewReader, WorkspaceView, load

PATIENCE = 60.0
SHOWN, MAIN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
"""A terminal's second screen is taken, and given back."""

META = """
import sys
from pathlib import Path
from tui.app import run_app

run_app(Path(sys.argv[1]), engine_arguments=sys.argv[2:])
"""


class Lost:
    """Our screen in a process of its own, on a pty; `output` is all that it has painted."""

    def __init__(self, workspace: Path, speed: str) -> None:
        self.output = b""
        self.ended = False
        tape = examples_home() / "evenly" / "tape"
        words = [str(workspace), "--runtime", "replay", "--tape", str(tape), "--speed", speed]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(sys.executable, [sys.executable, "-c", META, *words])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    def read(self) -> None:
        """Takes in what has come by now."""
        with suppress(OSError):  # nobody is left on the other side
            while self.fd >= 0 and select.select([self.fd], [], [], 0)[0]:
                self.output += os.read(self.fd, 65536)

    def shows(self, words: str) -> bool:
        """Whether that was painted."""
        self.read()
        return words.encode() in self.output

    def gone(self) -> bool:
        """Whether the process has ended."""
        self.read()
        self.ended = self.ended or os.waitpid(self.pid, os.WNOHANG)[0] == self.pid
        return self.ended

    def told(self, number: signal.Signals) -> None:
        """Sends the signal, and waits for the end."""
        os.kill(self.pid, number)
        wait_until(self.gone, PATIENCE)

    def hung_up(self) -> None:
        """The terminal itself is closed."""
        self.close()
        wait_until(self.gone, PATIENCE)

    def close(self) -> None:
        """No terminal any more."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


Opened = Callable[[str], Lost]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """The bundled example, not begun yet."""
    place = tmp_path / "evenly"
    create(place, examples_home() / "evenly" / "app_intent.md", "python")
    yield place
    if (running := holder(place)) and running.pid:
        os.kill(running.pid, signal.SIGKILL)
    for folder in (place / ".orchestrator" / "sessions").glob("*"):
        kill_survivors(SessionFolder(folder))


@pytest.fixture
def opened(workspace: Path) -> Iterator[Opened]:
    """Opens the screen on the workspace; what is still open at the end is ended."""
    screens: list[Lost] = []

    def one(speed: str) -> Lost:
        screens.append(Lost(workspace, speed))
        return screens[-1]

    yield one
    for screen in screens:
        if not screen.gone():
            os.kill(screen.pid, signal.SIGKILL)
            wait_until(screen.gone, PATIENCE)
        screen.close()


def engine_of(workspace: Path) -> int:
    """The process that holds the engine's lock; 0 for none."""
    found = holder(workspace)
    return (found.pid or 0) if found else 0


def at_work(workspace: Path) -> bool:
    """Whether an engine runs a session."""
    return bool(engine_of(workspace)) and bool(load(workspace).live)


def sessions(view: WorkspaceView) -> list[tuple[str, str | None]]:
    """What was begun, and what became of it."""
    return sorted((one.title, one.outcome) for one in view.sessions)


def gives_the_terminal_back(lost: Lost) -> bool:
    """The main screen is there again, the mouse and pasting are as they were, nothing was thrown."""
    modes = (b"1000", b"1003", b"1006", b"2004")
    off = all(lost.output.rfind(b"\x1b[?" + one + b"l") > lost.output.rfind(b"\x1b[?" + one + b"h") for one in modes)
    return off and SHOWN in lost.output and MAIN_SCREEN in lost.output and b"Traceback" not in lost.output


async def test_screens_are_lost_one_after_the_other_and_the_engine_goes_on_with_the_next_step(
    workspace: Path, opened: Opened
) -> None:
    first = opened("40")
    wait_until(lambda: first.shows("gen #1") and at_work(workspace), PATIENCE)
    engine = engine_of(workspace)
    first.told(signal.SIGHUP)
    assert gives_the_terminal_back(first)
    assert engine_of(workspace) == engine, "the engine that the screen started is the one that goes on"
    second = opened("40")
    wait_until(lambda: second.shows("Essence") and second.shows("#1"), PATIENCE)
    assert engine_of(workspace) == engine, "no second engine is started beside it"
    second.hung_up()
    await eventually(lambda: ("requirements · gen #1", None) in sessions(load(workspace)), PATIENCE)
    assert engine_of(workspace) == engine
    assert sessions(load(workspace)) == [
        ("essence · gen #1", "done"),
        ("essence · review #1", "done"),
        ("requirements · gen #1", None),
    ]
    app = make_app(load(workspace), reader=ViewReader(workspace))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        shown = text_of(pilot)
        assert "requirements · gen #1" in shown and "✓ essence" in shown.replace("  ", " ")


def test_a_screen_that_is_told_to_end_leaves_the_engine_and_the_next_one_stops_it_if_the_person_says_so(
    workspace: Path, opened: Opened
) -> None:
    first = opened("1")
    wait_until(lambda: first.shows("gen #1") and at_work(workspace), PATIENCE)
    engine = engine_of(workspace)
    first.told(signal.SIGTERM)
    assert gives_the_terminal_back(first)
    second = opened("1")
    wait_until(lambda: second.shows("gen #1"), PATIENCE)
    assert engine_of(workspace) == engine and load(workspace).live
    os.write(second.fd, b"q")
    wait_until(lambda: second.shows("Stop the work"), PATIENCE)
    os.write(second.fd, b"s")
    wait_until(second.gone, PATIENCE)
    wait_until(lambda: not engine_of(workspace), PATIENCE)
    assert gives_the_terminal_back(second)
    assert second.shows("The engine stops.")
    [(title, outcome)] = sessions(load(workspace))
    assert (title, outcome) == ("essence · gen #1", "interrupted")
    with Store.open(workspace) as store:
        assert not store.notices, "what was written is whole"
