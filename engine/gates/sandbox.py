"""Where checks of generated code run: nothing but their own folder to write, no network, no home folder."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from engine.errors import MetaError
from engine.gates import landlock
from engine.gates.interpreter import interpreter_paths

SYSTEM_PATHS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/nix", "/gnu", "/snap")
"""What programs need of the system. Everything else (home folders, other projects, sockets in /run) is hidden."""

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm")
PROBE_SECONDS = 10


class SandboxMissing(MetaError):
    """Nothing on this machine can confine a check, and nobody agreed to go without."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the launcher must let the command touch; a sandbox that needs no such help has none."""

    writable: tuple[str, ...]
    readable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A command made ready for its sandbox. `home` is its private, writable folder for temporary files."""

    argv: list[str]
    env: dict[str, str]
    home: str
    rules: Rules | None = None


class Sandbox(Protocol):
    """A way to confine a command to `root`. `private` is an empty folder that exists for this one run."""

    @property
    def name(self) -> str:
        """The word on receipts and on the screen."""

    def wrap(
        self, argv: Sequence[str], root: Path, env: dict[str, str], private: Path, readable: Sequence[Path] = ()
    ) -> Wrapped:
        """The command as it is to be started; `readable` are further paths it may read."""


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Own view of the file system, own processes, own empty network, by the `bwrap` program."""

    program: str
    name: str = field(default="bubblewrap", init=False)

    def wrap(
        self, argv: Sequence[str], root: Path, env: dict[str, str], private: Path, readable: Sequence[Path] = ()
    ) -> Wrapped:
        """See `Sandbox.wrap`. The run ends with its last process killed, whatever it started."""
        options = ["--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
        for system_path in SYSTEM_PATHS:
            options += ["--ro-bind-try", system_path, system_path]
        options += ["--bind", str(private), "/tmp"]
        for path in readable:
            options += ["--ro-bind", str(path), str(path)]
        options += ["--bind", str(root), str(root), "--remount-ro", "/", "--chdir", str(root)]
        return Wrapped([self.program, *options, "--", *argv], env, home="/tmp")


@dataclass(frozen=True, slots=True)
class Landlock:
    """The kernel's own access rules, given to the command by the launcher."""

    name: str = field(default="landlock", init=False)

    def wrap(
        self, argv: Sequence[str], root: Path, env: dict[str, str], private: Path, readable: Sequence[Path] = ()
    ) -> Wrapped:
        """See `Sandbox.wrap`."""
        rules = Rules(
            writable=(str(root), str(private), *DEVICES),
            readable=("/proc", *SYSTEM_PATHS, *map(str, readable)),
        )
        return Wrapped(list(argv), env, home=str(private), rules=rules)


@dataclass(frozen=True, slots=True)
class Unsandboxed:
    """No confinement but the limits: only for files whose owner agreed to it."""

    name: str = field(default="none", init=False)

    def wrap(
        self, argv: Sequence[str], root: Path, env: dict[str, str], private: Path, readable: Sequence[Path] = ()
    ) -> Wrapped:
        """See `Sandbox.wrap`."""
        return Wrapped(list(argv), env, home=str(private))


def choose(consented: bool) -> Sandbox:
    """The best sandbox that works here. Raises SandboxMissing if there is none and nobody consented to go without."""
    found = available()
    if found is not None:
        return found
    if consented:
        return Unsandboxed()
    raise SandboxMissing(
        "Generated code must not run unconfined, and no sandbox works here: bubblewrap is "
        + ("installed but not allowed" if shutil.which("bwrap") else "not installed")
        + ", and the kernel has no Landlock. Install bubblewrap (apt install bubblewrap, dnf install bubblewrap), "
        "or agree to run the checks without a sandbox: --unsandboxed."
    )


@functools.cache
def available() -> Sandbox | None:
    """The best sandbox that works here, tried out once in a process; None if there is none."""
    program = shutil.which("bwrap")
    if program and works(Bubblewrap(program)):
        return Bubblewrap(program)
    return Landlock() if landlock.version() else None


def works(sandbox: Sandbox) -> bool:
    """Whether a command in that sandbox can write in its folder. Containers often refuse what is installed."""
    with tempfile.TemporaryDirectory(prefix="meta-probe-") as folder:
        root, private = Path(folder, "root"), Path(folder, "private")
        root.mkdir()
        private.mkdir()
        wrapped = sandbox.wrap(["/bin/sh", "-c", "echo works > probe"], root, {}, private, interpreter_paths())
        try:
            subprocess.run(
                wrapped.argv, env=wrapped.env, cwd=root, capture_output=True, stdin=subprocess.DEVNULL,
                timeout=PROBE_SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return False
        return (root / "probe").exists()
