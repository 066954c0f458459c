"""The packages of an app: fetched once with network, kept outside the workspace, read by every check without network.

They are found by what they are made from, so two apps or two commits with the same files share them. The folder may be
removed at any time: what is missing is fetched again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.errors import RuntimeUnavailable
from engine.legos.toolchain import Packages

APPLICATION = "meta-orchestrator"
SECONDS = 900
SAID = 2000


class CannotFetch(RuntimeUnavailable):
    """The command that fetches packages failed."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Packages that one commit of an app is checked with. `files`: path → content of what they are made from."""

    packages: Packages
    files: tuple[tuple[str, bytes], ...]
    machine: str

    @property
    def folder(self) -> Path:
        """Where they are, or would be."""
        parts = [[path, hashlib.sha256(data).hexdigest()] for path, data in self.files]
        about = json.dumps([parts, self.packages.argv, self.machine, sys.platform, platform.machine()])
        return home() / hashlib.sha256(about.encode()).hexdigest()[:32]

    @property
    def there(self) -> bool:
        """Whether they were fetched."""
        return (self.folder / self.packages.makes).is_dir()

    def link(self, root: Path) -> None:
        """Show them in a checkout, whose own folder of that name, if it has one, stays."""
        place = root / self.packages.makes
        if not place.exists() and not place.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(self.folder / self.packages.makes)

    def fetch(self) -> None:
        """Run the command that makes them. Raises CannotFetch; then nothing of it is left."""
        home().mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".fetch-", dir=home()))
        try:
            for path, data in self.files:
                (beside / path).parent.mkdir(parents=True, exist_ok=True)
                (beside / path).write_bytes(data)
            self._run(beside)
            if not (beside / self.packages.makes).is_dir():
                raise CannotFetch(f"`{self.command}` made no folder {self.packages.makes}/")
            if not self.there:
                beside.replace(self.folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    @property
    def command(self) -> str:
        """The command line, for a person."""
        return " ".join(self.packages.argv)

    def _run(self, folder: Path) -> None:
        try:
            done = subprocess.run(
                self.packages.argv, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                errors="replace", timeout=SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotFetch(f"`{self.command}` did not work: {error}") from error
        if done.returncode:
            said = (done.stdout + done.stderr).strip()[-SAID:]
            raise CannotFetch(f"`{self.command}` did not work (exit code {done.returncode}):\n{said}")


class PackagesMissing(RuntimeUnavailable):
    """Packages were not fetched yet, and nobody agreed to fetch them."""

    def __init__(self, needed: Needed) -> None:
        self.needed = needed
        names = ", ".join(path for path, _ in needed.files)
        super().__init__(
            f"the checks need packages that are not on this machine. `{needed.command}` fetches what {names} lists; "
            "that uses the network. To agree, give the command `--fetch` once."
        )


def needed_in(root: Path, packages: Packages | None, machine: str) -> Needed | None:
    """The packages of the app in a checkout; None where there are none.

    `machine` says with which programs they are made.
    """
    if packages is None or not all((root / path).is_file() for path in packages.made_from):
        return None
    return Needed(packages, tuple((path, (root / path).read_bytes()) for path in packages.made_from), machine)


def home() -> Path:
    """Where all packages are kept."""
    return Path(os.environ.get("META_PACKAGES") or platformdirs.user_cache_path(APPLICATION) / "packages")
