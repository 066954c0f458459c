"""What a kind of app needs of this machine: the programs that its checks start."""

from __future__ import annotations

import functools
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine.errors import RuntimeUnavailable
from engine.gates.confined import base_environment
from engine.gates.interpreter import interpreter_paths
from engine.legos.toolchain import Toolchain

SECONDS = 30


class ProgramMissing(RuntimeUnavailable):
    """A program that checks are to be run with is not there, or does not start."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`key`: what the programs say they are. `readable`: where they lie; `path`: the folders to find them in."""

    key: str
    readable: tuple[Path, ...]
    path: tuple[str, ...] = ()

    def variables(self, home: str = "") -> dict[str, str]:
        """PATH with the programs first; nothing where no program is needed."""
        return (
            {"PATH": ":".join(dict.fromkeys([*self.path, *base_environment(home)["PATH"].split(":")]))}
            if self.path
            else {}
        )


def machine(toolchain: Toolchain, interpreter: Path) -> Machine:
    """What this machine has for that kind of app. Raises ProgramMissing."""
    return _machine(tuple(toolchain.programs.items()), interpreter)


@functools.cache
def _machine(programs: tuple[tuple[str, tuple[str, ...]], ...], interpreter: Path) -> Machine:
    readable = interpreter_paths(interpreter)
    if not programs:
        return Machine(version_of((str(interpreter), "--version")), readable)
    said, folders = [], []
    for name, argv in programs:
        found = shutil.which(name)
        if found is None:
            raise ProgramMissing(f"this kind of app is checked with `{name}`, which is not on the PATH: install it.")
        said.append(f"{name} {version_of((found, *argv[1:])).removeprefix(name).strip()}")
        folders.append(str(Path(found).parent))
        readable += interpreter_paths(Path(found))
    return Machine(", ".join(said), tuple(dict.fromkeys(readable)), tuple(dict.fromkeys(folders)))


def version_of(argv: tuple[str, ...]) -> str:
    """What a program says it is. Raises ProgramMissing if it does not start."""
    try:
        said = subprocess.run(
            argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramMissing(f"{argv[0]} does not start ({error}): install it again.") from error
    return (said.stdout or said.stderr).strip()
