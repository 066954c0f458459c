"""The cases that call the adapter directly: `detect`, calls that make no sense, and a runtime that cannot work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.conformance.bench import Bench
from engine.conformance.verdict import Verdict, failed, passed, unchecked
from engine.sessions.adapters import DETECT_SECONDS, detect_environment
from engine.sessions.folder import SessionFolder
from engine.sessions.host import environment
from engine.sessions.outcome import read_told
from engine.sessions.processes import sweep
from runtime_adapters.protocol import EXIT_NOT_LOGGED_IN, EXIT_UNAVAILABLE

NEVER_FOUND = {EXIT_UNAVAILABLE, 126, 127}
CANNOT = "only the model's provider can bring it about"


@dataclass(frozen=True, slots=True)
class Said:
    """How a call ended. `code` None: it did not, and was killed."""

    code: int | None
    output: str
    errors: str


def call(adapter: Path, *arguments: str, seconds: float, folder: Path, extras: Mapping[str, str]) -> Said:
    """Call the adapter as the engine does, with its standard streams in files; nothing it started is left."""
    marker = uuid.uuid4().hex
    output, errors = folder / "stdout", folder / "stderr"
    folder.mkdir(parents=True, exist_ok=True)
    with output.open("wb") as out, errors.open("wb") as err:
        try:
            process = subprocess.Popen(
                [str(adapter), *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                env=environment(marker, extras),
            )
        except OSError as error:
            return Said(126, "", f"it cannot be run: {error.strerror}")
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(seconds)
        for pid in {process.pid, *sweep(marker)} if code is None else sweep(marker):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
    return Said(code, output.read_text(errors="replace"), errors.read_text(errors="replace"))


class Calls:
    """Calls of one adapter; each leaves its output in a folder of its own."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.subject = bench, bench.subject
        self.logs = bench.root / "calls"
        self.empty = bench.root / "empty"
        self.empty.mkdir()

    def detect(self) -> tuple[Verdict, dict[str, object]]:
        """The case `detect`, and the answer as far as it can be used."""
        said = self._detect("detect", self.subject.environment)
        answer, problem = understood(said)
        problem = problem or problem_of(answer)
        expected = f"`detect` answers within {DETECT_SECONDS:g} s with the fields of the interface, of the right types"
        log = self.logs / "detect"
        return (failed("detect", expected, problem, log) if problem else passed("detect", expected)), answer

    def wrong_call(self) -> Verdict:
        """A verb that is none, and none at all."""
        expected = "a call without a verb, or with an unknown one, ends with an exit code other than 0"
        for name, arguments in {"no_verb": (), "unknown_verb": ("dance",)}.items():
            said = self._call(name, *arguments)
            if said.code in (0, None):
                what = " ".join(["ADAPTER", *arguments])
                return failed("wrong_call", expected, f"`{what}` {_ended(said)}", self.logs / name)
        return passed("wrong_call", expected)

    def no_session(self) -> Verdict:
        """A folder without a session."""
        expected = "`spawn` of a folder that holds no session ends with an exit code other than 0"
        said = self._call("no_session", "spawn", str(self.empty))
        if said.code in (0, None):
            return failed("no_session", expected, _ended(said), self.logs / "no_session")
        return passed("no_session", expected)

    def not_installed(self) -> Verdict:
        """A session where the agent's program is on no PATH."""
        name, expected = "not_installed", f"where its agent is not installed, exit code {EXIT_UNAVAILABLE} and a reason"
        extras = {**self.subject.environment, "PATH": str(self.empty)}
        options = {key: value for key, value in self.subject.options.items() if key != "command"}
        answer, problem = understood(self._detect(name, extras, options))
        if problem:
            return unchecked(name, expected, "without PATH it cannot answer `detect`")
        if answer["installed"]:
            return unchecked(name, expected, "it needs no program on PATH")
        return self._trouble(name, expected, extras, options, NEVER_FOUND)

    def not_logged_in(self) -> Verdict:
        """A session with an empty home and none of the configured variables."""
        name, expected = "not_logged_in", f"where nobody is logged in, exit code {EXIT_NOT_LOGGED_IN} and a reason"
        extras = {"HOME": str(self.empty)}
        answer, problem = understood(self._detect(name, extras))
        if problem or not answer["installed"] or answer.get("logged_in") is not False:
            return unchecked(name, expected, "with an empty home folder `detect` does not say `logged_in` false")
        return self._trouble(name, expected, extras, dict(self.subject.options), {EXIT_NOT_LOGGED_IN})

    def _trouble(
        self, name: str, expected: str, extras: Mapping[str, str], options: Mapping[str, str], codes: set[int]
    ) -> Verdict:
        folder = self.bench.folder(name, "Do nothing.\n", options)
        worktree, log = Path(folder.spec().worktree), self.logs / f"{name}_spawn"
        said = self._call(log.name, "spawn", str(folder.path), extras=extras)
        if said.code not in codes:
            return failed(name, expected, _ended(said), log)
        if not _reason(folder, said):
            return failed(name, expected, f"no `error` event and nothing on stderr ({_ended(said)})", log)
        if any(worktree.glob(".session/result.json")) or folder.result_path.exists():
            return failed(name, expected, "a result.json, although nothing was done", log)
        return passed(name, expected)

    def _detect(self, name: str, extras: Mapping[str, str], options: Mapping[str, str] | None = None) -> Said:
        told = detect_environment(self.subject.adapter, self.subject.options if options is None else options)
        return self._call(name, "detect", extras={**extras, **told}, seconds=DETECT_SECONDS)

    def _call(
        self, name: str, *arguments: str, extras: Mapping[str, str] | None = None, seconds: float | None = None
    ) -> Said:
        return call(
            self.subject.adapter,
            *arguments,
            seconds=seconds or self.subject.seconds,
            folder=self.logs / name,
            extras=self.subject.environment if extras is None else extras,
        )


def understood(said: Said) -> tuple[dict[str, object], str]:
    """The answer to `detect`, and why there is none."""
    if said.code != 0:
        return {}, _ended(said)
    try:
        answer = json.loads(said.output)
    except ValueError as error:
        return {}, f"no JSON on stdout: {error}"
    if not isinstance(answer, dict) or not isinstance(answer.get("installed"), bool):
        return {}, "an object with `installed` true or false is expected on stdout"
    return answer, ""


def problem_of(answer: Mapping[str, object]) -> str:
    """Which field of the answer to `detect` is not as the interface says."""
    for name, (expected, check, required) in ANSWER.items():
        value = answer.get(name)
        if value is None and required:
            return f"`{name}` is missing: {expected}"
        if value is not None and not check(value):
            return f"`{name}` is {json.dumps(value)[:60]}: {expected} is expected"
    return ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


ANSWER: dict[str, tuple[str, Callable[[object], bool], bool]] = {
    "version": ("a text", _is_text, True),
    "logged_in": ('true, false or "unknown"', lambda value: value in (True, False, "unknown"), True),
    "capabilities": ("a list of texts", _are_texts, True),
    "sandbox": ("a text", _is_text, False),
    "takeover": ("a list of texts", _are_texts, False),
    "reason": ("a text", _is_text, False),
}
"""Field → what is expected, whether it is that, whether it is required."""


def _ended(said: Said) -> str:
    if said.code is None:
        return "did not end"
    last = [line for line in said.errors.splitlines() if line.strip()][-1:]
    return f"ended with exit code {said.code}" + (f": {last[0][:200]}" if last else "")


def _reason(folder: SessionFolder, said: Said) -> str:
    return read_told(folder.events_path).error or said.errors.strip()
