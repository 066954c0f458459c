"""Where the command `meta` begins. Opening the screen does not wait for what the commands need."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.commands.table import COMMANDS
from engine.errors import EXIT_INTERRUPTED, MetaError

COMPLETION = "_META_COMPLETE"
"""Set where a shell asks what `meta` could be followed by."""


def main() -> None:
    """The entry point of the installed command."""
    folder = opened(sys.argv[1:])
    if folder is None:
        from engine import cli

        cli.main()
        return
    from engine.opening import show

    try:
        show(folder, [])
    except MetaError as error:
        print(f"meta: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)


def opened(arguments: Sequence[str]) -> Path | None:
    """The folder that the screen is to open on, where the arguments plainly say just that."""
    if COMPLETION in os.environ or len(arguments) > 1:
        return None
    said = arguments[0] if arguments else "."
    return Path(said) if said not in COMMANDS and not said.startswith("-") and Path(said).is_dir() else None


if __name__ == "__main__":
    main()
