"""Whether the sandbox an agent brings along can work here: its programs are there and bubblewrap may do its work."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

from runtime_adapters.stream_agent import probe

PROBE_SECONDS = 3.0
BUBBLEWRAP = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--unshare-net")


def obstacle(programs: Sequence[str], devices: Sequence[str] = ()) -> str:
    """What keeps the sandbox from working, in words; the empty text if nothing does.

    `programs` must be on PATH (on Linux), `devices` readable and writable.
    """
    if sys.platform == "darwin":
        return ""  # part of the system there
    if not sys.platform.startswith("linux"):
        return f"there is none for {sys.platform}"
    if missing := [name for name in ("bwrap", *programs) if shutil.which(name) is None]:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if closed := [path for path in devices if not os.access(path, os.R_OK | os.W_OK)]:
        return f"{closed[0]} cannot be opened"
    code, _, errors = probe([*BUBBLEWRAP, "true"], PROBE_SECONDS)
    return "" if code == 0 else f"bwrap does not work here ({_last_line(errors) or f'exit code {code}'})"


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
