"""`meta status --metrics` and the progress line of `meta run`, with real engines and a real terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_USAGE, EXIT_WAITING
from tests.scripted import Kitchen, command, kitchen_with_cooks, meta, patiently

CLEAR = "\r\x1b[K"


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    made = kitchen_with_cooks(tmp_path)
    yield made
    made.end()


# The figures


def test_the_figures_of_a_run_are_told_in_plain_lines(kitchen: Kitchen) -> None:
    kitchen.run("--yes")
    told = meta("status", kitchen.root, "--metrics")
    assert told.code == EXIT_DONE
    lines = told.lines
    assert lines[:3] == [
        "sessions: 10 (10 done)",
        "tokens: unknown (10 sessions told nothing)",
        "money: unknown (10 sessions told nothing)",
    ]
    assert "first pass: 5 of 5 (100%)" in lines
    assert "failures charged: 0" in lines
    assert any(line.startswith("  phase 1 Dishes: 0:") and line.endswith("; 6 (6 done)") for line in lines)
    assert any(line.startswith("  menu: 0:") and line.endswith("asked 1×") for line in lines)


def test_the_figures_tell_what_went_wrong(kitchen: Kitchen) -> None:
    kitchen.agents.will("soup-dishes-gen", status="failed", summary="burnt")
    kitchen.run("--yes")
    found = json.loads(meta("status", kitchen.root, "--metrics", "--json").out)
    assert found["schema_version"] == 1
    failed = len(kitchen.record("dishes", "soup").sessions)
    assert failed > 1
    assert found["sessions"]["outcomes"] == {"done": 6, "failed": failed}
    assert found["failures_by_step"] == {"dishes": {"total": failed, "sessions": failed, "checks": 0, "blamed": 0}}
    assert found["first_pass"] == {"passed": 3, "ended": 4, "rate": 0.75}
    assert found["sessions"]["tokens"] == {"total": None, "silent": 6 + failed}


def test_figures_are_there_although_the_state_is_broken_and_the_journal_of_another_version(kitchen: Kitchen) -> None:
    kitchen.run()
    (kitchen.root / ".orchestrator" / "orchestrator_state.json").write_text("{")
    with (kitchen.root / ".orchestrator" / "journal.jsonl").open("a") as journal:
        journal.write('{"event": "rocket_launched", "seq": 99}\n')
    told = meta("status", "--metrics", "--dir", kitchen.root)
    assert told.code == EXIT_DONE
    assert told.lines[0] == "sessions: 2 (2 done)"
    assert told.lines[-1].startswith("not counted: 1 lines of the journal")


def test_the_figures_of_no_workspace_are_an_error(tmp_path: Path) -> None:
    assert meta("status", "--metrics", tmp_path).code == EXIT_USAGE


# The line at the bottom of a terminal


class Terminal:
    """A real pseudo-terminal with a process in it, and all that the process wrote."""

    def __init__(self, words: list[str], columns: int, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            words,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_controlled,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )
        os.close(theirs)
        self._written = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def written(self) -> str:
        """Everything so far; a terminal turns a line feed into two characters."""
        return self._written.decode(errors="replace").replace("\r\n", "\n")

    @property
    def drawn(self) -> list[str]:
        """Every progress line that was drawn."""
        return [piece for piece in self.written.split(CLEAR)[1:] if piece and "\n" not in piece]

    def keys(self, data: bytes) -> None:
        """Press keys."""
        os.write(self._ours, data)

    def screen(self) -> list[str]:
        """What stands there: of each line what follows its last clearing."""
        return [line.rpartition(CLEAR)[2] for line in self.written.split("\n")]

    def end(self) -> int:
        """Wait for the process and for all its output."""
        code = self.process.wait(60)
        self._reader.join(10)
        return code

    def close(self) -> None:
        """Kill the process if it still lives, and give the terminal back."""
        if self.process.poll() is None:
            self.process.kill()
        self.end()
        os.close(self._ours)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 65536)
            except OSError:  # EIO: the last process has left the terminal
                return
            if not data:
                return
            self._written += data


def _controlled() -> None:
    """Makes the terminal the one whose keys send signals."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def terminal(kitchen: Kitchen, *options: object, columns: int = 100, **environment: str) -> Iterator[Terminal]:
    made = Terminal(command(*kitchen.words_for_run(*options)), columns, **environment)
    try:
        yield made
    finally:
        made.close()


def test_in_a_terminal_the_last_line_tells_how_far_the_run_is_and_is_gone_at_the_end(kitchen: Kitchen) -> None:
    kitchen.agents.hold("soup-dishes-gen")
    with terminal(kitchen, "--yes") as seen:
        patiently(lambda: "phase 1 · 3/5 done · 1 running · 0:" in seen.written)
        kitchen.agents.go("soup-dishes-gen")
        assert seen.end() == EXIT_DONE
        assert seen.screen()[-2:] == ["done: the app is built", ""]
        assert all(line.endswith(" elapsed") for line in seen.drawn)


def test_its_time_goes_on_while_nothing_happens(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-gen")
    with terminal(kitchen) as seen:
        patiently(lambda: len({line for line in seen.drawn if "1 running" in line}) > 2)
        kitchen.agents.go("menu-gen")
        assert seen.end() == EXIT_WAITING


def test_plain_lines_are_the_same_in_a_terminal_and_in_a_pipe(kitchen: Kitchen, tmp_path: Path) -> None:
    with terminal(kitchen) as seen:
        assert seen.end() == EXIT_WAITING
        shown = seen.screen()
    (tmp_path / "other").mkdir()
    other = kitchen_with_cooks(tmp_path / "other")
    piped = subprocess.run(command(*other.words_for_run()), capture_output=True, text=True, check=False).stdout
    assert "\x1b" not in piped
    assert "\r" not in piped
    landed = [line.partition(" landed as ")[0] for line in piped.splitlines()]
    assert [line.partition(" landed as ")[0] for line in shown[:-1]] == landed


def test_a_narrow_terminal_gets_what_fits_into_one_row(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-gen")
    with terminal(kitchen, columns=20) as seen:
        patiently(lambda: any(line.startswith("phase 0 · ") for line in seen.drawn))
        kitchen.agents.go("menu-gen")
        seen.end()
        assert max(map(len, seen.drawn)) == 19
        assert all(line.endswith("…") for line in seen.drawn if line.startswith("phase"))


def test_at_ctrl_c_the_line_goes_and_the_last_word_stays(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-gen")
    with terminal(kitchen) as seen:
        patiently(lambda: "1 running" in seen.written)
        seen.keys(b"\x03")
        assert seen.end() == EXIT_INTERRUPTED
        assert seen.screen()[-2:] == ["interrupted; live sessions go on, and `meta run` takes them up again", ""]
        assert "Traceback" not in seen.written


def test_an_error_stands_on_a_line_of_its_own(kitchen: Kitchen) -> None:
    with terminal(kitchen, "--runtime", "nonesuch") as seen:
        assert seen.end() not in (EXIT_DONE, EXIT_WAITING)
        assert [line for line in seen.screen() if line][-1].startswith("meta: ")


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_take_a_line_back_gets_plain_lines_only(kitchen: Kitchen, term: str) -> None:
    with terminal(kitchen, TERM=term) as seen:
        assert seen.end() == EXIT_WAITING
        assert "\x1b" not in seen.written
        assert "elapsed" not in seen.written


def test_in_the_background_of_a_shell_the_terminal_is_left_to_the_shell(kitchen: Kitchen) -> None:
    shell = ["sh", "-c", 'set -m; "$@" & wait $!', "sh", *command(*kitchen.words_for_run())]
    seen = Terminal(shell, 100)
    try:
        assert seen.end() == EXIT_WAITING
        assert "  `meta approve menu` approves it" in seen.screen()
        assert "elapsed" not in seen.written
    finally:
        seen.close()


def test_without_colours_the_line_is_the_same_for_it_has_none(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-gen")
    with terminal(kitchen, NO_COLOR="1") as seen:
        patiently(lambda: "phase 0 · 0/2 done · 1 running" in seen.written)
        kitchen.agents.go("menu-gen")
        seen.end()
        assert "\x1b[" not in seen.written.replace("\x1b[K", "")
