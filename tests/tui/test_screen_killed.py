"""The app is killed while text is typed, its terminal or its page goes away: what was typed is there the next time."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers import wait_until
from tests.tui.test_screen_lost import PATIENCE, Lost
from tui.loaders.unsaved_text import draft_place, load

INTENT, NAME = Path("my_app", "app_intent.md"), "Zettelkasten"
WELCOME = """
import sys
from tui.editing import keeping_text
from tui.app import run_app

keeping_text.MOMENT = float(sys.argv[1])
run_app(None)
"""
AT_ONCE, NEVER = "0.05", "3600"
PAGE = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "COLUMNS": "120", "ROWS": "40"}


class Typed(Lost):
    """The welcome screen in a process of its own, on a pty, in the folder `home`."""

    def __init__(self, home: Path, moment: str) -> None:
        self.output, self.ended = b"", False
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            for name in ("VISUAL", "EDITOR"):
                os.environ.pop(name, None)
            os.environ["TERM"] = "xterm-256color"
            os.chdir(home)
            os.execv(sys.executable, [sys.executable, "-c", WELCOME, moment])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    def type(self, keys: str, shows: str) -> None:
        """Types these keys, and waits for what they lead to."""
        self.output = b""
        os.write(self.fd, keys.encode())
        wait_until(lambda: self.shows(shows), PATIENCE)

    def begin(self) -> None:
        """Goes to the intent of a new app."""
        wait_until(lambda: self.shows("New app"), PATIENCE)
        self.type("n", "⏎ goes on")
        self.type("\r", "What it is for")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[str], Typed]]:
    """Opens the screen; what is still open at the end is killed."""
    screens: list[Typed] = []

    def one(moment: str) -> Typed:
        screens.append(Typed(tmp_path, moment))
        return screens[-1]

    yield one
    for screen in screens:
        if not screen.gone():
            os.kill(screen.pid, signal.SIGKILL)
            wait_until(screen.gone, PATIENCE)
        screen.close()


def kept(folder: Path) -> str:
    """What is kept of the intent there."""
    draft = load(folder / INTENT)
    return draft.text if draft else ""


def test_an_app_that_is_killed_goes_on_with_what_was_typed(tmp_path: Path, opened: Callable[[str], Typed]) -> None:
    first = opened(AT_ONCE)
    first.begin()
    first.type(NAME, NAME)
    wait_until(lambda: kept(tmp_path).startswith(f"# {NAME}\n"), PATIENCE)
    first.told(signal.SIGKILL)
    assert not (tmp_path / INTENT).exists()
    second = opened(AT_ONCE)
    second.begin()
    wait_until(lambda: second.shows(NAME) and second.shows("and not saved"), PATIENCE)
    # On in the editor built in, which writes the file first; there it is killed once more.
    second.type("\x0f", "Undo")
    second.type("The ", f"The # {NAME}")
    wait_until(lambda: kept(tmp_path).startswith(f"The # {NAME}\n"), PATIENCE)
    second.told(signal.SIGKILL)
    assert (tmp_path / INTENT).read_text().startswith(f"# {NAME}\n")
    third = opened(AT_ONCE)
    third.begin()
    wait_until(lambda: third.shows(f"The # {NAME}") and third.shows("and not saved"), PATIENCE)
    third.type("\x1b", "Kept in")
    assert (tmp_path / INTENT).read_text().startswith(f"The # {NAME}\n")
    wait_until(lambda: not draft_place(tmp_path / INTENT).exists(), PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_an_app_that_is_told_to_end_keeps_the_last_letter(
    number: signal.Signals, tmp_path: Path, opened: Callable[[str], Typed]
) -> None:
    screen = opened(NEVER)
    screen.begin()
    screen.type(NAME, NAME)
    assert not kept(tmp_path)
    screen.told(number)
    assert kept(tmp_path).startswith(f"# {NAME}\n") and not (tmp_path / INTENT).exists()


def test_an_app_whose_page_is_closed_keeps_the_last_letter(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as said:
        words, environ = [sys.executable, "-c", WELCOME, NEVER], {**os.environ, **PAGE}
        page = subprocess.Popen(words, cwd=tmp_path, env=environ, stdin=subprocess.PIPE, stdout=said)
    assert page.stdin is not None

    def send(kind: bytes, data: bytes, shows: str) -> None:
        """As the server does: keys, or a word of its own."""
        assert page.stdin is not None
        page.stdin.write(kind + len(data).to_bytes(4, "big") + data)
        page.stdin.flush()
        wait_until(lambda: shows.encode() in log.read_bytes(), PATIENCE)

    try:
        wait_until(lambda: b"New app" in log.read_bytes(), PATIENCE)
        send(b"D", b"n", "⏎ goes on")
        send(b"D", b"\r", "What it is for")
        send(b"D", NAME.encode(), NAME)
        assert not kept(tmp_path)
        send(b"M", json.dumps({"type": "quit"}).encode(), "")
        assert page.wait(PATIENCE) == 0
    finally:
        page.kill()
    assert kept(tmp_path).startswith(f"# {NAME}\n")
