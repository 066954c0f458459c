"""Checks of generated code run confined: what they may do, what they may not, and what is left of them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.gates import confined, landlock, sandbox
from engine.gates.confined import Limits, Ran
from engine.gates.interpreter import interpreter_paths
from engine.gates.sandbox import Bubblewrap, Landlock, Sandbox, SandboxMissing, Unsandboxed
from tests.helpers import eventually

BWRAP = shutil.which("bwrap")
NO_BWRAP = not (BWRAP and sandbox.works(Bubblewrap(BWRAP)))
CONFINING = [
    pytest.param(
        Bubblewrap(BWRAP or ""),
        id="bubblewrap",
        marks=pytest.mark.skipif(NO_BWRAP, reason="bubblewrap is missing or not allowed here"),
    ),
    pytest.param(
        Landlock(),
        id="landlock",
        marks=pytest.mark.skipif(not landlock.version(), reason="the kernel has no Landlock"),
    ),
]
ALL = [*CONFINING, pytest.param(Unsandboxed(), id="none")]

confining = pytest.mark.parametrize("box", CONFINING)
any_sandbox = pytest.mark.parametrize("box", ALL)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a run."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


def shell(box: Sandbox, root: Path, script: str, seconds: float = 20, limits: Limits | None = None) -> Ran:
    return run(box, root, ["/bin/sh", "-c", script], seconds, limits)


def run(box: Sandbox, root: Path, argv: list[str], seconds: float = 20, limits: Limits | None = None) -> Ran:
    env = {"GIVEN": "this"}
    return asyncio.run(confined.run(box, argv, root, env, seconds, interpreter_paths(), limits or Limits()))


def program(box: Sandbox, root: Path, code: str, limits: Limits | None = None) -> Ran:
    return run(box, root, [sys.executable, "-c", code], limits=limits)


@any_sandbox
def test_a_command_runs_in_its_folder_and_may_write_there(box: Sandbox, root: Path) -> None:
    ran = shell(box, root, "echo made > file; cat file; pwd; echo trouble >&2; exit 3")
    assert ran.exit_code == 3
    assert ran.output.split() == ["made", str(root), "trouble"]
    assert (root / "file").read_text() == "made\n"


@any_sandbox
def test_home_is_private_writable_empty_and_gone_afterwards(box: Sandbox, root: Path) -> None:
    # Where the checkout or the interpreter itself lies below /tmp, the way to it is there, and nothing else of it.
    ways = [path.relative_to("/tmp").parts[0] for path in interpreter_paths() if path.is_relative_to("/tmp")]
    shown = "|".join(["pytest-.*", *map(re.escape, ways)])
    ran = shell(box, root, f'cd "$HOME" && ls -A | grep -vE "^({shown})$" ; touch ok "$TMPDIR/ok2" && echo "$HOME"')
    assert ran.exit_code == 0
    assert ran.output.strip() == ran.home
    assert ran.home == "/tmp" or not Path(ran.home).exists()


@any_sandbox
def test_the_environment_is_made_from_scratch(box: Sandbox, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "secret")
    names = {line.split("=")[0] for line in shell(box, root, "exec env").output.splitlines()}
    expected = {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "USER", "LOGNAME", "GIVEN", confined.MARKER}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == expected


@any_sandbox
def test_standard_input_is_closed(box: Sandbox, root: Path) -> None:
    assert shell(box, root, "cat; echo end").output == "end\n"


@confining
def test_nothing_can_be_written_beside_the_folder(box: Sandbox, root: Path, tmp_path: Path) -> None:
    shell(box, root, f"echo no > {tmp_path}/outside; echo no > ../beside; rm -rf ../*; rmdir {tmp_path}")
    assert [path.name for path in tmp_path.iterdir()] == ["checkout"]


@confining
@pytest.mark.parametrize("place", ["/usr/meta-probe", "/etc/meta-probe", "/meta-probe", "/var/meta-probe"])
def test_writing_to_the_system_is_refused(box: Sandbox, root: Path, place: str) -> None:
    ran = shell(box, root, f"echo no > {place} || echo refused")
    assert ran.output.strip().endswith("refused")
    assert not Path(place).exists()


@confining
def test_the_home_folder_is_hidden(box: Sandbox, root: Path) -> None:
    secret = Path.home() / f".meta-test-{os.getpid()}"
    secret.write_text("token")
    try:
        ran = shell(box, root, f"cat {secret} || echo hidden")
    finally:
        secret.unlink()
    assert ran.output.strip().endswith("hidden")


@confining
def test_what_lies_beside_the_checkout_is_hidden(box: Sandbox, root: Path, tmp_path: Path) -> None:
    (tmp_path / "neighbour").write_text("not for you")
    assert shell(box, root, "cat ../neighbour || echo hidden").output.strip().endswith("hidden")


@confining
def test_the_interpreter_and_its_packages_work_all_the_same(box: Sandbox, root: Path) -> None:
    ran = program(box, root, "import pydantic, sys; print('runs')")
    assert ran.output == "runs\n"


@pytest.fixture
def listener() -> Iterator[tuple[str, int]]:
    """The address of a server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@confining
def test_the_network_is_refused_even_to_this_machine(box: Sandbox, root: Path, listener: tuple[str, int]) -> None:
    ran = program(box, root, f"import socket; socket.create_connection({listener!r}, timeout=5); print('connected')")
    assert ran.exit_code == 1
    assert "connected" not in ran.output.splitlines()


def test_without_a_sandbox_that_server_is_reached(root: Path, listener: tuple[str, int]) -> None:
    ran = program(
        Unsandboxed(), root, f"import socket; socket.create_connection({listener!r}, timeout=5); print('connected')"
    )
    assert ran.output == "connected\n"


@confining
def test_datagrams_and_sockets_in_the_file_system_are_refused(
    box: Sandbox, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        server.bind("door")
        server.listen()
        datagrams.bind(("127.0.0.1", 0))
        datagrams.settimeout(0.2)
        send = f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', {datagrams.getsockname()!r})"
        program(box, root, f"import socket; {send}")
        with pytest.raises(TimeoutError):
            datagrams.recv(1)
        ran = program(box, root, "import socket; socket.socket(socket.AF_UNIX).connect('../door'); print('connected')")
    assert "connected" not in ran.output.splitlines()


@confining
def test_processes_outside_get_no_signal(box: Sandbox, root: Path) -> None:
    ran = shell(box, root, f"kill -0 {os.getpid()} || echo refused")
    assert ran.output.strip().endswith("refused")


SURVIVOR = "setsid sh -c 'echo $$ > pid; exec sleep 600' > /dev/null 2>&1 & while ! test -s pid; do :; done"


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The markers whose processes were swept."""
    markers: list[str] = []
    real_sweep = confined.sweep

    def sweep(marker: str) -> None:
        markers.append(marker)
        real_sweep(marker)

    monkeypatch.setattr(confined, "sweep", sweep)
    return markers


@any_sandbox
def test_no_process_survives_the_end(box: Sandbox, root: Path, swept: list[str]) -> None:
    assert shell(box, root, SURVIVOR + "; echo started").output == "started\n"
    assert [confined.marked(marker) for marker in swept] == [[]]


@any_sandbox
def test_a_command_that_takes_too_long_is_killed_with_its_children(box: Sandbox, root: Path) -> None:
    ran = shell(box, root, SURVIVOR + "; echo begun; sleep 600", seconds=5)
    assert ran.timed_out
    assert ran.exit_code == 124
    assert ran.output.startswith("begun\n")
    assert "not finished after 5 seconds" in ran.output
    assert ran.seconds < 100


@any_sandbox
def test_a_cancelled_run_leaves_no_process(box: Sandbox, root: Path, swept: list[str]) -> None:
    async def cancel_when_begun() -> None:
        task = asyncio.create_task(
            confined.run(box, ["/bin/sh", "-c", "echo x > begun; exec sleep 600"], root, {}, 60, interpreter_paths())
        )
        await eventually((root / "begun").exists)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_when_begun())
    assert [confined.marked(marker) for marker in swept] == [[]]


@any_sandbox
def test_processor_time_is_limited(box: Sandbox, root: Path) -> None:
    ran = shell(box, root, "while :; do :; done", limits=Limits(cpu_seconds=1))
    assert ran.exit_code in (128 + 9, 128 + 24)
    assert not ran.timed_out


@any_sandbox
def test_memory_is_limited(box: Sandbox, root: Path) -> None:
    ran = program(box, root, "x = bytearray(1 << 30)", limits=Limits(data_bytes=256 << 20))
    assert ran.exit_code == 1
    assert "MemoryError" in ran.output


@any_sandbox
def test_the_size_of_files_is_limited(box: Sandbox, root: Path) -> None:
    code = "open('big', 'wb').write(bytes(1 << 21))"
    ran = program(box, root, code, limits=Limits(file_bytes=1 << 20))
    assert ran.exit_code == 1
    assert (root / "big").stat().st_size <= 1 << 20


@any_sandbox
def test_long_output_keeps_its_beginning_and_its_end(box: Sandbox, root: Path) -> None:
    ran = shell(box, root, "echo first; yes 0123456789 | head -n 100000; echo last")
    assert ran.output.startswith("first\n")
    assert ran.output.endswith("last\n")
    assert "bytes left out]" in ran.output
    assert len(ran.output) < 70_000


@any_sandbox
def test_a_command_that_does_not_exist_is_no_success(box: Sandbox, root: Path) -> None:
    ran = run(box, root, ["/no/such/program"])
    assert ran.exit_code != 0
    assert "/no/such/program" in ran.output


@any_sandbox
def test_a_folder_that_forbids_writing_is_removed_too(
    box: Sandbox, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"  # not the machine's: other tests leave theirs there for a moment
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    made = 'mkdir -p "$HOME/a/b" && touch "$HOME/a/b/c" && chmod -R a-w "$HOME/a" && ls "$HOME/a/b"'
    ran = shell(box, root, made)
    assert (ran.exit_code, ran.output.split()) == (0, ["c"])
    assert not list(temporary.iterdir())


def test_a_sandbox_that_does_not_work_is_not_taken(tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'no permission to create a new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    assert not sandbox.works(Bubblewrap(str(broken)))


@pytest.fixture
def nothing_works(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without bubblewrap and without Landlock."""
    sandbox.available.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(landlock, "version", lambda: 0)
    yield
    sandbox.available.cache_clear()


def test_with_no_sandbox_and_no_consent_the_message_says_what_to_do(nothing_works: None) -> None:
    with pytest.raises(SandboxMissing, match="bubblewrap") as caught:
        sandbox.choose(consented=False)
    assert "--unsandboxed" in str(caught.value)


def test_with_no_sandbox_consent_is_enough(nothing_works: None) -> None:
    assert sandbox.choose(consented=True).name == "none"


def test_without_bubblewrap_landlock_is_taken(nothing_works: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 7)
    assert sandbox.choose(consented=False).name == "landlock"


@pytest.mark.skipif(NO_BWRAP, reason="bubblewrap is missing or not allowed here")
def test_consent_does_not_turn_a_working_sandbox_off() -> None:
    sandbox.available.cache_clear()
    assert sandbox.choose(consented=True).name == "bubblewrap"


def test_an_interpreter_is_followed_through_its_links(tmp_path: Path) -> None:
    real = tmp_path / "versions" / "1.0" / "bin" / "tool"
    real.parent.mkdir(parents=True)
    real.touch()
    link = tmp_path / "env" / "bin" / "tool"
    link.parent.mkdir(parents=True)
    link.symlink_to("../../versions/1.0/bin/tool")
    assert set(interpreter_paths(link)) == {tmp_path / "env", tmp_path / "versions" / "1.0"}


def test_an_interpreter_right_in_the_home_folder_does_not_reveal_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    tool = tmp_path / "bin" / "tool"
    tool.parent.mkdir()
    tool.touch()
    assert interpreter_paths(tool) == (tmp_path / "bin",)
