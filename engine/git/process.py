"""How git is called: its own environment and configuration, whatever the user's are."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.git.errors import GitError, GitMissing

MINIMUM_VERSION = (2, 38)  # the first with `merge-tree --write-tree`

_INSTALL = "Install git 2.38 or newer (https://git-scm.com/downloads) so that `git --version` works, then run again."

_CONFIG = (
    "core.hooksPath=/dev/null",
    "commit.gpgSign=false",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "core.fsync=committed",
    "core.quotePath=false",
    "core.autocrlf=false",
    "init.defaultBranch=main",
    "submodule.recurse=false",
)
_OPTIONS = tuple(word for setting in _CONFIG for word in ("-c", setting))

_IDENTITY = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "Meta Orchestrator"), ("EMAIL", "meta@localhost"))
}


@dataclass(frozen=True)
class Result:
    """What a git command answered."""

    code: int
    out: bytes

    @property
    def text(self) -> str:
        """The output as one text without the last newline; file names of any encoding survive."""
        return os.fsdecode(self.out).removesuffix("\n")

    def fields(self) -> list[str]:
        """The parts of an output whose parts end with a NUL byte (`-z`)."""
        return [os.fsdecode(part) for part in self.out.split(b"\0") if part]


def git_environment() -> dict[str, str]:
    """The caller's environment without anything that steers git, plus our own settings."""
    hidden = {"HOME", "XDG_CONFIG_HOME"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name not in hidden}
    return kept | _IDENTITY | {
        # Not unset: `~` in the repository's own configuration must still expand, to something that is not there.
        "HOME": "/dev/null",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "LC_ALL": "C",
    }  # fmt: skip


def run_git(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    ok: Collection[int] = (0,),
) -> Result:
    """Run git in `folder`; an exit code outside `ok` is a GitError. Raises GitMissing when git is not installed."""
    command = ["git", *_OPTIONS, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=git_environment() | dict(environment or {}),
            stdin=subprocess.DEVNULL if stdin is None else None,
            input=stdin,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        if not folder.is_dir():
            raise GitError(f"Cannot run git in `{folder}`: this folder does not exist.") from error
        raise GitMissing(f"Cannot start git: {error.strerror}. {_INSTALL}") from error
    if done.returncode not in ok:
        said = done.stderr.decode(errors="replace").strip() or "(it said nothing)"
        shown = " ".join(arguments)
        raise GitError(f"`git {shown}` failed in `{folder}` with exit code {done.returncode}: {said}")
    return Result(done.returncode, done.stdout)


def check_git() -> None:
    """Raise GitMissing, saying what to do, when git is missing or too old."""
    shown = run_git(["--version"], folder=Path("/")).text
    found = re.search(r"(\d+)\.(\d+)", shown)
    if found is None or (int(found[1]), int(found[2])) < MINIMUM_VERSION:
        raise GitMissing(f"This is {shown}, which is too old. {_INSTALL}")
