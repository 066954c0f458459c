"""Finds adapters: executables named `<runtime>_adapter.sh` (or any other ending), the user's own folders first."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import runtime_adapters
from engine.errors import RuntimeUnavailable
from engine.sessions.host import environment

PACKAGED = Path(runtime_adapters.__file__).resolve().parent
FILE_NAME = re.compile(r"(?P<name>[a-z][a-z0-9_]*?)(?:_cli)?_adapter(?:\.[a-z]+)?")
DETECT_SECONDS = 20.0


def known(extra_paths: Iterable[Path] = ()) -> dict[str, Path]:
    """Name → executable of all adapters; an earlier folder wins over a later one, and all over the packaged."""
    found: dict[str, Path] = {}
    for folder in [*extra_paths, PACKAGED]:
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            match = FILE_NAME.fullmatch(path.name)
            if match and path.is_file() and os.access(path, os.X_OK):
                found.setdefault(match["name"], path.resolve())
    return found


def find(name: str, extra_paths: Iterable[Path] = ()) -> Path:
    """The adapter of a runtime. Raises RuntimeUnavailable, which names the known ones."""
    folders = list(extra_paths)
    adapters = known(folders)
    if name in adapters:
        return adapters[name]
    looked = ", ".join(str(folder) for folder in [*folders, PACKAGED])
    raise RuntimeUnavailable(
        f"there is no runtime {name!r}. Known: {', '.join(sorted(adapters))}. "
        f"An adapter is an executable file {name}_adapter.sh in one of: {looked}"
    )


def detect(path: Path, timeout: float = DETECT_SECONDS) -> dict[str, object]:
    """What the adapter says of its runtime: installed, version, logged_in, capabilities. Raises RuntimeUnavailable."""
    code, output, errors = _run(path, timeout)
    if code != 0:
        said = f": {errors.strip().splitlines()[-1]}" if errors.strip() else ""
        raise RuntimeUnavailable(f"`{path} detect` ended with exit code {code}{said}")
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise RuntimeUnavailable(f"`{path} detect` did not answer with JSON: {error}") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("installed"), bool):
        raise RuntimeUnavailable(f"`{path} detect`: a JSON object with `installed` true or false is expected")
    return answer


def can_resume(path: Path) -> bool:
    """Whether the adapter can go on with an interrupted session. Raises RuntimeUnavailable."""
    capabilities = detect(path).get("capabilities")
    return isinstance(capabilities, list) and "resume" in capabilities


def _run(path: Path, timeout: float) -> tuple[int, str, str]:
    try:
        process = subprocess.Popen(
            [str(path), "detect"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environment(None),
        )
    except OSError as error:
        raise RuntimeUnavailable(f"{path} cannot be run: {error.strerror}") from error
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise RuntimeUnavailable(f"`{path} detect` gave no answer within {timeout:g} s") from None
    return process.returncode, output.decode(errors="replace"), errors.decode(errors="replace")
